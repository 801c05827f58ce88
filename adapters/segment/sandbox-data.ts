import type { DemoAccount, DemoGrant, DemoGroup, DemoInstance, DemoRole, DemoScope } from '../../src/contract/sandbox.ts';
import type { PrincipalKey, ScopeKey } from '../../src/contract/records.ts';

/** What Segment shows of each thing, and the instance as it looks things up: indexed once for each array of it. */
export function createViews(instance: DemoInstance) {
  const accounts = () => remembered(accountsById, instance.accounts, indexById);
  const groups = () => remembered(groupsOf, instance.groups, indexGroups);

  function permissions(principal: PrincipalKey) {
    const roles = remembered(rolesById, instance.roles, indexById);
    const byRole = new Map<string, DemoGrant[]>();
    for (const grant of remembered(grantsOf, instance.grants, indexGrants).get(principalText(principal)) ?? []) {
      byRole.set(grant.role, [...(byRole.get(grant.role) ?? []), grant]);
    }
    return [...byRole].map(([roleId, grants]) => ({
      roleId,
      roleName: roles.get(roleId)?.name ?? '',
      resources: grants.map(({ scope }) => resource(scope)),
    }));
  }

  /** A grant on every scope of its kind is one on the workspace that holds them. */
  function resource(scope: ScopeKey | undefined) {
    if (scope === undefined || scope.kind === 'WORKSPACE') return { id: scope?.externalId ?? instance.serviceId, type: 'WORKSPACE', labels: [] };
    const type = remembered(scopesById, instance.scopes, indexById).get(scope.externalId)?.resourceType ?? 'SOURCE';
    return { id: scope.externalId, type, labels: [] };
  }

  return {
    workspace: () => ({
      id: instance.serviceId,
      slug: instance.displayName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      name: instance.displayName,
    }),
    account: (id: string) => accounts().get(id),
    group: (id: string) => groups().byId.get(id),
    groupsOfAccount: (id: string) => groups().byMember.get(id) ?? [],
    membersOf: (group: DemoGroup) => group.members.flatMap(({ externalId }) => accounts().get(externalId) ?? []),

    showUser: (account: DemoAccount) => ({ ...nameOf(account), permissions: permissions({ kind: 'identity', externalId: account.externalId }) }),
    showMember: nameOf,
    showGroup: (group: DemoGroup) => ({
      id: group.externalId,
      name: group.name,
      memberCount: group.members.length,
      permissions: permissions({ kind: 'group', externalId: group.externalId }),
    }),
    showRole: ({ externalId, name }: DemoRole) => ({ id: externalId, name, description: `${name} of the workspace.` }),
  };
}

const nameOf = ({ externalId, displayName, email }: DemoAccount) => ({ id: externalId, name: displayName, email: email ?? '' });

const accountsById = new WeakMap<readonly DemoAccount[], ReadonlyMap<string, DemoAccount>>();
const rolesById = new WeakMap<readonly DemoRole[], ReadonlyMap<string, DemoRole>>();
const scopesById = new WeakMap<readonly DemoScope[], ReadonlyMap<string, DemoScope>>();
const groupsOf = new WeakMap<readonly DemoGroup[], ReturnType<typeof indexGroups>>();
const grantsOf = new WeakMap<readonly DemoGrant[], ReadonlyMap<string, readonly DemoGrant[]>>();

function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, build: (key: K) => V): V {
  const value = known.get(key) ?? build(key);
  known.set(key, value);
  return value;
}

const indexById = <T extends { readonly externalId: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
  new Map(entries.map((entry) => [entry.externalId, entry]));

function indexGroups(groups: readonly DemoGroup[]) {
  const byMember = new Map<string, DemoGroup[]>();
  for (const group of groups) for (const { externalId } of group.members) push(byMember, externalId, group);
  return { byId: indexById(groups), byMember };
}

function indexGrants(grants: readonly DemoGrant[]): ReadonlyMap<string, readonly DemoGrant[]> {
  const byPrincipal = new Map<string, DemoGrant[]>();
  for (const grant of grants) push(byPrincipal, principalText(grant.principal), grant);
  return byPrincipal;
}

const principalText = ({ kind, externalId }: PrincipalKey): string => `${kind} ${externalId}`;

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
