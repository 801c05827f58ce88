import type { RoleLevel, RoleRecord, ScopeKind } from '../../src/contract/records.ts';

/** A word such as `reader` stands in several lists, so roles are keyed `category:word`. */
type RoleCategory = keyof typeof categories;

// Allowed words: squirro_client, user.py (add_user, add_project_member). A project's owner is named in the vendor's pages on permissions only, and the words
// of workspaces nowhere: those are read as the others are.
const categories = {
  server: { appliesTo: 'WORKSPACE', catalogued: ['reader', 'demo', 'user', 'admin'] },
  project: { appliesTo: 'PROJECT', catalogued: ['reader', 'member', 'admin'] },
  workspace: { appliesTo: 'WORKSPACE', catalogued: ['reader', 'user', 'admin'] },
} as const satisfies Record<string, { appliesTo: ScopeKind; catalogued: readonly string[] }>;

const levels: ReadonlyMap<string, RoleLevel> = new Map([
  ['demo', 'GUEST'],
  ['reader', 'READER'],
  ['user', 'MEMBER'],
  ['member', 'MEMBER'],
  ['admin', 'ADMIN'],
  ['owner', 'OWNER'],
]);

export const levelOf = (word: string | undefined): RoleLevel => (word === undefined ? undefined : levels.get(word)) ?? 'UNKNOWN';

const isCatalogued = (category: RoleCategory, word: string): boolean => categories[category].catalogued.some((known) => known === word);

function toRole(category: RoleCategory, word: string, permissions: readonly string[] = []): RoleRecord {
  return {
    kind: 'role',
    externalId: `${category}:${word}`,
    name: word,
    level: levelOf(word),
    category,
    appliesTo: [categories[category].appliesTo],
    permissions: permissions.map((key) => ({ key })),
    custom: !levels.has(word),
  };
}

/** The words that are fixed. Permissions of server roles come with the users; those of project roles differ by member and stand on the grants. */
export const toCatalogue = (category: RoleCategory): readonly RoleRecord[] => categories[category].catalogued.map((word) => toRole(category, word));

/** Words that are none of the fixed ones, so that they can be seen. */
export function toUncatalogued(category: RoleCategory, found: readonly (string | undefined)[]): readonly RoleRecord[] {
  return [...new Set(found)].filter((word) => word !== undefined).flatMap((word) => (isCatalogued(category, word) ? [] : [toRole(category, word)]));
}

/** The server roles, fixed and found, each with every permission that the service names for its holders. */
export function toServerRoles(
  users: readonly { readonly role: string | undefined; readonly rolePermissions: readonly string[] }[],
): readonly RoleRecord[] {
  const permissions = new Map<string, Set<string>>(categories.server.catalogued.map((word) => [word, new Set()]));
  for (const { role, rolePermissions } of users) {
    if (role === undefined) continue;
    const known = permissions.get(role) ?? new Set();
    for (const permission of rolePermissions) known.add(permission);
    permissions.set(role, known);
  }
  return [...permissions].map(([word, keys]) => toRole('server', word, [...keys].toSorted()));
}
