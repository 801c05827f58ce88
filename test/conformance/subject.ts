import { adapters } from '../../adapters/index.ts';
import { sandboxes } from '../../adapters/sandboxes.ts';
import type { AdapterDefinition } from '../../src/contract/adapter.ts';
import type { CreateSandbox, DemoInstance } from '../../src/contract/sandbox.ts';
import { createCompany, type Company } from '../../src/sandbox/company.ts';

/** One adapter with the sandbox that it is tried against. */
export interface Subject {
  readonly type: string;
  readonly definition: AdapterDefinition;
  readonly createSandbox: CreateSandbox;
  readonly instance: DemoInstance;
}

// Large enough for three pages of accounts everywhere: the smallest service has a quarter of the people.
const people = 40;

/** Every adapter of the registry with the first instance of its type that the demo company has. */
export function findSubjects(definitions = adapters, creators = sandboxes): readonly Subject[] {
  const company = createCompany({ people });
  return [...definitions].map(([type, definition]) => {
    const createSandbox = creators.get(type);
    if (createSandbox === undefined) throw new Error(`${type}: adapters/index.ts has no sandbox for it`);
    const instance = company.instances.find((candidate) => candidate.type === type) ?? createPlainInstance(type, company);
    return { type, definition, createSandbox, instance };
  });
}

export function findSubject(type: string): Subject {
  const subject = findSubjects().find((one) => one.type === type);
  if (subject === undefined) throw new Error(`no adapter ${type}`);
  return subject;
}

/** Accounts with one of two roles and nothing else: for a service that the demo company does not furnish yet. */
export function createPlainInstance(type: string, company: Company = createCompany({ people })): DemoInstance {
  const accounts = company.instance('pagerduty', 'acme').accounts.map((account) => ({
    ...account,
    role: account.role === 'owner' || account.role === 'admin' ? 'admin' : 'member',
  }));
  return { type, serviceId: 'demo', displayName: 'Demo', accounts, groups: [], roles: [], scopes: [], grants: [], invites: [], credentials: [] };
}
