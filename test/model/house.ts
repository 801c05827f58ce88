import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters } from '../../adapters/index.ts';
import { sandboxes } from '../../adapters/sandboxes.ts';
import type { EmailTrust } from '../../src/contract/adapter.ts';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { createServer } from '../../src/server/server.ts';
import { openStore } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import { toProfile } from '../../src/sync/profile.ts';
import { createScheduler } from '../../src/sync/scheduler.ts';
import type { SyncedService } from '../../src/sync/service.ts';
import { createRecorder, idle, idleDesk, post, type Reply } from '../server/support.ts';

/** A service as its operator would write it, over an instance that its sandbox shows. */
export interface HouseService {
  readonly name: string;
  readonly instance: DemoInstance;
  readonly emailTrust?: EmailTrust;
  readonly people?: 'source' | 'match';
  /** Beside those that the sandbox asks for, or instead of the sandbox: with `credentials`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Files that the settings name, by what stands for their paths there. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface House extends AsyncDisposable {
  ask(query: string, variables?: object): Promise<Reply>;
  /** The data of an answer without errors. */
  data<T>(query: string, variables?: object): Promise<T>;
  /** Every node of a list at the root, page by page. */
  list<T>(field: string, args: string, selection: string): Promise<readonly T[]>;
}

/** Reads the services through their adapters into a store of its own, links the accounts, and answers by GraphQL. */
export async function openHouse(wanted: readonly HouseService[], managedDomains: readonly string[]): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-model-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const services = await Promise.all(wanted.map((service) => connect(service, managedDomains, folder, closers)));
  const store = await openStore(join(folder, 'store'));
  closers.push(() => store.close());
  await declareServices(store, services);
  const scheduler = createScheduler({ store, now: Date.now, services });
  const outcomes = await scheduler.once();
  await scheduler.stop();
  for (const [name, outcome] of outcomes) if (outcome.kind !== 'sealed') throw new Error(`${name}: ${JSON.stringify(outcome)}`);

  const directory = createDirectory(store, { now: Date.now, managedDomains, order: wanted.map(({ name }) => name) });
  const { log } = createRecorder();
  const server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), log });
  closers.push(() => server.close());
  const ask = (query: string, variables?: object) => post(server, { query, variables });
  async function data<T>(query: string, variables?: object): Promise<T> {
    const { body } = await ask(query, variables);
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return body.data as T;
  }
  return {
    ask,
    data,
    async list<T>(field: string, args: string, selection: string) {
      const query = `query ($after: String) { ${field}(first: 50, after: $after ${args}) { nodes ${selection} pageInfo { hasNextPage endCursor } } }`;
      const nodes: T[] = [];
      for (let after: string | null = null; ;) {
        const page: Page<T> | undefined = (await data<Record<string, Page<T>>>(query, { after }))[field];
        if (page === undefined) throw new Error(`no list ${field}`);
        nodes.push(...page.nodes);
        if (!page.pageInfo.hasNextPage) return nodes;
        after = page.pageInfo.endCursor;
      }
    },
    async [Symbol.asyncDispose]() {
      for (const close of closers.toReversed()) await close();
    },
  };
}

interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function connect(
  { name, instance, emailTrust = 'MANAGED_DOMAINS', people = 'source', settings: more = {}, files = {} }: HouseService,
  managedDomains: readonly string[],
  folder: string,
  closers: (() => Promise<unknown>)[],
): Promise<SyncedService> {
  const { type } = instance;
  const [definition, createSandbox] = [adapters.get(type), sandboxes.get(type)];
  if (definition === undefined || createSandbox === undefined) throw new Error(`no adapter ${type}`);
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  const sandbox = createSandbox(instance);
  const server = await serveSandbox(sandbox);
  closers.push(() => server.close());
  const text = JSON.stringify({ ...sandbox.settings, baseUrl: server.baseUrl, ...more });
  const settings = definition.settings.parse(JSON.parse(text.replaceAll('FOLDER', folder)));
  const transport = createTransport({ service: name, baseUrl: server.baseUrl, manners: definition.manners });
  closers.push(() => transport.close());
  const adapter = await definition.create(settings, transport.sync);
  const profile = toProfile(adapter, { emailTrust, people, managedDomains });
  return { name, type, adapter, profile, levels: {}, everyMs: 60_000, settingsHash: name };
}
