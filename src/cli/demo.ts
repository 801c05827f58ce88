import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { adapters } from '../../adapters/index.ts';
import { sandboxes } from '../../adapters/sandboxes.ts';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/read.ts';
import { createCompany, demoServices } from '../sandbox/company.ts';
import { serveSandbox, type SandboxServer } from '../sandbox/serve.ts';

export interface Demo {
  readonly config: Config;
  /** The file that an operator would have written. */
  readonly yaml: string;
  /** Where the demo company's services answer, by the operator's name. */
  readonly addresses: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly people: number;
  readonly port: number;
  /** Where to keep what was read; a folder that is removed at the end by default. */
  readonly store?: string;
  /** Only services of these types. */
  readonly types?: readonly string[] | undefined;
}

/** Starts every sandbox of the demo company and writes the configuration that a real operator would write for them. */
export async function startDemo({ people, port, store, types }: DemoOptions): Promise<Demo> {
  const company = createCompany({ people });
  const servers: SandboxServer[] = [];
  const services: object[] = [];
  const addresses = new Map<string, string>();
  for (const { name, type, emailTrust, people: role, instance } of demoServices(company)) {
    const createSandbox = sandboxes.get(type);
    if (createSandbox === undefined || types?.includes(type) === false) continue;
    const sandbox = createSandbox(instance);
    const server = await serveSandbox(sandbox);
    servers.push(server);
    addresses.set(name, server.baseUrl);
    services.push({ name, type, baseUrl: server.baseUrl, ...sandbox.settings, emailTrust, people: role, sync: { every: '5m' } });
  }
  const folder = store ?? (await mkdtemp(join(tmpdir(), 'rollcall-demo-')));
  const yaml = stringify({ listen: { host: '127.0.0.1', port }, store: folder, managedDomains: company.managedDomains, services });
  return {
    config: { ...parseConfig(yaml, 'demo', { adapters, environment: {} }), warnings: [] },
    yaml,
    addresses,
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      if (store === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
