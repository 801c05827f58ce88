import { describe, expect, test } from 'vitest';
import { squirro } from '../../adapters/squirro/index.ts';
import type { RoleLevel } from '../../src/contract/records.ts';
import { recordKey } from '../../src/contract/records.ts';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import {
  account,
  alter,
  alterUsers,
  credential,
  failureOf,
  grant,
  ofKind,
  pagesOf,
  read,
  readAll,
  respond,
  signal,
  start,
  tenant,
  toBody,
} from './squirro-harness.ts';

const workspace = { kind: 'WORKSPACE', externalId: 'acme' } as const;
const project = { kind: 'PROJECT', externalId: 'p1' } as const;
const scopes = [
  { ...workspace, name: 'Acme Inc' },
  { ...project, name: 'Insights' },
];

test.each(['squirro.acme.example/acme', 'squirro.acme.example/labs'])(
  'a whole read of %s gives everything once, in as many calls as its parts',
  async (serviceId) => {
    const instance = createCompany().instance('squirro', serviceId);
    const { server, adapter } = await start(instance);
    const description = await adapter.describe(signal);
    expect(description).toMatchObject({ serviceId, displayName: instance.displayName });
    const { records, rejected } = await readAll(adapter);
    expect(rejected).toEqual([]);
    expect(new Set(records.map((record) => `${record.kind} ${recordKey(record)}`)).size).toBe(records.length);
    const ids = (entries: readonly { readonly externalId: string }[]) => entries.map(({ externalId }) => externalId).toSorted();

    expect(ids(ofKind(records, 'identity'))).toEqual(ids(instance.accounts));
    expect(ids(ofKind(records, 'role'))).toEqual(ids(instance.roles));
    expect(ids([...description.scopes, ...ofKind(records, 'scope')])).toEqual(['squirro.acme.example', ...ids(instance.scopes)].toSorted());
    expect(ofKind(records, 'group').map(({ externalId, displayName }) => [externalId, displayName])).toEqual(
      instance.groups.map(({ externalId, name }) => [externalId, name]),
    );
    const memberships = instance.groups.flatMap((group) => group.members.map((member) => `${group.externalId} ${member.externalId}`));
    expect(ofKind(records, 'membership').map(({ group, member }) => `${group} ${member.externalId}`)).toEqual(memberships);

    const text = ({ principal, role, scope }: Pick<DemoInstance['grants'][number], 'principal' | 'scope'> & { readonly role?: string | undefined }) =>
      JSON.stringify([principal.kind, principal.externalId, role, scope?.kind, scope?.externalId]);
    const base = instance.accounts.map(({ externalId, role }) =>
      text({ principal: { kind: 'identity', externalId }, role: `server:${role}`, scope: workspaceOf(instance) }),
    );
    expect(ofKind(records, 'grant').map(text).toSorted()).toEqual([...base, ...instance.grants.map(text)].toSorted());

    const credentials = ofKind(records, 'credential').map(
      ({ credentialKind, identity, externalId }) => `${credentialKind} ${identity} ${externalId}`,
    );
    const expected = instance.credentials.map(({ kind, account: holder, externalId }) => `${kind} ${holder} ${externalId}`);
    const sessions = credentials.filter((key) => key.startsWith('SESSION'));
    expect(sessions).toHaveLength(1);
    expect(expected).toContain(sessions[0]);
    expect(credentials.filter((key) => !sessions.includes(key)).toSorted()).toEqual(expected.filter((key) => !key.startsWith('SESSION')).toSorted());
    expect(JSON.stringify({ records, description })).not.toContain('sandbox-');

    const projects = instance.scopes.filter(({ kind }) => kind === 'PROJECT').length;
    const single = { signIn: 1, workspaces: 2, workspaceUsers: 1, users: 2, groups: 1, projects: 1, session: 1 };
    expect(server.calls).toHaveLength(Object.values(single).reduce((sum, calls) => sum + calls) + projects + 2 * instance.accounts.length);
    expect(server.calls.every(({ status }) => status === 200)).toBe(true);
  },
);

const workspaceOf = (instance: DemoInstance) => ({ kind: 'WORKSPACE' as const, externalId: instance.serviceId.split('/')[1] ?? '' });

test('without credentials a read costs no call per user', async () => {
  const instance = createCompany().instance('squirro', 'squirro.acme.example/acme');
  const { server, adapter } = await start(instance, { readCredentials: false });
  const { records } = await readAll(adapter);
  expect(ofKind(records, 'identity')).toHaveLength(instance.accounts.length);
  expect(ofKind(records, 'credential')).toEqual([]);
  expect(server.calls).toHaveLength(6 + instance.scopes.filter(({ kind }) => kind === 'PROJECT').length);
});

describe('the instance', () => {
  test('is the host of the cluster and the tenant; with workspaces on, the cluster is an organization that holds them', async () => {
    const { adapter, server } = await start(tenant({ scopes: [...scopes, { kind: 'WORKSPACE', externalId: 'labs', name: 'Labs' }] }), {
      cluster: undefined,
    });
    const cluster = new URL(server.baseUrl).host;
    const parent = { kind: 'ORGANIZATION', externalId: cluster };
    expect(await adapter.describe(signal)).toEqual({
      serviceId: `${cluster}/acme`,
      displayName: 'Acme Inc',
      scopes: [
        { kind: 'scope', scopeKind: 'ORGANIZATION', externalId: cluster, displayName: cluster },
        { kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'acme', displayName: 'Acme Inc', parent },
        { kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'labs', displayName: 'Labs', parent },
      ],
    });
  });

  test.each([404, 405, 403, 400])('workspaces refused with %i leave the tenant by itself', async (status) => {
    const { adapter, server } = await start(tenant({ accounts: [account('u1')] }));
    server.play([respond(/workspaces/, status, status === 405 ? null : { error: 'The requested resource does not exist.' })]);
    expect((await adapter.describe(signal)).scopes).toEqual([{ kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'acme', displayName: 'acme' }]);
    const reading = pagesOf(adapter, 'workspaces');
    if (status === 404 || status === 405) expect(await reading).toEqual([{ records: [], rejected: [], next: null }]);
    else await expect(reading).rejects.toMatchObject({ code: status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST' });
    expect(await read(adapter, 'users', 'identity')).toHaveLength(1);
  });
});

describe('users', () => {
  test('carry their server role, an address that nobody vouches for, configuration and custom values without what is secret', async () => {
    const { adapter, server } = await start(
      tenant({
        accounts: [account('u1', { role: 'reader', title: 'Analyst' })],
        roles: [{ externalId: 'server:reader', name: 'reader', permissions: ['user.read'] }],
      }),
    );
    server.play([
      alterUsers((users) =>
        users.map((user) => ({
          ...user,
          tags: ['a', null, { apiKey: 'canary', name: 'x' }],
          salesforce: { refresh_token: 'canary', instance: 'eu1' },
          note: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary',
          Password: 'canary',
          authentications: { facebook: { access_token: 'canary' } },
          projects: ['p1'],
        })),
      ),
    ]);
    const { records } = (await pagesOf(adapter, 'users'))[0] ?? { records: [] };
    expect(JSON.stringify(records)).not.toMatch(/canary|sandbox-secret/);
    expect(ofKind(records, 'identity')).toEqual([
      {
        kind: 'identity',
        externalId: 'u1',
        accountKind: 'HUMAN',
        status: 'ACTIVE',
        displayName: 'Ada u1',
        emails: [{ address: 'u1@acme.example', proof: 'UNKNOWN', primary: true }],
        declared: [],
        roles: ['server:reader'],
        settings: {
          job_title: 'Analyst',
          tags: ['a', null, { name: 'x' }],
          salesforce: { instance: 'eu1' },
          config: { language: 'en', digest: { weekly: true } },
        },
        raw: { role: 'reader', tenant: 'acme' },
      },
    ]);
    expect(ofKind(records, 'grant')).toMatchObject([
      { externalId: 'base:u1', role: 'server:reader', level: 'READER', scope: workspace, permissions: ['user.read'], source: 'DIRECT' },
    ]);
    expect(ofKind(records, 'role').find(({ name }) => name === 'reader')).toMatchObject({
      category: 'server',
      permissions: [{ key: 'user.read' }],
      appliesTo: ['WORKSPACE'],
    });
  });

  test('leave out configuration and custom values when told to', async () => {
    const { adapter, server } = await start(tenant({ accounts: [account('u1', { title: 'Analyst' })] }), { readSettings: false });
    const [listed] = await read(adapter, 'users', 'identity');
    expect(listed).not.toHaveProperty('settings');
    expect(server.calls.at(-1)?.query.get('include_config')).toBe('false');
    expect((await adapter.getIdentities(['u1'], signal)).get('u1')?.identity).toEqual(listed);
  });

  test.each<[string, RoleLevel, boolean]>([
    ['admin', 'ADMIN', false],
    ['user', 'MEMBER', false],
    ['reader', 'READER', false],
    ['demo', 'GUEST', false],
    ['__proto__', 'UNKNOWN', true],
    ['Chief\u0000', 'UNKNOWN', true],
  ])('role %j is %s, and always in the catalogue', async (role, level, custom) => {
    const { adapter } = await start(tenant({ accounts: [account('u1', { role })] }));
    const { records } = (await pagesOf(adapter, 'users'))[0] ?? { records: [] };
    expect(ofKind(records, 'grant')).toMatchObject([{ externalId: 'base:u1', level, role: `server:${role}` }]);
    expect(ofKind(records, 'role').find(({ name }) => name === role)).toMatchObject({ externalId: `server:${role}`, level, custom });
    const live = (await adapter.getIdentities(['u1'], signal)).get('u1')?.alongside ?? [];
    expect(ofKind(live, 'grant')).toEqual(ofKind(records, 'grant'));
    expect(ofKind(live, 'role').map(({ name }) => name)).toEqual(custom ? [role] : []);
  });

  test('without an id are rejected, odd values count as absent, hostile text is data', async () => {
    const { adapter, server } = await start(tenant({ accounts: [account('u1')] }));
    const long = 'n'.repeat(1_000_000);
    server.play([
      alterUsers(() => [
        { id: '', email: 'x' },
        { email: 'nobody@acme.example' },
        { id: '..' },
        null,
        { id: 12, email: 5, full_name: '\u202eeda', role: null, role_permissions: 'all', config: [] },
        { id: 'u/1?#', full_name: long, email: '' },
      ]),
    ]);
    const [page] = await pagesOf(adapter, 'users');
    expect(page?.rejected.filter(({ kind }) => kind === 'identity').map(({ externalId }) => externalId)).toEqual([
      undefined,
      undefined,
      '..',
      undefined,
    ]);
    expect(page?.rejected.find(({ externalId }) => externalId === 'base:..')).toMatchObject({ kind: 'grant' });
    expect(JSON.stringify(page?.rejected)).not.toContain('nobody');
    expect(ofKind(page?.records ?? [], 'identity')).toMatchObject([
      { externalId: '12', displayName: '\u202eeda', emails: [], roles: [], accountKind: 'UNKNOWN' },
      { externalId: 'u/1?#', displayName: long, emails: [] },
    ]);
    expect(ofKind(page?.records ?? [], 'grant')[0]).toMatchObject({ externalId: 'base:12', level: 'UNKNOWN' });
  });
});

describe('look-ups by id', () => {
  const people = tenant({ accounts: Array.from({ length: 20 }, (_, at) => account(`u${at}`)) });

  test('ask one by one, leave out the unknown and never take another path for an id', async () => {
    const { adapter, server } = await start(people);
    const found = await adapter.getIdentities(['u2', 'nobody', 'u1', 'u2', '..', '', 'u1/grants', '\ud800'], signal);
    expect([...found.keys()].toSorted()).toEqual(['u1', 'u2']);
    expect(found.get('u1')?.identity).toEqual((await read(adapter, 'users', 'identity')).find(({ externalId }) => externalId === 'u1'));
    expect(server.calls.filter(({ path }) => path.endsWith('/users/u2'))).toHaveLength(1);
  });

  test('of many read the list once', async () => {
    const { adapter, server } = await start(people);
    const found = await adapter.getIdentities([...people.accounts.map(({ externalId }) => externalId), 'nobody'], signal);
    expect(found.size).toBe(20);
    expect(server.calls.map(({ path }) => path)).toEqual(['/api/user/oauth2/token', '/api/user/v0/acme/users']);
  });

  test("never give one account's answer under another's id", async () => {
    const { adapter, server } = await start(people);
    server.play([alter(/users\/u1$/, (body) => ({ ...toBody(body), id: 'u2' }))]);
    expect((await adapter.getIdentities(['u1'], signal)).size).toBe(0);
  });
});

describe('groups, projects and workspaces', () => {
  const members = [
    grant('identity', 'u1', 'project:admin', project),
    grant('group', 'g1', 'project:member', project),
    grant('identity', 'u1', 'workspace:reader', workspace),
  ];
  const furnished = tenant({
    accounts: [account('u1', { role: 'reader' })],
    groups: [{ externalId: 'g1', name: 'Team East', handle: 'east', disabled: false, parents: [], members: [{ externalId: 'u1' }] }],
    roles: [{ externalId: 'project:admin', name: 'admin', permissions: ['projects.read.*'] }],
    scopes,
    grants: members,
  });

  test('grants stand on the project and the workspace, for users and groups, with the permissions that the service worked out', async () => {
    const { adapter } = await start(furnished);
    const found = [...(await read(adapter, 'projects', 'grant')), ...(await read(adapter, 'workspaces', 'grant'))];
    expect(found).toMatchObject([
      {
        externalId: 'project/p1/identity/u1',
        principal: { kind: 'identity', externalId: 'u1' },
        role: 'project:admin',
        level: 'ADMIN',
        scope: project,
        permissions: ['projects.read.*'],
        raw: { project_role: 'admin', server_role: 'reader' },
      },
      { externalId: 'project/p1/group/g1', principal: { kind: 'group', externalId: 'g1' }, role: 'project:member', level: 'MEMBER', scope: project },
      {
        externalId: 'workspace/acme/identity/u1',
        principal: { kind: 'identity', externalId: 'u1' },
        role: 'workspace:reader',
        level: 'READER',
        scope: workspace,
      },
    ]);
    expect(await read(adapter, 'projects', 'scope')).toEqual([
      { kind: 'scope', scopeKind: 'PROJECT', externalId: 'p1', displayName: 'Insights', parent: workspace, raw: { type: 'default' } },
    ]);
  });

  test('owners and words that nobody documented are catalogued where they are found', async () => {
    const { adapter, server } = await start(furnished);
    server.play([
      alter(/members$/, () => ({
        members: [
          { member_id: 'u1', member_type: 'admin', project_role: 'owner' },
          { member_id: 'g1', member_type: 'Group', project_role: 'curator', permissions: null },
          { member_id: null, project_role: 'admin' },
        ],
      })),
    ]);
    const [, page] = await pagesOf(adapter, 'projects');
    expect(ofKind(page?.records ?? [], 'role').map(({ externalId, level }) => [externalId, level])).toEqual([
      ['project:owner', 'OWNER'],
      ['project:curator', 'UNKNOWN'],
    ]);
    expect(ofKind(page?.records ?? [], 'grant').map(({ principal, level }) => [principal.kind, level])).toEqual([
      ['identity', 'OWNER'],
      ['group', 'UNKNOWN'],
    ]);
    expect(page?.rejected).toMatchObject([{ kind: 'grant', externalId: undefined }]);
  });

  test('one closed project is said to be unread, one deleted meanwhile is not, and the others go on', async () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ kind: 'PROJECT', externalId: `p${at}`, name: `P${at}` }) as const);
    const { adapter, server } = await start(
      tenant({ accounts: [account('u1')], scopes: many, grants: many.map((scope) => grant('identity', 'u1', 'project:reader', scope)) }),
    );
    server.play([respond(/p3\/members/, 403, { error: 'Forbidden' }), respond(/p4\/members/, 404, { error: 'Not Found' })]);
    const pages = await pagesOf(adapter, 'projects');
    expect(pages.map(({ records }) => records.length)).toEqual([25, 10, 8, 5]);
    expect(pages.flatMap(({ rejected }) => rejected)).toEqual([{ kind: 'grant', externalId: undefined, reason: 'members of a project: status 403' }]);
  });

  test('lists are taken bare and wrapped, and nothing else is', async () => {
    const { adapter, server } = await start(furnished);
    server.play([alter(/groups$/, (body) => ({ groups: body }))]);
    expect(await read(adapter, 'groups', 'membership')).toEqual([
      { kind: 'membership', group: 'g1', member: { kind: 'identity', externalId: 'u1' } },
    ]);
    server.play([alter(/groups$/, () => ({ teams: [] }))]);
    await expect(pagesOf(adapter, 'groups')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });
});

describe('credentials', () => {
  const holder = account('u1', { role: 'admin', declared: [{ type: 'slack', serviceId: 'T1', externalId: 'U77' }] });
  const furnished = tenant({
    accounts: [holder, account('u2')],
    credentials: [
      credential('TOKEN_GRANT', 'u1', 't1', 'service'),
      credential('SESSION', 'u1', 's1', 'web'),
      credential('SERVICE_CONNECTION', 'u1', 'slack', 'slack'),
      credential('TOKEN_GRANT', 'u2', 't2', 'user'),
    ],
  });
  const createdAt = Date.UTC(2026, 0, 2, 3, 4, 5);
  const connection = {
    kind: 'credential',
    credentialKind: 'SERVICE_CONNECTION',
    externalId: 'slack',
    identity: 'u1',
    name: 'slack',
    target: 'slack',
    targetUserId: 'U77',
    displayName: 'Ada u1',
    state: 'ok',
    active: true,
    expiresAt: Date.UTC(2027, 0, 9, 8, 40),
  };

  test('are metadata of tokens, the own session and connections', async () => {
    const { adapter, server } = await start(furnished);
    expect(await read(adapter, 'credentials', 'credential')).toEqual([
      {
        kind: 'credential',
        credentialKind: 'TOKEN_GRANT',
        externalId: 't1',
        identity: 'u1',
        grantType: 'service',
        client: 'sandbox-service',
        permissions: ['items.read'],
        createdAt,
        expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
      },
      { kind: 'credential', credentialKind: 'SESSION', externalId: 's1', identity: 'u1', createdAt },
      connection,
      {
        kind: 'credential',
        credentialKind: 'TOKEN_GRANT',
        externalId: 't2',
        identity: 'u2',
        grantType: 'user',
        createdAt,
        expiresAt: Date.UTC(2027, 0, 2, 3, 4, 5),
      },
    ]);
    expect(server.calls.map(({ path }) => path.replace('/api/user/', '')).toSorted()).toEqual(
      [
        'oauth2/token',
        'v0/acme/users',
        'v0/acme/users/u1/grants',
        'v0/acme/users/u1/sessions/s1',
        'v0/acme/users/u2/grants',
        'v1/acme/users/u1',
        'v1/acme/users/u2',
      ].toSorted(),
    );
  });

  test('an authentication at a service that the operator names is evidence, in listing and look-up alike', async () => {
    const { adapter, server } = await start(furnished, { connections: { slack: { type: 'slack', serviceId: 'T1' } } });
    const identities = await read(adapter, 'users', 'identity');
    expect(identities.map(({ externalId, declared }) => [externalId, declared])).toEqual([
      ['u1', [{ type: 'slack', serviceId: 'T1', externalId: 'U77', via: 'Squirro authentication' }]],
      ['u2', []],
    ]);
    expect(server.calls.map(({ path }) => path.replace('/api/user/', ''))).toEqual([
      'oauth2/token',
      'v0/acme/users',
      'v1/acme/users/u1',
      'v1/acme/users/u2',
    ]);
    const live = (await adapter.getIdentities(['u1'], signal)).get('u1');
    expect(live?.identity).toEqual(identities[0]);
    expect(ofKind(live?.alongside ?? [], 'credential')).toEqual([connection]);
    // Read with the users, so not a second time.
    const { records } = await readAll(adapter);
    expect(ofKind(records, 'credential').filter(({ credentialKind }) => credentialKind === 'SERVICE_CONNECTION')).toHaveLength(1);
  });

  test('an authentication in another state, without a user, or of no readable shape is no evidence', async () => {
    const { adapter, server } = await start(furnished, {
      connections: { slack: { type: 'slack', serviceId: 'T1' }, mail: { type: 'mail', serviceId: 'x' }, x: { type: 'x', serviceId: 'x' } },
    });
    server.play([
      alter(/v1.*u1$/, (body) => ({
        ...toBody(body),
        authentications: { slack: { service_user: 'U77', state: 'expired' }, mail: { state: 'ok' }, x: 'none' },
      })),
    ]);
    const pages = await pagesOf(adapter, 'users');
    expect(pages.flatMap(({ records }) => ofKind(records, 'identity')).flatMap(({ declared }) => declared)).toEqual([]);
    expect(pages.flatMap(({ rejected }) => rejected)).toMatchObject([{ kind: 'credential', externalId: undefined }]);
  });

  test('of somebody who left meanwhile, or of a session that the cluster does not tell, are simply absent', async () => {
    const { adapter, server } = await start(furnished);
    server.play([respond(/u2\/grants/, 404, { error: 'Not Found' }), respond(/sessions/, 404, { error: 'The requested resource does not exist.' })]);
    expect((await read(adapter, 'credentials', 'credential')).map(({ externalId }) => externalId)).toEqual(['t1', 'slack']);
    expect(server.calls.some(({ path }) => path.endsWith('v1/acme/users/u2'))).toBe(false);
  });

  test('that the account may not read are refused by name, and no message tells an id or a secret', async () => {
    const { adapter, server } = await start(furnished);
    server.play([respond(/grants/, 403, { error: 'sandbox-client-secret may not read u1' })]);
    const error = await failureOf(pagesOf(adapter, 'credentials'));
    expect(error).toMatchObject({ code: 'FORBIDDEN', missing: 'role admin in the tenant' });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/sandbox-|u1|acme/);
  });

  test.each([
    ['2012-12-21 16:00:01', Date.UTC(2012, 11, 21, 16, 0, 1)],
    ['2014-01-09T08:40:00', Date.UTC(2014, 0, 9, 8, 40)],
    ['2014-01-09T08:40:00.123456Z', Date.UTC(2014, 0, 9, 8, 40, 0, 123)],
    ['2014-01-09T08:40:00+02:00', Date.UTC(2014, 0, 9, 6, 40)],
    ['2014-02-30 08:40:00', undefined],
    ['2014-01-09 25:40:00', undefined],
    ['never', undefined],
    [0, undefined],
    [null, undefined],
  ])('valid_to %j ends at %j', async (valid_to, expiresAt) => {
    const { adapter, server } = await start(furnished);
    server.play([alter(/u2\/grants/, () => ({ grants: [{ id: 7, valid_to, project_permissions: 'items.read, items.write' }] }))]);
    const found = (await read(adapter, 'credentials', 'credential')).find(({ identity }) => identity === 'u2');
    expect(found).toEqual({
      kind: 'credential',
      credentialKind: 'TOKEN_GRANT',
      externalId: '7',
      identity: 'u2',
      permissions: ['items.read', 'items.write'],
      ...(expiresAt !== undefined && { expiresAt }),
    });
  });

  test('of thousands go on from a cursor that holds a part of them, each asked for once', async () => {
    const crowd = tenant({ accounts: Array.from({ length: 2_000 }, (_, at) => account(`user-with-a-long-id-${at}`)) });
    const { adapter, server } = await start(crowd);
    expect(await read(adapter, 'credentials', 'credential')).toEqual([]);
    const asked = server.calls.filter(({ path }) => path.endsWith('/grants')).map(({ path }) => path);
    expect([asked.length, new Set(asked).size]).toEqual([2_000, 2_000]);
    expect(server.calls.filter(({ path }) => path.endsWith('/acme/users')).length).toBeLessThanOrEqual(4);
  });

  test('a cursor that is none of ours starts again', async () => {
    const { adapter } = await start(furnished);
    const listing = adapter.listings.find(({ name }) => name === 'credentials');
    for (const cursor of ['', '{}', '{"queue":[]}', '[1]'])
      await expect(listing?.page(cursor, signal)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
});

describe('refusals', () => {
  test.each([
    [400, 'BAD_REQUEST'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [405, 'UNSUPPORTED'],
    [409, 'CONFLICT'],
    [410, 'NOT_FOUND'],
    [418, 'BAD_RESPONSE'],
  ])('%i is %s, with a body or without', async (status, code) => {
    const { adapter, server } = await start(tenant());
    for (const body of [null, { error: 'canary' }]) {
      server.play([respond(/users$/, status, body)]);
      const error = await failureOf(pagesOf(adapter, 'users'));
      expect(error).toMatchObject({ code, status });
      expect(String(error)).not.toContain('canary');
    }
  });

  test('XML is BAD_RESPONSE', async () => {
    const { adapter, server } = await start(tenant());
    server.play([
      {
        name: 'xml',
        match: { path: /users$/ },
        effect: { respond: { status: 200, headers: { 'content-type': 'text/xml' }, body: '<response><users/></response>' } },
      },
    ]);
    await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('an abort reaches the call', async () => {
    const { adapter, server } = await start(tenant());
    server.play([{ name: 'hole', match: { path: /users$/ }, effect: { swallow: true } }]);
    await adapter.describe(signal);
    const stop = new AbortController();
    const call = adapter.listings.find(({ name }) => name === 'users')?.page(null, stop.signal);
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

test('settings name what is wrong and repeat no secret', () => {
  const wrong = squirro.settings.safeParse({ userPath: '/api', connections: { slack: {} }, credentials: { refreshToken: 'two words' }, other: 1 });
  expect(wrong.error?.issues.map(({ path }) => path.join('.')).toSorted()).toEqual(
    ['', 'baseUrl', 'connections.slack.serviceId', 'connections.slack.type', 'credentials.refreshToken', 'userPath'].toSorted(),
  );
  expect(String(wrong.error)).not.toContain('two words');
  const least = squirro.settings.parse({ baseUrl: 'https://squirro.acme.example', credentials: { refreshToken: 'x' } });
  expect(squirro.baseUrl(least)).toBe('https://squirro.acme.example');
});
