import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { configName, placeholderOrigin } from './fill.ts';
import { fileHere } from './processes.ts';

/** A filled store, and a configuration of a gateway that answers from it while all services refuse whoever calls. */
export interface FilledStore {
  readonly folder: string;
  readonly configFile: string;
  /** How often services were called. */
  calls(): number;
  close(): Promise<void>;
}

/** @param kept the folder of a store to use, or to fill and keep; without it one is filled for this run. */
export async function openFilledStore(people: string, kept: string | undefined): Promise<FilledStore> {
  const folder = kept === undefined ? await mkdtemp(join(tmpdir(), 'rollcall-bench-')) : resolve(kept);
  if (!existsSync(join(folder, configName))) {
    console.log(`filling a store with ${people} people …`);
    const began = performance.now();
    execFileSync(process.execPath, [fileHere('fill.ts'), folder, people], { stdio: 'inherit' });
    console.log(`filled in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  let calls = 0;
  const services = createServer((_request, response) => {
    calls += 1;
    response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((listening) => services.listen(0, '127.0.0.1', listening));
  const address = services.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const configFile = join(folder, 'unreachable.yaml');
  writeFileSync(configFile, readFileSync(join(folder, configName), 'utf8').replaceAll(placeholderOrigin, `http://127.0.0.1:${address.port}`));
  return {
    folder,
    configFile,
    calls: () => calls,
    async close() {
      services.close();
      if (kept === undefined) await rm(folder, { recursive: true });
    },
  };
}
