import { hash } from 'node:crypto';
import type { Adapter } from '../contract/adapter.ts';
import type { Http } from '../contract/http.ts';
import { AdapterError } from '../contract/errors.ts';
import type { Config, ConfiguredService } from '../config/config.ts';
import { createDirectory } from '../directory/directory.ts';
import type { Directory } from '../directory/view.ts';
import { createTransport, type Transport } from '../http/transport.ts';
import type { ServiceProfile } from '../model/profile.ts';
import { openStore, type StoreConnection } from '../store/open.ts';
import { declareServices } from '../store/sync/services.ts';
import { createScheduler, type SyncEvent, type SyncScheduler } from '../sync/scheduler.ts';
import type { SyncedService, SyncProgress } from '../sync/service.ts';

/** Everything that runs behind a server or a command: store, adapters, sync, directory. */
export interface Runtime {
  readonly store: StoreConnection;
  readonly directory: Directory;
  readonly scheduler: SyncScheduler;
  readonly services: readonly ConfiguredService[];
  /** Calls put on the wire so far, by service. */
  calls(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  readonly onEvent?: (event: SyncEvent) => void;
  readonly onProgress?: (progress: SyncProgress) => void;
}

export async function createRuntime(config: Config, options: RuntimeOptions = {}): Promise<Runtime> {
  const now = Date.now;
  const store = await openStore(config.store);
  const declared = config.services.map((service) => ({ service, ...connect(service) }));
  const synced = declared.map(({ service, adapter }) => toSyncedService(config, service, adapter));
  await declareServices(store, synced);
  const scheduler = createScheduler({
    store,
    now,
    services: synced,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  return {
    store,
    scheduler,
    services: config.services,
    directory: createDirectory(store, { now, managedDomains: config.managedDomains, order: config.services.map(({ name }) => name) }),
    calls: () => new Map(declared.map(({ service, transport }) => [service.name, transport?.state().calls ?? 0])),
    async close() {
      await scheduler.stop();
      await Promise.all(declared.map(async ({ transport }) => transport?.close()));
      await store.close();
    },
  };
}

function connect({ name, definition, settings }: ConfiguredService): { readonly adapter: Adapter; readonly transport: Transport | undefined } {
  const baseUrl = definition.baseUrl(settings);
  const transport = baseUrl === undefined ? undefined : createTransport({ service: name, baseUrl, manners: definition.manners });
  return { transport, adapter: definition.create(settings, transport?.sync ?? noNetwork(name)) };
}

const noNetwork = (name: string): Http => ({
  request: () => Promise.reject(new AdapterError('MISCONFIGURED', `${name} reads files: it has no address to call`)),
});

function toSyncedService(config: Config, service: ConfiguredService, adapter: Adapter): SyncedService {
  const profile: ServiceProfile = {
    emailTrust: service.emailTrust,
    people: service.people,
    managedDomains: config.managedDomains,
    listings: adapter.listings.map(({ name, yields }) => ({ name, yields })),
    findByEmail: adapter.findByEmail !== undefined,
  };
  return {
    name: service.name,
    type: service.type,
    adapter,
    profile,
    levels: service.levels,
    everyMs: service.everyMs,
    settingsHash: hash('sha1', JSON.stringify([service.type, service.definition.baseUrl(service.settings), service.levels, profile.listings])),
  };
}
