import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2';
import type { SyncEvent } from '../sync/scheduler.ts';
import type { SyncProgress } from '../sync/service.ts';
import { describeSeal } from './describe.ts';

type Task = ListrTaskWrapper<object, typeof DefaultRenderer, typeof SimpleRenderer>;

export interface SyncDisplay {
  onProgress(progress: SyncProgress): void;
  onEvent(event: SyncEvent): void;
  /** Ends when every service was read once or failed once. */
  run(): Promise<void>;
}

/** One line a service while the first read runs; plain lines where nobody watches. */
export function createSyncDisplay(services: readonly string[]): SyncDisplay {
  const tasks = new Map<string, Task>();
  const ends = new Map(services.map((service) => [service, Promise.withResolvers<string>()]));
  return {
    onProgress({ service, listing, pages, records }) {
      const task = tasks.get(service);
      if (task !== undefined && process.stdout.isTTY) task.output = `${listing}: ${records} records, ${pages} ${pages === 1 ? 'page' : 'pages'}`;
    },
    onEvent(event) {
      if (event.kind === 'sealed') ends.get(event.service)?.resolve(describeSeal(event));
      else if (event.kind === 'failed') ends.get(event.service)?.reject(new Error(event.failure.message));
      else if (event.kind === 'busy') ends.get(event.service)?.resolve('another process reads it');
    },
    async run() {
      const list = new Listr<object>(
        services.map((service) => ({
          title: service,
          task: async (_, task) => {
            tasks.set(service, task);
            const end = await ends.get(service)?.promise;
            task.title = `${service}: ${end ?? ''}`;
          },
        })),
        { concurrent: true, exitOnError: false, renderer: 'default', fallbackRenderer: 'simple', rendererOptions: { collapseErrors: false } },
      );
      await list.run();
    },
  };
}
