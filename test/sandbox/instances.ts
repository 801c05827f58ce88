import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';

/** A service that holds these accounts and nothing else. */
export const instanceOf = (type: string, serviceId: string, accounts: readonly DemoAccount[]): DemoInstance => ({
  type,
  serviceId,
  displayName: serviceId,
  accounts,
  groups: [],
  roles: [],
  scopes: [],
  grants: [],
  invites: [],
  credentials: [],
});

export const accountOf = (prefix: string, index: number, change: Partial<DemoAccount> = {}): DemoAccount => ({
  externalId: `${prefix}${String(index).padStart(8, '0')}`,
  kind: 'HUMAN',
  status: 'ACTIVE',
  email: `person${index}@acme.example`,
  emailProven: true,
  sso: true,
  firstName: 'Person',
  lastName: String(index),
  displayName: `Person ${index}`,
  username: `person${index}`,
  role: prefix === 'U' ? 'member' : 'user',
  mfa: false,
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_000_000,
  declared: [],
  ...change,
});
