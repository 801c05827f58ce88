import { describe, expect, test } from 'vitest';
import { account, alter, credential, failureOf, ofKind, pagesOf, read, readAll, respond, signal, start, tenant, toBody } from './squirro-harness.ts';

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
        client: 'indexer',
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

  test('of more users than a cursor holds are asked for once each, and the list is read once for each part', async () => {
    const crowd = tenant({ accounts: Array.from({ length: 60 }, (_, at) => account(`${at}`.padEnd(900, '-'))) });
    const { adapter, server } = await start(crowd);
    const pages = await pagesOf(adapter, 'credentials');
    expect(pages.flatMap(({ records }) => records)).toEqual([]);
    const asked = server.calls.filter(({ path }) => path.endsWith('/grants')).map(({ path }) => path);
    expect([asked.length, new Set(asked).size]).toEqual([60, 60]);
    expect(server.calls.filter(({ path }) => path.endsWith('/acme/users'))).toHaveLength(3);
    expect(pages).toHaveLength(6);
  });

  test('a cursor that is none of ours starts again', async () => {
    const { adapter } = await start(furnished);
    const listing = adapter.listings.find(({ name }) => name === 'credentials');
    for (const cursor of ['', '{}', '{"queue":[]}', '[1]'])
      await expect(listing?.page(cursor, signal)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
});
