import { describe, expect, test } from 'vitest';
import { account, failureOf, pagesOf, respond, signal, start, tenant, toBody, tokenPath } from './squirro-harness.ts';
import type { SandboxServer } from '../../src/sandbox/serve.ts';

const people = tenant({ accounts: [account('u1', { role: 'admin' }), account('u2')] });
const signIns = (server: SandboxServer) => server.calls.filter(({ path }) => path === tokenPath);
const users = (server: SandboxServer) => server.calls.filter(({ path }) => path.startsWith('/api/user/v0/acme/users'));

describe('signing in', () => {
  test('is a form without a tenant in the path, and reading asks for JSON by name with the bearer', async () => {
    const { server, adapter } = await start(people);
    await pagesOf(adapter, 'users');
    const [signIn, read] = server.calls;
    expect(signIn).toMatchObject({
      method: 'POST',
      path: tokenPath,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(Object.fromEntries(new URLSearchParams(signIn?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'sandbox-refresh-token',
      client_id: 'sandbox-client',
      client_secret: 'sandbox-client-secret',
    });
    expect(read).toMatchObject({
      path: '/api/user/v0/acme/users',
      headers: { accept: 'application/json', authorization: 'Bearer sandbox-access-token-1' },
    });
    expect(read?.headers).not.toHaveProperty('content-type');
  });

  test('names the tenant when one is set', async () => {
    const { server, adapter } = await start(people, { tenant: 'acme' });
    await adapter.describe(signal);
    expect(new URLSearchParams(signIns(server)[0]?.body).get('tenant')).toBe('acme');
  });

  test('happens once for fifty readers who come together', async () => {
    const { server, adapter } = await start(people);
    await Promise.all(Array.from({ length: 50 }, () => adapter.getIdentities(['u1'], signal)));
    expect(signIns(server)).toHaveLength(1);
    expect(users(server)).toHaveLength(50);
  });

  test('an expired token under fifty concurrent reads: exactly one refresh, each call repeated once', async () => {
    const { server, adapter } = await start(people);
    await adapter.describe(signal);
    server.reset();
    server.play([{ name: 'expire', match: { path: /users/ }, effect: { refuse: { kind: 'unauthorized' } } }]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => adapter.getIdentities(['u1'], signal)));
    for (const answer of answers) expect([...answer.keys()]).toEqual(['u1']);
    expect(signIns(server)).toHaveLength(1);
    const refused = users(server).filter(({ status }) => status === 401);
    expect(users(server)).toHaveLength(50 + refused.length);
    expect(users(server).filter(({ status }) => status === 200)).toHaveLength(50);
    expect(refused.every(({ headers }) => headers['authorization'] === 'Bearer sandbox-access-token-1')).toBe(true);
  });

  test('uses a refresh token that the service returned from then on', async () => {
    const { server, adapter } = await start(people);
    const rotate = {
      name: 'rotate',
      match: { path: /token$/ },
      effect: {
        alter: (response: { status: number; body: unknown }) => ({ ...response, body: { ...toBody(response.body), refresh_token: 'rotated' } }),
      },
    };
    server.play([rotate, { name: 'expire', match: { path: /users/ }, effect: { refuse: { kind: 'unauthorized' } } }]);
    // The sandbox knows the first refresh token only: it refuses the one that we made up.
    await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'AUTH_FAILED', status: 404 });
    expect(signIns(server).map(({ body }) => new URLSearchParams(body).get('refresh_token'))).toEqual(['sandbox-refresh-token', 'rotated']);
  });

  test('asks again, three times at most, while the service hands out the token that it refuses', async () => {
    const { server, adapter } = await start(people);
    // Only the answer is 401: the sandbox keeps the token and returns the same one.
    server.play([respond(/\/users$/, 401, null)]);
    await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    expect(signIns(server)).toHaveLength(1 + 3);
    expect(users(server)).toHaveLength(1);
  });

  test('a second refusal is AUTH_FAILED, not a loop', async () => {
    const { server, adapter } = await start(people);
    server.play([{ name: 'always', match: { path: /users$/, times: Infinity }, effect: { refuse: { kind: 'unauthorized' } } }]);
    await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'AUTH_FAILED', status: 401 });
    expect(users(server)).toHaveLength(2);
    expect(signIns(server)).toHaveLength(2);
  });

  test.each([400, 401, 403, 404, 410])('refused with %i is AUTH_FAILED, once for all who wait, and tells no secret', async (status) => {
    const { server, adapter } = await start(people);
    await adapter.describe(signal);
    server.reset();
    server.play([
      respond(/token$/, status, status === 410 ? null : { error: 'sandbox-refresh-token is unknown' }),
      { name: 'expire', match: { path: /users/ }, effect: { refuse: { kind: 'unauthorized' } } },
    ]);
    const errors = await Promise.all(Array.from({ length: 50 }, () => failureOf(adapter.getIdentities(['u1'], signal))));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'AUTH_FAILED', status });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('sandbox-');
    }
    expect(signIns(server)).toHaveLength(1);
  });

  test('a call that hears late of the expired token shares the failure too', async () => {
    const { server, sandbox, adapter } = await start(people);
    await adapter.describe(signal);
    const [, read] = server.calls;
    if (read === undefined) throw new Error('nothing was read');
    sandbox.refuse({ kind: 'unauthorized' }, read);
    server.reset();
    server.play([respond(/token$/, 403, { error: 'Forbidden' }), { name: 'late', match: { path: /u2$/ }, effect: { delayMs: 200 } }]);
    const errors = await Promise.all(['u1', 'u2'].map((id) => failureOf(adapter.getIdentities([id], signal))));
    for (const error of errors) expect(error).toMatchObject({ code: 'AUTH_FAILED' });
    expect(signIns(server)).toHaveLength(1);
  });

  test('works again as soon as the service does', async () => {
    const { server, adapter } = await start(people);
    server.play([respond(/token$/, 403, { error: 'Forbidden' }, 1)]);
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    expect((await adapter.describe(signal)).serviceId).toBe('squirro.acme.example/acme');
  });

  test("one reader's abort does not take the answer from the others", async () => {
    const { server, adapter } = await start(people);
    server.play([{ name: 'slow', match: { path: /token$/ }, effect: { delayMs: 100 } }]);
    const leaving = new AbortController();
    const [left, stayed] = [adapter.getIdentities(['u1'], leaving.signal), adapter.getIdentities(['u2'], signal)];
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'ABORTED' });
    expect([...(await stayed).keys()]).toEqual(['u2']);
    expect(signIns(server)).toHaveLength(1);
  });

  test('an answer without a token, or in XML, is BAD_RESPONSE', async () => {
    const { server, adapter } = await start(people);
    server.play([respond(/token$/, 200, { tenant: 'acme' })]);
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
    server.play([
      {
        name: 'xml',
        effect: { respond: { status: 200, headers: { 'content-type': 'text/xml' }, body: '<response><access_token>x</access_token></response>' } },
      },
    ]);
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });
});
