import { adapters } from '../../adapters/index.ts';
import { environment } from '../config/environment.ts';
import { readConfig } from '../config/read.ts';
import type { SyncEvent } from '../sync/scheduler.ts';
import type { SyncProgress } from '../sync/service.ts';
import { openStoreOrExplain, tellWarnings } from './common.ts';
import { describeSeal } from './describe.ts';
import { UserError } from './exit.ts';
import { createRuntime } from './runtime.ts';
import { untilStopped } from './start.ts';

/** Reads the services again and again, each at its own pace, until it is told to stop. */
export async function watchSync(file: string, names: readonly string[]): Promise<number> {
  if (names.length > 0) throw new UserError('--watch reads all services: name none');
  const config = readConfig(file, { adapters, environment });
  tellWarnings(config);
  const board = createBoard(
    config.services.map(({ name }) => name),
    process.stdout,
    () => new Date(),
  );
  const runtime = await openStoreOrExplain(config, () => createRuntime(config, board));
  await runtime.sync.start();
  return untilStopped([runtime.close]);
}

export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Board {
  onProgress(progress: SyncProgress): void;
  onEvent(event: SyncEvent): void;
}

/** A line a service that changes in place; where nobody watches, a line for what happened. */
export function createBoard(services: readonly string[], terminal: Terminal, clock: () => Date): Board {
  const width = Math.max(0, ...services.map((name) => name.length));
  const lines = new Map(services.map((name) => [name, 'waiting']));
  let drawn = 0;

  const shown = (name: string, text: string): string => `${name.padEnd(width)}  ${text}`;

  function draw(): void {
    const up = drawn === 0 ? '' : `\u001B[${drawn}A`;
    // A line that wraps would take more than its one row.
    const rows = [...lines].map(([name, text]) => `\u001B[2K${shown(name, text).slice(0, (terminal.columns ?? 80) - 1)}\n`);
    terminal.write(up + rows.join(''));
    drawn = rows.length;
  }

  function set(name: string, text: string): void {
    lines.set(name, text);
    if (terminal.isTTY === true) draw();
  }

  function settle(name: string, text: string): void {
    const at = clock()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    if (terminal.isTTY === true) set(name, `${at}  ${text}`);
    else terminal.write(`${at}  ${shown(name, text)}\n`);
  }

  return {
    onProgress({ service, listing, pages, records }) {
      set(service, `reading ${listing}: ${records} records, ${pages} ${pages === 1 ? 'page' : 'pages'}`);
    },
    onEvent(event) {
      if (event.kind === 'sealed') settle(event.service, describeSeal(event));
      else if (event.kind === 'busy') settle(event.service, 'another process reads it');
      else if (event.kind === 'failed') settle(event.service, `failed: ${event.failure.message}${nextText(event.nextAttemptInMs)}`);
    },
  };
}

const nextText = (ms: number | undefined): string => (ms === undefined ? '' : `; again in ${Math.ceil(ms / 1000)} s`);
