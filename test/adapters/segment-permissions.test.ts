import { describe, expect, test } from 'vitest';
import type { RoleLevel } from '../../src/contract/records.ts';
import { altered, ofKind, pagesOf, people, read, start } from './segment-harness.ts';

const held = (permissions: unknown) => altered('users', (user) => ({ ...user, permissions }));

describe('permissions', () => {
  test.each<readonly [string, RoleLevel]>([
    ['Workspace Owner', 'OWNER'],
    ['Source Admin', 'ADMIN'],
    ['Source admin', 'ADMIN'],
    ['Warehouse Read-only', 'READER'],
    ['Minimal Workspace Access', 'GUEST'],
    ['Workspace Member', 'UNKNOWN'],
    ['Administrator of Nothing', 'UNKNOWN'],
    ['Superadmin', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
  ])('role %s is %s wherever it is named', async (name, level) => {
    await using running = await start({ ...people('U1'), roles: [{ externalId: 'R1', name, permissions: [] }] });
    const pages = await pagesOf(running.adapter, 'users');
    expect(ofKind(pages, 'grant')).toMatchObject([{ role: 'R1', level }]);
    const role = { kind: 'role', externalId: 'R1', name, level, appliesTo: [], permissions: [], custom: false };
    expect(ofKind(pages, 'role')).toEqual([role]);
    expect(await read(running.adapter, 'roles', 'role')).toEqual([role]);
  });

  test('give one grant for each resource, whatever the order and however often they are told', async () => {
    await using running = await start(people('U1'));
    const source = { id: 'S1', type: 'SOURCE', labels: [] };
    const novel = { id: 'X1', type: 'HOLOGRAM' };
    const permissions = [
      { roleId: 'R2', roleName: 'Source Admin', resources: [source, novel, source] },
      { roleId: 'R1', roleName: 'Workspace Owner', resources: [{ id: 'W1', type: 'WORKSPACE' }] },
      { roleId: 'R2', roleName: 'Source Admin', resources: [source] },
    ];
    running.server.play([{ name: 'rich', match: { path: /users/ }, effect: held(permissions) }]);
    const pages = await pagesOf(running.adapter, 'users');
    expect(ofKind(pages, 'grant').map(({ externalId, level }) => [externalId, level])).toEqual([
      ['identity/U1/R2/SOURCE/S1', 'ADMIN'],
      ['identity/U1/R2/HOLOGRAM/X1', 'ADMIN'],
      ['identity/U1/R1/WORKSPACE/W1', 'OWNER'],
    ]);
    expect(ofKind(pages, 'identity')[0]?.roles).toEqual(['R1', 'R2']);
    expect(ofKind(pages, 'scope').map(({ scopeKind, externalId, resourceType }) => [scopeKind, externalId, resourceType])).toEqual([
      ['RESOURCE', 'S1', 'SOURCE'],
      ['RESOURCE', 'X1', 'HOLOGRAM'],
    ]);
  });

  test('keep roles apart that labels narrow differently', async () => {
    await using running = await start(people('U1'));
    const on = (value: string) => ({
      roleId: 'R2',
      roleName: 'Source Admin',
      resources: [{ id: 'W1', type: 'WORKSPACE', labels: [{ key: 'environment', value }, null] }],
    });
    running.server.play([{ name: 'labels', match: { path: /users/ }, effect: held([on('dev'), on('a/b')]) }]);
    expect((await read(running.adapter, 'users', 'grant')).map(({ externalId, raw }) => [externalId, raw])).toEqual([
      ['identity/U1/R2/WORKSPACE/W1/environment=dev', { roleName: 'Source Admin', labels: [{ key: 'environment', value: 'dev' }] }],
      ['identity/U1/R2/WORKSPACE/W1/environment=a%2Fb', { roleName: 'Source Admin', labels: [{ key: 'environment', value: 'a/b' }] }],
    ]);
  });

  test('without a resource hold on the workspace; without a role name have no known level', async () => {
    await using running = await start(people('U1'));
    running.server.play([
      {
        name: 'bare',
        match: { path: /users/ },
        effect: held([
          { roleId: 'R1', roleName: 'Workspace Owner' },
          { roleId: 7, resources: [] },
        ]),
      },
    ]);
    const pages = await pagesOf(running.adapter, 'users');
    expect(ofKind(pages, 'grant').map(({ role, level, scope }) => [role, level, scope])).toEqual([
      ['R1', 'OWNER', { kind: 'WORKSPACE', externalId: 'W1' }],
      ['7', 'UNKNOWN', { kind: 'WORKSPACE', externalId: 'W1' }],
    ]);
    expect(ofKind(pages, 'role').map(({ externalId }) => externalId)).toEqual(['R1']);
  });

  test('that cannot be read are turned away one by one', async () => {
    await using running = await start(people('U1'));
    const permissions = [
      null,
      { roleName: 'Workspace Owner', resources: [{ id: 'W1', type: 'WORKSPACE' }] },
      { roleId: 'R2', resources: 'all of them' },
      { roleId: 'R2', roleName: 'Source Admin', resources: [{ type: 'SOURCE' }, { id: 'S1' }, { id: 'W1' }] },
    ];
    running.server.play([{ name: 'odd', match: { path: /users/ }, effect: held(permissions) }]);
    const [page] = await pagesOf(running.adapter, 'users');
    expect(page?.rejected.map(({ kind, externalId, reason }) => [kind, externalId, reason])).toEqual([
      ['grant', undefined, 'permissions.0: invalid_type'],
      ['grant', undefined, expect.stringContaining('permissions.1.roleId')],
      ['grant', undefined, 'permissions.2.resources: invalid_type'],
      ['grant', undefined, expect.stringContaining('permissions.3.resources.0.id')],
    ]);
    expect(ofKind(page === undefined ? [] : [page], 'grant').map(({ scope }) => scope)).toEqual([
      { kind: 'RESOURCE', externalId: 'S1' },
      { kind: 'WORKSPACE', externalId: 'W1' },
    ]);
  });

  test('that the lists leave out are asked for, one record at a time', async () => {
    const groups = [{ externalId: 'G1', name: 'Ops', handle: 'ops', disabled: false, parents: [], members: [{ externalId: 'U1' }] }];
    const grants = [...people('U1', 'U2').grants, { externalId: 'g', principal: { kind: 'group', externalId: 'G1' }, role: 'R2' } as const];
    await using running = await start({ ...people('U1', 'U2', 'U3'), groups, grants });
    const silent = (entry: Record<string, unknown>) => (entry['id'] === 'U3' ? entry : { ...entry, permissions: null, memberCount: undefined });
    running.server.play([
      { name: 'users', match: { path: /^\/users$/ }, effect: altered('users', silent) },
      { name: 'groups', match: { path: /^\/groups$/ }, effect: altered('userGroups', silent) },
    ]);
    const users = await pagesOf(running.adapter, 'users');
    expect(ofKind(users, 'identity').map(({ externalId, roles }) => [externalId, roles])).toEqual([
      ['U3', []],
      ['U1', ['R1']],
      ['U2', ['R1']],
    ]);
    expect(ofKind(users, 'grant').map(({ principal }) => principal.externalId)).toEqual(['U1', 'U2']);
    const ofGroups = await pagesOf(running.adapter, 'user groups');
    expect(ofKind(ofGroups, 'grant')).toMatchObject([{ principal: { kind: 'group', externalId: 'G1' }, role: 'R2', level: 'READER' }]);
    expect(ofKind(ofGroups, 'membership')).toHaveLength(1);
    expect(running.server.calls.map(({ path }) => path)).toEqual([
      '/',
      '/users',
      '/users/U1',
      '/users/U2',
      '/groups',
      '/groups/G1',
      '/groups/G1/users',
    ]);
  });
});
