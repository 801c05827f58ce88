import type { HttpManners } from '../contract/http.ts';
import type { Clock } from './clock.ts';
import { parseRateLimit, type RateLimit } from './retry-after.ts';

/** `sync` works through listings and may wait; `live` has somebody waiting for it. */
export type CallKind = 'sync' | 'live';

/** What a service allows, for all calls to it. */
export interface Gate {
  /** Time until the service listens again after it refused for its limits; 0: now. */
  refusedForMs(): number;
  /** Time to wait for the steady rate and, in a sync, for the part of the quota that is kept for live calls. */
  paceMs(kind: CallKind): number;
  sent(): void;
  refuse(ms: number): void;
  observe(headers: Readonly<Record<string, string>>): void;
  readonly notBefore: number | undefined;
  /** What the service told last of its quota, less the calls since; once it is renewed only its size is known. */
  readonly rateLimit: RateLimit | undefined;
}

// A sync leaves this share of an announced quota to live calls.
const liveShare = 0.1;

/** @param maxPaceMs a quota that is renewed later than this is not saved for live calls: the service says itself when it is used up. */
export function createGate(clock: Clock, rate: HttpManners['rate'], maxPaceMs: number): Gate {
  let notBefore = -Infinity;
  let quota: { readonly told: RateLimit; left: number | undefined } | undefined;
  const sentAt: number[] = [];

  const rateMs = (now: number): number => {
    const first = rate === undefined ? undefined : sentAt[sentAt.length - rate.calls];
    return first === undefined || rate === undefined ? 0 : Math.max(0, first + rate.perMs - now);
  };
  const quotaMs = (now: number): number => {
    if (quota?.left === undefined || quota.told.resetAt === undefined) return 0;
    const waitMs = quota.told.resetAt - now;
    const kept = Math.ceil((quota.told.limit ?? 0) * liveShare);
    return quota.left > kept || waitMs <= 0 || waitMs > maxPaceMs ? 0 : waitMs;
  };

  return {
    refusedForMs: () => Math.max(0, notBefore - clock.now()),
    paceMs(kind) {
      const now = clock.now();
      return Math.max(rateMs(now), kind === 'sync' ? quotaMs(now) : 0);
    },
    sent() {
      if (quota?.left !== undefined) quota.left -= 1;
      if (rate === undefined) return;
      sentAt.push(clock.now());
      if (sentAt.length > rate.calls) sentAt.shift();
    },
    refuse(ms) {
      notBefore = Math.max(notBefore, clock.now() + ms);
    },
    observe(headers) {
      const told = parseRateLimit(headers, clock.now());
      if (told !== undefined) quota = { told, left: told.remaining };
    },
    get notBefore() {
      return notBefore > clock.now() ? notBefore : undefined;
    },
    get rateLimit() {
      if (quota === undefined) return undefined;
      const { limit, resetAt } = quota.told;
      if (resetAt !== undefined && resetAt <= clock.now()) return { limit, remaining: undefined, resetAt: undefined };
      return { limit, remaining: quota.left === undefined ? undefined : Math.max(0, quota.left), resetAt };
    },
  };
}
