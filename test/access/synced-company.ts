import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters } from '../../adapters/index.ts';
import { sandboxes } from '../../adapters/sandboxes.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import type { View } from '../../src/directory/view.ts';
import { createTransport } from '../../src/http/transport.ts';
import { createCompany, demoServices, type Company } from '../../src/sandbox/company.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { openStore } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import { toProfile } from '../../src/sync/profile.ts';
import { createScheduler } from '../../src/sync/scheduler.ts';
import type { SyncedService } from '../../src/sync/service.ts';

export interface SyncedCompany extends AsyncDisposable {
  readonly company: Company;
  view(): Promise<View>;
}

/** The demo company, all nine services read over loopback and linked, in this process. */
export async function syncCompany(people: number): Promise<SyncedCompany> {
  await using stack = new AsyncDisposableStack();
  const company = createCompany({ people });
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-access-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const services: SyncedService[] = [];
  for (const { name, type, emailTrust, people: role, instance } of demoServices(company)) {
    const [definition, createSandbox] = [adapters.get(type), sandboxes.get(type)];
    if (definition === undefined || createSandbox === undefined) throw new Error(`no adapter ${type}`);
    const sandbox = createSandbox(instance);
    const server = await serveSandbox(sandbox);
    stack.defer(() => server.close());
    // The pace of the real services would make this a slow test.
    const manners = { ...definition.manners, budget: undefined };
    const transport = createTransport({ service: name, baseUrl: server.baseUrl, manners });
    stack.defer(() => transport.close());
    const adapter = await definition.create(definition.settings.parse({ baseUrl: server.baseUrl, ...sandbox.settings }), transport.sync);
    const profile = toProfile(adapter, { emailTrust, people: role, managedDomains: company.managedDomains });
    services.push({ name, type, adapter, profile, levels: {}, everyMs: 60_000, settingsHash: name });
  }
  const store = await openStore(folder);
  stack.defer(() => store.close());
  await declareServices(store, services);
  const outcomes = await createScheduler({ store, services, now: Date.now }).once();
  for (const [name, outcome] of outcomes) if (outcome.kind !== 'sealed') throw new Error(`${name} was not read: ${JSON.stringify(outcome)}`);
  const directory = createDirectory(store, { now: Date.now, managedDomains: company.managedDomains });
  const kept = stack.move();
  return { company, view: () => directory.open(), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
