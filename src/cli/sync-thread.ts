import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { Config } from '../config/config.ts';
import type { SyncCalls, SyncNews, SyncThreadData } from './sync-calls.ts';

export type SyncThread = {
  readonly [Name in keyof SyncCalls]: (...parameters: Parameters<SyncCalls[Name]>) => Promise<Awaited<ReturnType<SyncCalls[Name]>>>;
};

// Few short-lived objects survive a page; a small nursery keeps the rest out of memory.
const nurseryMb = 1;

/** Starts the thread that reads services. It stands ready, and reads when told. */
export async function startSyncThread({ source }: Config, news: SyncNews): Promise<SyncThread> {
  const data: SyncThreadData = source;
  const worker = new Worker(new URL('sync-worker.ts', import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: nurseryMb },
  });
  const failed = once(worker, 'error').then(([error]) => {
    throw error;
  });
  const thread = createBirpc<SyncCalls, SyncNews>(news, {
    post: (message) => worker.postMessage(message),
    on: (listener) => worker.on('message', listener),
    timeout: -1,
  });
  // Messages wait in the port until the worker listens; its failure to start is told instead.
  await Promise.race([thread.ready(), failed]);
  worker.on('error', (error) => {
    throw error;
  });
  return {
    ready: () => thread.ready(),
    start: () => thread.start(),
    once: (names) => thread.once(names),
    trigger: (name) => thread.trigger(name),
    link: () => thread.link(),
    calls: () => thread.calls(),
    async stop() {
      await thread.stop();
      await worker.terminate();
    },
  };
}
