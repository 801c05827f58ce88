import { pino, type Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { environment } from '../config/environment.ts';
import { exitCodes, UserError } from './exit.ts';
import type { Runtime } from './runtime.ts';

export function tellWarnings({ warnings }: Config): void {
  for (const warning of warnings) console.error(`warning: ${warning}`);
}

export async function openStoreOrExplain(config: Config, open: () => Promise<Runtime>): Promise<Runtime> {
  try {
    return await open();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const where = config.store.replace(/\/\/[^@/]*@/, '//…@');
    throw new UserError(`the store ${where} cannot be opened: ${cause}`, exitCodes.failed);
  }
}

export function createLog(level = 'info'): Logger {
  return pino({ base: null, level: environment['LOG_LEVEL'] ?? level, redact: ['*.token', '*.authorization', '*.headers'] }, pino.destination(2));
}
