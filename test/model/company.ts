import { afterAll, beforeAll } from 'vitest';
import type { DemoAccount, DemoCredential, DemoInstance } from '../../src/contract/sandbox.ts';
import { createCompany, demoServices, type Company } from '../../src/sandbox/company.ts';
import type { ServiceName } from '../../src/sandbox/company/services.ts';
import { openHouse, type House, type HouseService } from './house.ts';

export interface CompanyHouse extends House {
  readonly company: Company;
  instance(name: ServiceName): DemoInstance;
}

/** What a service is asked for beyond its defaults, so that every part of the model has something to show. */
const settings: Partial<Record<ServiceName, HouseService['settings']>> = {
  pagerduty: { readSessions: true },
  waii: { variables: ['title', 'region'] },
};

/** The demo company's nine services, read once for the tests of a file, which only read. */
export function shareCompany(people: number): () => CompanyHouse {
  let shared: CompanyHouse | undefined;
  beforeAll(async () => {
    shared = await openCompany(people);
  }, 60_000);
  afterAll(() => shared?.[Symbol.asyncDispose]());
  return () => {
    if (shared === undefined) throw new Error('the company has not been read');
    return shared;
  };
}

async function openCompany(people: number): Promise<CompanyHouse> {
  const company = createCompany({ people });
  const services = demoServices(company).map(({ name, emailTrust, people: role, instance }): HouseService => {
    furnish(name, instance);
    return { name, instance, emailTrust, people: role, ...(settings[name] && { settings: settings[name] }) };
  });
  const house = await openHouse(services, company.managedDomains);
  const instances = new Map(services.map(({ name, instance }) => [name, instance]));
  return {
    ...house,
    company,
    instance(name) {
      const found = instances.get(name);
      if (found === undefined) throw new Error(`no service ${name}`);
      return found;
    },
  };
}

/** What the demo company leaves to chance, or does not have at all. */
function furnish(name: ServiceName, instance: DemoInstance): void {
  if (name === 'slack-labs') {
    instance.scopes = [...instance.scopes, { kind: 'ORGANIZATION', externalId: 'E0ACME001', name: 'Acme Grid' }];
  }
  if (name === 'waii') {
    const holder = waiiKeyHolder(instance);
    const others = instance.credentials.filter(({ account }) => account !== holder.externalId);
    const key: DemoCredential = {
      kind: 'ACCESS_KEY',
      externalId: 'own-key',
      account: holder.externalId,
      name: 'own-key',
      createdAt: 1_700_000_000_000,
    };
    instance.credentials = [...others, key];
  }
  if (name === 'squirro-main') {
    const [first] = instance.accounts;
    const token = { kind: 'TOKEN_GRANT', name: 'service', createdAt: 1_700_000_000_000 } as const;
    if (first !== undefined) instance.credentials = [...instance.credentials, { ...token, externalId: 'own-token', account: first.externalId }];
  }
}

/** The sandbox's key belongs to the first super admin. */
export function waiiKeyHolder({ accounts, grants }: DemoInstance): DemoAccount {
  const admins = new Set(grants.flatMap(({ role, principal }) => (role === 'waii-super-admin-user' ? [principal.externalId] : [])));
  const holder = accounts.find(({ externalId }) => admins.has(externalId));
  if (holder === undefined) throw new Error('the company has no super admin of Waii');
  return holder;
}
