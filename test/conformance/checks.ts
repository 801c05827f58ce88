import { callChecks } from './calls.ts';
import type { Check } from './check.ts';
import { driftChecks } from './drift.ts';
import { faultChecks } from './faults.ts';
import { limitChecks } from './limits.ts';
import { lookupChecks } from './lookups.ts';
import { storeChecks } from './store.ts';
import { truthChecks } from './truth.ts';

/** The suite: every adapter of the registry passes it whole. */
export const checks: readonly Check[] = [
  ...truthChecks,
  ...lookupChecks,
  ...faultChecks,
  ...limitChecks,
  ...callChecks,
  ...driftChecks,
  ...storeChecks,
];

export function findCheck(id: string): Check {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check "${id}"`);
  return check;
}
