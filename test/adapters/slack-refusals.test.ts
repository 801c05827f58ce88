import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import { account, alter, company, connect, failureOf, listing, refused, signal, start } from './slack-harness.ts';

describe('refusals', () => {
  test.each([
    ...['not_authed', 'invalid_auth', 'token_revoked', 'token_expired', 'account_inactive'].map((error) => [error, 'AUTH_FAILED']),
    ...['missing_scope', 'no_permission', 'access_denied', 'not_allowed_token_type', 'team_access_not_granted'].map((error) => [error, 'FORBIDDEN']),
    ...['permission_denied', 'user_is_restricted'].map((error) => [error, 'FORBIDDEN']),
    ...['invalid_arguments', 'invalid_arg_name', 'limit_required', 'invalid_form_data'].map((error) => [error, 'BAD_REQUEST']),
    ...['invalid_json', 'json_not_object'].map((error) => [error, 'BAD_REQUEST']),
    ...['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable'].map((error) => [error, 'UNREACHABLE']),
    ['invalid_cursor', 'CURSOR_EXPIRED'],
    ['unknown_method', 'UNSUPPORTED'],
    ['something_new', 'BAD_RESPONSE'],
  ])('%s with status 200 is %s', async (error = '', code) => {
    const { adapter, server, token } = await start(company());
    server.play([{ name: error, match: { path: /users\.list/ }, effect: { respond: refused(error) } }]);
    const failure = await failureOf(listing(adapter, 'users').page(null, signal));
    expect(failure).toMatchObject({
      name: 'AdapterError',
      code,
      message: expect.stringMatching(new RegExp(`^slack users\\.list: ${error}([:;] .+)?$`)),
    });
    expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(token);
  });

  test('names the missing scope and what to do', async () => {
    const { adapter, server } = await start(company());
    server.play([{ name: 'scope', match: { path: /usergroups\.list/ }, effect: { refuse: { kind: 'forbidden' } } }]);
    await expect(listing(adapter, 'user groups').page(null, signal)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      missing: 'usergroups:read',
      message: 'slack usergroups.list: missing_scope: the token lacks usergroups:read; add it to the app and install the app again',
    });
  });

  test('repeats no free text of the service', async () => {
    const { adapter, server } = await start(company());
    const text = 'Ada <ada@acme.example> xoxb-canary';
    server.play([
      { name: 'text', match: { path: /users\.list/ }, effect: { respond: { status: 200, body: { ok: false, error: text, needed: text } } } },
    ]);
    const failure = await failureOf(listing(adapter, 'users').page(null, signal));
    expect(failure).toMatchObject({ code: 'BAD_RESPONSE', missing: undefined });
    expect(String(failure)).not.toMatch(/acme|canary/i);
  });

  test('a wrong token is AUTH_FAILED', async () => {
    const { server, settings } = await start(company());
    const { adapter } = connect({ ...settings, credentials: { token: 'xoxb-wrong' }, baseUrl: server.baseUrl });
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  });

  test.each([
    ['429 with seconds', { status: 429, headers: { 'retry-after': '7' }, body: { ok: false, error: 'ratelimited' } }, 7_000],
    ['429 without', { status: 429, body: { ok: false, error: 'ratelimited' } }, 30_000],
    ['429 with garbage', { status: 429, headers: { 'retry-after': '-5' }, body: '' }, 30_000],
    ['200 without', { status: 200, body: { ok: false, error: 'ratelimited' } }, 30_000],
    ['200 with seconds', { status: 200, headers: { 'retry-after': '9' }, body: { ok: false, error: 'ratelimited' } }, 9_000],
    [
      '429 with a date',
      { status: 429, headers: { date: 'Sun, 22 Nov 2026 08:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 08:00:20 GMT' }, body: '' },
      20_000,
    ],
  ])('rate limit: %s', async (_, respond: SandboxResponse, waitMs) => {
    const { adapter, server } = await start(company());
    server.play([{ name: 'limit', match: { path: /users\.info/, times: Infinity }, effect: { respond } }]);
    const failure = await failureOf(adapter.getIdentities(['U1'], signal));
    expect(failure).toMatchObject({ code: 'RATE_LIMITED' });
    const { retryAfterMs } = z.object({ retryAfterMs: z.number() }).parse(failure);
    expect(retryAfterMs).toBeGreaterThan(waitMs - 2_000);
    expect(retryAfterMs).toBeLessThanOrEqual(waitMs);
  });

  test('a member called ratelimited limits nothing', async () => {
    const { adapter } = await start(company({ accounts: [account({ externalId: 'U1', displayName: '{"ok":false,"error":"ratelimited"}' })] }));
    expect((await adapter.getIdentities(['U1'], signal)).size).toBe(1);
  });

  test.each<[string, SandboxResponse]>([
    ['no members', { status: 200, body: { ok: true, response_metadata: { next_cursor: '' } } }],
    ['members null', { status: 200, body: { ok: true, members: null } }],
    ['numeric cursor', { status: 200, body: { ok: true, members: [], response_metadata: { next_cursor: 5 } } }],
    ['cursor beyond what can be stored', { status: 200, body: { ok: true, members: [], response_metadata: { next_cursor: 'x'.repeat(70_000) } } }],
    ['no ok', { status: 200, body: { members: [] } }],
    ['a list', { status: 200, body: [] }],
    ['a login page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }],
    ['cut JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true,"members":[{"id"' }],
    ['a status of a wrong address', { status: 404, body: 'Not found' }],
  ])('%s is BAD_RESPONSE', async (_, respond) => {
    const { adapter, server } = await start(company());
    server.play([{ name: 'odd', match: { path: /users\.list/, times: Infinity }, effect: { respond } }]);
    await expect(listing(adapter, 'users').page(null, signal)).rejects.toMatchObject({ name: 'AdapterError', code: 'BAD_RESPONSE' });
  });

  test('an unreadable account in a look-up is BAD_RESPONSE', async () => {
    const { adapter, server } = await start(company({ accounts: [account({ externalId: 'U1' })] }));
    server.play([alter('users.info', (body) => ({ ...body, user: undefined }))]);
    await expect(adapter.getIdentities(['U1'], signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('a cursor that the service forgot, or that is not ours, starts the listing again', async () => {
    const { adapter } = await start(company());
    for (const cursor of ['{"team":"T1","next":"bm9uc2Vuc2U="}', 'nonsense', '{"team":"T2"}', '[]']) {
      await expect(listing(adapter, 'users').page(cursor, signal)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
  });

  test('after a failed auth.test the next call asks again', async () => {
    const { adapter, server } = await start(company());
    server.play([{ name: 'once', match: { path: /auth\.test/ }, effect: { respond: refused('internal_error') } }]);
    await expect(listing(adapter, 'users').page(null, signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect((await listing(adapter, 'users').page(null, signal)).records).not.toEqual([]);
  });

  test('a call that is given up ends', async () => {
    const { adapter, server } = await start(company());
    server.play([{ name: 'silence', match: { path: /users\.list/ }, effect: { swallow: true } }]);
    const stop = new AbortController();
    const page = failureOf(listing(adapter, 'users').page(null, stop.signal));
    await expect.poll(() => server.calls.some(({ path }) => path === '/users.list')).toBe(true);
    stop.abort();
    expect(await page).toMatchObject({ code: 'ABORTED' });
  });
});
