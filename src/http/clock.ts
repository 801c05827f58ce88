import { setTimeout as delay } from 'node:timers/promises';

/** Time for waits that services ask for and for windows of counts; deadlines of sockets run on real timers. */
export interface Clock {
  /** Epoch milliseconds that never step: the machine's time at start plus what a monotonic clock counted since. */
  now(): number;
  /** Never ends early. @throws the reason of the signal */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** At least 0, below 1. */
  random(): number;
}

// Node fires timers beyond this at once (nodejs.org/api/timers.html).
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(ms, signal) {
    signal.throwIfAborted();
    const end = performance.now() + ms;
    // a timer may fire a little before its time
    for (let leftMs = ms; leftMs > 0; leftMs = end - performance.now()) {
      await delay(Math.min(Math.ceil(leftMs), longestTimerMs), undefined, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
    }
  },
  random: Math.random,
};
