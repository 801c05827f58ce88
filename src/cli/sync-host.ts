// Reads services in a thread of its own: parsing pages and sealing them never makes a query wait, and its garbage is collected apart.
import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { adapters } from '../../adapters/index.ts';
import type { Config, ConfiguredService } from '../config/config.ts';
import { environment } from '../config/environment.ts';
import { parseConfig } from '../config/read.ts';
import type { Adapter } from '../contract/adapter.ts';
import { openStore } from '../store/open.ts';
import { settleQuarantine } from '../store/sync/quarantine.ts';
import { declareServices } from '../store/sync/services.ts';
import { createLiveReads } from '../sync/live.ts';
import { toProfile } from '../sync/profile.ts';
import { createScheduler } from '../sync/scheduler.ts';
import type { SyncedService } from '../sync/service.ts';
import { collectEarly } from './collect-early.ts';
import { budgetsOf, connectService } from './connect-services.ts';
import { createLinkDesk } from './link-desk.ts';
import { createLiveCalls } from './live-reader.ts';
import type { SyncCalls, SyncNews, SyncThreadData } from './sync-calls.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker');
const { text, file } = workerData as SyncThreadData;
const config = parseConfig(text, file, { adapters, environment });
const store = await openStore(config.store, { lean: true });
const connected = await Promise.all(config.services.map(connectService));
const services = connected.map(({ service, adapter }) => toSyncedService(config, service, adapter));
await declareServices(store, services);
const stopCollecting = collectEarly();

const scheduler = createScheduler({
  store,
  now: Date.now,
  services,
  onEvent: (event) => void main.onEvent.asEvent(event),
  onProgress: (progress) => void main.onProgress.asEvent(progress),
  onBound: (name, svc) => live.bound(name, svc),
});
const live = createLiveReads({
  store,
  now: Date.now,
  services: connected.map(({ service: { name, type, levels }, adapter, soon }) => ({ name, type, levels, adapter, soon })),
  link: () => scheduler.link(),
});
const calls: SyncCalls = {
  ready: () => Promise.resolve(),
  start: () => scheduler.start(),
  once: (names) => scheduler.once(names),
  trigger: (name) => scheduler.trigger(name),
  link: () => scheduler.link(),
  async settleQuarantine(svc, accept, reason) {
    await settleQuarantine(store, svc, accept, reason, Date.now());
    await scheduler.link();
  },
  ...createLinkDesk({ store, now: Date.now }),
  ...createLiveCalls(live),
  calls: () => new Map(connected.map(({ service, transport }) => [service.name, transport?.state().calls ?? 0])),
  budgets: () => budgetsOf(connected),
  async stop() {
    stopCollecting();
    await scheduler.stop();
    await Promise.all(connected.map(async ({ transport }) => transport?.close()));
    await store.close();
  },
};
const main = createBirpc<SyncNews, SyncCalls>(calls, {
  post: (message) => port.postMessage(message),
  on: (listener) => port.on('message', listener),
  timeout: -1,
});

function toSyncedService({ managedDomains }: Config, service: ConfiguredService, adapter: Adapter): SyncedService {
  const { name, type, emailTrust, people, levels, everyMs, definition, settings } = service;
  const profile = toProfile(adapter, { emailTrust, people, managedDomains });
  const settingsHash = hash('sha1', JSON.stringify([type, definition.baseUrl(settings), levels, profile.listings]));
  return { name, type, adapter, profile, levels, everyMs, settingsHash };
}
