import type { Directory } from './view.ts';

/** Tells when the store has a newer revision. */
export interface RevisionFeed {
  /** Resolves once there is a revision after this one; also when the signal aborts. */
  after(revision: number, signal: AbortSignal): Promise<void>;
}

const lookEveryMs = 1_000;

/** Looks once a second while somebody waits, however many wait: another process may have sealed, so nobody else could tell. */
export function createRevisionFeed(directory: Directory, everyMs = lookEveryMs): RevisionFeed {
  const waiting = new Set<{ readonly revision: number; readonly wake: () => void }>();
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    // A store that cannot answer now is asked again.
    const newest = await directory.open().then(
      ({ revision }) => revision,
      () => -1,
    );
    for (const each of waiting) if (newest > each.revision) each.wake();
    timer = waiting.size === 0 ? undefined : setTimeout(() => void look(), everyMs);
  }

  return {
    after: (revision, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const each = {
          revision,
          wake: () => {
            waiting.delete(each);
            signal.removeEventListener('abort', each.wake);
            resolve();
          },
        };
        waiting.add(each);
        signal.addEventListener('abort', each.wake);
        timer ??= setTimeout(() => void look(), everyMs);
      }),
  };
}
