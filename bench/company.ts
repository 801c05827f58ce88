import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { adapters } from '../adapters/index.ts';
import type { Config } from '../src/config/config.ts';
import { parseConfig } from '../src/config/read.ts';

export interface CompanyProcess {
  readonly config: Config;
  stop(): void;
}

/** Starts the services of the demo company elsewhere and gives the configuration that reads them. */
export async function startCompany(options: {
  readonly people: number;
  readonly types?: readonly string[];
  readonly store: string;
}): Promise<CompanyProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL('company-process.ts', import.meta.url)), [
    String(options.people),
    (options.types ?? []).join(','),
    options.store,
  ]);
  const [{ yaml }] = (await once(child, 'message')) as [{ yaml: string }];
  return { config: parseConfig(yaml, 'bench', { adapters, environment: {} }), stop: () => child.disconnect() };
}
