import type { AdapterErrorCode } from '../contract/errors.ts';
import type { Instant } from '../contract/records.ts';
import type { Issue } from './issue.ts';

/** What became of asking a service about one account. Plain data, for it travels between threads. */
export type LiveAnswer =
  /** It stands in the index as the service told it to a call that began then. */
  | { readonly kind: 'read'; readonly readAt: Instant }
  /** The service does not know it. `kept`: the index does, and goes by one more read without it before it lets go. */
  | { readonly kind: 'absent'; readonly readAt: Instant; readonly kept: boolean }
  | { readonly kind: 'failed'; readonly failure: LiveFailure };

/** What became of asking a service for the accounts with one address. Plain data too. */
export type LiveFinding =
  /** Those that it named, if any, stand in the index as it told them to a call that began then. */
  | { readonly kind: 'told'; readonly readAt: Instant }
  /** It told so recently that it was not asked again. */
  | { readonly kind: 'remembered' }
  | { readonly kind: 'failed'; readonly failure: LiveFailure };

export interface LiveFailure {
  readonly code: AdapterErrorCode;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

/** How much a service lets us ask, in its own count, as it told last. */
export interface RateBudget {
  /** Calls in one span of time. */
  readonly limit: number | undefined;
  /** Of those, until it is renewed. */
  readonly remaining: number | undefined;
  readonly resetAt: Instant | undefined;
}

/** What one operation had read from services before it was answered from the index. */
export interface Readings {
  /** The oldest that the reader wants records to be; undefined: nothing was said. */
  readonly maxAgeMs: number | undefined;
  /** By service: what was read since then was read for this operation. */
  readonly liveSince: ReadonlyMap<number, Instant>;
  /** Services that could not tell now, and why. */
  readonly issues: ReadonlyMap<number, Issue>;
}

/** Whether they change nothing: no age was asked for, and no service was asked. */
export const isUnread = ({ maxAgeMs, liveSince, issues }: Readings): boolean => maxAgeMs === undefined && liveSince.size === 0 && issues.size === 0;

/** One answer for all fields of an operation: the strictest age, the earliest call, the first failure of each service. */
export function mergeReadings(all: readonly Readings[]): Readings {
  const ages = all.flatMap(({ maxAgeMs }) => maxAgeMs ?? []);
  const liveSince = new Map<number, Instant>();
  const issues = new Map<number, Issue>();
  for (const each of all) {
    for (const [svc, at] of each.liveSince) liveSince.set(svc, Math.min(at, liveSince.get(svc) ?? Infinity));
    for (const [svc, issue] of each.issues) if (!issues.has(svc)) issues.set(svc, issue);
  }
  return { maxAgeMs: ages.length === 0 ? undefined : Math.min(...ages), liveSince, issues };
}
