import type { Config } from '../config/config.ts';
import { createDirectory } from '../directory/directory.ts';
import type { Directory } from '../directory/view.ts';
import { openStore, type StoreConnection } from '../store/open.ts';
import { createLiveReader } from './live-reader.ts';
import type { SyncNews } from './sync-calls.ts';
import { startSyncThread, type SyncThread } from './sync-thread.ts';

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
      // Some 15,000 people with their accounts and groups, 120 MiB.
      rememberedRows: 200_000,
    }),
    async close() {
      await sync.stop();
      await store.close();
    },
  };
}
