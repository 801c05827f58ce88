import { callChecks } from './calls.ts';
import type { Check } from './check.ts';
import { driftChecks } from './drift.ts';
import { faultChecks } from './faults.ts';
import { limitChecks } from './limits.ts';
import { lookupChecks } from './lookups.ts';
import { storeChecks } from './store.ts';
import { truthChecks } from './truth.ts';

/** What is read, how it is looked up, and what becomes of it. */
export const readChecks: readonly Check[] = [...truthChecks, ...lookupChecks, ...driftChecks, ...storeChecks];
/** What happens when the wire, the service or the caller gives up. */
export const wireChecks: readonly Check[] = [...faultChecks, ...limitChecks, ...callChecks];

/** The suite: every adapter of the registry passes it whole. */
export const checks: readonly Check[] = [...readChecks, ...wireChecks];

export function findCheck(id: string): Check {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check "${id}"`);
  return check;
}
