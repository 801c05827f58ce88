import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import { slack } from '../../adapters/slack/index.ts';
import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { openStore, type StoreConnection } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import type { SyncedService } from '../../src/sync/service.ts';
import { accountOf, instanceOf } from '../sandbox/instances.ts';

export const slackInstance = (people: number): DemoInstance => ({
  ...instanceOf(
    'slack',
    'T0SYNC001',
    Array.from({ length: people }, (_, index) => slackAccount(index)),
  ),
  displayName: 'Sync test',
});

export const slackAccount = (index: number, change: Partial<DemoAccount> = {}): DemoAccount => accountOf('U', index, { sso: false, ...change });

export interface SyncBench extends AsyncDisposable {
  readonly instance: DemoInstance;
  readonly server: SandboxServer;
  readonly store: StoreConnection;
  readonly service: SyncedService;
}

/** One Slack sandbox with small pages, read into a store of its own. */
export async function startSyncBench(people: number): Promise<SyncBench> {
  const instance = slackInstance(people);
  const sandbox = createSlackSandbox(instance, { maxPageSize: 10 });
  const server = await serveSandbox(sandbox);
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-sync-'));
  const store = await openStore(folder);
  const transport = createTransport({
    service: 'chat',
    baseUrl: server.baseUrl,
    manners: slack.manners,
    limits: { retryBaseMs: 1, retryCapMs: 2, breakerConsecutive: 1000, syncHeadersMs: 1000 },
  });
  const settings = slack.settings.parse({ baseUrl: server.baseUrl, ...sandbox.settings });
  const adapter = await slack.create(settings, transport.sync);
  const service: SyncedService = {
    name: 'chat',
    type: 'slack',
    adapter,
    profile: { emailTrust: 'VERIFIED_ONLY', people: 'source', managedDomains: ['acme.example'], listings: adapter.listings, findByEmail: true },
    levels: {},
    everyMs: 60_000,
    settingsHash: 'one',
  };
  await declareServices(store, [service]);
  return {
    instance,
    server,
    store,
    service,
    async [Symbol.asyncDispose]() {
      await transport.close();
      await server.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
