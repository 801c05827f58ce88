import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';
import { byRank, knownRoles, roleOf } from './roles.ts';

/** A user as Waii shows it. */
export interface SandboxUser {
  readonly id: string;
  readonly name: string | null;
  readonly tenant_id: string | null;
  readonly org_id: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly roles: readonly string[];
}

/** The instance as the service looks things up. */
export interface Directory {
  readonly users: ReadonlyMap<string, SandboxUser>;
  readonly usersByOrganization: ReadonlyMap<string, readonly SandboxUser[]>;
  readonly organizations: readonly object[];
  readonly tenantsByOrganization: ReadonlyMap<string, readonly object[]>;
}

type Sources = readonly [DemoInstance['accounts'], DemoInstance['grants'], DemoInstance['scopes']];
const built = new WeakMap<DemoInstance, { readonly from: Sources; readonly directory: Directory }>();

/** Built once for each set of arrays. */
export function directoryOf(instance: DemoInstance): Directory {
  const from: Sources = [instance.accounts, instance.grants, instance.scopes];
  const last = built.get(instance);
  if (last !== undefined && from.every((array, at) => array === last.from[at])) return last.directory;
  const directory = build(instance);
  built.set(instance, { from, directory });
  return directory;
}

function build(instance: DemoInstance): Directory {
  const organizations = instance.scopes
    .filter(({ kind }) => kind === 'ORGANIZATION')
    .map(({ externalId, name }) => ({ id: externalId, name, variables: null }));
  const tenants = instance.scopes
    .filter(({ kind }) => kind === 'WORKSPACE')
    .map(({ externalId, name, parent }) => ({ id: externalId, name, org_id: parent?.externalId ?? null, variables: { region: name } }));
  const organizationOf = new Map(tenants.map(({ id, org_id }) => [id, org_id]));
  const grantsOf = Map.groupBy(instance.grants, ({ principal }) => principal.externalId);
  const toUser = ({ externalId, displayName, role, title }: DemoAccount): SandboxUser => {
    const grants = grantsOf.get(externalId) ?? [];
    const idOf = (kind: string) => grants.find(({ scope }) => scope?.kind === kind)?.scope?.externalId;
    const tenant = idOf('WORKSPACE') ?? null;
    const own = role === '' ? [] : [role];
    return {
      id: externalId,
      name: displayName === '' ? null : displayName,
      tenant_id: tenant,
      org_id: (tenant === null ? undefined : organizationOf.get(tenant)) ?? idOf('ORGANIZATION') ?? organizations[0]?.id ?? null,
      variables: title === undefined ? null : { title },
      roles: grants.length === 0 ? own : [...new Set(grants.map((grant) => grant.role))],
    };
  };
  const users = instance.accounts.map(toUser);
  return {
    users: new Map(users.map((user) => [user.id, user])),
    usersByOrganization: Map.groupBy(users, ({ org_id }) => org_id ?? ''),
    organizations,
    tenantsByOrganization: Map.groupBy(tenants, ({ org_id }) => org_id ?? ''),
  };
}

/** Nobody of the company: for instances without a super admin. */
const service: SandboxUser = { id: 'service', name: 'Service', tenant_id: null, org_id: null, variables: null, roles: ['waii-super-admin-user'] };

/** Whose the key is. */
export function keyHolder({ users, organizations }: Directory): SandboxUser {
  const admin = users.values().find(({ roles }) => roles.includes('waii-super-admin-user'));
  const [first] = organizations;
  return admin ?? { ...service, org_id: first !== undefined && 'id' in first ? String(first.id) : null };
}

export function permissionsOf({ roles }: SandboxUser): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => roleOf(role).permissions.map(({ key }) => key)));
}

/** Of the highest role; 0 is the highest there is. */
export function rankOf({ roles }: SandboxUser): number {
  const [highest] = byRank(roles);
  const at = knownRoles.findIndex(({ externalId }) => externalId === highest);
  return at === -1 ? knownRoles.length : at;
}
