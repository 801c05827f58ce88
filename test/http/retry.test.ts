import { describe, expect, test } from 'vitest';
import { answers, createVirtualClock, get, openTransport, refusal, startHttp, startTcp } from './support.ts';

const ok = { status: 200, body: '{"ok":true}' };

describe.each(['sync', 'live'] as const)('%s', (kind) => {
  test.each([500, 502, 503, 504, 408])('%i is tried again, with jitter', async (status) => {
    const clock = createVirtualClock(0.5);
    await using server = await startHttp(
      answers({ status, body: '<html>canary', headers: { 'content-type': 'text/html' } }, { status }, { status }, ok),
    );
    await using transport = openTransport(server.baseUrl, { clock });
    expect((await get(transport[kind])).json()).toEqual({ ok: true });
    expect(server.seen).toHaveLength(4);
    expect(clock.slept).toEqual([125, 250, 500]);
  });
});

test.each([
  [500, 'UNREACHABLE'],
  [503, 'UNREACHABLE'],
  [408, 'TIMEOUT'],
] as const)('%i to the end is %s, and no adapter sees the answer', async (status, code) => {
  await using server = await startHttp(answers({ status, body: 'canary' }));
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  const error = await refusal(get(transport.sync, 'users', { query: { token: 'canary' }, headers: { authorization: 'canary' } }));
  expect(error).toMatchObject({ code, status, message: `acme: GET users: the service answered ${status}` });
  expect(server.seen).toHaveLength(4);
});

test.each([501, 505, 599])('%i is not tried again', async (status) => {
  await using server = await startHttp(answers({ status }));
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  expect(await refusal(get(transport.sync))).toMatchObject({ code: 'UNREACHABLE', status });
  expect(server.seen).toHaveLength(1);
});

test.each([400, 401, 402, 403, 404, 409, 410, 418, 422, 425])('%i is the adapter’s to read, once', async (status) => {
  await using server = await startHttp(answers({ status }));
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  expect((await get(transport.sync)).status).toBe(status);
  expect(server.seen).toHaveLength(1);
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('%s is repeated only by its own word', async (method) => {
  await using server = await startHttp(answers({ status: 503 }, { status: 503 }, ok));
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  expect((await refusal(get(transport.sync, 'users', { method }))).code).toBe('UNREACHABLE');
  expect(server.seen).toHaveLength(1);
  expect((await get(transport.sync, 'users', { method, repeatable: true, body: { json: [] } })).status).toBe(200);
  expect(server.seen).toHaveLength(3);
});

test.each([
  ['reset', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
  ['closed at once', (socket: import('node:net').Socket) => socket.end()],
  ['closed after the request', (socket: import('node:net').Socket) => socket.once('data', () => socket.end())],
] as const)('a connection %s is tried again, then UNREACHABLE', async (_what, treat) => {
  let connections = 0;
  await using server = await startTcp((socket) => {
    connections += 1;
    treat(socket);
  });
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  const error = await refusal(get(transport.sync));
  expect(error.code).toBe('UNREACHABLE');
  expect(error.message).toMatch(/^acme: GET users: /);
  expect(connections).toBe(4);
});

test('a connection lost once is not noticed by the adapter', async () => {
  let connections = 0;
  await using server = await startTcp((socket) => {
    connections += 1;
    if (connections === 1) socket.resetAndDestroy();
    else if (connections === 2) socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'));
    else socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
  });
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  expect((await get(transport.sync)).json()).toEqual({});
  expect(connections).toBe(3);
});

test('a service that is down is UNREACHABLE', async () => {
  const server = await startHttp(answers(ok));
  await server.stop();
  await using transport = openTransport(server.baseUrl, { clock: createVirtualClock() });
  expect(await refusal(get(transport.sync))).toMatchObject({ code: 'UNREACHABLE', message: 'acme: GET users: no connection (ECONNREFUSED)' });
  expect(transport.state().calls).toBe(4);
});

test('Retry-After of a 503 is obeyed exactly, or handed on when it is too long', async () => {
  const clock = createVirtualClock();
  await using server = await startHttp(
    answers({ status: 503, headers: { 'retry-after': '45' } }, ok, { status: 503, headers: { 'retry-after': '3600' } }),
  );
  await using transport = openTransport(server.baseUrl, { clock });
  expect((await get(transport.sync)).status).toBe(200);
  expect(clock.slept).toEqual([45_000]);
  expect(await refusal(get(transport.sync))).toMatchObject({ code: 'UNREACHABLE', status: 503, retryAfterMs: 3_600_000 });
  expect(server.seen).toHaveLength(3);
  expect(clock.slept).toEqual([45_000]);
});

test('retries stay within a fifth of the calls, or three in ten seconds', async () => {
  const clock = createVirtualClock(0);
  let down = false;
  await using server = await startHttp((_request, response) => void response.writeHead(down ? 503 : 200).end('{}'));
  await using transport = openTransport(server.baseUrl, { clock, limits: { breakerConsecutive: 1000, breakerMinimum: 1000 } });
  for (let at = 0; at < 40; at += 1) await get(transport.sync);
  down = true;
  const before = server.seen.length;
  for (let at = 0; at < 10; at += 1) await refusal(get(transport.sync));
  expect(server.seen.length - before).toBe(10 + 50 * 0.2);

  clock.advance(10_001);
  const later = server.seen.length;
  for (let at = 0; at < 5; at += 1) await refusal(get(transport.sync));
  expect(server.seen.length - later).toBe(5 + 3);
});

test('an abort ends the wait before a retry', async () => {
  await using server = await startHttp(answers({ status: 503, headers: { 'retry-after': '30' } }));
  await using transport = openTransport(server.baseUrl);
  const controller = new AbortController();
  const work = refusal(get(transport.sync, 'users', { signal: controller.signal }));
  await expect.poll(() => transport.state()).toMatchObject({ calls: 1, inFlight: 0 });
  controller.abort();
  expect((await work).code).toBe('ABORTED');
  expect(server.seen).toHaveLength(1);
});

test('an abort in the middle of an error page is an abort', async () => {
  await using server = await startHttp((_request, response) => void response.writeHead(500).write('<'));
  await using transport = openTransport(server.baseUrl);
  const controller = new AbortController();
  const work = refusal(get(transport.sync, 'users', { method: 'POST', signal: controller.signal }));
  await expect.poll(() => server.seen.length).toBe(1);
  // the head must be here before the abort
  await get(transport.sync, 'users', { method: 'POST', signal: AbortSignal.timeout(50) }).catch(() => undefined);
  controller.abort();
  expect((await work).code).toBe('ABORTED');
});
