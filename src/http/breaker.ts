import { circuitBreaker, CircuitState, handleWhen, type IBackoff, type IHalfOpenAfterBackoffContext } from 'cockatiel';
import type { Clock } from './clock.ts';
import type { TransportLimits } from './limits.ts';

export interface Breaker {
  /** Counts what `run` gives back; what it throws is neither success nor failure. */
  execute<T>(run: () => Promise<T>): Promise<T>;
  /** Time until a call may be tried; 0: now. */
  closedForMs(): number;
  readonly state: 'closed' | 'open' | 'half-open';
}

/** @param probeMs how long a probe may take: what others are told while one is under way. */
export function createBreaker(clock: Clock, limits: TransportLimits, probeMs: number, isFailure: (result: unknown) => boolean): Breaker {
  const counts = createCounts(clock, limits);
  let probeAt = -Infinity;

  const sleep: IBackoff<IHalfOpenAfterBackoffContext> = {
    next({ result }) {
      // a probe that was called off proves nothing: the next call is the probe
      if (!('error' in result)) probeAt = clock.now() + counts.nextSleepMs();
      return sleep;
    },
    // cockatiel compares this with differences of Date.now(), which steps with the machine's time; only our clock shall decide.
    get duration() {
      return clock.now() < probeAt ? Infinity : -Infinity;
    },
  };
  const policy = circuitBreaker(handleWhen(() => policy.state === CircuitState.HalfOpen).orWhenResult(isFailure), {
    halfOpenAfter: sleep,
    breaker: counts,
  });

  return {
    execute: (run) => policy.execute(run),
    closedForMs() {
      if (policy.state === CircuitState.HalfOpen) return probeMs;
      return policy.state === CircuitState.Open ? Math.max(0, probeAt - clock.now()) : 0;
    },
    get state() {
      if (policy.state === CircuitState.Closed) return 'closed';
      return policy.state === CircuitState.Open && clock.now() < probeAt ? 'open' : 'half-open';
    },
  };
}

/** Failures in a row and their share within a window. */
function createCounts(clock: Clock, limits: TransportLimits) {
  const bucketMs = limits.breakerWindowMs / 60;
  let buckets: { readonly at: number; calls: number; failures: number }[] = [];
  let consecutive = 0;
  let openings = 0;
  // after a probe that went well: successes still needed before the breaker forgets how often it opened
  let onProbation = 0;

  const count = (failures: 0 | 1): void => {
    const now = clock.now();
    buckets = buckets.filter(({ at }) => now - at < limits.breakerWindowMs);
    const last = buckets.at(-1);
    if (last === undefined || now - last.at >= bucketMs) buckets.push({ at: now, calls: 1, failures });
    else {
      last.calls += 1;
      last.failures += failures;
    }
    consecutive = failures === 0 ? 0 : consecutive + 1;
  };
  const isTooMuch = (): boolean => {
    const calls = buckets.reduce((sum, bucket) => sum + bucket.calls, 0);
    const failures = buckets.reduce((sum, bucket) => sum + bucket.failures, 0);
    return consecutive >= limits.breakerConsecutive || (calls >= limits.breakerMinimum && failures >= calls * limits.breakerShare);
  };

  return {
    state: undefined,
    success(state: CircuitState): void {
      count(0);
      if (state === CircuitState.HalfOpen) onProbation = limits.breakerSuccesses;
      onProbation = Math.max(0, onProbation - 1);
      if (onProbation === 0) openings = 0;
    },
    failure(state: CircuitState): boolean {
      count(1);
      const opens = state === CircuitState.HalfOpen || onProbation > 0 || isTooMuch();
      if (!opens) return false;
      buckets = [];
      consecutive = 0;
      onProbation = 0;
      return true;
    },
    nextSleepMs(): number {
      const jitter = 0.8 + 0.4 * clock.random();
      const sleepMs = Math.min(limits.breakerSleepCapMs, limits.breakerSleepMs * 2 ** openings * jitter);
      openings += 1;
      return sleepMs;
    },
  };
}
