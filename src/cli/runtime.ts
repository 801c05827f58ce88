import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config/config.ts';
import { createDirectory } from '../directory/directory.ts';
import type { Directory } from '../directory/view.ts';
import { openStore, type StoreConnection } from '../store/open.ts';
import { createLiveReader } from './live-reader.ts';
import type { SyncNews } from './sync-calls.ts';
import { startSyncThread, type SyncThread } from './sync-thread.ts';

// Of a heap that grows to 4 GiB this is room for 200,000 people with their accounts and groups; it is taken as people are asked about.
const memoryShare = 0.25;
const bytesARow = 800;

/** Everything that runs behind a server or a command: the store, the thread that reads services, the directory. */
export interface Runtime {
  readonly store: StoreConnection;
  readonly directory: Directory;
  readonly sync: SyncThread;
  close(): Promise<void>;
}

export async function createRuntime(config: Config, news: Partial<SyncNews> = {}): Promise<Runtime> {
  const store = await openStore(config.store);
  const sync = startSyncThread(config, { onEvent: () => undefined, onProgress: () => undefined, ...news });
  return {
    store,
    sync,
    directory: createDirectory(store, {
      now: Date.now,
      managedDomains: config.managedDomains,
      order: config.services.map(({ name }) => name),
      live: createLiveReader(sync),
      rememberedRows: Math.floor((getHeapStatistics().heap_size_limit * memoryShare) / bytesARow),
    }),
    async close() {
      await sync.stop();
      await store.close();
    },
  };
}
