import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, type Bench } from './bench.ts';
import type { Check } from './check.ts';
import { exceptions } from './exceptions.ts';
import type { Subject } from './subject.ts';

const shownFailures = 20;
const timeout = 20_000;

/** The checks as tests of one adapter. */
export function conforms(subject: Subject, checks: readonly Check[]): void {
  describe(subject.type, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await openBench(subject);
    });
    afterAll(() => bench[Symbol.asyncDispose]());

    for (const check of checks) {
      if (exceptions.some((one) => one.type === subject.type && one.check === check.id)) continue;
      test(`${check.id}: ${check.promise}`, { timeout }, async () => {
        const failures = await check.run(bench);
        if (failures.length > 0) expect.fail(failures.slice(0, shownFailures).join('\n'));
      });
    }
  });
}
