import { describe, expect, test } from 'vitest';
import type { DemoGrant, DemoInstance } from '../../src/contract/sandbox.ts';
import type { GrantRecord } from '../../src/contract/records.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import { ofKind, pagesOf, pathsOf, people, person, read, signal, start, workspace } from './segment-harness.ts';

describe('a whole read of the demo company', () => {
  const demo = (): DemoInstance => createCompany({ people: 1500 }).instance('segment', 'acme9qP2vXb7LmT4sRk1Zd');
  const grantText = ({ principal, role, scope }: GrantRecord | DemoGrant) =>
    [principal.kind, principal.externalId, role, scope?.kind, scope?.externalId].join(' ');

  test('gives every account, group, membership, role, grant and invite exactly once, and every resource', async () => {
    const instance = demo();
    await using running = await start(instance);
    const pages = (await Promise.all(running.adapter.listings.map(({ name }) => pagesOf(running.adapter, name)))).flat();
    expect(pages.flatMap((page) => page.rejected)).toEqual([]);

    const identities = ofKind(pages, 'identity');
    const told = (accounts: readonly (readonly [string, unknown, unknown])[]) => accounts.toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(told(identities.map(({ externalId, displayName, emails }) => [externalId, displayName, emails[0]?.address]))).toEqual(
      told(instance.accounts.map(({ externalId, displayName, email }) => [externalId, displayName, email])),
    );
    expect(new Set(identities.flatMap(({ emails }) => emails.map(({ proof }) => proof)))).toEqual(new Set(['UNKNOWN']));

    expect(ofKind(pages, 'grant').map(grantText).toSorted()).toEqual(instance.grants.map(grantText).toSorted());
    expect(new Set(ofKind(pages, 'grant').map(({ externalId }) => externalId)).size).toBe(instance.grants.length);
    expect(ofKind(pages, 'group').map(({ externalId, displayName }) => [externalId, displayName])).toEqual(
      instance.groups.map(({ externalId, name }) => [externalId, name]),
    );
    expect(
      ofKind(pages, 'membership')
        .map(({ group, member }) => `${group} ${member.kind} ${member.externalId}`)
        .toSorted(),
    ).toEqual(instance.groups.flatMap((group) => group.members.map(({ externalId }) => `${group.externalId} identity ${externalId}`)).toSorted());
    expect(ofKind(pages, 'invite').map(({ externalId, status }) => [externalId, status])).toEqual(
      instance.invites.map(({ email }) => [email, 'PENDING']),
    );
    expect(new Map(ofKind(pages, 'role').map(({ externalId, name }) => [externalId, name]))).toEqual(
      new Map(instance.roles.map(({ externalId, name }) => [externalId, name])),
    );

    const resources = new Map(ofKind(pages, 'scope').map((scope) => [scope.externalId, scope]));
    const held = new Set(instance.grants.flatMap(({ scope }) => (scope?.kind === 'RESOURCE' ? scope.externalId : [])));
    expect(new Set(resources.keys())).toEqual(held);
    for (const scope of resources.values()) {
      const demoScope = instance.scopes.find(({ externalId }) => externalId === scope.externalId);
      expect(scope).toMatchObject({ scopeKind: 'RESOURCE', resourceType: demoScope?.resourceType, parent: demoScope?.parent });
    }
  });

  test('costs one call a page, and one for each group with members', async () => {
    const instance = demo();
    await using running = await start(instance);
    await running.adapter.describe(signal);
    for (const { name } of running.adapter.listings) await pagesOf(running.adapter, name);
    const pagesFor = (count: number) => Math.max(1, Math.ceil(count / 200));
    const members = instance.groups.filter((group) => group.members.length > 0).reduce((sum, group) => sum + pagesFor(group.members.length), 0);
    expect(instance.accounts.length).toBeGreaterThan(400);
    expect(running.server.calls).toHaveLength(4 + pagesFor(instance.accounts.length) + members);
    expect(new Set(running.server.calls.map((call) => call.path + call.query.toString())).size).toBe(running.server.calls.length);
  });

  test('takes a call for 200 accounts, however many there are', async () => {
    const accounts = Array.from({ length: 20_000 }, (_, at) => person(`U${at}`));
    await using running = await start(workspace({ accounts }));
    expect(await read(running.adapter, 'users', 'identity')).toHaveLength(20_000);
    expect(running.server.calls).toHaveLength(101);
  });
});

test('every request carries the token, asks for JSON, and lists name a count of at most 200', async () => {
  const groups = [{ externalId: 'G1', name: 'Ops', handle: 'ops', disabled: false, parents: [], members: [{ externalId: 'U1' }] }];
  await using running = await start({ ...people('U1', 'U2', 'U3'), groups }, { maxPageSize: 2 });
  await running.adapter.describe(signal);
  for (const { name } of running.adapter.listings) await pagesOf(running.adapter, name);
  await running.adapter.getIdentities(['U1'], signal);
  expect(pathsOf(running.server.calls)).toEqual(['/', '/users', '/users', '/groups', '/groups/G1/users', '/invites', '/roles', '/users/U1']);
  for (const { path, query, headers, method } of running.server.calls) {
    expect([method, headers['accept'], headers['authorization']]).toEqual(['GET', 'application/json', expect.stringMatching(/^Bearer sgp_/)]);
    const isList = !['/', '/users/U1'].includes(path);
    expect(query.get('pagination[count]')).toBe(isList ? '200' : null);
  }
  expect(running.server.calls.map(({ query }) => query.get('pagination[cursor]')).filter(Boolean)).toEqual(['Mg==']);
});

test('the workspace is named by its id, in one call', async () => {
  await using running = await start(people('U1'));
  expect(await running.adapter.describe(signal)).toEqual({
    serviceId: 'W1',
    displayName: 'Acme',
    scopes: [{ kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'W1', displayName: 'Acme', raw: { slug: 'acme' } }],
  });
  expect(running.server.calls).toHaveLength(1);
});

describe('users', () => {
  test('come page by page, with the total announced by the first', async () => {
    await using running = await start(people('U1', 'U2', 'U3', 'U4', 'U5'), { maxPageSize: 2 });
    const pages = await pagesOf(running.adapter, 'users');
    expect(pages.map(({ announced }) => announced)).toEqual([5, undefined, undefined]);
    expect(ofKind(pages, 'identity').map(({ externalId }) => externalId)).toEqual(['U1', 'U2', 'U3', 'U4', 'U5']);
  });

  test('carry what the service says and no more', async () => {
    const mute = { externalId: 'U2', displayName: '' };
    const { email: _, ...withoutEmail } = person('U2', mute);
    await using running = await start(workspace({ accounts: [person('U1'), withoutEmail] }));
    expect(await read(running.adapter, 'users', 'identity')).toEqual([
      {
        kind: 'identity',
        externalId: 'U1',
        accountKind: 'HUMAN',
        status: 'ACTIVE',
        displayName: 'Person U1',
        emails: [{ address: 'u1@example.com', proof: 'UNKNOWN', primary: true }],
        declared: [],
        roles: [],
      },
      { kind: 'identity', externalId: 'U2', accountKind: 'HUMAN', status: 'ACTIVE', emails: [], declared: [], roles: [] },
    ]);
  });

  test('a listing that starts before describe() asks for the workspace once', async () => {
    await using running = await start(people('U1', 'U2', 'U3'), { maxPageSize: 1 });
    await pagesOf(running.adapter, 'users');
    expect(pathsOf(running.server.calls)).toEqual(['/', '/users', '/users', '/users']);
  });
});

describe('user groups', () => {
  const group = (externalId: string, members: readonly string[]) => ({
    externalId,
    name: `Group ${externalId}`,
    handle: externalId,
    disabled: false,
    parents: [],
    members: members.map((member) => ({ externalId: member })),
  });
  const grant: DemoGrant = {
    externalId: 'g1',
    principal: { kind: 'group', externalId: 'G1' },
    role: 'R2',
    scope: { kind: 'RESOURCE', externalId: 'S1' },
  };
  const instance = workspace({
    accounts: ['U1', 'U2', 'U3'].map((id) => person(id)),
    groups: [group('G1', ['U1', 'U2', 'U3']), group('G2', []), group('G3', ['U3'])],
    scopes: [{ kind: 'RESOURCE', externalId: 'S1', name: 'A space', resourceType: 'SPACE' }],
    grants: [grant],
  });

  test('come with members and grants; an empty one costs no call, and no page is read twice', async () => {
    await using running = await start(instance, { maxPageSize: 2 });
    await running.adapter.describe(signal);
    const pages = await pagesOf(running.adapter, 'user groups');
    expect(ofKind(pages, 'group')[0]).toEqual({
      kind: 'group',
      externalId: 'G1',
      displayName: 'Group G1',
      groupKind: 'user group',
      status: 'ACTIVE',
    });
    expect(ofKind(pages, 'membership').map((entry) => [entry.group, entry.member.kind, entry.member.externalId])).toEqual([
      ['G1', 'identity', 'U1'],
      ['G1', 'identity', 'U2'],
      ['G1', 'identity', 'U3'],
      ['G3', 'identity', 'U3'],
    ]);
    expect(ofKind(pages, 'grant')).toEqual([
      {
        kind: 'grant',
        externalId: 'group/G1/R2/SPACE/S1',
        principal: { kind: 'group', externalId: 'G1' },
        role: 'R2',
        level: 'READER',
        scope: { kind: 'RESOURCE', externalId: 'S1' },
        scopeKind: 'RESOURCE',
        allScopes: false,
        permissions: [],
        source: 'DIRECT',
        immutable: false,
        raw: { roleName: 'Source Read-only' },
      },
    ]);
    expect(ofKind(pages, 'scope')).toMatchObject([{ externalId: 'S1', resourceType: 'SPACE', parent: { kind: 'WORKSPACE', externalId: 'W1' } }]);
    expect(pathsOf(running.server.calls)).toEqual(['/', '/groups', '/groups/G1/users', '/groups/G1/users', '/groups', '/groups/G3/users']);
  });

  test('one that is deleted during the read takes nothing with it', async () => {
    await using running = await start(instance);
    running.server.play([{ name: 'gone', match: { path: /G1\/users/ }, effect: { refuse: { kind: 'not-found' } } }]);
    expect((await read(running.adapter, 'user groups', 'membership')).map((entry) => entry.group)).toEqual(['G3']);
  });
});

test('an empty workspace ends every listing at its first page', async () => {
  await using running = await start(workspace({ roles: [] }));
  for (const { name } of running.adapter.listings) {
    expect(await pagesOf(running.adapter, name)).toEqual([{ records: [], rejected: [], next: null, announced: 0 }]);
  }
});
