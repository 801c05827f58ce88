import { bits, chance, dayMs, purposes, today, uuid } from './ids.ts';
import { departments } from './names.ts';
import { bare, byTeam, handleOf, memberOf, type Floor, type Furniture } from './floor.ts';
import type { DemoGrant, DemoGroup, DemoRole, DemoScope } from '../../contract/sandbox.ts';
import type { PrincipalKey, ScopeKey } from '../../contract/records.ts';

const roleTable = [
  ['Administrator', 'PROJECT'],
  ['Project Manager', 'PROJECT'],
  ['User', 'PROJECT'],
  ['Read only', 'PROJECT'],
  ['Pipeline "night" lead', 'PROJECT'],
  ['API', 'API'],
  ['Assigned tasks', 'ASSIGNED'],
] as const;
type RoleName = (typeof roleTable)[number][0];

const projectWords = ['Aurora', 'Beacon', 'Comet', 'Delta', 'Eclipse', 'Falcon', 'Glacier', 'Horizon', 'Iris', 'Jade'] as const;
const peoplePerProject = 60;

export function furnishFtrack(floor: Floor): Furniture {
  const { seed, service } = floor;
  let records = 0;
  const nextId = (): string => uuid(seed, purposes.recordId + service.index, records++);
  const roles = roleTable.map(([name, category]): DemoRole => ({ externalId: nextId(), name, category, permissions: [] }));
  const roleIds = new Map<string, string>(roles.map((role) => [role.name, role.externalId]));
  const projects = Array.from({ length: Math.max(6, Math.ceil(floor.seated.length / peoplePerProject)) }, (_, n): DemoScope => {
    const round = Math.floor(n / projectWords.length);
    return { kind: 'PROJECT', externalId: nextId(), name: `${projectWords[n % projectWords.length]}${round === 0 ? '' : ` ${round + 1}`}` };
  });
  const grants: DemoGrant[] = [];
  const give = (principal: PrincipalKey, name: RoleName, scope?: ScopeKey): void => {
    const role = roleIds.get(name);
    if (role !== undefined) grants.push({ externalId: nextId(), principal, role, ...(scope && { scope }) });
  };
  for (const { account, person, seat } of floor.seated) {
    const principal: PrincipalKey = { kind: 'identity', externalId: account.externalId };
    const project = (n: number): ScopeKey => {
      const chosen = projects[bits(seed, purposes.grant + n, seat.slot) % projects.length];
      return { kind: 'PROJECT', externalId: chosen?.externalId ?? '' };
    };
    const draw = chance(seed, purposes.grant + service.index * 1000, seat.slot);
    // Roles of type API belong to keys and cannot go to users.
    if (person === undefined) continue;
    if (person.rank !== 'staff' && person.rank !== 'lead') give(principal, 'Administrator');
    else if (person.rank === 'lead') give(principal, 'Project Manager', project(0));
    else if (draw < 0.3) give(principal, 'User');
    else if (draw < 0.75) for (const n of [0, 1]) give(principal, 'User', project(n * 50));
    else if (draw < 0.85) give(principal, 'Read only');
    else if (draw < 0.9) give(principal, 'Assigned tasks');
    else if (draw < 0.93) give(principal, 'Pipeline "night" lead', project(0));
  }
  return {
    ...bare,
    groups: groupTree(floor, nextId),
    roles,
    scopes: projects,
    grants: distinct(grants),
    credentials: floor.seated
      .filter(({ seat }) => seat.kind === 'BOT')
      .map(({ account }, n) => ({
        kind: 'ACCESS_KEY',
        externalId: nextId(),
        account: account.externalId,
        name: `key ${n + 1}`,
        createdAt: today - 200 * dayMs,
      })),
  };
}

/** Two draws may meet on one project. */
function distinct(grants: readonly DemoGrant[]): readonly DemoGrant[] {
  const seen = new Set<string>();
  return grants.filter(({ principal, role, scope }) => {
    const key = `${principal.externalId} ${role} ${scope?.externalId ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Studio → departments → teams; people are members of teams. */
function groupTree(floor: Floor, nextId: () => string): readonly DemoGroup[] {
  const group = (name: string, parent: string | undefined, members: DemoGroup['members']): DemoGroup => ({
    externalId: nextId(),
    name,
    handle: handleOf(name),
    disabled: false,
    parents: parent === undefined ? [] : [parent],
    members,
  });
  const studio = group('Studio', undefined, []);
  const parents = departments.map((name) => group(name, studio.externalId, []));
  const lists = byTeam(floor);
  const teams = floor.teams.map((team, n) => group(team.name, parents[team.department]?.externalId, (lists[n] ?? []).map(memberOf)));
  return [studio, ...parents, ...teams];
}
