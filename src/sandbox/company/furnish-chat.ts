import { tenCode, purposes } from './ids.ts';
import { departments } from './names.ts';
import { bare, byDepartment, byTeam, handleOf, isLive, memberOf, type Floor, type Furniture, type Seated } from './floor.ts';
import { isGuest } from './role-words.ts';
import type { DemoGroup, DemoRole } from '../../contract/sandbox.ts';

// sym.sdk.UserRole.permission_levels(): each role holds those below it.
const symRoles: readonly DemoRole[] = [
  { externalId: 'admin', name: 'admin', permissions: ['ADMIN', 'MEMBER', 'ALL_USERS'] },
  { externalId: 'member', name: 'member', permissions: ['MEMBER', 'ALL_USERS'] },
  { externalId: 'guest', name: 'guest', permissions: ['ALL_USERS'] },
];

const slackRoles = ['primary_owner', 'owner', 'admin', 'member', 'multi_channel_guest', 'single_channel_guest'];

export const furnishSym = (): Furniture => ({ ...bare, roles: symRoles });

export function furnishSlack(floor: Floor): Furniture {
  const { service } = floor;
  // Guests and bots cannot be in a user group (error invalid_users of usergroups.users.update).
  const mayJoin = (seated: Seated): boolean => isLive(seated) && !isGuest(service.type, seated.account.role);
  const lists = [...byDepartment(floor, mayJoin), ...byTeam(floor, mayJoin)];
  const names = [...departments, ...floor.teams.map((team) => team.name)];
  const groups = names.map((name, n): DemoGroup => group(floor, n, name, lists[n] ?? [], false));
  const retired = group(floor, names.length, 'Launch crew', lists[0]?.slice(0, 5) ?? [], true);
  return {
    ...bare,
    groups: [...groups.filter((each) => each.members.length > 0), retired],
    roles: slackRoles.map((name) => ({ externalId: name, name, permissions: [] })),
    scopes: [{ kind: 'WORKSPACE', externalId: service.serviceId, name: service.displayName }],
  };
}

function group({ seed, service }: Floor, n: number, name: string, members: readonly Seated[], disabled: boolean): DemoGroup {
  const externalId = tenCode(seed, purposes.recordId + service.index, n, 'S04');
  return { externalId, name, handle: handleOf(name), disabled, parents: [], members: members.map(memberOf) };
}
