import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createSlackSandbox } from '../../adapters/slack/sandbox.ts';
import type { DemoAccount, DemoInstance, SandboxOptions } from '../../src/contract/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

const token = 'xoxb-sandbox-T1';

describe('token', () => {
  test('comes as Bearer or as a form field, and never in the address', async () => {
    const { call, post } = await start([]);
    expect(await call('auth.test')).toMatchObject({ ok: true, team_id: 'T1', is_enterprise_install: false });
    expect(await post('auth.test', new URLSearchParams({ token }), {})).toMatchObject({ ok: true });
    expect(await call('auth.test', {}, {})).toEqual({ ok: false, error: 'not_authed' });
    expect(await call('auth.test', { token }, {})).toEqual({ ok: false, error: 'not_authed' });
    expect(await call('auth.test', {}, { authorization: 'Bearer xoxb-other' })).toEqual({ ok: false, error: 'invalid_auth' });
  });

  test('unknown methods are told apart from wrong tokens', async () => {
    const { call } = await start([]);
    expect(await call('users.everything', {}, {})).toEqual({ ok: false, error: 'unknown_method' });
    expect(await call('__proto__')).toEqual({ ok: false, error: 'unknown_method' });
  });
});

describe('arguments', () => {
  test('are seen in a form, not in a JSON body', async () => {
    const { post } = await start([account('U1')]);
    expect(await post('users.info', new URLSearchParams({ user: 'U1' }))).toMatchObject({ ok: true, user: { id: 'U1' } });
    expect(await post('users.info', JSON.stringify({ user: 'U1' }), undefined, 'application/json')).toEqual({ ok: false, error: 'user_not_found' });
  });
});

describe('users.list', () => {
  const many = Array.from({ length: 1_500 }, (_, at) => account(`U${String(at).padStart(4, '0')}`));

  test('needs a limit beyond a thousand members and never gives more than a thousand', async () => {
    const { call } = await start(many);
    expect(await call('users.list')).toEqual({ ok: false, error: 'limit_required' });
    expect((await call('users.list', { limit: '5000' }))['members']).toHaveLength(1_000);
    expect(await call('users.list', { limit: 'many' })).toEqual({ ok: false, error: 'invalid_arguments' });
    expect((await (await start(many.slice(0, 999))).call('users.list'))['members']).toHaveLength(1_000);
  });

  test('pages by a cursor that names a user, so that leavers shift nobody', async () => {
    const { call, instance } = await start([account('U1'), account('U2'), account('U3'), account('U4')]);
    const first = await call('users.list', { limit: '2' });
    const { next_cursor: cursor } = z.object({ next_cursor: z.string() }).parse(first['response_metadata']);
    expect(Buffer.from(cursor, 'base64').toString()).toBe('user:U3');
    instance.accounts = [account('U2'), account('U4')];
    const second = await call('users.list', { limit: '2', cursor });
    expect(second).toMatchObject({ members: [{ id: 'U4' }, { id: 'USLACKBOT' }], response_metadata: { next_cursor: '' } });
    expect(await call('users.list', { limit: '2', cursor: 'bm9uc2Vuc2U=' })).toEqual({ ok: false, error: 'invalid_cursor' });
    expect(await call('users.list', { limit: '2', cursor: '%%%' })).toEqual({ ok: false, error: 'invalid_cursor' });
  });

  test('caps its pages as told', async () => {
    const { call } = await start(many, { maxPageSize: 3 });
    expect((await call('users.list', { limit: '200' }))['members']).toHaveLength(3);
  });

  test('sends deactivated users without time zone and flags', async () => {
    const { call } = await start([account('U1', { status: 'SUSPENDED' })]);
    const members = z.array(z.looseObject({})).parse((await call('users.list'))['members']);
    expect(members[0]).toMatchObject({ id: 'U1', deleted: true });
    for (const field of ['tz', 'is_admin', 'is_restricted', 'has_2fa']) expect(members[0]).not.toHaveProperty(field);
    expect(members[1]).toMatchObject({ id: 'USLACKBOT', is_bot: false });
  });

  test('answers a hundred thousand accounts without reading them anew for each page', async () => {
    const accounts = Array.from({ length: 100_000 }, (_, at) => account(`U${String(at).padStart(6, '0')}`));
    const sandbox = createSlackSandbox(company(accounts));
    const get = (query: string) =>
      sandbox.handle({
        method: 'GET',
        path: '/users.list',
        query: new URLSearchParams(query),
        headers: { authorization: `Bearer ${token}` },
        body: '',
      });
    get('limit=1');
    const began = performance.now();
    for (let at = 0; at < 500; at += 1)
      get(`limit=1&cursor=${encodeURIComponent(Buffer.from(`user:U${String(at * 199).padStart(6, '0')}`).toString('base64'))}`);
    // A pass over all accounts takes milliseconds; 500 of them would take far more than this.
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('users.lookupByEmail', () => {
  test('prefers the confirmed account and does not find deactivated ones', async () => {
    const shared = { email: 'ada@acme.example' };
    const { call } = await start([
      account('U1', { ...shared, emailProven: false }),
      account('U2', shared),
      account('U3', { email: 'gone@acme.example', status: 'SUSPENDED' }),
    ]);
    expect(await call('users.lookupByEmail', { email: 'ADA@acme.example' })).toMatchObject({ user: { id: 'U2' } });
    expect(await call('users.lookupByEmail', { email: 'gone@acme.example' })).toEqual({ ok: false, error: 'users_not_found' });
    expect(await call('users.lookupByEmail')).toEqual({ ok: false, error: 'invalid_arguments' });
  });
});

test('user groups: disabled ones and members only when asked for', async () => {
  const { call } = await start([account('U1')]);
  expect(await call('usergroups.list')).toMatchObject({ usergroups: [{ id: 'S1', date_delete: 0 }] });
  expect((await call('usergroups.list'))['usergroups']).not.toHaveProperty('0.users');
  const { usergroups } = await call('usergroups.list', { include_users: 'true', include_disabled: '1', include_count: 'true' });
  expect(usergroups).toMatchObject([
    { id: 'S1', users: ['U1'], user_count: 1 },
    { id: 'S2', users: [] },
  ]);
  expect(await call('usergroups.users.list', { usergroup: 'S1' })).toEqual({ ok: true, users: ['U1'] });
  expect(await call('usergroups.users.list', { usergroup: 'S2' })).toEqual({ ok: false, error: 'no_such_subteam' });
  expect(await call('usergroups.users.list', { usergroup: 'S2', include_disabled: 'true' })).toEqual({ ok: true, users: [] });
});

test('the profile alone holds custom fields; a foreign team is refused', async () => {
  const { call } = await start([account('U1')]);
  expect(await call('users.profile.get', { user: 'U1' })).toMatchObject({ profile: { email: 'u1@acme.example', fields: { Xf0SANDBOX: {} } } });
  expect(await call('users.profile.get', { user: 'U9' })).toEqual({ ok: false, error: 'user_not_found' });
  expect(await call('users.list', { team_id: 'T9' })).toEqual({ ok: false, error: 'team_access_not_granted' });
  expect(await call('team.info', { team: 'T9' })).toEqual({ ok: false, error: 'team_not_found' });
});

test('says the scopes in its headers and refuses in Slack’s own ways', async () => {
  const { server } = await start([account('U1')]);
  const ask = () => fetch(`${server.baseUrl}/users.list`, { headers: { authorization: `Bearer ${token}` } });
  const plain = await ask();
  expect(plain.headers.get('x-oauth-scopes')).toContain('users:read.email');
  expect(plain.headers.get('x-accepted-oauth-scopes')).toBe('users:read');

  server.play([
    { name: 'limited', effect: { refuse: { kind: 'rate-limited', retryAfterSeconds: 3 } } },
    { name: 'limited without a word', effect: { refuse: { kind: 'rate-limited', retryAfterSeconds: undefined } } },
    { name: 'down', effect: { refuse: { kind: 'unavailable' } } },
  ]);
  const limited = await ask();
  expect([limited.status, limited.headers.get('retry-after'), await limited.json()]).toEqual([429, '3', { ok: false, error: 'ratelimited' }]);
  const silent = await ask();
  expect([silent.status, silent.headers.get('retry-after'), await silent.json()]).toEqual([200, null, { ok: false, error: 'ratelimited' }]);
  expect((await ask()).status).toBe(503);
});

// — helpers —

async function start(accounts: readonly DemoAccount[], options?: SandboxOptions) {
  const instance = company(accounts);
  const server = await serveSandbox(createSlackSandbox(instance, options));
  onTestFinished(() => server.close());
  const bearer: Record<string, string> = { authorization: `Bearer ${token}` };
  return {
    instance,
    server,
    call: async (method: string, query: Record<string, string> = {}, headers = bearer) =>
      read(await fetch(`${server.baseUrl}/${method}?${new URLSearchParams(query).toString()}`, { headers })),
    post: async (method: string, body: string | URLSearchParams, headers = bearer, type?: string) =>
      read(await fetch(`${server.baseUrl}/${method}`, { method: 'POST', body, headers: type ? { ...headers, 'content-type': type } : headers })),
  };
}

const read = async (response: Response): Promise<Readonly<Record<string, unknown>>> => z.record(z.string(), z.unknown()).parse(await response.json());

function company(accounts: readonly DemoAccount[]): DemoInstance {
  return {
    type: 'slack',
    serviceId: 'T1',
    displayName: 'Acme',
    accounts,
    groups: [
      { externalId: 'S1', name: 'Platform', handle: 'platform', disabled: false, parents: [], members: [{ externalId: 'U1' }] },
      { externalId: 'S2', name: 'Old', handle: 'old', disabled: true, parents: [], members: [] },
    ],
    roles: [],
    scopes: [],
    grants: [],
    invites: [],
    credentials: [],
  };
}

function account(externalId: string, parts: Partial<DemoAccount> = {}): DemoAccount {
  return {
    externalId,
    kind: 'HUMAN',
    status: 'ACTIVE',
    email: `${externalId.toLowerCase()}@acme.example`,
    emailProven: true,
    sso: false,
    firstName: 'Ada',
    lastName: 'Lovelace',
    displayName: 'Ada Lovelace',
    username: 'ada',
    role: 'member',
    mfa: false,
    createdAt: 1_600_000_000_000,
    updatedAt: 1_700_000_000_000,
    declared: [],
    ...parts,
  };
}
