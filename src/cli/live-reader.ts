import type { LiveReader } from '../directory/live.ts';
import type { LiveAnswer } from '../model/live.ts';
import type { LiveReads } from '../sync/live.ts';
import type { SyncCalls } from './sync-calls.ts';

type LiveCalls = Pick<SyncCalls, 'readLive' | 'leaveLive'>;

/** The reading thread's side: a signal cannot travel, so a question that nobody waits for any more is named by its number. */
export function createLiveCalls(live: LiveReads): LiveCalls {
  const open = new Map<number, AbortController>();
  return {
    async readLive({ id, service, externalIds, notBefore }) {
      const leaving = new AbortController();
      open.set(id, leaving);
      try {
        return await live.read(service, externalIds, notBefore, leaving.signal);
      } finally {
        open.delete(id);
      }
    },
    leaveLive: (id) => open.get(id)?.abort(),
  };
}

// The call has 3 s. Writing it down may have to wait for a seal; then what the index held before is the answer.
const patienceMs = 5_000;

/** The server's side. */
export function createLiveReader(thread: {
  readLive(...question: Parameters<LiveCalls['readLive']>): ReturnType<LiveCalls['readLive']>;
  leaveLive(id: number): unknown;
}): LiveReader {
  let last = 0;
  return {
    async read(service, externalIds, notBefore, signal) {
      const id = ++last;
      const { promise: left, resolve } = Promise.withResolvers<undefined>();
      const leave = (): void => {
        thread.leaveLive(id);
        resolve(undefined);
      };
      const late = setTimeout(leave, patienceMs);
      signal.addEventListener('abort', leave, { once: true });
      try {
        const answers = thread.readLive({ id, service, externalIds, notBefore });
        if (signal.aborted) leave();
        return (await Promise.race([answers, left])) ?? new Map(externalIds.map((each) => [each, tooLate(service)]));
      } finally {
        clearTimeout(late);
        signal.removeEventListener('abort', leave);
      }
    },
  };
}

const tooLate = (service: string): LiveAnswer => ({
  kind: 'failed',
  failure: { code: 'TIMEOUT', message: `${service}: not told and written down within ${patienceMs} ms`, retryAfterMs: undefined },
});
