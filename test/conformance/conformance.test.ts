import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, type Bench } from './bench.ts';
import { checks } from './checks.ts';
import { exceptions } from './exceptions.ts';
import { findSubjects } from './subject.ts';

const shownFailures = 20;
const subjects = findSubjects();

describe.for(subjects.map((subject) => [subject.type, subject] as const))('%s', ([type, subject]) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench(subject);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  for (const check of checks) {
    if (exceptions.some((one) => one.type === type && one.check === check.id)) continue;
    test(`${check.id}: ${check.promise}`, { timeout: 20_000 }, async () => {
      const failures = await check.run(bench);
      if (failures.length > 0) expect.fail(failures.slice(0, shownFailures).join('\n'));
    });
  }
});

test('every exception names an adapter, a check and a reason', () => {
  const types = new Set(subjects.map(({ type }) => type));
  const ids = new Set(checks.map(({ id }) => id));
  for (const { type, check, why } of exceptions) {
    expect(types).toContain(type);
    expect(ids).toContain(check);
    expect(why).toMatch(/\w+ \w+/);
  }
  expect(ids.size).toBe(checks.length);
});
