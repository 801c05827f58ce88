import { stringify } from 'yaml';
import { adapters } from '../../adapters/index.ts';
import { sandboxes } from '../../adapters/sandboxes.ts';
import { budgetsOf, connectService } from '../../src/cli/connect-services.ts';
import { createLiveCalls, createLiveReader } from '../../src/cli/live-reader.ts';
import { parseConfig } from '../../src/config/read.ts';
import type { Adapter } from '../../src/contract/adapter.ts';
import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import type { StoreConnection } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import { createLiveReads, type LiveReads } from '../../src/sync/live.ts';
import { toProfile } from '../../src/sync/profile.ts';
import { createScheduler, type SyncScheduler } from '../../src/sync/scheduler.ts';
import type { SyncedService } from '../../src/sync/service.ts';
import { accountOf, instanceOf } from '../sandbox/instances.ts';
import { openSqlite, type TestEngine } from '../store/engines.ts';
import { createRecorder, idle, idleDesk, post, type Logged, type Reply } from '../server/support.ts';

export interface LiveOptions {
  /** Settings beside the usual ones, by type. A type beside Slack and PagerDuty is one more service, with nobody in it. */
  readonly services?: Readonly<Record<string, object>>;
  /** SQLite without it. */
  readonly engine?: TestEngine;
  /** What goes wrong in an adapter. */
  readonly adapter?: (adapter: Adapter, type: string) => Adapter;
  /** Services that are not read before the bench is handed over; they have no credential that was proved either. */
  readonly unread?: readonly string[];
}

export interface LiveBench extends AsyncDisposable {
  readonly chat: DemoInstance;
  readonly chatServer: SandboxServer;
  readonly pager: DemoInstance;
  readonly pagerServer: SandboxServer;
  readonly store: StoreConnection;
  readonly scheduler: SyncScheduler;
  readonly live: LiveReads;
  readonly server: Server;
  /** What the server logged. */
  readonly entries: readonly Logged[];
  /** What a service holds, and where it answers. */
  of(type: string): { readonly instance: DemoInstance; readonly server: SandboxServer };
  /** Live reads of a process that has proved no credential yet. @param link the scheduler's without it. */
  newProcess(link?: () => Promise<void>): LiveReads;
  /** Sends both services' clocks, and ours, into the future. */
  pass(ms: number): void;
  ask(query: string, variables?: object): Promise<Reply>;
  /** Forgets the calls so far. */
  forget(): void;
  /** Paths of the calls since then that were about single accounts. */
  lookUps(server: SandboxServer): readonly string[];
  /** How many calls of each service since then named this address. */
  searches(address: string): Readonly<Record<string, number>>;
  /** Calls that the service has open now. */
  inFlight(name: string): number;
}

const many = (prefix: string, people: number): readonly DemoAccount[] => Array.from({ length: people }, (_, index) => accountOf(prefix, index));

/** The same people in Slack and PagerDuty, read, linked and answered for, as the command line puts it together but for the thread. */
export async function startLive(people: number, options: LiveOptions = {}): Promise<LiveBench> {
  const { services: settings = {}, adapter: spoil = (adapter) => adapter, unread = [] } = options;
  const chat = instanceOf('slack', 'T0LIVE001', many('U', people));
  const pager = instanceOf('pagerduty', 'acme', many('P', people));
  const more = Object.keys(settings).filter((type) => type !== chat.type && type !== pager.type);
  const all = [chat, pager, ...more.map((type) => instanceOf(type, `${type}-live`, []))];
  const servers: SandboxServer[] = [];
  const services: object[] = [];
  for (const instance of all) {
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
      ...settings[instance.type],
    });
  }
  const [chatServer, pagerServer] = servers as [SandboxServer, SandboxServer];
  const text = stringify({ managedDomains: ['acme.example'], services });
  const config = parseConfig(text, 'live.yaml', { adapters, environment: {} });
  const connected = (await Promise.all(config.services.map(connectService))).map((each) => ({
    ...each,
    adapter: spoil(each.adapter, each.service.type),
  }));
  const stored = await (options.engine?.open() ?? openSqlite());
  const store = stored.connection;
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const synced = connected.map(({ service: { name, type, levels, emailTrust, people: role, everyMs }, adapter }): SyncedService => {
    const profile = toProfile(adapter, { emailTrust, people: role, managedDomains: config.managedDomains });
    return { name, type, adapter, levels, everyMs, profile, settingsHash: name };
  });
  await declareServices(store, synced);
  const scheduler = createScheduler({ store, now, services: synced, onBound: (name, svc) => live.bound(name, svc) });
  const newProcess = (link = () => scheduler.link()): LiveReads =>
    createLiveReads({
      store,
      now,
      services: connected.map(({ service: { name, type, levels }, adapter, soon }) => ({ name, type, levels, adapter, soon })),
      link,
    });
  const live = newProcess();
  await scheduler.once(config.services.map(({ name }) => name).filter((name) => !unread.includes(name)));
  const reader = createLiveReader({ ...createLiveCalls(live), budgets: () => Promise.resolve(budgetsOf(connected)) });
  const directory = createDirectory(store, { now, managedDomains: config.managedDomains, live: reader });
  const { log, entries } = createRecorder();
  const server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), log });
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
    entries,
    of(type) {
      const at = all.findIndex((instance) => instance.type === type);
      const [instance, server] = [all[at], servers[at]];
      if (instance === undefined || server === undefined) throw new Error(`no service ${type}`);
      return { instance, server };
    },
    newProcess,
    pass: (ms) => void (ahead += ms),
    ask: (query, variables) => post(server, { query, variables }),
    forget,
    inFlight: (name) => connected.find(({ service }) => service.name === name)?.transport?.state().inFlight ?? 0,
    lookUps: ({ calls }) =>
      calls.filter(({ path }) => /users\.info|^\/users\/.+/.test(path)).map(({ path, query, body }) => `${path} ${query.get('user') ?? body}`),
    searches(address) {
      const naming = ({ calls }: SandboxServer) =>
        calls.filter(({ query, body }) => [...query.values(), body].some((text) => text.includes(address)));
      return Object.fromEntries(all.map(({ type }, at) => [type, naming(servers[at] as SandboxServer).length]));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await scheduler.stop();
      await Promise.all(connected.map(async ({ transport }) => transport?.close()));
      await Promise.all(servers.map((each) => each.close()));
      await stored.close();
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
