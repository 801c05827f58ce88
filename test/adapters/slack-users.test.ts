import { describe, expect, test } from 'vitest';
import { recordKey } from '../../src/contract/records.ts';
import {
  account,
  alter,
  alterUser,
  company,
  grantsOf,
  group,
  identitiesOf,
  identityOf,
  listing,
  readAll,
  readListing,
  signal,
  start,
  toList,
} from './slack-harness.ts';

describe('users', () => {
  test('reads every account exactly once at any page size', async () => {
    const instance = company({ accounts: Array.from({ length: 45 }, (_, at) => account({ externalId: `U${at}` })) });
    for (const pageSize of [1, 7, 46, 200]) {
      const { adapter } = await start(instance, { settings: { pageSize } });
      const { records } = await readListing(adapter, 'users');
      const ids = identitiesOf(records).map(({ externalId }) => externalId);
      expect(ids.toSorted()).toEqual([...instance.accounts.map(({ externalId }) => externalId), 'USLACKBOT'].toSorted());
    }
  });

  test('a whole read costs the pages and three calls', async () => {
    const accounts = Array.from({ length: 999 }, (_, at) => account({ externalId: `U${at}` }));
    const { adapter, server } = await start(company({ accounts, groups: [group({ externalId: 'S1' }), group({ externalId: 'S2' })] }));
    await adapter.describe(signal);
    await readAll(adapter);
    expect(server.calls.filter(({ path }) => path === '/users.list')).toHaveLength(2);
    expect(server.calls).toHaveLength(2 + 3);
    expect(server.calls.every(({ method, body }) => method === 'GET' && body === '')).toBe(true);
  });

  test('goes on after a short and an empty page while a cursor comes', async () => {
    const accounts = ['U1', 'U2', 'U3', 'U4'].map((externalId) => account({ externalId }));
    const { adapter, server } = await start(company({ accounts }), { sandbox: { maxPageSize: 2 } });
    server.play([alter('users.list', (body) => ({ ...body, members: [] }), 1)]);
    const { records, pages } = await readListing(adapter, 'users');
    expect(pages).toBe(3);
    expect(identitiesOf(records).map(({ externalId }) => externalId)).toEqual(['U3', 'U4', 'USLACKBOT']);
    expect(server.calls.filter(({ path }) => path === '/users.list').map(({ query }) => query.get('limit'))).toEqual(['999', '999', '999']);
  });

  test.each(['', null, undefined])('ends when the next cursor is %j', async (next_cursor) => {
    const { adapter, server } = await start(company());
    server.play([alter('users.list', (body) => ({ ...body, response_metadata: next_cursor === undefined ? undefined : { next_cursor } }))]);
    expect((await listing(adapter, 'users').page(null, signal)).next).toBeNull();
  });

  test('continues from its cursor alone, in a new process', async () => {
    const accounts = ['U1', 'U2', 'U3'].map((externalId) => account({ externalId }));
    const { adapter, create } = await start(company({ accounts }), { settings: { pageSize: 2 } });
    const { next } = await listing(adapter, 'users').page(null, signal);
    const rest = await listing(create(), 'users').page(next, signal);
    expect(identitiesOf(rest.records).map(({ externalId }) => externalId)).toEqual(['U3', 'USLACKBOT']);
    expect(rest.next).toBeNull();
  });

  test.each([
    ['primary_owner', 'OWNER'],
    ['owner', 'OWNER'],
    ['admin', 'ADMIN'],
    ['member', 'MEMBER'],
    ['multi_channel_guest', 'GUEST'],
    ['single_channel_guest', 'GUEST'],
  ])('%s is %s on the workspace', async (role, level) => {
    const { adapter } = await start(company({ accounts: [account({ externalId: 'U1', role })] }));
    const { records } = await readListing(adapter, 'users');
    expect(identityOf(records, 'U1')).toMatchObject({ accountKind: 'HUMAN', status: 'ACTIVE', roles: [role] });
    expect(grantsOf(records, 'U1')).toEqual([
      {
        kind: 'grant',
        externalId: 'base:U1',
        principal: { kind: 'identity', externalId: 'U1' },
        role,
        level,
        scope: { kind: 'WORKSPACE', externalId: 'T1' },
        scopeKind: 'WORKSPACE',
        allScopes: false,
        permissions: [],
        source: 'DIRECT',
        immutable: role === 'primary_owner',
      },
    ]);
  });

  test('the base grant keeps its id when the role changes', async () => {
    const instance = company({ accounts: [account({ externalId: 'U1', role: 'member' })] });
    const { adapter } = await start(instance);
    const before = grantsOf((await readListing(adapter, 'users')).records, 'U1');
    instance.accounts = [account({ externalId: 'U1', role: 'owner' })];
    const after = grantsOf((await readListing(adapter, 'users')).records, 'U1');
    expect([before, after]).toMatchObject([[{ level: 'MEMBER' }], [{ level: 'OWNER' }]]);
    expect(after.map(recordKey)).toEqual(before.map(recordKey));
  });

  test('organisation roles are grants on the organisation', async () => {
    const E1 = { kind: 'ORGANIZATION', externalId: 'E1' } as const;
    const holds = (externalId: string, role: string) =>
      ({ externalId: `G-${externalId}`, principal: { kind: 'identity', externalId }, role, scope: E1 }) as const;
    const instance = company({
      accounts: ['U1', 'U2', 'U3'].map((externalId) => account({ externalId })),
      scopes: [{ ...E1, name: 'Acme Group' }],
      grants: [holds('U1', 'admin'), holds('U2', 'owner')],
    });
    const { records } = await readListing((await start(instance)).adapter, 'users');
    const onOrganization = records.filter((record) => record.kind === 'grant' && record.scopeKind === 'ORGANIZATION');
    expect(onOrganization).toMatchObject([
      { externalId: 'organization:U1', level: 'ADMIN', scope: E1 },
      { externalId: 'organization:U2', level: 'OWNER', scope: E1 },
    ]);
    expect(identityOf(records, 'U1').organization).toBe('E1');
  });

  test('deactivated, invited, bots and Slackbot', async () => {
    const accounts = [
      account({ externalId: 'U1', status: 'SUSPENDED', role: 'admin' }),
      account({ externalId: 'U2', status: 'INVITED', emailProven: false }),
      account({ externalId: 'U3', kind: 'BOT', role: 'bot' }),
    ];
    const { records } = await readListing((await start(company({ accounts }))).adapter, 'users');
    expect(identitiesOf(records)).toMatchObject([
      { externalId: 'U1', accountKind: 'HUMAN', status: 'SUSPENDED', roles: [] },
      { externalId: 'U2', accountKind: 'HUMAN', status: 'INVITED', roles: ['member'] },
      { externalId: 'U3', accountKind: 'BOT', status: 'ACTIVE', roles: ['bot'] },
      { externalId: 'USLACKBOT', accountKind: 'BOT', status: 'ACTIVE', emails: [] },
    ]);
    expect(grantsOf(records, 'U1')).toEqual([]);
    expect(grantsOf(records, 'U3')).toMatchObject([{ role: 'bot', level: 'MEMBER' }]);
    const workspace = grantsOf(records, 'U2')[0]?.scope;
    expect(records.filter(({ kind }) => kind === 'invite')).toEqual([
      {
        kind: 'invite',
        externalId: 'invitation:U2',
        email: identityOf(records, 'U2').emails[0]?.address,
        status: 'PENDING',
        grants: [{ role: 'member', scopes: [workspace] }],
      },
    ]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['confirmed', {}, 'VERIFIED'],
    ['confirmed, `deleted` not sent', { deleted: undefined }, 'VERIFIED'],
    ['not confirmed', { is_email_confirmed: false }, 'UNKNOWN'],
    ['no word', { is_email_confirmed: undefined }, 'UNKNOWN'],
    ['deactivated', { deleted: true }, 'UNKNOWN'],
    ['bot', { is_bot: true }, 'UNKNOWN'],
    ['workflow bot', { is_workflow_bot: true }, 'UNKNOWN'],
    ['multi-channel guest', { is_restricted: true }, 'UNKNOWN'],
    ['single-channel guest', { is_ultra_restricted: true }, 'UNKNOWN'],
    ['stranger', { is_stranger: true }, 'UNKNOWN'],
    ['another company’s, in a shared channel', { team_id: 'T999' }, 'UNKNOWN'],
  ])('address of an account that is %s', async (_, changes, proof) => {
    const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1', email: 'Ada@Acme.example' })] }));
    server.play([alterUser('U1', changes)]);
    const { records } = await readListing(adapter, 'users');
    expect(identityOf(records, 'U1').emails).toEqual([{ address: 'Ada@Acme.example', proof, primary: true }]);
  });

  test.each([{ is_stranger: true, team_id: 'T999' }, { team_id: 'T999' }, { is_stranger: true }])(
    '%j is somebody else’s: no role here',
    async (changes) => {
      const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1', role: 'admin' })] }));
      server.play([alterUser('U1', changes)]);
      const { records, rejected } = await readListing(adapter, 'users');
      expect(identityOf(records, 'U1')).toMatchObject({ accountKind: 'HUMAN', roles: [] });
      expect(grantsOf(records, 'U1')).toEqual([]);
      expect(rejected).toEqual([]);
    },
  );

  test('a person who authorised the calling app stays a person', async () => {
    const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1' })] }));
    server.play([alterUser('U1', { is_app_user: true })]);
    expect(identityOf((await readListing(adapter, 'users')).records, 'U1').accountKind).toBe('HUMAN');
  });

  test('without any role flag the level is unknown, not low', async () => {
    const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1' })] }));
    const none = { is_admin: null, is_owner: null, is_primary_owner: undefined, is_restricted: null, is_ultra_restricted: null };
    server.play([alterUser('U1', none)]);
    const { records } = await readListing(adapter, 'users');
    expect(identityOf(records, 'U1').roles).toEqual([]);
    expect(grantsOf(records, 'U1')).toMatchObject([{ externalId: 'base:U1', level: 'UNKNOWN' }]);
    expect(grantsOf(records, 'U1')[0]).not.toHaveProperty('role');
  });

  test('maps names, times and second factor; says nothing of what is missing', async () => {
    const full = account({ externalId: 'U1', title: 'Engineer', mfa: true, updatedAt: 1_700_000_000_000 });
    const { adapter, server } = await start(company({ accounts: [full, account({ externalId: 'U2' })] }));
    server.play([
      alterUser('U2', { profile: { real_name: '', first_name: null, email: '' }, real_name: null, name: '', tz: null, updated: 0, has_2fa: null }),
    ]);
    const { records } = await readListing(adapter, 'users');
    expect(identityOf(records, 'U1')).toMatchObject({
      username: 'ada',
      displayName: 'Ada Lovelace',
      firstName: 'Ada',
      lastName: 'Lovelace',
      mfaEnabled: true,
      updatedAt: 1_700_000_000_000,
      settings: { title: 'Engineer', tz: 'Europe/Berlin' },
    });
    const { raw: _, ...bare } = identityOf(records, 'U2');
    expect(bare).toEqual({ kind: 'identity', externalId: 'U2', accountKind: 'HUMAN', status: 'ACTIVE', emails: [], declared: [], roles: ['member'] });
  });

  test.each([1_700_000_000_000, -1, '2026-01-01', null, 253_402_300_800])('time %j is not guessed', async (updated) => {
    const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1' })] }));
    server.play([alterUser('U1', { updated })]);
    expect(identityOf((await readListing(adapter, 'users')).records, 'U1')).not.toHaveProperty('updatedAt');
  });

  test('raw holds flags, and neither contact data nor status texts nor custom fields', async () => {
    const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1' })] }));
    server.play([
      alterUser('U1', {
        token: 'xoxp-canary',
        profile: { email: 'ada@acme.example', phone: 'canary', skype: 'canary', status_text: 'canary', fields: { Xf1: 'canary' } },
      }),
    ]);
    const { raw } = identityOf((await readListing(adapter, 'users')).records, 'U1');
    expect(raw).toMatchObject({ id: 'U1', team_id: 'T1', is_admin: false, is_email_confirmed: true });
    expect(JSON.stringify(raw)).not.toMatch(/canary|@|555/);
  });

  test('hostile text is data', async () => {
    const names = ['__proto__', 'a\u0000b', '\u202Eevil', '=cmd()', '<script>', 'x'.repeat(1_000_000)];
    const accounts = names.map((displayName, at) => account({ externalId: `U${at}`, displayName }));
    const { adapter } = await start(company({ accounts: [...accounts, account({ externalId: '__proto__' })] }));
    const { records } = await readListing(adapter, 'users');
    for (const [at, displayName] of names.entries()) expect(identityOf(records, `U${at}`).displayName).toBe(displayName);
    expect(grantsOf(records, '__proto__')).toMatchObject([{ externalId: 'base:__proto__', level: 'MEMBER' }]);
  });

  test('an unreadable member is rejected with its grants, the others go on', async () => {
    const accounts = ['U1', 'U2', 'U3', 'U4'].map((externalId) => account({ externalId }));
    const { adapter, server } = await start(company({ accounts }));
    server.play([
      alter('users.list', (body) => {
        const [first, second, third, ...rest] = toList(body['members']);
        return {
          ...body,
          members: [{ ...first, is_admin: 'secret-value' }, { ...second, id: 7 }, { ...third, enterprise_user: 'E' }, null, ...rest],
        };
      }),
    ]);
    const { records, rejected } = await readListing(adapter, 'users');
    expect(identitiesOf(records).map(({ externalId }) => externalId)).toEqual(['U4', 'USLACKBOT']);
    expect(rejected.map(({ kind, externalId }) => [kind, externalId])).toEqual([
      ['identity', 'U1'],
      ['grant', 'base:U1'],
      ['invite', 'invitation:U1'],
      ['identity', undefined],
      ['identity', 'U3'],
      ['grant', 'base:U3'],
      ['grant', 'organization:U3'],
      ['invite', 'invitation:U3'],
      ['identity', undefined],
    ]);
    expect(rejected[0]?.reason).toMatch(/is_admin.*boolean.*string/);
    expect(JSON.stringify(rejected)).not.toContain('secret-value');
  });
});
