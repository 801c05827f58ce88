import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { adapters, sandboxes } from '../../adapters/index.ts';
import { connectService } from '../../src/cli/connect-services.ts';
import { createLiveCalls, createLiveReader } from '../../src/cli/live-reader.ts';
import { parseConfig } from '../../src/config/read.ts';
import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { openStore, type StoreConnection } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import { createLiveReads, type LiveReads } from '../../src/sync/live.ts';
import { toProfile } from '../../src/sync/profile.ts';
import { createScheduler, type SyncScheduler } from '../../src/sync/scheduler.ts';
import type { SyncedService } from '../../src/sync/service.ts';
import { accountOf, instanceOf } from '../sandbox/instances.ts';
import { createRecorder, idle, idleDesk, post, type Reply } from '../server/support.ts';

export interface LiveBench extends AsyncDisposable {
  readonly chat: DemoInstance;
  readonly chatServer: SandboxServer;
  readonly pager: DemoInstance;
  readonly pagerServer: SandboxServer;
  readonly store: StoreConnection;
  readonly scheduler: SyncScheduler;
  readonly live: LiveReads;
  readonly server: Server;
  /** Sends both services' clocks, and ours, into the future. */
  pass(ms: number): void;
  ask(query: string, variables?: object): Promise<Reply>;
  /** Forgets the calls so far. */
  forget(): void;
  /** Paths of the calls since then that were about single accounts. */
  lookUps(server: SandboxServer): readonly string[];
  /** Calls that the service has open now. */
  inFlight(name: string): number;
}

const many = (prefix: string, people: number): readonly DemoAccount[] => Array.from({ length: people }, (_, index) => accountOf(prefix, index));

/** The same people in Slack and PagerDuty, read, linked and answered for, as the command line puts it together but for the thread. */
export async function startLive(people: number): Promise<LiveBench> {
  const chat = instanceOf('slack', 'T0LIVE001', many('U', people));
  const pager = instanceOf('pagerduty', 'acme', many('P', people));
  const servers: SandboxServer[] = [];
  const services: object[] = [];
  for (const instance of [chat, pager]) {
    const sandbox = sandboxes.get(instance.type)?.(instance);
    if (sandbox === undefined) throw new Error(`no sandbox ${instance.type}`);
    const served = await serveSandbox(sandbox);
    servers.push(served);
    services.push({
      name: instance.type,
      type: instance.type,
      baseUrl: served.baseUrl,
      ...sandbox.settings,
      emailTrust: 'MANAGED_DOMAINS',
      people: 'source',
    });
  }
  const [chatServer, pagerServer] = servers as [SandboxServer, SandboxServer];
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-live-'));
  const text = stringify({ store: folder, managedDomains: ['acme.example'], services });
  const config = parseConfig(text, 'live.yaml', { adapters, environment: {} });
  const connected = config.services.map(connectService);
  const store = await openStore(folder);
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const synced = connected.map(({ service: { name, type, levels, emailTrust, people: role, everyMs }, adapter }): SyncedService => {
    const profile = toProfile(adapter, { emailTrust, people: role, managedDomains: config.managedDomains });
    return { name, type, adapter, levels, everyMs, profile, settingsHash: name };
  });
  await declareServices(store, synced);
  const scheduler = createScheduler({ store, now, services: synced, onBound: (name, svc) => live.bound(name, svc) });
  const live = createLiveReads({
    store,
    now,
    services: connected.map(({ service: { name, type, levels }, adapter, soon }) => ({ name, type, levels, adapter, soon })),
    link: () => scheduler.link(),
  });
  await scheduler.once();
  const directory = createDirectory(store, { now, managedDomains: config.managedDomains, live: createLiveReader(createLiveCalls(live)) });
  const server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), log: createRecorder().log });
  const forget = (): void => {
    for (const each of servers) each.reset();
  };
  forget();
  return {
    chat,
    chatServer,
    pager,
    pagerServer,
    store,
    scheduler,
    live,
    server,
    pass: (ms) => void (ahead += ms),
    ask: (query, variables) => post(server, { query, variables }),
    forget,
    inFlight: (name) => connected.find(({ service }) => service.name === name)?.transport?.state().inFlight ?? 0,
    lookUps: ({ calls }) =>
      calls.filter(({ path }) => /users\.info|^\/users\/.+/.test(path)).map(({ path, query, body }) => `${path} ${query.get('user') ?? body}`),
    async [Symbol.asyncDispose]() {
      await server.close();
      await scheduler.stop();
      await Promise.all(connected.map(async ({ transport }) => transport?.close()));
      await Promise.all(servers.map((each) => each.close()));
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const change = (instance: DemoInstance, index: number, to: Partial<DemoAccount>): void => {
  instance.accounts = instance.accounts.map((each, n) => (n === index ? { ...each, ...to } : each));
};

export interface Account {
  readonly externalId: string;
  readonly displayName: string;
  readonly status: string;
  readonly origin: string;
  readonly asOf: string;
  readonly stale: boolean;
}
export interface Person {
  readonly displayName: string;
  readonly identities: readonly Account[];
  readonly coverage: readonly { readonly state: string; readonly issue: { readonly code: string } | null }[];
}

const record = '{ externalId displayName status origin asOf stale }';
const person = `{ displayName identities ${record} coverage { state issue { code } } }`;
export const userQuery = `query ($by: UserBy!, $freshness: Freshness) { user(by: $by, freshness: $freshness) ${person} }`;
export const usersQuery = `query ($refs: [UserBy!]!, $freshness: Freshness) { usersBy(refs: $refs, freshness: $freshness) ${person} }`;
export const identityQuery = `query ($by: IdentityRef!, $freshness: Freshness) { identity(by: $by, freshness: $freshness) { ${record.slice(1, -1)} user { displayName identities { externalId } } } }`;

export const slack = (index: number) => ({ identity: { service: 'slack', externalId: `U${String(index).padStart(8, '0')}` } });
export const pagerduty = (index: number) => ({ identity: { service: 'pagerduty', externalId: `P${String(index).padStart(8, '0')}` } });

/** The person behind a Slack account; fails when the answer holds an error. */
export async function askUser(bench: LiveBench, index: number, freshness?: object): Promise<Person> {
  const { body } = await bench.ask(userQuery, { by: slack(index), freshness });
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return (body.data as { user: Person }).user;
}
