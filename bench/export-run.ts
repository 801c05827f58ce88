// Exports a role report in one format, in a process of its own: what its memory grows by is the export's.
import { setTimeout as sleep } from 'node:timers/promises';
import { createDirectory } from '../src/directory/directory.ts';
import { exportRoleReport } from '../src/directory/export.ts';
import type { ReportFormat } from '../src/model/access.ts';
import { openStore } from '../src/store/open.ts';
import { cpuClock } from './cpu.ts';

export interface ExportQuestion {
  readonly folder: string;
  readonly format: ReportFormat;
}

export interface ExportRun {
  readonly lines: number;
  readonly bytes: number;
  readonly cpuMs: number;
  readonly idle: number;
  readonly peak: number;
}

async function run({ folder, format }: ExportQuestion): Promise<ExportRun> {
  const store = await openStore(folder, { scanThreads: true });
  const view = await createDirectory(store, { now: Date.now, managedDomains: [] }).open();
  // The thread that answers long questions stands already, as in a gateway that has been asked before.
  await view.scanning().reportSummary({}, [], ['SERVICE']);
  await sleep(1_000);
  const idle = process.memoryUsage.rss();
  let peak = idle;
  let lines = 0;
  let bytes = 0;
  const spent = cpuClock();
  for await (const piece of exportRoleReport(view, { format, filter: {}, findings: [] })) {
    bytes += Buffer.byteLength(piece);
    lines += piece.split('\n').length - 1;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const cpuMs = spent();
  await store.close();
  return { lines, bytes, cpuMs, idle, peak };
}

process.on('message', (question: ExportQuestion) => void run(question).then((answer) => process.send?.(answer)));
