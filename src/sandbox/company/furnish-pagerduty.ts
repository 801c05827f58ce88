import { chance, dayMs, purposes, sixCode, today } from './ids.ts';
import { departments } from './names.ts';
import { bare, byTeam, handleOf, type Floor, type Furniture, type Seated } from './floor.ts';
import type { DemoCredential, DemoGroup, DemoRole } from '../../contract/sandbox.ts';

const baseRoles = ['owner', 'admin', 'user', 'limited_user', 'observer', 'restricted_access', 'read_only_user', 'read_only_limited_user'];
const teamRoles = ['manager', 'responder', 'observer'];

export function furnishPagerduty(floor: Floor): Furniture {
  const { seed, service } = floor;
  const idOf = (n: number): string => `P${sixCode(seed, purposes.recordId + service.index, n)}`;
  const parents = departments.map((name, n): DemoGroup => team(idOf(n), name, [], []));
  // A stakeholder cannot join a team: PUT /teams/{id}/users/{user_id} answers 400.
  const lists = byTeam(floor, ({ account }) => !account.role.startsWith('read_only'));
  const children = floor.teams.map((each, n): DemoGroup => {
    const parent = parents[each.department]?.externalId;
    return team(idOf(departments.length + n), each.name, parent === undefined ? [] : [parent], lists[n] ?? []);
  });
  return {
    ...bare,
    groups: [...parents, ...children],
    roles: [...baseRoles.map((name) => role(name, 'base')), ...teamRoles.map((name) => role(name, 'team'))],
    scopes: [{ kind: 'ORGANIZATION', externalId: service.serviceId, name: service.displayName }],
    credentials: floor.seated.filter(({ seat }) => chance(seed, purposes.credential, seat.slot) < 0.05).map((seated, n) => session(idOf, n, seated)),
  };
}

const role = (name: string, category: string): DemoRole => ({ externalId: `${category}:${name}`, name, category, permissions: [] });

function team(externalId: string, name: string, parents: readonly string[], members: readonly Seated[]): DemoGroup {
  return {
    externalId,
    name,
    handle: handleOf(name),
    disabled: false,
    parents,
    members: members.map(({ account, person }) => ({ externalId: account.externalId, role: teamRole(account.role, person?.rank === 'lead') })),
  };
}

function teamRole(base: string, leads: boolean): string {
  if (leads || base === 'owner' || base === 'admin') return 'manager';
  return base === 'observer' ? 'observer' : 'responder';
}

function session(idOf: (n: number) => string, n: number, { account }: Seated): DemoCredential {
  const externalId = idOf(1_000_000 + n);
  return {
    kind: 'SESSION',
    externalId,
    account: account.externalId,
    name: n % 3 === 0 ? 'oauth' : 'browser',
    createdAt: today - (1 + (n % 20)) * dayMs,
  };
}
