import { setTimeout as sleep } from 'node:timers/promises';
import { noteAttempt, serviceProfiles } from '../store/sync/services.ts';
import { linkPending, type LinkingResult } from './link.ts';
import { readService, type ReadDependencies, type ReadOutcome, type SyncFailure } from './read-service.ts';
import type { SyncedService } from './service.ts';

export type SyncEvent =
  | {
      readonly kind: 'sealed';
      readonly service: string;
      readonly changed: number;
      readonly removed: number;
      readonly quarantined: number;
      readonly pages: number;
    }
  | { readonly kind: 'failed'; readonly service: string; readonly failure: SyncFailure; readonly nextAttemptInMs: number | undefined }
  | { readonly kind: 'busy'; readonly service: string }
  | { readonly kind: 'linked'; readonly result: LinkingResult };

export interface SchedulerOptions extends ReadDependencies {
  readonly services: readonly SyncedService[];
  readonly onEvent?: (event: SyncEvent) => void;
}

export interface SyncScheduler {
  /** Reads every service again and again, each at its own pace, until `stop`. */
  start(): void;
  /** Reads the named services, or all, once, side by side; then links. */
  once(names?: readonly string[]): Promise<ReadonlyMap<string, ReadOutcome>>;
  /** Wakes a service's loop; false when no service has the name. */
  trigger(name: string): boolean;
  /** Links what was sealed since the last time. */
  link(): Promise<void>;
  /** Interrupts what runs; checkpoints stay for the next start. */
  stop(): Promise<void>;
}

const firstRetryMs = 5_000;

export function createScheduler(options: SchedulerOptions): SyncScheduler {
  const { services, now, onEvent, store } = options;
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  const wakers = new Map<string, () => void>();
  const reading = new Map<string, Promise<ReadOutcome>>();
  let linking: Promise<unknown> = Promise.resolve();
  let nextRun: Promise<void> | undefined;

  /** One linking run at a time; whatever is written during a run is met by the next, for which all wait who ask meanwhile. */
  function link(): Promise<void> {
    if (nextRun !== undefined) return nextRun;
    const run = linking.then(async () => {
      nextRun = undefined;
      const result = await linkPending(store, { services: await serviceProfiles(store), now });
      onEvent?.({ kind: 'linked', result });
    });
    nextRun = run;
    linking = run.catch(() => undefined);
    return run;
  }

  /** Callers that ask for the same service at once share one read. */
  function read(service: SyncedService): Promise<ReadOutcome> {
    const running = reading.get(service.name);
    if (running !== undefined) return running;
    const started = readService(options, service, stopping.signal).finally(() => reading.delete(service.name));
    reading.set(service.name, started);
    return started;
  }

  function report(service: SyncedService, outcome: ReadOutcome, nextAttemptInMs: number | undefined): void {
    if (stopping.signal.aborted) return;
    if (outcome.kind === 'sealed') {
      const { changed, removed, quarantined } = outcome.seal;
      onEvent?.({ kind: 'sealed', service: service.name, changed, removed, quarantined, pages: outcome.calls });
    } else if (outcome.kind === 'failed') onEvent?.({ kind: 'failed', service: service.name, failure: outcome.failure, nextAttemptInMs });
    else onEvent?.({ kind: 'busy', service: service.name });
  }

  async function loop(service: SyncedService): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const outcome = await read(service);
      failures = outcome.kind === 'failed' ? failures + 1 : 0;
      const waitMs = untilNext(service, outcome, failures);
      report(service, outcome, waitMs);
      await noteAttempt(store, service, { nextAt: now() + waitMs });
      if (outcome.kind === 'sealed') await link();
      await nap(service.name, waitMs);
    }
  }

  async function nap(name: string, ms: number): Promise<void> {
    const woken = new AbortController();
    wakers.set(name, () => woken.abort());
    await sleep(ms, undefined, { signal: AbortSignal.any([stopping.signal, woken.signal]) }).catch(() => undefined);
  }

  return {
    start() {
      loops.push(...services.map(loop));
    },
    async once(names) {
      const chosen = services.filter(({ name }) => names === undefined || names.includes(name));
      const outcomes = await Promise.all(
        chosen.map(async (service) => {
          const outcome = await read(service);
          report(service, outcome, undefined);
          return [service.name, outcome] as const;
        }),
      );
      await link();
      return new Map(outcomes);
    },
    link,
    trigger(name) {
      wakers.get(name)?.();
      return services.some((service) => service.name === name);
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled([...loops, ...reading.values()]);
      await linking;
    },
  };
}

/** The configured pace; after a failure sooner, doubling; exactly when the service said; not before a person can have mended a refused credential. */
function untilNext(service: SyncedService, outcome: ReadOutcome, failures: number): number {
  if (outcome.kind !== 'failed') return service.everyMs;
  if (outcome.failure.retryAfterMs !== undefined) return outcome.failure.retryAfterMs;
  if (outcome.failure.code === 'AUTH_FAILED' || outcome.failure.code === 'MISCONFIGURED') return service.everyMs;
  return Math.min(service.everyMs, firstRetryMs * 2 ** (failures - 1));
}
