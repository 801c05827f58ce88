import { describe, expect, test } from 'vitest';
import { waii } from '../../adapters/waii/index.ts';
import type { HttpResponse } from '../../src/contract/http.ts';
import {
  account,
  bodyOf,
  directory,
  failureOf,
  instance,
  json,
  keys,
  nothing,
  ofKind,
  organization,
  read,
  say,
  signal,
  start,
  tenant,
  users,
} from './waii-harness.ts';

const organizations = (...ids: readonly string[]) => say('list-orgs', () => json({ organizations: ids.map((id) => ({ id, name: id })) }));
const noTenants = say('list-tenants', () => json({ tenants: [] }));
const denied = json({ detail: 'Permission denied' }, 403);

describe('organizations', () => {
  test('a user of two organizations is one account with the grants of both', async () => {
    const { server, adapter } = await start(nothing);
    server.play([
      organizations('o1', 'o2'),
      noTenants,
      say('list-users', ({ lookup_org_id: of }) => json({ users: [{ id: 'u1', org_id: of, tenant_id: `t-${of}`, roles: ['waii-user'] }] })),
    ]);
    const { records } = await read(adapter);
    expect(new Set(ofKind(records, 'identity').map(({ externalId }) => externalId))).toEqual(new Set(['u1']));
    expect(ofKind(records, 'grant').map(({ scope }) => scope?.externalId)).toEqual(['t-o1', 't-o2']);
    const live = (await adapter.getIdentities(['u1'], signal)).get('u1');
    expect(live?.identity).toEqual(ofKind(records, 'identity').at(-1));
    expect(live?.alongside).toEqual(ofKind(records, 'grant'));
  });

  test('many empty ones do not look like a circle, and more than a cursor holds are all read', async () => {
    const { server, adapter } = await start(nothing);
    const ids = Array.from({ length: 50 }, (_, n) => `organization-${String(n).padStart(3, '0')}-${'x'.repeat(950)}`);
    server.play([
      organizations(...ids),
      noTenants,
      say('list-users', ({ lookup_org_id: of }) => json({ users: of === ids.at(-1) ? [{ id: 'u1', roles: [] }] : [] })),
    ]);
    const { pages, records } = await read(adapter);
    expect(ofKind(records, 'scope').map(({ externalId }) => externalId)).toEqual(ids);
    expect(ofKind(records, 'identity')).toHaveLength(1);
    expect(pages.filter((page) => page.records.length === 0).length).toBeLessThan(20);
    const asked = server.calls.filter(({ path }) => path === '/list-users').map((call) => bodyOf(call).lookup_org_id);
    expect(asked).toEqual(ids);
  });

  test('one that is gone meanwhile leaves the others readable, and nothing counts as gone by that', async () => {
    const { server, adapter } = await start(nothing);
    server.play([
      organizations('gone', 'o1'),
      say('list-tenants', ({ lookup_org_id: of }) => (of === 'gone' ? json({ detail: 'Not Found' }, 404) : json({ tenants: [] }))),
      say('list-users', ({ lookup_org_id: of }) => (of === 'gone' ? json({ detail: 'Not Found' }, 404) : json({ users: [{ id: 'u1' }] }))),
    ]);
    const { records, rejected } = await read(adapter);
    expect(ofKind(records, 'identity')).toHaveLength(1);
    expect(rejected.map(({ kind, externalId }) => [kind, externalId])).toEqual([
      ['scope', undefined],
      ['identity', undefined],
    ]);
  });

  test('one that the key may not look into is told, and the others are read', async () => {
    const { server, adapter } = await start(nothing);
    server.play([
      organizations('closed', 'o1'),
      noTenants,
      say('list-users', ({ lookup_org_id: of }) => (of === 'closed' ? denied : json({ users: [{ id: 'u1' }] }))),
    ]);
    const { records, rejected } = await read(adapter);
    expect(ofKind(records, 'identity')).toHaveLength(1);
    expect(rejected).toEqual([{ kind: 'identity', externalId: undefined, reason: expect.stringContaining('users') }]);
    expect((await adapter.getIdentities(['u1'], signal)).size).toBe(1);
  });

  test('a key that may read none of them is FORBIDDEN, with the right that it lacks', async () => {
    const { server, adapter } = await start(nothing);
    server.play([organizations('o1', 'o2'), noTenants, say('list-users', () => denied)]);
    for (const attempt of [() => read(adapter), () => adapter.getIdentities(['u1'], signal)]) {
      expect(await failureOf(attempt())).toMatchObject({ code: 'FORBIDDEN', missing: 'read:user' });
    }
  });

  test('a key that may not list them reads its own', async () => {
    const { server, adapter } = await start(nothing);
    server.play([
      say('list-orgs', () => denied),
      say('list-tenants', () => json({ tenants: [{ id: 't1', name: 'T', org_id: 'mine' }] })),
      say('list-users', () => json({ users: [{ id: 'u1', org_id: 'mine', tenant_id: 't1', roles: ['waii-user'] }] })),
    ]);
    const { records } = await read(adapter);
    expect(ofKind(records, 'scope')).toEqual(
      expect.arrayContaining([
        { kind: 'scope', scopeKind: 'ORGANIZATION', externalId: 'mine', displayName: 'mine' },
        { kind: 'scope', scopeKind: 'WORKSPACE', externalId: 't1', displayName: 'T', parent: { kind: 'ORGANIZATION', externalId: 'mine' } },
      ]),
    );
    expect((await adapter.getIdentities(['u1'], signal)).size).toBe(1);
    for (const call of server.calls) expect(bodyOf(call)).not.toHaveProperty('lookup_org_id');
  });
});

describe('refusals', () => {
  test.each([
    [{ kind: 'unauthorized' }, 'AUTH_FAILED'],
    [{ kind: 'not-found' }, 'NOT_FOUND'],
    [{ kind: 'conflict' }, 'CONFLICT'],
    [{ kind: 'unavailable' }, 'UNREACHABLE'],
  ] as const)('%j is %s', async (refuse, code) => {
    const { server, adapter } = await start(nothing);
    server.play([{ name: 'refuse', match: { times: Infinity }, effect: { refuse } }]);
    expect(await failureOf(read(adapter))).toMatchObject({ name: 'AdapterError', code });
    expect(await failureOf(adapter.describe(signal))).toMatchObject({ code });
  });

  test.each([
    [422, 'BAD_REQUEST'],
    [418, 'BAD_REQUEST'],
    [405, 'BAD_RESPONSE'],
    [204, 'BAD_RESPONSE'],
  ])('%i is %s, without the service’s words', async (status, code) => {
    const { server, adapter } = await start(nothing);
    server.play([{ name: 'odd', effect: { respond: { status, body: status === 204 ? null : { detail: 'hunter2' } } } }]);
    const error = await failureOf(read(adapter));
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('hunter2');
  });

  test('nginx’s 503 and a 429 are limits, with the wait that is asked for', async () => {
    for (const [refuse, wait] of [
      [{ kind: 'rate-limited', retryAfterSeconds: 7 }, 7_000],
      [{ kind: 'rate-limited', retryAfterSeconds: undefined }, 5_000],
    ] as const) {
      const { server, adapter } = await start(nothing);
      server.play([{ name: 'limit', effect: { refuse } }]);
      expect(await failureOf(adapter.describe(signal))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: wait });
    }
    const answer = (status: number): HttpResponse => ({ status, headers: {}, text: '', json: () => ({}) });
    expect([429, 503, 500, 200].map((status) => waii.manners.limited?.(answer(status)) !== undefined)).toEqual([true, true, false, false]);
  });

  test.each([{}, { organizations: null }, { users: 'x' }, []])('an answer without its list (%j) is no empty company', async (body) => {
    const { server, adapter } = await start(nothing);
    server.play([say('list-orgs', () => json(body))]);
    expect(await failureOf(read(adapter))).toMatchObject({ code: 'BAD_RESPONSE' });
    server.play([organizations('o1'), noTenants, say('list-users', () => json(body))]);
    expect(await failureOf(read(adapter))).toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('a login page is BAD_RESPONSE, and no proof of an open server', async () => {
    const { server, adapter } = await start(nothing);
    const login = { respond: { status: 200, headers: { 'content-type': 'text/html' }, body: '<form>' } };
    server.play([{ name: 'login', match: { path: /get-user-info/, skip: 1 }, effect: login }]);
    await expect(adapter.describe(signal)).resolves.toMatchObject({ serviceId: 'waii.test' });
    server.play([{ name: 'login', effect: login }]);
    expect(await failureOf(adapter.describe(signal))).toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('a foreign cursor starts the listing again', async () => {
    const { adapter } = await start(nothing);
    const listing = adapter.listings.find(({ name }) => name === directory);
    for (const cursor of ['', '{}', '{"queue":["a"],"step":"x","readable":true}']) {
      expect(await failureOf(Promise.resolve(listing?.page(cursor, signal)))).toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
  });

  test('an aborted call ends', async () => {
    const { server, adapter } = await start(nothing);
    server.play([{ name: 'silence', effect: { swallow: true } }]);
    expect(await failureOf(adapter.describe(AbortSignal.timeout(20)))).toMatchObject({ code: 'ABORTED' });
  });

  test('the key is in no error, cursor or record', async () => {
    const { server, adapter } = await start(nothing, { credentials: { apiKey: 'hunter2-key' } });
    const error = await failureOf(adapter.describe(signal));
    server.play(users({ id: 'u1' }));
    const { pages } = await read(adapter);
    expect(JSON.stringify([pages, String(error), error])).not.toContain('hunter2');
  });
});

describe('the sandbox', () => {
  const demo = instance({
    accounts: [
      account('root', { role: 'waii-super-admin-user' }),
      account('boss', { role: 'waii-org-admin-user' }),
      account('ann', { role: 'waii-api-user' }),
      account('second-root', { role: 'waii-super-admin-user' }),
    ],
    scopes: [organization('o1'), organization('o2'), tenant('t1', 'o1'), tenant('t2', 'o2')],
    credentials: [{ kind: 'ACCESS_KEY', externalId: 'k', account: 'ann', name: 'k', createdAt: 1 }],
  });
  async function ask() {
    const { server } = await start(demo);
    return async (call: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}, method = 'POST') => {
      const sent = { authorization: 'Bearer sandbox-waii-key-0000', 'content-type': 'application/json', ...headers };
      const response = await fetch(`${server.baseUrl}/${call}`, { method, headers: sent, ...(method === 'POST' && { body: JSON.stringify(body) }) });
      return { status: response.status, body: (await response.json()) as unknown };
    };
  }

  test('is strict about key, method, media type, body and ids', async () => {
    const call = await ask();
    expect((await call('list-users', {}, { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await call('list-users', {}, { authorization: '' })).status).toBe(401);
    expect((await call('list-users', {}, {}, 'GET')).status).toBe(405);
    expect((await call('list-everything')).status).toBe(404);
    expect((await call('list-users', [])).status).toBe(422);
    expect((await call('list-users', {}, { 'content-type': 'text/plain' })).status).toBe(422);
    expect((await call('list-users', { lookup_org_id: 5 })).status).toBe(422);
    expect((await call('list-users', { lookup_org_id: 'nowhere' })).status).toBe(404);
    expect((await call('delete-user', { id: 'ann' })).status).toBe(403);
  });

  test('lists the caller’s organization by default, and filters by tenant and user', async () => {
    const call = await ask();
    expect(await call('list-tenants', { lookup_org_id: null })).toMatchObject({ body: { tenants: [{ id: 't1' }] } });
    expect(await call('list-tenants', { lookup_org_id: 'o2' })).toMatchObject({ body: { tenants: [{ id: 't2' }] } });
    expect(await call('list-users', { lookup_user_id: 'ann' })).toMatchObject({ body: { users: [{ id: 'ann', roles: ['waii-api-user'] }] } });
    expect(await call('list-users', { lookup_tenant_id: 't2' })).toMatchObject({ body: { users: [] } });
    expect(await call('update-db-connect-info')).toMatchObject({ status: 200, body: { connectors: [] } });
  });

  test('tells of the caller whoever is asked for, and of the impersonated where that is allowed', async () => {
    const call = await ask();
    expect(await call('get-user-info', { user_id: 'ann' })).toMatchObject({
      body: { id: 'root', permissions: expect.arrayContaining(['write:org']) },
    });
    const as = (id: string) => ({ 'x-waii-impersonate-user': id });
    expect(await call('get-user-info', {}, as('ann'))).toMatchObject({ body: { id: 'ann' } });
    expect(await call('list-access-keys', {}, as('ann'))).toMatchObject({ body: { access_keys: [{ name: 'k', user_id: 'ann' }] } });
    expect((await call('list-users', {}, as('ann'))).status).toBe(403);
    expect((await call('list-users', { lookup_org_id: 'o2' }, as('boss'))).status).toBe(403);
    expect(await call('list-orgs', {}, as('boss'))).toMatchObject({ body: { organizations: [{ id: 'o1' }] } });
    expect((await call('get-user-info', {}, as('second-root'))).status).toBe(403);
    expect((await call('get-user-info', {}, as('nobody'))).status).toBe(404);
  });

  test('follows the instance when its arrays are replaced', async () => {
    const changing = instance({ accounts: [account('a')], scopes: [organization('o1')] });
    const { adapter } = await start(changing);
    expect(ofKind((await read(adapter)).records, 'identity')).toHaveLength(1);
    changing.accounts = [account('a'), account('b')];
    expect(ofKind((await read(adapter, directory, keys)).records, 'identity')).toHaveLength(2);
  });
});
