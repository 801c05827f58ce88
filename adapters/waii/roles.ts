import type { RoleLevel, RoleRecord, ScopeKind } from '../../src/contract/records.ts';

// Names, ranks and permissions: github.com/waii-ai/waii-cli, src/common.ts. That each role has what the one before it has:
// github.com/waii-ai/waii-sdk-py, doc/docs/waii-user-roles.md. Which permission comes with which role is read out of that page's descriptions.
const reads = ['read:semantic-context', 'read:liked-queries', 'read:databases', 'read:similarity-search-index'];
const writes = ['write:semantic-context', 'write:liked-queries', 'write:databases', 'write:similarity-search-index'];
const user = [...reads, ...writes];
const apiUser = [...user, 'usage:api', 'write:access_key'];
const admin = [...apiUser, 'publish:semantic-context', 'publish:liked-queries', 'push:databases'];
const orgAdmin = [
  ...admin,
  'publish:access-rules',
  'read:user',
  'read:tenant',
  'read:org',
  'write:user',
  'write:tenant',
  'usage:impersonation',
  'read:usage-report',
];
const superAdmin = [...orgAdmin, 'write:org'];

/** From the top down. */
const catalogue = [
  toRole('waii-super-admin-user', 'OWNER', 'SERVICE', superAdmin),
  toRole('waii-org-admin-user', 'ADMIN', 'ORGANIZATION', orgAdmin),
  toRole('waii-admin-user', 'ADMIN', 'WORKSPACE', admin),
  toRole('waii-api-user', 'MEMBER', 'WORKSPACE', apiUser),
  toRole('waii-user', 'MEMBER', 'WORKSPACE', user),
  toRole('waii-trial-api-user', 'GUEST', 'WORKSPACE', [...reads, 'usage:api']),
  toRole('waii-trial-user', 'GUEST', 'WORKSPACE', reads),
] as const;
const ranks = new Map(catalogue.map(({ externalId }, rank) => [externalId, rank]));

export const knownRoles: readonly RoleRecord[] = catalogue;

/** A role that the vendor has not published is catalogued by its word. */
export function roleOf(word: string): RoleRecord {
  const rank = ranks.get(word);
  return (rank === undefined ? undefined : catalogue[rank]) ?? toRole(word, 'UNKNOWN', 'WORKSPACE', []);
}

export const isKnownRole = (word: string): boolean => ranks.has(word);

/** Without repetitions, the highest first; unknown words last. */
export function byRank(words: readonly string[]): readonly string[] {
  const rankOf = (word: string): number => ranks.get(word) ?? ranks.size;
  return [...new Set(words)].toSorted((a, b) => rankOf(a) - rankOf(b));
}

function toRole(name: string, level: RoleLevel, reach: ScopeKind, permissions: readonly string[]): RoleRecord {
  return {
    kind: 'role',
    externalId: name,
    name,
    level,
    appliesTo: [reach],
    permissions: permissions.map((key) => ({ key })),
    custom: false,
  };
}
