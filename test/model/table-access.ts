import type { DemoInstance } from '../../src/contract/sandbox.ts';
import type { House } from './house.ts';
import { levels } from './levels.ts';
import { demoGrantLine, grantLine, readAccounts, readGrants, readGroups, readRoles, sorted, type Role } from './reads.ts';
import { cell, type Row } from './table-row.ts';

const levelOf = ({ type }: DemoInstance, word: string): string | undefined => levels[type]?.[word];

/** One base role per account: `prefix` is what the role's id has before the service's word. */
const baseRole = (words: string, prefix = '') =>
  cell(words, async (house, instance) => {
    const seen = (await readAccounts(house, instance)).map(({ externalId, role }) => [externalId, role?.externalId, role?.level] as const);
    const known = new Set(instance.accounts.map(({ externalId }) => externalId));
    const holds = instance.accounts.filter(({ status, kind }) => status !== 'SUSPENDED' && !(instance.type === 'slack' && kind === 'BOT'));
    const holders = new Set(holds.map(({ externalId }) => externalId));
    return {
      seen: sorted(seen.filter(([externalId]) => known.has(externalId) && holders.has(externalId))),
      expected: sorted(holds.map(({ externalId, role }) => [externalId, `${prefix}${role}`, levelOf(instance, role)])),
    };
  });

async function grantLevels(house: House, instance: DemoInstance, word: (role: { externalId: string; name: string }) => string) {
  const grants = await readGrants(house, instance);
  const roles = new Map(instance.roles.map((role) => [role.externalId, role]));
  return {
    seen: sorted(grants.map((grant) => [grantLine(grant), grant.level])),
    expected: sorted(
      instance.grants.map((grant) => {
        const role = roles.get(grant.role);
        const line = demoGrantLine(grant);
        // A role of the whole server stands on the service itself.
        const at = instance.type === 'waii' && grant.scope === undefined ? line.replace(/everywhere$/, instance.serviceId) : line;
        return [at, levelOf(instance, word({ externalId: grant.role, name: role?.name ?? '' }))];
      }),
    ),
  };
}

const categories = (words: string, found: readonly string[]) =>
  cell(words, async (house, instance) => {
    const seen: unknown[] = [];
    for (const category of found) {
      const roles = await readRoles(house, instance, `category: "${category}"`);
      seen.push([category, sorted(roles.map(wordOf))]);
    }
    const own = (category: string) => instance.roles.filter((role) => role.category === category);
    return { seen, expected: found.map((category) => [category, sorted(own(category).map((role) => bare(role.externalId, role.name, instance)))]) };
  });

/** PagerDuty's words stand in the ids, for its names differ from them. */
const wordOf = ({ externalId, name }: Role): string => (/^(?:team:)?[a-z_]+$/.test(externalId) ? externalId.replace('team:', '') : name);
const bare = (externalId: string, name: string, { type }: DemoInstance): string =>
  type === 'pagerduty' ? externalId.slice(externalId.indexOf(':') + 1) : name;

const permissionsOf = (roles: readonly Role[]) =>
  sorted(roles.map(({ externalId, permissions }) => [externalId, sorted(permissions.map(({ key }) => key))]));
const rolePermissions = (words: string) =>
  cell(words, async (house, instance) => ({
    seen: permissionsOf(await readRoles(house, instance)),
    expected: sorted(instance.roles.map(({ externalId, permissions }) => [externalId, sorted(permissions)])),
  }));

export const roleCells: readonly Row[] = [
  {
    notion: 'base role and its level',
    cells: {
      sym: baseRole('guest, member, admin'),
      squirro: baseRole('server role', 'server:'),
      slack: baseRole('primary owner, owner, admin, member, guests'),
      pagerduty: baseRole('owner … restricted access'),
      waii: cell('role on tenant, org or service by its name', (house, instance) => grantLevels(house, instance, ({ externalId }) => externalId)),
      segment: cell('opaque role ids, by name', (house, instance) => grantLevels(house, instance, ({ name }) => name)),
      ftrack: cell('free names: UNKNOWN', async (house, instance) => ({
        seen: sorted((await readRoles(house, instance)).map(({ name, level }) => [name, level])),
        expected: sorted(instance.roles.map(({ name }) => [name, 'UNKNOWN'])),
      })),
    },
  },
  {
    notion: 'Role.category',
    cells: {
      squirro: categories('server, project', ['server', 'project']),
      ftrack: categories('PROJECT, API, ASSIGNED', ['PROJECT', 'API', 'ASSIGNED']),
      pagerduty: categories('base, team', ['base', 'team']),
    },
  },
  {
    notion: 'Permission',
    cells: {
      sym: rolePermissions('permission levels of the role'),
      waii: rolePermissions('permissions of the role'),
      squirro: cell('role_permissions, and permissions of a member of a project', async (house, instance) => {
        const permissions = new Map(instance.roles.map((role) => [role.externalId, sorted(role.permissions)]));
        const held = new Set(instance.accounts.map(({ role }) => `server:${role}`));
        const roles = await readRoles(house, instance, 'category: "server"');
        const grants = await readGrants(house, instance);
        return {
          seen: [
            ...permissionsOf(roles.filter(({ externalId }) => held.has(externalId))),
            ...sorted(grants.flatMap((grant) => (grant.scope?.__typename === 'Project' ? [[grantLine(grant), sorted(grant.permissions)]] : []))),
          ],
          expected: [
            ...sorted([...held].map((role) => [role, permissions.get(role)])),
            ...sorted(
              instance.grants.flatMap((grant) => (grant.scope?.kind === 'PROJECT' ? [[demoGrantLine(grant), permissions.get(grant.role)]] : [])),
            ),
          ],
        };
      }),
    },
  },
];

const grantsWhere = (words: string, wanted: (grant: DemoInstance['grants'][number]) => boolean = () => true) =>
  cell(words, async (house, instance) => {
    const expected = new Set(instance.grants.filter(wanted).map(demoGrantLine));
    const seen = (await readGrants(house, instance)).filter(({ role }) => !role?.externalId.startsWith('server:'));
    return { seen: sorted(seen.map(grantLine)), expected: sorted(expected) };
  });

export const scopedRoleCells: readonly Row[] = [
  {
    notion: 'scoped role',
    cells: {
      squirro: grantsWhere('project role of a user or a group; workspace role'),
      segment: grantsWhere('permission = role × resources'),
      ftrack: cell('user security role × projects; all projects', async (house, instance) => {
        const seen = (await readGrants(house, instance)).map((grant) => [grantLine(grant), grant.allScopes]);
        return { seen: sorted(seen), expected: sorted(instance.grants.map((grant) => [demoGrantLine(grant), grant.scope === undefined])) };
      }),
      waii: cell('role on tenant or org by its name', async (house, instance) => {
        const onScopes = instance.grants.filter(({ scope }) => scope !== undefined);
        const seen = (await readGrants(house, instance)).filter(({ scope }) => scope?.__typename !== 'Service');
        return { seen: sorted(seen.map(grantLine)), expected: sorted(onScopes.map(demoGrantLine)) };
      }),
      pagerduty: cell('team role', async (house, instance) => {
        const seen: unknown[] = [];
        for (const group of await readGroups(house, instance)) {
          const query = 'query ($id: ID!) { node(id: $id) { ... on Group { members(first: 100) { nodes { externalId groupRole(group: $id) } } } } }';
          const { node } = await house.data<{ node: { members: { nodes: { externalId: string; groupRole: string }[] } } }>(query, { id: group.id });
          seen.push(...node.members.nodes.map(({ externalId, groupRole }) => [group.externalId, externalId, groupRole]));
        }
        const expected = instance.groups.flatMap((group) => group.members.map(({ externalId, role }) => [group.externalId, externalId, role]));
        return { seen: sorted(seen), expected: sorted(expected) };
      }),
    },
  },
];

const groups = (words: string) =>
  cell(words, async (house, instance) => {
    const kept = new Set(instance.accounts.map(({ externalId }) => externalId));
    const seen = (await readGroups(house, instance)).map(({ externalId, displayName, members }) => [
      externalId,
      displayName,
      sorted(members.nodes.map((member) => member.externalId)),
    ]);
    const expected = instance.groups.map(({ externalId, name, members }) => [
      externalId,
      name,
      sorted(members.map((member) => member.externalId).filter((id) => kept.has(id))),
    ]);
    return { seen: sorted(seen), expected: sorted(expected) };
  });

export const groupCells: readonly Row[] = [
  {
    notion: 'Group',
    cells: {
      squirro: groups('group'),
      ftrack: groups('group'),
      segment: groups('user group'),
      slack: groups('user group'),
      pagerduty: groups('team'),
    },
  },
];
