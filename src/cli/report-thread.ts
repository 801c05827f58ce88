import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Config } from '../config/config.ts';
import type { ReportExport } from '../directory/export.ts';

export interface ReportThreadData {
  readonly store: string;
  readonly managedDomains: readonly string[];
  /** Names of the services as the configuration lists them. */
  readonly order: readonly string[];
  readonly report: ReportExport;
}

// Rows live no longer than their batch: a small nursery keeps what is left of them out of memory.
const nurseryMb = 6;

/**
 * Writes reports, each in a thread of its own: hundreds of thousands of rows are worked out beside whoever asks meanwhile, and take no more memory than
 * one batch of them. The next piece is made while the last one is taken. The thread ends with the report, or when nobody takes it any more.
 */
export const createReportWriter = ({ store, managedDomains, services }: Config) =>
  async function* write(report: ReportExport): AsyncGenerator<string> {
    const workerData: ReportThreadData = { store, managedDomains, order: services.map(({ name }) => name), report };
    const worker = new Worker(new URL('report-worker.mjs', import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: nurseryMb },
    });
    const ask = (): Promise<readonly unknown[]> => {
      const answered = once(worker, 'message');
      // Whoever takes pieces slowly hears of a failure when the next one is due.
      answered.catch(() => undefined);
      worker.postMessage('next');
      return answered;
    };
    try {
      for (let next = ask(); ;) {
        const [piece] = (await next) as [string | null];
        if (piece === null) return;
        next = ask();
        yield piece;
      }
    } finally {
      await worker.terminate();
    }
  };
