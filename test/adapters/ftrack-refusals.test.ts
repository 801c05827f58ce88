import { describe, expect, test } from 'vitest';
import { AdapterError, type AdapterErrorCode } from '../../src/contract/errors.ts';
import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import { pagesOf, person, readAll, signal, start, studio } from './ftrack-harness.ts';

const exception = (name: string, status = 200, errorCode: string | null = null): SandboxResponse => ({
  status,
  body: { exception: name, content: 'canary ann@example.com', error_code: errorCode },
});

describe('refusals', () => {
  test.each<readonly [string, SandboxResponse, AdapterErrorCode]>([
    ['wrong key', exception('InvalidCredentialsError'), 'AUTH_FAILED'],
    ['wrong key, strict', exception('InvalidCredentialsError', 401), 'AUTH_FAILED'],
    ['wrong key by its code', exception('Error', 200, 'api_credentials_invalid'), 'AUTH_FAILED'],
    ['no permission', exception('PermissionError'), 'FORBIDDEN'],
    ['no permission, older word', exception('FTAuthenticationError', 403), 'FORBIDDEN'],
    ['bad operation', exception('ValidationError'), 'BAD_REQUEST'],
    ['bad query', exception('ParseError', 400), 'BAD_REQUEST'],
    ['double', exception('DuplicateEntryError', 409), 'CONFLICT'],
    ['unknown exception', exception('NobodyKnowsError'), 'BAD_RESPONSE'],
    ['unknown exception, known status', exception('NobodyKnowsError', 403), 'FORBIDDEN'],
    ['exception in its place', { status: 200, body: [exception('PermissionError').body ?? {}] }, 'FORBIDDEN'],
    ['no such address', { status: 404, headers: { 'content-type': 'text/html' }, body: '<p>canary</p>' }, 'NOT_FOUND'],
    ['gateway says no', { status: 403, headers: { 'content-type': 'text/html' }, body: 'canary' }, 'FORBIDDEN'],
    ['login page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>canary</p>' }, 'BAD_RESPONSE'],
    ['teapot', { status: 418, body: { canary: true } }, 'BAD_RESPONSE'],
    ['too few answers', { status: 200, body: [] }, 'BAD_RESPONSE'],
    ['not a list', { status: 200, body: { data: 'canary' } }, 'BAD_RESPONSE'],
    ['no data', { status: 200, body: [{ action: 'query', data: null }] }, 'BAD_RESPONSE'],
    ['page that goes back', { status: 200, body: [{ data: [], metadata: { next: { offset: 0 } } }] }, 'BAD_RESPONSE'],
  ])('%s', async (_, response, code) => {
    const { server, adapter } = await start(studio([person('u1')]));
    await adapter.describe(signal);
    server.play([{ name: 'refusal', effect: { respond: response } }]);
    const error: unknown = await pagesOf(adapter, 'users').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, ...(code === 'FORBIDDEN' && { missing: expect.stringMatching(/User|API/) }) });
    expect(error instanceof AdapterError && error.message).toMatch(/^ftrack/);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/canary|ann@example|c2FuZGJveC/);
  });

  test('a wrong key of our own is told as such, without the key', async () => {
    const credentials = { apiUser: 'ann@example.com', apiKey: 'canary-key' };
    const { server, adapter } = await start(studio([]), { settings: { credentials } });
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'AUTH_FAILED', message: expect.not.stringContaining('canary') });
    expect(server.calls).toHaveLength(1);
  });

  test('limits and outages of what stands before the site', async () => {
    const { server, adapter } = await start(studio([]));
    server.play([{ name: 'limited', effect: { refuse: { kind: 'rate-limited', retryAfterSeconds: 17 } } }]);
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 17_000 });
    const other = await start(studio([]));
    other.server.play([{ name: 'down', match: { times: Infinity }, effect: { refuse: { kind: 'unavailable' } } }]);
    await expect(other.adapter.describe(signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('a read that was cut is asked again: it changes nothing', async () => {
    const { server, adapter } = await start(studio([person('u1')]));
    server.play([{ name: 'reset', effect: { reset: true } }]);
    await adapter.describe(signal);
    expect(server.calls).toHaveLength(2);
  });

  test('an abort ends the call', async () => {
    const { server, adapter } = await start(studio([]));
    server.play([{ name: 'silence', effect: { swallow: true } }]);
    const leaving = new AbortController();
    const described = adapter.describe(leaving.signal);
    leaving.abort();
    await expect(described).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

test('a site that was upgraded meanwhile is asked for its schemas again', async () => {
  const { server, adapter } = await start(studio([person('u1')]));
  await adapter.describe(signal);
  server.play([{ name: 'upgraded', effect: { respond: exception('ParseError') } }]);
  await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await pagesOf(adapter, 'users');
  expect(server.calls.map(({ body }) => body.includes('query_schemas'))).toEqual([true, false, true, false]);
});

test('without metadata a listing goes on to an empty page', async () => {
  const { server, adapter } = await start(studio(['u1', 'u2', 'u3'].map((id) => person(id))), { maxPageSize: 2 });
  await adapter.describe(signal);
  const withoutMetadata = (response: SandboxResponse): SandboxResponse => ({
    ...response,
    body: JSON.parse(JSON.stringify(response.body), (key, value: unknown) => (key === 'metadata' ? undefined : value)) as object,
  });
  server.play([{ name: 'older', match: { times: Infinity }, effect: { alter: withoutMetadata } }]);
  const pages = await pagesOf(adapter, 'users');
  expect(pages.map(({ records }) => records.length)).toEqual([2, 1, 0]);
});

test('cursors that are none of ours start the listing again', async () => {
  const { server, adapter } = await start(studio([]));
  for (const listing of adapter.listings) {
    for (const cursor of ['', 'null', '{"offset":-1}', '{"Group":0}']) {
      await expect(listing.page(cursor, signal)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
  }
  expect(server.calls).toHaveLength(0);
  await readAll(adapter);
});
