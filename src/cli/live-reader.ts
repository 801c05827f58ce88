import type { LiveReader } from '../directory/live.ts';
import type { LiveFailure } from '../model/live.ts';
import type { LiveReads } from '../sync/live.ts';
import type { SyncCalls } from './sync-calls.ts';

type LiveCalls = Pick<SyncCalls, 'readLive' | 'findLive' | 'leaveLive'>;

/** The reading thread's side: a signal cannot travel, so a question that nobody waits for any more is named by its number. */
export function createLiveCalls(live: LiveReads): LiveCalls {
  const open = new Map<number, AbortController>();
  async function heed<T>(id: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const leaving = new AbortController();
    open.set(id, leaving);
    try {
      return await ask(leaving.signal);
    } finally {
      open.delete(id);
    }
  }
  return {
    readLive: ({ id, service, externalIds, notBefore }) => heed(id, (signal) => live.read(service, externalIds, notBefore, signal)),
    findLive: ({ id, service, addresses, notBefore }) => heed(id, (signal) => live.find(service, addresses, notBefore, signal)),
    leaveLive: (id) => open.get(id)?.abort(),
  };
}

// The call has 3 s. Writing it down may have to wait for a seal; then what the index held before is the answer.
const patienceMs = 5_000;

/** The server's side. */
export function createLiveReader(thread: {
  readLive(...question: Parameters<LiveCalls['readLive']>): ReturnType<LiveCalls['readLive']>;
  findLive(...question: Parameters<LiveCalls['findLive']>): ReturnType<LiveCalls['findLive']>;
  leaveLive(id: number): unknown;
  budgets: LiveReader['budgets'];
}): LiveReader {
  let last = 0;
  async function waitFor<T>(
    keys: readonly string[],
    signal: AbortSignal,
    ask: (id: number) => Promise<ReadonlyMap<string, T>>,
    otherwise: T,
  ): Promise<ReadonlyMap<string, T>> {
    const id = ++last;
    const { promise: left, resolve } = Promise.withResolvers<undefined>();
    const leave = (): void => {
      thread.leaveLive(id);
      resolve(undefined);
    };
    const late = setTimeout(leave, patienceMs);
    signal.addEventListener('abort', leave, { once: true });
    try {
      const answers = ask(id);
      if (signal.aborted) leave();
      return (await Promise.race([answers, left])) ?? new Map(keys.map((key) => [key, otherwise]));
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', leave);
    }
  }
  return {
    budgets: () => thread.budgets(),
    read: (service, externalIds, notBefore, signal) =>
      waitFor(externalIds, signal, (id) => thread.readLive({ id, service, externalIds, notBefore }), tooLate(service)),
    find: (service, addresses, notBefore, signal) =>
      waitFor(addresses, signal, (id) => thread.findLive({ id, service, addresses, notBefore }), tooLate(service)),
  };
}

const tooLate = (service: string): { readonly kind: 'failed'; readonly failure: LiveFailure } => ({
  kind: 'failed',
  failure: { code: 'TIMEOUT', message: `${service}: not told and written down within ${patienceMs} ms`, retryAfterMs: undefined },
});
