import { bits, chance, dayMs, purposes, shortUuid, today } from './ids.ts';
import { departments } from './names.ts';
import { byDepartment, byTeam, handleOf, memberOf, type Floor, type Furniture } from './floor.ts';
import type { DemoCredential, DemoGrant, DemoGroup, DemoRole, DemoScope } from '../../contract/sandbox.ts';
import type { PrincipalKey, ScopeKey } from '../../contract/records.ts';

const words = {
  server: ['reader', 'demo', 'user', 'admin'],
  project: ['reader', 'member', 'admin'],
  workspace: ['reader', 'user', 'admin'],
} as const;
const projectPermissions: Readonly<Record<string, readonly string[]>> = {
  reader: ['items.read', 'dashboards.read'],
  member: ['items.*', 'dashboards.*'],
  admin: ['*'],
};

/** A tenant of the cluster is a workspace; its domain is the key (second part of the service's id). */
export function furnishSquirro(floor: Floor): Furniture {
  const { seed, service } = floor;
  const domain = service.serviceId.slice(service.serviceId.indexOf('/') + 1);
  const workspace: ScopeKey = { kind: 'WORKSPACE', externalId: domain };
  let records = 0;
  const nextId = (): string => shortUuid(seed, purposes.recordId + service.index, records++);
  const projects = departments.map((name): DemoScope => ({ kind: 'PROJECT', externalId: nextId(), name: `${name} insights`, parent: workspace }));
  const groupNames = [...departments, ...floor.teams.map((team) => team.name)];
  const lists = [...byDepartment(floor), ...byTeam(floor)];
  const groups = groupNames.map((name, n): DemoGroup => ({
    externalId: nextId(),
    name,
    handle: handleOf(name),
    disabled: false,
    parents: [],
    members: (lists[n] ?? []).map(memberOf),
  }));
  const grants: DemoGrant[] = [];
  const give = (principal: PrincipalKey, role: string, scope: ScopeKey | undefined): void => {
    if (scope !== undefined) grants.push({ externalId: nextId(), principal, role, scope: { kind: scope.kind, externalId: scope.externalId } });
  };
  for (const [n, project] of projects.entries()) {
    const owning = groups[n];
    if (owning !== undefined) give({ kind: 'group', externalId: owning.externalId }, 'project:member', project);
  }
  for (const { account, person, seat } of floor.seated) {
    const principal: PrincipalKey = { kind: 'identity', externalId: account.externalId };
    give(principal, `workspace:${account.role === 'demo' ? 'reader' : account.role}`, workspace);
    const draw = chance(seed, purposes.grant + service.index * 1000, seat.slot);
    if (person !== undefined && (draw < 0.25 || person.rank === 'lead')) {
      const given = person.rank === 'lead' || draw < 0.03 ? 'project:admin' : draw < 0.15 ? 'project:reader' : 'project:member';
      give(principal, given, projects[draw < 0.1 ? bits(seed, purposes.grant, seat.slot) % projects.length : person.department]);
    }
  }
  return {
    groups,
    roles: Object.entries(words).flatMap(([category, names]) => names.map((name) => toRole(category, name))),
    scopes: [{ kind: 'WORKSPACE', externalId: domain, name: service.displayName }, ...projects],
    grants,
    invites: [],
    credentials: floor.seated.flatMap(({ account, seat }) => credentialsOf(floor, account.externalId, seat.slot, nextId)),
  };
}

function toRole(category: string, name: string): DemoRole {
  const permissions = category === 'project' ? (projectPermissions[name] ?? []) : [`${category}.${name}`];
  return { externalId: `${category}:${name}`, name, category, permissions };
}

function credentialsOf({ seed }: Floor, account: string, slot: number, nextId: () => string): readonly DemoCredential[] {
  const draw = chance(seed, purposes.credential, slot);
  if (draw >= 0.12) return [];
  const createdAt = today - Math.floor(1 + draw * 1000) * dayMs;
  const session: DemoCredential = { kind: 'SESSION', externalId: nextId(), account, name: 'web', createdAt };
  if (draw >= 0.06) return [session];
  const token: DemoCredential = { kind: 'TOKEN_GRANT', externalId: nextId(), account, name: draw < 0.01 ? 'service' : 'user', createdAt };
  const connection: DemoCredential = { kind: 'SERVICE_CONNECTION', externalId: 'salesforce', account, name: 'salesforce', createdAt };
  return [session, draw < 0.03 ? { ...token, expiresAt: today + 90 * dayMs } : token, connection];
}
