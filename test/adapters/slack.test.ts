import { describe, expect, test } from 'vitest';
import { slack } from '../../adapters/slack/index.ts';
import { recordKey } from '../../src/contract/records.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import {
  account,
  alter,
  company,
  grantsOf,
  group,
  identityOf,
  listing,
  readAll,
  readListing,
  refused,
  signal,
  start,
  toList,
  toObject,
} from './slack-harness.ts';

describe('describe', () => {
  test('names the workspace and keeps the token in the header', async () => {
    const { adapter, server, token } = await start(company());
    expect(await adapter.describe(signal)).toEqual({
      serviceId: 'T1',
      displayName: 'Acme',
      scopes: [
        {
          kind: 'scope',
          scopeKind: 'WORKSPACE',
          externalId: 'T1',
          displayName: 'Acme',
          raw: { domain: 'acme', url: 'https://acme.slack.example/' },
        },
      ],
    });
    expect(server.calls.map(({ path, method }) => `${method} ${path}`)).toEqual(['GET /auth.test', 'GET /team.info']);
    for (const call of server.calls) {
      expect(call.headers['authorization']).toBe(`Bearer ${token}`);
      expect(call.query.toString()).not.toContain(token);
    }
  });

  test('does without team.info when the token lacks team:read', async () => {
    const { adapter, server } = await start(company());
    server.play([{ name: 'no team:read', match: { path: /team\.info/ }, effect: { refuse: { kind: 'forbidden' } } }]);
    expect(await adapter.describe(signal)).toMatchObject({ serviceId: 'T1', displayName: 'Acme', scopes: [{ externalId: 'T1' }] });
    expect(server.unfired()).toEqual([]);
  });

  test('puts the workspace into its organisation', async () => {
    const { adapter } = await start(company({ scopes: [{ kind: 'ORGANIZATION', externalId: 'E1', name: 'Acme Group' }] }));
    expect((await adapter.describe(signal)).scopes).toMatchObject([
      { scopeKind: 'ORGANIZATION', externalId: 'E1', displayName: 'Acme Group' },
      { scopeKind: 'WORKSPACE', externalId: 'T1', parent: { kind: 'ORGANIZATION', externalId: 'E1' } },
    ]);
  });
});

describe('organisation-wide token', () => {
  const instance = company({
    accounts: [account({ externalId: 'U1', role: 'admin' })],
    groups: [group({ externalId: 'S1', members: [{ externalId: 'U1' }] })],
    scopes: [
      { kind: 'ORGANIZATION', externalId: 'E1', name: 'Acme Group' },
      { kind: 'WORKSPACE', externalId: 'T2', name: 'Acme Labs' },
    ],
    grants: [
      { externalId: 'G1', principal: { kind: 'identity', externalId: 'U1' }, role: 'owner', scope: { kind: 'ORGANIZATION', externalId: 'E1' } },
    ],
  });
  /** Slack lists in each workspace who is in it; the demo company's accounts name one team only. */
  const inBoth = alter('users.list', (body) => {
    const members = toList(body['members']);
    return {
      ...body,
      members: members.map((user) => ({ ...user, enterprise_user: { ...toObject(user['enterprise_user'] ?? {}), teams: ['T1', 'T2'] } })),
    };
  });

  test('reads each named workspace by team_id, and grants on each', async () => {
    const { adapter, server } = await start(instance, { settings: { workspaces: ['T1', 'T2'] } });
    server.play([organizationWide({ team_id: 'E1', team: 'Acme Group' }), inBoth]);
    expect(await adapter.describe(signal)).toMatchObject({ serviceId: 'E1', displayName: 'Acme Group' });
    const { records } = await readAll(adapter);
    // The organisation's grant comes with each workspace, under one key.
    const grants = new Map(grantsOf(records, 'U1').map((grant) => [recordKey(grant), grant]));
    expect([...grants.values()]).toMatchObject([
      { externalId: 'base:T1:U1', level: 'ADMIN', scope: { kind: 'WORKSPACE', externalId: 'T1' } },
      { externalId: 'organization:U1', level: 'OWNER', role: 'owner', scope: { kind: 'ORGANIZATION', externalId: 'E1' } },
      { externalId: 'base:T2:U1', level: 'ADMIN', scope: { kind: 'WORKSPACE', externalId: 'T2' } },
    ]);
    const lists = server.calls.filter(({ path }) => path.endsWith('.list'));
    expect(lists.map(({ path, query }) => `${path} ${query.get('team_id')}`)).toEqual([
      '/users.list T1',
      '/users.list T2',
      '/usergroups.list T1',
      '/usergroups.list T2',
    ]);
  });

  test('takes the workspace that the token names when none is set', async () => {
    const { adapter, server } = await start(instance);
    server.play([organizationWide({ team_id: 'T1' })]);
    await readListing(adapter, 'users');
    expect(server.calls.at(-1)?.query.get('team_id')).toBe('T1');
  });

  test('says which setting is missing when nobody names a workspace', async () => {
    const { adapter, server } = await start(instance);
    server.play([organizationWide({ team_id: 'E1' })]);
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'MISCONFIGURED', message: expect.stringContaining('`workspaces`') });
  });

  test('refuses a workspace setting that the token contradicts', async () => {
    const { adapter } = await start(instance, { settings: { workspaces: ['T2'] } });
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'MISCONFIGURED' });
  });

  test('a token of one workspace sends no team_id', async () => {
    const { adapter, server } = await start(instance);
    await readAll(adapter);
    expect(server.calls.filter(({ query }) => query.has('team_id'))).toEqual([]);
  });
});

test('the role catalogue is fixed and costs no call', async () => {
  const { adapter, server } = await start(company());
  const { records, next } = await listing(adapter, 'roles').page(null, signal);
  expect(next).toBeNull();
  expect(records.map((record) => (record.kind === 'role' ? [record.externalId, record.level] : []))).toEqual([
    ['primary_owner', 'OWNER'],
    ['owner', 'OWNER'],
    ['admin', 'ADMIN'],
    ['member', 'MEMBER'],
    ['multi_channel_guest', 'GUEST'],
    ['single_channel_guest', 'GUEST'],
    ['bot', 'MEMBER'],
  ]);
  expect(server.calls).toEqual([]);
});

describe('look-ups', () => {
  const accounts = [
    account({ externalId: 'U1', email: 'ada@acme.example', role: 'owner' }),
    account({ externalId: 'U2', email: 'grace@acme.example', status: 'SUSPENDED' }),
  ];

  test('by id: each once, unknown ones left out, with their grants', async () => {
    const { adapter, server } = await start(company({ accounts }));
    await adapter.describe(signal);
    server.reset();
    const found = await adapter.getIdentities(['U2', 'U404', 'U1', 'U1', '', '__proto__'], signal);
    expect([...found.keys()].toSorted()).toEqual(['U1', 'U2']);
    expect(found.get('U1')).toMatchObject({ identity: { externalId: 'U1' }, alongside: [{ externalId: 'base:U1', level: 'OWNER' }] });
    expect(found.get('U2')).toMatchObject({ identity: { status: 'SUSPENDED' }, alongside: [] });
    expect(server.calls.map(({ path, query }) => `${path} ${query.get('user')}`).toSorted()).toEqual([
      '/users.info U1',
      '/users.info U2',
      '/users.info U404',
      '/users.info __proto__',
    ]);
  });

  test('by id: the same record as in the listing', async () => {
    const { adapter } = await start(company({ accounts }));
    const { records } = await readListing(adapter, 'users');
    const live = (await adapter.getIdentities(['U1'], signal)).get('U1');
    expect(live?.identity).toEqual(identityOf(records, 'U1'));
    expect(live?.alongside).toEqual(grantsOf(records, 'U1'));
  });

  test('by id: an account that may not be seen is absent; other failures are not', async () => {
    const { adapter, server } = await start(company({ accounts }));
    server.play([{ name: 'hidden', match: { path: /users\.info/ }, effect: { respond: refused('user_not_visible') } }]);
    expect((await adapter.getIdentities(['U1'], signal)).size).toBe(0);
    server.play([{ name: 'theirs', match: { path: /users\.info/ }, effect: { respond: refused('internal_error') } }]);
    await expect(adapter.getIdentities(['U1', 'U2'], signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('by id: the answer for another account is refused', async () => {
    const { adapter, server } = await start(company({ accounts }));
    server.play([alter('users.info', (body) => ({ ...body, user: { ...toObject(body['user']), id: 'U9' } }))]);
    await expect(adapter.getIdentities(['U1'], signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('by address: letter case does not matter, deactivated and unknown are nobody', async () => {
    const { adapter } = await start(company({ accounts }));
    expect(await adapter.findByEmail?.('ADA@acme.example', signal)).toMatchObject([
      { identity: { externalId: 'U1' }, alongside: [{ level: 'OWNER' }] },
    ]);
    expect(await adapter.findByEmail?.('grace@acme.example', signal)).toEqual([]);
    expect(await adapter.findByEmail?.('nobody+x&user=U1@acme.example', signal)).toEqual([]);
  });

  test.each(['someone@acme.example', 'a\u0434a@acme.example', undefined])('by address: an answer that carries %j is not believed', async (email) => {
    const { adapter, server } = await start(company({ accounts }));
    server.play([alter('users.lookupByEmail', (body) => ({ ...body, user: { ...toObject(body['user']), profile: { email } } }))]);
    expect(await adapter.findByEmail?.('ada@acme.example', signal)).toEqual([]);
  });
});

test.each([
  [{}, 'credentials'],
  [{ credentials: { token: '' } }, 'token'],
  [{ credentials: { token: 'xoxb-1\nx: y' } }, 'token'],
  [{ credentials: { token: 'xoxb-1' }, pageSize: 1001 }, 'pageSize'],
  [{ credentials: { token: 'xoxb-1' }, baseUrl: 'file:///etc' }, 'baseUrl'],
  [{ credentials: { token: 'xoxb-1' }, workspaces: [] }, 'workspaces'],
])('settings %j name %s', (settings, field) => {
  const { error } = slack.settings.safeParse(settings);
  expect(error?.issues.map(({ path }) => path.join('.')).join()).toContain(field);
  expect(error?.message).not.toContain('xoxb-1');
});

function organizationWide(changes: object): FaultRule {
  return alter('auth.test', (body) => ({ ...body, is_enterprise_install: true, ...changes }));
}
