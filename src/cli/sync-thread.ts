import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { Config } from '../config/config.ts';
import type { SyncCalls, SyncNews, SyncThreadData } from './sync-calls.ts';

export type SyncThread = {
  readonly [Name in keyof SyncCalls]: (...parameters: Parameters<SyncCalls[Name]>) => Promise<Awaited<ReturnType<SyncCalls[Name]>>>;
};

// Few short-lived objects survive a page; a small nursery keeps the rest out of memory.
const nurseryMb = 1;

/** The thread that reads services. It starts with the first call, and reads when told; what it is asked before it stands waits. */
export function createSyncThread({ source }: Config, news: SyncNews): SyncThread {
  let started: Started | undefined;
  const thread = (): Started['calls'] => (started ??= startThread(source, news)).calls;
  return {
    ready: () => thread().ready(),
    start: () => thread().start(),
    once: (names) => thread().once(names),
    trigger: (name) => thread().trigger(name),
    link: () => thread().link(),
    settleQuarantine: (svc, accept, reason) => thread().settleQuarantine(svc, accept, reason),
    linkIdentity: (identity, userId, by) => thread().linkIdentity(identity, userId, by),
    unlinkIdentity: (identity, by) => thread().unlinkIdentity(identity, by),
    decideMatches: (input, by) => thread().decideMatches(input, by),
    mergeUsers: (into, from, by) => thread().mergeUsers(into, from, by),
    splitUser: (userId, identities, by) => thread().splitUser(userId, identities, by),
    revertLinkChange: (eventId, by) => thread().revertLinkChange(eventId, by),
    readLive: (question) => thread().readLive(question),
    findLive: (question) => thread().findLive(question),
    leaveLive: (id) => thread().leaveLive(id),
    calls: () => thread().calls(),
    // Whoever has not started called nobody.
    budgets: async () => (await started?.calls.budgets()) ?? new Map(),
    async stop() {
      if (started === undefined) return;
      await started.calls.stop();
      await started.worker.terminate();
    },
  };
}

interface Started {
  readonly worker: Worker;
  readonly calls: ReturnType<typeof createBirpc<SyncCalls, SyncNews>>;
}

function startThread(data: SyncThreadData, news: SyncNews): Started {
  const worker = new Worker(new URL('sync-worker.mjs', import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: nurseryMb },
  });
  // Without this thread nothing is read any more: the process ends, with the cause.
  worker.on('error', (error) => {
    throw error;
  });
  const calls = createBirpc<SyncCalls, SyncNews>(news, {
    post: (message) => worker.postMessage(message),
    on: (listener) => worker.on('message', listener),
    timeout: -1,
  });
  return { worker, calls };
}
