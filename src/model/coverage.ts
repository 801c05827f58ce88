import type { Instant } from '../contract/records.ts';
import type { Issue } from './issue.ts';

export const coverageStates = ['COMPLETE', 'PARTIAL', 'STALE', 'QUARANTINED', 'FAILED', 'DENIED', 'UNSUPPORTED', 'NEVER_SYNCED'] as const;
export type CoverageState = (typeof coverageStates)[number];

/** What one service contributes to an answer. */
export interface Coverage {
  readonly state: CoverageState;
  /** When what we hold of it was read; absent when nothing was. */
  readonly asOf?: Instant;
  readonly issue?: Issue;
}

/** What the last attempts at a service left behind. */
export interface SyncOutcome {
  readonly sealedAsOf: Instant | undefined;
  /** Of the newest attempt; cleared by a whole seal. */
  readonly issue: Issue | undefined;
  /** Some listings were not read, or records were rejected, in the newest seal. */
  readonly partial: boolean;
  readonly quarantined: number;
}

/** Older than this and the answer says STALE. */
export const stalenessBudgetMs = 60 * 60_000;

export function coverageOf(outcome: SyncOutcome, now: Instant): Coverage {
  const { sealedAsOf: asOf, issue } = outcome;
  const seen = { ...(asOf === undefined ? {} : { asOf }), ...(issue === undefined ? {} : { issue }) };
  if (issue?.code === 'SERVICE_AUTH_FAILED' || (issue?.code === 'SERVICE_FORBIDDEN' && !outcome.partial)) return { state: 'DENIED', ...seen };
  if (asOf === undefined) return { state: issue === undefined ? 'NEVER_SYNCED' : 'FAILED', ...seen };
  if (outcome.quarantined > 0) return { state: 'QUARANTINED', ...seen };
  if (issue !== undefined && !outcome.partial) return { state: 'FAILED', ...seen };
  if (isStale(asOf, now)) return { state: 'STALE', ...seen };
  return { state: outcome.partial ? 'PARTIAL' : 'COMPLETE', ...seen };
}

export const isStale = (asOf: Instant, now: Instant): boolean => now - asOf > stalenessBudgetMs;
