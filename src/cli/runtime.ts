import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config/config.ts';
import { createDirectory } from '../directory/directory.ts';
import type { Directory } from '../directory/view.ts';
import { openStore } from '../store/open.ts';
import { createLiveReader } from './live-reader.ts';
import { createReportWriter } from './report-thread.ts';
import type { SyncNews } from './sync-calls.ts';
import { createSyncThread, type SyncThread } from './sync-thread.ts';

// Of a heap that grows to 4 GiB this is room for 200,000 people with their accounts and groups; it is taken as people are asked about.
const memoryShare = 0.25;
const bytesARow = 800;

/** Everything that runs behind a server or a command: the directory, and the thread that reads services and writes. */
export interface Runtime {
  readonly directory: Directory;
  readonly sync: SyncThread;
  readonly writeReport: ReturnType<typeof createReportWriter>;
  close(): Promise<void>;
}

export interface RuntimeOptions extends Partial<SyncNews> {
  /** Others ask meanwhile: none of them waits for a question that takes long. */
  readonly serves?: boolean;
}

export async function createRuntime(config: Config, { serves = false, ...news }: RuntimeOptions = {}): Promise<Runtime> {
  const store = await openStore(config.store, { scanThreads: serves });
  const sync = createSyncThread(config, { onEvent: () => undefined, onProgress: () => undefined, ...news });
  return {
    sync,
    writeReport: createReportWriter(config),
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
