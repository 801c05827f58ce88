/** Every figure of the transport. */
export interface TransportLimits {
  readonly connectMs: number;
  /** Until the head of the answer is here. */
  readonly liveHeadersMs: number;
  readonly syncHeadersMs: number;
  /** Between two pieces of a body. */
  readonly bodyIdleMs: number;
  /** The whole call: queue, retries and all. */
  readonly liveDeadlineMs: number;
  /** One attempt; waits that the service asked for come on top. */
  readonly syncDeadlineMs: number;
  /** Decoded size of an answer, unless the request says another. */
  readonly maxBytes: number;
  /** Longest wait, in all, that one patient call spends on a service that refused for its limits. */
  readonly syncMaxWaitMs: number;
  /** How often a patient call asks again after being refused for limits. */
  readonly limitedRepeats: number;
  readonly retries: number;
  /** Full jitter: a random time below this, doubled with each retry. */
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** Retries allowed as a share of the calls of the last `retryBudgetWindowMs`, and how many at least. */
  readonly retryBudgetShare: number;
  readonly retryBudgetMinimum: number;
  readonly retryBudgetWindowMs: number;
  /** The breaker opens at so many failures in a row … */
  readonly breakerConsecutive: number;
  /** … or at this share of at least `breakerMinimum` calls within `breakerWindowMs`. */
  readonly breakerShare: number;
  readonly breakerMinimum: number;
  readonly breakerWindowMs: number;
  /** Sleep before a probe, ± 20 %, doubled each time until `breakerSuccesses` calls in a row went well. */
  readonly breakerSleepMs: number;
  readonly breakerSleepCapMs: number;
  readonly breakerSuccesses: number;
  /** Live calls that may wait for a free slot. */
  readonly liveQueue: number;
  /** Lets a service live on a private address (RFC 1918, shared, unique local). */
  readonly allowPrivateNetwork: boolean;
}

export const defaultTransportLimits: TransportLimits = {
  connectMs: 2_000,
  liveHeadersMs: 3_000,
  syncHeadersMs: 30_000,
  bodyIdleMs: 5_000,
  liveDeadlineMs: 3_000,
  syncDeadlineMs: 60_000,
  maxBytes: 32 * 1024 * 1024,
  syncMaxWaitMs: 60_000,
  limitedRepeats: 5,
  retries: 3,
  retryBaseMs: 250,
  retryCapMs: 10_000,
  retryBudgetShare: 0.2,
  retryBudgetMinimum: 3,
  retryBudgetWindowMs: 10_000,
  breakerConsecutive: 5,
  breakerShare: 0.5,
  breakerMinimum: 20,
  breakerWindowMs: 60_000,
  breakerSleepMs: 30_000,
  breakerSleepCapMs: 300_000,
  breakerSuccesses: 3,
  liveQueue: 100,
  allowPrivateNetwork: false,
};
