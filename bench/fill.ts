// Fills a store with the demo company as reading its services would, without sockets: the same adapters, the same seals, the same linking.
import { stringify } from 'yaml';
import { adapters, sandboxes } from '../adapters/index.ts';
import { parseConfig } from '../src/config/read.ts';
import type { ConfiguredService } from '../src/config/config.ts';
import type { Http } from '../src/contract/http.ts';
import type { Sandbox } from '../src/contract/sandbox.ts';
import { parseBaseUrl } from '../src/http/origin.ts';
import { prepareRequest } from '../src/http/request.ts';
import { createResponse } from '../src/http/response.ts';
import { createCompany, demoServices } from '../src/sandbox/company.ts';
import { openStore } from '../src/store/open.ts';
import { declareServices } from '../src/store/sync/services.ts';
import { toProfile } from '../src/sync/profile.ts';
import { createScheduler } from '../src/sync/scheduler.ts';
import type { SyncedService } from '../src/sync/service.ts';

export interface Filling {
  readonly people: number;
  readonly store: string;
}

/** The demo company's services under the operator's names. */
function furnish(people: number): readonly { readonly entry: object & { readonly name: string }; readonly sandbox: Sandbox }[] {
  const company = createCompany({ people });
  return demoServices(company).map(({ name, type, emailTrust, people: role, instance }) => {
    const createSandbox = sandboxes.get(type);
    if (createSandbox === undefined) throw new Error(`no sandbox speaks ${type}`);
    const sandbox = createSandbox(instance);
    return { sandbox, entry: { name, type, ...sandbox.settings, emailTrust, people: role, sync: { every: '1d' } } };
  });
}

/** The configuration of a gateway whose services all lie at one origin. */
export function writeConfig({ people, store }: Filling, origin: string): string {
  const { managedDomains } = createCompany({ people: 1 });
  const services = furnish(1).map(({ entry, sandbox }) => ({ ...entry, baseUrl: `${origin}${sandbox.basePath}` }));
  void people;
  return stringify({ listen: { host: '127.0.0.1', port: 0 }, store, managedDomains, services });
}
