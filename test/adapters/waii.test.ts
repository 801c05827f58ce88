import { describe, expect, test } from 'vitest';
import { waii } from '../../adapters/waii/index.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import {
  account,
  bodyOf,
  connect,
  directory,
  failureOf,
  instance,
  json,
  keys,
  nothing,
  ofKind,
  only,
  organization,
  pagesOf,
  read,
  say,
  signal,
  start,
  tenant,
  users,
} from './waii-harness.ts';

const acme = createCompany({ people: 300 }).instance('waii', 'waii.acme.example');

describe('the demo company', () => {
  test('every account, scope and grant comes exactly once, in one call and two for each organization', async () => {
    const { server, adapter } = await start(acme);
    const { records, rejected } = await read(adapter);
    expect(server.calls.map(({ path }) => path)).toEqual(['/list-orgs', '/list-tenants', '/list-users', '/list-tenants', '/list-users']);
    expect(rejected).toEqual([]);

    const identities = ofKind(records, 'identity');
    expect(identities.map(({ externalId }) => externalId).toSorted()).toEqual(acme.accounts.map(({ externalId }) => externalId).toSorted());
    const scopes = ofKind(records, 'scope').map(({ scopeKind, externalId, displayName, parent }) => ({
      kind: scopeKind,
      externalId,
      name: displayName,
      ...(parent && { parent }),
    }));
    expect(scopes).toHaveLength(acme.scopes.length);
    expect(scopes).toEqual(expect.arrayContaining([...acme.scopes]));

    const grants = ofKind(records, 'grant');
    const place = ({ principal, role, scope }: { principal: { externalId: string }; role?: string; scope?: { externalId: string } }) =>
      `${principal.externalId} ${role} ${scope?.externalId}`;
    const wanted = acme.grants.map((grant) => place(grant.scope ? grant : { ...grant, scope: { externalId: acme.serviceId } }));
    expect(grants.map(place).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(grants.map(({ externalId }) => externalId)).size).toBe(grants.length);
    expect(grants.filter(({ level }) => level === 'OWNER').every(({ scope }) => scope?.kind === 'SERVICE')).toBe(true);
    expect(grants.some(({ level }) => level === 'UNKNOWN')).toBe(false);
  });

  test('roles carry their permissions and cost no call', async () => {
    const { server, adapter } = await start(acme);
    const { records } = await read(adapter, 'roles');
    const shown = ofKind(records, 'role').map(({ externalId, permissions }) => ({
      externalId,
      permissions: permissions.map(({ key }) => key).toSorted(),
    }));
    const wanted = acme.roles.map(({ externalId, permissions }) => ({ externalId, permissions: permissions.toSorted() }));
    expect(shown).toHaveLength(7);
    expect(shown).toEqual(expect.arrayContaining(wanted));
    expect(server.calls).toHaveLength(0);
  });

  test('a look-up says the same as the listing', async () => {
    const { adapter } = await start(acme);
    const { records } = await read(adapter);
    const ids = acme.accounts.map(({ externalId }) => externalId);
    for (const asked of [ids.slice(0, 2), ids]) {
      const found = await adapter.getIdentities(asked, signal);
      expect(found.size).toBe(asked.length);
      for (const [id, { identity, alongside }] of found) {
        expect(identity).toEqual(ofKind(records, 'identity').find(({ externalId }) => externalId === id));
        expect(alongside).toEqual(ofKind(records, 'grant').filter(({ principal }) => principal.externalId === id));
      }
    }
  });
});

describe('what is sent', () => {
  test('every call is a JSON post with the key and the three empty fields, in nobody else’s name', async () => {
    const { server, adapter } = await start(acme);
    await adapter.describe(signal);
    await read(adapter, directory, 'roles', keys);
    await adapter.getIdentities([acme.accounts[0]?.externalId ?? ''], signal);
    expect(server.calls.length).toBeGreaterThan(8);
    for (const call of server.calls) {
      expect(call).toMatchObject({
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: expect.stringMatching(/^Bearer \S+$/) },
      });
      expect(JSON.parse(call.body)).toMatchObject({ scope: '', org_id: '', user_id: '' });
      expect(call.headers).not.toHaveProperty('x-waii-impersonate-user');
    }
  });

  test.each(['', '/'])('the base address may end in "api%s"', async (end) => {
    const { server } = await start(acme);
    const adapter = connect({ baseUrl: server.baseUrl.replace(/\/$/, '') + end, credentials: { apiKey: 'sandbox-waii-key-0000' } });
    await adapter.describe(signal);
    expect(server.calls.map(({ path }) => path)).toEqual(['/get-user-info', '/get-user-info']);
  });
});

describe('describe', () => {
  test('goes by the configured id, and otherwise by the host and what stands before /api', async () => {
    const { adapter } = await start(acme);
    expect(await adapter.describe(signal)).toEqual({ serviceId: 'waii.acme.example', displayName: 'waii.acme.example', scopes: [] });

    const plain = await start(acme, { serviceId: undefined });
    expect((await plain.adapter.describe(signal)).serviceId).toBe(new URL(plain.server.baseUrl).host);
  });

  test('refuses a server that answers whatever the key is, unless told to read it', async () => {
    const open = [say('get-user-info', () => json({ id: 'my_org_id', name: 'J.A.R.V.I.S.', email: '', roles: [], permissions: [] }))];
    const refused = await start(acme);
    refused.server.play(open);
    expect(await failureOf(refused.adapter.describe(signal))).toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining('--api_key_auth_enabled'),
    });
    const [own, probe] = refused.server.calls;
    expect(probe?.headers['authorization']).not.toBe(own?.headers['authorization']);

    const allowed = await start(acme, { allowOpenServer: true });
    allowed.server.play(open);
    await expect(allowed.adapter.describe(signal)).resolves.toMatchObject({ serviceId: 'waii.acme.example' });
  });

  test('a wrong key is AUTH_FAILED, and no other key is tried', async () => {
    const { server, adapter } = await start(acme, { credentials: { apiKey: 'wrong' } });
    expect(await failureOf(adapter.describe(signal))).toMatchObject({ code: 'AUTH_FAILED', status: 401 });
    expect(server.calls).toHaveLength(1);
  });

  test('a key that cannot be a header, and unknown settings, are refused by name', () => {
    expect(waii.settings.safeParse({ baseUrl: 'https://waii.test/api/', credentials: { apiKey: 'a\nb' } }).error?.issues[0]?.path).toEqual([
      'credentials',
      'apiKey',
    ]);
    expect(waii.settings.safeParse({ credentials: { apiKey: 'a' } }).error?.issues[0]?.path).toEqual(['baseUrl']);
  });
});

describe('own access keys', () => {
  const demo = instance({
    accounts: [account('root', { role: 'waii-super-admin-user' }), account('other')],
    scopes: [organization('o1'), tenant('t1', 'o1')],
    credentials: [
      { kind: 'ACCESS_KEY', externalId: 'laptop', account: 'root', name: 'laptop', createdAt: 1_700_000_000_000 },
      { kind: 'ACCESS_KEY', externalId: 'theirs', account: 'other', name: 'theirs', createdAt: 1_700_000_000_000 },
    ],
  });

  test('are metadata of the caller’s keys; of the keys themselves four characters leave', async () => {
    const { server, adapter } = await start(demo);
    const { records } = await read(adapter, keys);
    expect(records).toEqual([
      {
        kind: 'credential',
        credentialKind: 'ACCESS_KEY',
        externalId: 'laptop',
        identity: 'root',
        name: 'laptop',
        hint: '1000',
        createdAt: 1_700_000_000_000,
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('sandbox-waii-secret');
    expect(server.calls).toHaveLength(1);
  });

  test('short keys give no hint, odd times no time, and a key that nothing names is rejected', async () => {
    const { server, adapter } = await start(nothing);
    server.play([
      say('list-access-keys', () =>
        json({
          access_keys: [
            { access_key: 'short', user_id: 'u', name: 'a', created_at: -1 },
            { access_key: null, user_id: 7, name: '', created_at: 1_700_000_000_000 },
            { access_key: 'a-long-secret-0123456789', user_id: 'u', name: null },
            { access_key: 'a-long-secret-0123456789', name: 'nobody' },
          ],
        }),
      ),
    ]);
    const { records, rejected } = await read(adapter, keys);
    expect(records).toEqual([
      { kind: 'credential', credentialKind: 'ACCESS_KEY', externalId: 'a', identity: 'u', name: 'a' },
      { kind: 'credential', credentialKind: 'ACCESS_KEY', externalId: 'created:1700000000000', identity: '7', createdAt: 1_700_000_000_000 },
    ]);
    expect(rejected.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^user_id: /), 'name: missing']);
    expect(JSON.stringify({ records, rejected })).not.toContain('6789');
  });

  test.each([{}, { access_keys: null }])('none is an answer: %j', async (body) => {
    const { server, adapter } = await start(nothing);
    server.play([say('list-access-keys', () => json(body))]);
    expect(only(await pagesOf(adapter, keys))).toEqual({ records: [], rejected: [], next: null });
  });
});

describe('getIdentities', () => {
  test('unknown and repeated ids; one small call for each organization', async () => {
    const { server, adapter } = await start(acme);
    const [known] = acme.accounts;
    const found = await adapter.getIdentities([known?.externalId ?? '', 'nobody@acme.example', known?.externalId ?? ''], signal);
    expect([...found.keys()]).toEqual([known?.externalId]);
    expect(server.calls.map(({ path }) => path)).toEqual(['/list-orgs', '/list-users', '/list-users', '/list-users', '/list-users']);
    expect(server.calls.slice(1).every((call) => bodyOf(call).lookup_user_id !== undefined)).toBe(true);
    expect(await adapter.getIdentities([], signal)).toEqual(new Map());
    expect(server.calls).toHaveLength(5);
  });

  test('many ids read each organization once', async () => {
    const { server, adapter } = await start(acme);
    const ids = acme.accounts.slice(0, 20).map(({ externalId }) => externalId);
    expect((await adapter.getIdentities(ids, signal)).size).toBe(20);
    expect(server.calls.map(({ path }) => path)).toEqual(['/list-orgs', '/list-users', '/list-users']);
  });

  test('never another person under a key, whoever the server answers with; never get-user-info', async () => {
    const { server, adapter } = await start(nothing);
    server.play(users({ id: 'caller', name: 'The caller', roles: ['waii-super-admin-user'] }));
    expect(await adapter.getIdentities(['wanted'], signal)).toEqual(new Map());
    expect((await adapter.getIdentities(['wanted', 'caller'], signal)).get('caller')?.identity.displayName).toBe('The caller');
    expect(server.calls.map(({ path }) => path)).not.toContain('/get-user-info');
  });

  test('a server that knows no filter, and one that says 404 for nobody', async () => {
    const { server, adapter } = await start(nothing);
    server.play(users({ id: 'a', roles: [] }, { id: 'b', roles: [] }));
    expect([...(await adapter.getIdentities(['b'], signal)).keys()]).toEqual(['b']);
    server.play([...users().slice(0, 2), say('list-users', () => json({ detail: 'no such user' }, 404))]);
    expect(await adapter.getIdentities(['b'], signal)).toEqual(new Map());
  });
});
