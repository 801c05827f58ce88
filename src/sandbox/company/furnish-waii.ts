import { bits, chance, dayMs, purposes, today } from './ids.ts';
import { bare, type Floor, type Furniture } from './floor.ts';
import type { DemoGrant, DemoRole, DemoScope } from '../../contract/sandbox.ts';
import type { ScopeKey } from '../../contract/records.ts';

const reads = ['read:semantic-context', 'read:liked-queries', 'read:databases', 'read:similarity-search-index'];
const writes = reads.map((permission) => permission.replace('read:', 'write:'));
const api = ['usage:api', 'write:access_key'];
const publishes = ['publish:semantic-context', 'publish:liked-queries', 'push:databases'];
const governs = [
  'publish:access-rules',
  'read:user',
  'read:tenant',
  'read:org',
  'write:user',
  'write:tenant',
  'usage:impersonation',
  'read:usage-report',
];

// Names and inheritance: github.com/waii-ai/waii-cli src/common.ts and the SDK's page on user roles.
const roleTable: Readonly<Record<string, readonly string[]>> = {
  'waii-trial-user': reads,
  'waii-trial-api-user': [...reads, 'usage:api'],
  'waii-user': [...reads, ...writes],
  'waii-api-user': [...reads, ...writes, ...api],
  'waii-admin-user': [...reads, ...writes, ...api, ...publishes],
  'waii-org-admin-user': [...reads, ...writes, ...api, ...publishes, ...governs],
  'waii-super-admin-user': [...reads, ...writes, ...api, ...publishes, ...governs, 'write:org'],
};

const organizations: readonly DemoScope[] = [
  { kind: 'ORGANIZATION', externalId: 'org-acme', name: 'Acme' },
  { kind: 'ORGANIZATION', externalId: 'org-labs', name: 'Acme Labs' },
];
const tenants: readonly DemoScope[] = [
  tenant('tenant-europe', 'Europe', 'org-acme'),
  tenant('tenant-americas', 'Americas', 'org-acme'),
  tenant('tenant-asia', 'Asia', 'org-acme'),
  tenant('tenant-research', 'Research', 'org-labs'),
];

/** Everybody has a role on the one tenant that they belong to; an organisation's administrator has a second one, on the organisation. */
export function furnishWaii(floor: Floor): Furniture {
  const { seed, service } = floor;
  const grants = floor.seated.flatMap(({ account, seat }): readonly DemoGrant[] => {
    const home = tenants[bits(seed, purposes.grant + service.index * 1000, seat.slot) % tenants.length];
    if (home === undefined) return [];
    const onTenant: ScopeKey = { kind: 'WORKSPACE', externalId: home.externalId };
    const give = (role: string, scope?: ScopeKey): DemoGrant => ({
      externalId: `${account.externalId} ${role}`,
      principal: { kind: 'identity', externalId: account.externalId },
      role,
      ...(scope && { scope }),
    });
    if (account.role === 'waii-super-admin-user') return [give('waii-user', onTenant), give(account.role)];
    if (account.role === 'waii-org-admin-user') return [give('waii-user', onTenant), give(account.role, home.parent)];
    return [give(account.role, onTenant)];
  });
  return {
    ...bare,
    roles: Object.entries(roleTable).map(([name, permissions]): DemoRole => ({ externalId: name, name, permissions })),
    scopes: [...organizations, ...tenants],
    grants,
    credentials: floor.seated
      .filter(({ seat }) => chance(seed, purposes.credential, seat.slot) < 0.1)
      .map(({ account }, n) => ({
        kind: 'ACCESS_KEY',
        externalId: `notebook-${n + 1}`,
        account: account.externalId,
        name: `notebook-${n + 1}`,
        createdAt: today - (5 + (n % 300)) * dayMs,
      })),
  };
}

function tenant(externalId: string, name: string, organization: string): DemoScope {
  return { kind: 'WORKSPACE', externalId, name, parent: { kind: 'ORGANIZATION', externalId: organization } };
}
