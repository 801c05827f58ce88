import { expect, test } from 'vitest';
import { openBench } from './bench.ts';
import { plantBug } from './bug-kit.ts';
import { bugs, soundRenewal } from './bugs.ts';
import { findCheck } from './checks.ts';

/** A suite that is green says something only if it turns red for an adapter that is wrong. */
test.for(bugs)('an adapter that $name ($type) is caught by: $caughtBy', async (bug) => {
  await using bench = await openBench(plantBug(bug));
  const failures = await findCheck(bug.caughtBy).run(bench);
  expect(failures).not.toEqual([]);
});

test('the bugs are many, and each one is another', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(20);
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
});

test('a token that all callers renew together is not taken for a bug', async () => {
  await using bench = await openBench(plantBug(soundRenewal));
  expect(await findCheck(soundRenewal.caughtBy).run(bench)).toEqual([]);
});
