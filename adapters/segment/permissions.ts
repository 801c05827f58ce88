import type { RejectedRecord } from '../../src/contract/adapter.ts';
import type { GrantRecord, JsonObject, PrincipalKey, RoleLevel, RoleRecord, ScopeKey, ScopeRecord } from '../../src/contract/records.ts';
import { describeIssues, permission, resource, type WireLabel, type WireWorkspace } from './wire.ts';

/** What the permissions of one user or user group say. */
export interface Access {
  readonly grants: readonly GrantRecord[];
  /** Roles that the permissions name. */
  readonly roles: readonly RoleRecord[];
  /** Resources that they hold on: the API of permissions knows their ids, not their names. */
  readonly scopes: readonly ScopeRecord[];
  readonly rejected: readonly RejectedRecord[];
}

// Role ids are opaque and the names differ in case between the vendor's pages (`Source admin`, `Source Admin`).
const levels: readonly (readonly [pattern: RegExp, level: RoleLevel])[] = [
  [/\bowner$/i, 'OWNER'],
  [/\badmin$/i, 'ADMIN'],
  [/\bread[- ]only$/i, 'READER'],
  [/^minimal\b/i, 'GUEST'],
];

const levelOf = (name: string | undefined): RoleLevel => levels.find(([pattern]) => pattern.test(name?.trim() ?? ''))?.[1] ?? 'UNKNOWN';

/** Names no scope kinds: the catalogue does not tell where a role can hold. */
export const toRole = (externalId: string, name: string): RoleRecord => ({
  kind: 'role',
  externalId,
  name,
  level: levelOf(name),
  appliesTo: [],
  permissions: [],
  custom: false,
});

interface Place {
  readonly scope: ScopeKey;
  readonly resourceType?: string;
}

/** One grant for each role on each resource. A role that names no resource is not narrowed: it holds on the workspace. */
export function toAccess(principal: PrincipalKey, permissions: readonly unknown[], workspace: WireWorkspace): Access {
  const home: ScopeKey = { kind: 'WORKSPACE', externalId: workspace.id };
  const grants = new Map<string, GrantRecord>();
  const roles = new Map<string, RoleRecord>();
  const scopes = new Map<string, ScopeRecord>();
  const rejected: RejectedRecord[] = [];
  const reject = (name: string, issues: Parameters<typeof describeIssues>[1]): void => {
    rejected.push({ kind: 'grant', externalId: undefined, reason: describeIssues(name, issues) });
  };

  for (const [at, entry] of permissions.entries()) {
    const held = permission.safeParse(entry);
    if (!held.success) {
      reject(`permissions.${at}`, held.error.issues);
      continue;
    }
    const { roleId, roleName, resources, labels } = held.data;
    if (roleName !== undefined) roles.set(roleId, toRole(roleId, roleName));
    const hold = (place: Place, narrowing: readonly WireLabel[]): void => {
      const grant = toGrant(principal, { roleId, roleName }, place, narrowing);
      grants.set(grant.externalId, grant);
    };
    if (resources == null || resources.length === 0) hold({ scope: home }, labels);
    for (const [index, item] of (resources ?? []).entries()) {
      const on = resource.safeParse(item);
      if (!on.success) {
        reject(`permissions.${at}.resources.${index}`, on.error.issues);
        continue;
      }
      const place = toPlace(on.data, home);
      hold(place, [...labels, ...on.data.labels]);
      const scope = toScope(place, home);
      if (scope !== undefined) scopes.set(`${scope.scopeKind} ${scope.externalId}`, scope);
    }
  }
  return { grants: [...grants.values()], roles: [...roles.values()], scopes: [...scopes.values()], rejected };
}

function toPlace({ id, type }: { readonly id: string; readonly type: string | undefined }, home: ScopeKey): Place {
  if (type === undefined && id === home.externalId) return { scope: home };
  if (type?.toUpperCase() === 'WORKSPACE') return { scope: { kind: 'WORKSPACE', externalId: id } };
  return { scope: { kind: 'RESOURCE', externalId: id }, ...(type !== undefined && { resourceType: type }) };
}

/** Undefined for the workspace itself: that is described with its name elsewhere. */
function toScope({ scope, resourceType }: Place, home: ScopeKey): ScopeRecord | undefined {
  if (scope.kind === 'WORKSPACE') {
    return scope.externalId === home.externalId
      ? undefined
      : { kind: 'scope', scopeKind: 'WORKSPACE', externalId: scope.externalId, displayName: scope.externalId };
  }
  return {
    kind: 'scope',
    scopeKind: 'RESOURCE',
    externalId: scope.externalId,
    displayName: scope.externalId,
    parent: home,
    ...(resourceType !== undefined && { resourceType }),
  };
}

function toGrant(
  principal: PrincipalKey,
  { roleId, roleName }: { readonly roleId: string; readonly roleName: string | undefined },
  { scope, resourceType }: Place,
  labels: readonly WireLabel[],
): GrantRecord {
  const narrowing = labels.map(({ key, value }) => [encode(key), encode(value)].join('=')).toSorted();
  const raw: JsonObject = {
    ...(roleName !== undefined && { roleName }),
    ...(labels.length > 0 && { labels: labels.map((label) => ({ ...label })) }),
  };
  return {
    kind: 'grant',
    // Permissions carry no id in listings: role and resource are what the service adds and replaces, labels what it narrows them by.
    externalId: [
      ...[principal.kind, principal.externalId, roleId, scope.kind === 'WORKSPACE' ? 'WORKSPACE' : (resourceType ?? ''), scope.externalId].map(
        encode,
      ),
      ...narrowing,
    ].join('/'),
    principal,
    role: roleId,
    level: levelOf(roleName),
    scope,
    scopeKind: scope.kind,
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    immutable: false,
    raw,
  };
}

const encode = (part: string): string => encodeURIComponent(part.toWellFormed());
