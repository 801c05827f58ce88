import type { Clock } from './clock.ts';
import type { TransportLimits } from './limits.ts';

export interface RetryBudget {
  /** A first attempt was made. */
  count(): void;
  /** Takes one retry, if there is one left. */
  take(): boolean;
}

/** Keeps retries of one service a small share of its calls, so that they cannot keep a sick service down. */
export function createRetryBudget(clock: Clock, limits: TransportLimits): RetryBudget {
  let calls: number[] = [];
  let retries: number[] = [];
  const recent = (instants: number[]): number[] => {
    const since = clock.now() - limits.retryBudgetWindowMs;
    const first = instants.findIndex((at) => at > since);
    return first === -1 ? [] : first === 0 ? instants : instants.slice(first);
  };
  return {
    count() {
      calls = recent(calls);
      calls.push(clock.now());
    },
    take() {
      calls = recent(calls);
      retries = recent(retries);
      if (retries.length >= Math.max(limits.retryBudgetMinimum, calls.length * limits.retryBudgetShare)) return false;
      retries.push(clock.now());
      return true;
    },
  };
}

/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). @param retry 0 for the first */
export function backOffMs(clock: Clock, limits: TransportLimits, retry: number): number {
  return clock.random() * Math.min(limits.retryCapMs, limits.retryBaseMs * 2 ** retry);
}
