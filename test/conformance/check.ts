import type { Bench } from './bench.ts';

/** One promise that every adapter keeps. */
export interface Check {
  /** Short and unique; calibration names the check that catches each bug by it. */
  readonly id: string;
  readonly promise: string;
  /** What is wrong, in words; nothing when the promise holds. */
  run(bench: Bench): Promise<readonly string[]>;
}
