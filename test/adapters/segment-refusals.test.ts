import { describe, expect, test } from 'vitest';
import { segment } from '../../adapters/segment/index.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import { pagesOf, people, signal, start } from './segment-harness.ts';

const refusal = (status: number, entry: object) => ({ respond: { status, body: { errors: [entry] } } });

describe('refusals', () => {
  test('a wrong token is AUTH_FAILED, names the access it may lack, and is repeated nowhere', async () => {
    await using running = await start(people('U1'), { token: 'sgp_wrong-canary' });
    const error: unknown = await running.adapter.describe(signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AUTH_FAILED', status: 401, message: expect.stringContaining('Workspace Owner') });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('canary');
  });

  test.each([
    [403, {}, 'FORBIDDEN', 'Workspace Owner'],
    [404, { type: 'not-found' }, 'NOT_FOUND', undefined],
    [409, {}, 'CONFLICT', undefined],
    [400, { message: 'secret-canary' }, 'BAD_REQUEST', undefined],
    [413, {}, 'BAD_REQUEST', undefined],
    [422, { field: 'ann@example.com', message: 'secret-canary' }, 'BAD_REQUEST', undefined],
    [410, {}, 'NOT_FOUND', undefined],
    [418, { message: 'secret-canary' }, 'BAD_RESPONSE', undefined],
  ])('%i with %j', async (status, entry, code, missing) => {
    await using running = await start(people('U1'));
    running.server.play([{ name: 'refusal', match: { path: /users/ }, effect: refusal(status, entry) }]);
    const error: unknown = await pagesOf(running.adapter, 'users').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, missing });
    expect(String(error)).not.toMatch(/canary|@/);
  });

  test('name the field that was refused, and no id', async () => {
    await using running = await start(people('U1'));
    running.server.play([
      { name: 'count', match: { path: /users/ }, effect: refusal(422, { type: 'input-validation', field: 'pagination.count' }) },
      { name: 'broken', match: { path: /users\/U1/ }, effect: { respond: { status: 418, body: 'teapot' } } },
    ]);
    await expect(pagesOf(running.adapter, 'users')).rejects.toMatchObject({ message: expect.stringContaining('(pagination.count)') });
    await expect(running.adapter.getIdentities(['U1'], signal)).rejects.toMatchObject({ message: expect.stringContaining('users/{id}:') });
  });

  test('of the members of a group are never taken for an empty group', async () => {
    const groups = [{ externalId: 'G1', name: 'Ops', handle: 'ops', disabled: false, parents: [], members: [{ externalId: 'U1' }] }];
    await using running = await start({ ...people('U1'), groups });
    running.server.play([{ name: 'count', match: { path: /G1/ }, effect: refusal(422, { field: 'pagination.count' }) }]);
    await expect(pagesOf(running.adapter, 'user groups')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test.each(['refused', 'HTML'])('a service that is out of order (%s) is UNREACHABLE', async (manner) => {
    await using running = await start(people('U1'));
    const html = { respond: { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>busy</h1>' } };
    const effect = manner === 'HTML' ? html : ({ refuse: { kind: 'unavailable' } } as const);
    running.server.play([{ name: 'out', match: { times: Infinity }, effect }]);
    await expect(running.adapter.describe(signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('an abort reaches the call', async () => {
    await using running = await start(people('U1'));
    running.server.play([{ name: 'hole', effect: { swallow: true } }]);
    const stop = new AbortController();
    const call = running.adapter.describe(stop.signal);
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('limits', () => {
  const date = 'Fri, 20 Nov 2026 10:00:00 GMT';
  const limited = (headers: Record<string, string>, data?: unknown, status = 429) =>
    segment.manners.limited?.({ status, headers, text: '', json: () => ({ errors: [{ type: 'RequestError', data }] }) });

  test.each<readonly [string, Record<string, string>, unknown, number | undefined]>([
    ['in the body', {}, { remainingPoints: 0, msBeforeNext: 1234, consumedPoints: 61 }, 1234],
    ['in seconds', { 'retry-after': '7' }, undefined, 7000],
    ['at once', { 'retry-after': '0' }, undefined, 0],
    ['as a date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT', date }, undefined, 30_000],
    ['twice, and the longer counts', { 'retry-after': '2' }, { msBeforeNext: 5000 }, 5000],
    ['twice, the other way round', { 'retry-after': '8' }, { msBeforeNext: 5000 }, 8000],
    ['as the time of the reset', { 'x-ratelimit-reset': 'Fri, 20 Nov 2026 10:00:42 +0000', date }, undefined, 42_000],
    ['as JavaScript prints it', { 'x-ratelimit-reset': 'Fri Nov 20 2026 10:00:42 GMT+0000 (Coordinated Universal Time)', date }, null, 42_000],
    ['in the body rather than by the reset', { 'x-ratelimit-reset': 'Fri, 20 Nov 2026 10:00:42 GMT', date }, { msBeforeNext: 9 }, 9],
    ['in the past', { 'x-ratelimit-reset': 'Fri, 20 Nov 2026 09:00:00 GMT', date }, undefined, undefined],
    ['as garbage', { 'retry-after': 'soon 5', 'x-ratelimit-reset': 'garbage 5' }, { msBeforeNext: 'later' }, undefined],
    ['out of all proportion', { 'retry-after': '999999999' }, { msBeforeNext: -1 }, undefined],
    ['not at all', {}, undefined, undefined],
  ])('tell the wait %s', (_, headers, data, retryAfterMs) => {
    expect(limited(headers, data)).toEqual({ retryAfterMs });
  });

  test('are told by the status alone, and without any wait last a minute', () => {
    expect(limited({ 'retry-after': '7' }, { msBeforeNext: 5 }, 200)).toBeUndefined();
    const unreadable = () => {
      throw new AdapterError('BAD_RESPONSE', 'no JSON');
    };
    expect(segment.manners.limited?.({ status: 429, headers: {}, text: '', json: unreadable })).toEqual({ retryAfterMs: undefined });
    expect(segment.manners.limitedWaitMs).toBe(60_000);
  });

  test('reach a live reader with the time to wait', async () => {
    await using running = await start(people('U1'));
    running.server.play([{ name: 'limits', effect: { refuse: { kind: 'rate-limited', retryAfterSeconds: 42 } } }]);
    const error = await running.adapter.describe(signal).catch((reason: unknown) => reason);
    if (!(error instanceof AdapterError)) throw error;
    expect(error.code).toBe('RATE_LIMITED');
    expect(error.retryAfterMs).toBeGreaterThan(40_000);
  });
});
