import { base62, bits, chance, purposes } from './ids.ts';
import { departments } from './names.ts';
import { bare, byDepartment, handleOf, memberOf, type Floor, type Furniture } from './floor.ts';
import { managedDomains } from './services.ts';
import type { DemoGrant, DemoGroup, DemoInvite, DemoRole, DemoScope } from '../../contract/sandbox.ts';
import type { PrincipalKey, ScopeKey } from '../../contract/records.ts';

const resourceTypes = ['SOURCE', 'SPACE', 'WAREHOUSE'] as const;
const roleNames = [
  'Workspace Owner',
  'Workspace Member',
  'Minimal Workspace Access',
  'Source Admin',
  'Source Read-only',
  'Space Admin',
  'Space Read-only',
  'Warehouse Admin',
  'Warehouse Read-only',
] as const;
type RoleName = (typeof roleNames)[number];
const resourcesPerType = 6;

export function furnishSegment(floor: Floor): Furniture {
  const { seed, service } = floor;
  let records = 0;
  const nextId = (length = 22): string => base62(seed, purposes.recordId + service.index, records++, length);
  // Role ids of the vendor's pages have 27 characters.
  const roles = roleNames.map((name): DemoRole => ({ externalId: nextId(27), name, permissions: [] }));
  const roleIds = new Map<string, string>(roles.map((role) => [role.name, role.externalId]));
  const workspace: ScopeKey = { kind: 'WORKSPACE', externalId: service.serviceId };
  const resources = resourceTypes.flatMap((resourceType) =>
    Array.from({ length: resourcesPerType }, (_, n): DemoScope => {
      const name = `${departments[n]?.toLowerCase()} ${resourceType.toLowerCase()}`;
      return { kind: 'RESOURCE', externalId: nextId(), name, parent: workspace, resourceType };
    }),
  );
  const grants: DemoGrant[] = [];
  const give = (principal: PrincipalKey, name: RoleName, scope: ScopeKey | undefined): void => {
    const role = roleIds.get(name);
    if (role !== undefined && scope !== undefined)
      grants.push({ externalId: nextId(), principal, role, scope: { kind: scope.kind, externalId: scope.externalId } });
  };
  const lists = byDepartment(floor);
  const groups = departments.map((name, n): DemoGroup => {
    const group = { externalId: nextId(), name, handle: handleOf(name), disabled: false, parents: [], members: (lists[n] ?? []).map(memberOf) };
    give({ kind: 'group', externalId: group.externalId }, 'Source Read-only', resources[n % resourcesPerType]);
    return group;
  });
  for (const { account, person, seat } of floor.seated) {
    const principal: PrincipalKey = { kind: 'identity', externalId: account.externalId };
    const high = person !== undefined && person.rank !== 'staff' && person.rank !== 'lead';
    const draw = chance(seed, purposes.grant + service.index * 1000, seat.slot);
    give(principal, high ? 'Workspace Owner' : draw < 0.7 ? 'Workspace Member' : 'Minimal Workspace Access', workspace);
    if (high || draw >= 0.35) continue;
    const at = bits(seed, purposes.grant, seat.slot) % resources.length;
    give(principal, resourceRole(resourceTypes[Math.floor(at / resourcesPerType)], draw < 0.1 || person?.rank === 'lead'), resources[at]);
  }
  return {
    ...bare,
    groups,
    roles,
    scopes: [{ ...workspace, kind: 'WORKSPACE', name: service.displayName }, ...resources],
    grants,
    invites: invitesOf(floor, roleIds, workspace),
  };
}

function resourceRole(type: (typeof resourceTypes)[number] | undefined, admin: boolean): RoleName {
  if (type === 'SPACE') return admin ? 'Space Admin' : 'Space Read-only';
  if (type === 'WAREHOUSE') return admin ? 'Warehouse Admin' : 'Warehouse Read-only';
  return admin ? 'Source Admin' : 'Source Read-only';
}

/** Addresses that nobody has accepted for; the key of an invite is the address. */
function invitesOf(floor: Floor, roleIds: ReadonlyMap<string, string>, scope: ScopeKey): readonly DemoInvite[] {
  const role = roleIds.get('Minimal Workspace Access') ?? '';
  return Array.from({ length: Math.max(2, Math.round(floor.seated.length / 50)) }, (_, n): DemoInvite => {
    const email = `newcomer${n + 1}@${managedDomains[0]}`;
    return { externalId: email, email, status: 'PENDING', role, scope };
  });
}
