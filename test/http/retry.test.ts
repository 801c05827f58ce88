import { describe, expect, test, vi } from 'vitest';
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

describe('breaker', () => {
  /** One call is one attempt here. */
  async function start(limits = {}) {
    const clock = createVirtualClock(0.5);
    const health = { status: 503 };
    const server = await startHttp((_request, response) => void response.writeHead(health.status).end('{}'));
    const transport = openTransport(server.baseUrl, { clock, limits: { retries: 0, ...limits } });
    const fail = async (times: number): Promise<void> => {
      for (let at = 0; at < times; at += 1) expect((await refusal(get(transport.sync))).code).toBe('UNREACHABLE');
    };
    return {
      clock,
      health,
      server,
      transport,
      fail,
      [Symbol.asyncDispose]: () => Promise.all([transport.close(), server.stop()]).then(() => undefined),
    };
  }

  test('opens at five failures in a row, for sync and live, and says until when', async () => {
    await using case_ = await start();
    const { transport, clock, server, fail } = case_;
    await fail(4);
    expect(transport.state().breaker).toBe('closed');
    await fail(1);
    expect(transport.state().breaker).toBe('open');
    for (const http of [transport.sync, transport.live]) {
      expect(await refusal(get(http))).toMatchObject({
        code: 'CIRCUIT_OPEN',
        retryAfterMs: 30_000,
        message: 'acme: GET users: not tried, the service failed too often',
      });
    }
    clock.advance(29_999);
    expect(await refusal(get(transport.live))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 1 });
    expect(server.seen).toHaveLength(5);
  });

  test('a success between failures keeps it closed; half of twenty within a minute opens it', async () => {
    await using case_ = await start();
    const { transport, health, fail } = case_;
    const alternate = async (pairs: number): Promise<void> => {
      for (let at = 0; at < pairs; at += 1) {
        health.status = 200;
        await get(transport.sync);
        health.status = 503;
        await fail(1);
      }
    };
    await alternate(9);
    case_.clock.advance(60_001);
    await alternate(9);
    expect(transport.state().breaker).toBe('closed');
    await alternate(1);
    expect(transport.state().breaker).toBe('open');
  });

  test('one probe a sleep, sleeps double up to the cap, ± 20 %', async () => {
    await using case_ = await start();
    const { transport, clock, server, fail } = case_;
    await fail(5);
    const sleeps: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const { retryAfterMs } = await refusal(get(transport.sync));
      sleeps.push(retryAfterMs!);
      clock.advance(retryAfterMs!);
      expect(transport.state().breaker).toBe('half-open');
      await fail(1);
    }
    expect(sleeps).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    expect(server.seen).toHaveLength(5 + 6);
  });

  test.each([
    [0, 24_000],
    [0.999_999, 36_000],
  ])('chance %d makes a sleep of %i ms', async (random, ms) => {
    const clock = createVirtualClock(random);
    await using server = await startHttp(answers({ status: 503 }));
    await using transport = openTransport(server.baseUrl, { clock, limits: { retries: 0 } });
    for (let at = 0; at < 5; at += 1) await refusal(get(transport.sync));
    expect((await refusal(get(transport.sync))).retryAfterMs).toBe(ms);
  });

  test('while the probe is under way nobody else goes', async () => {
    const clock = createVirtualClock();
    const held: ((status: number) => void)[] = [];
    await using server = await startHttp((_request, response) => void held.push((status) => response.writeHead(status).end('{}')));
    await using transport = openTransport(server.baseUrl, { clock, limits: { retries: 0 } });
    for (let at = 0; at < 5; at += 1) {
      const work = refusal(get(transport.sync));
      await expect.poll(() => held.length).toBe(at + 1);
      held[at]!(500);
      await work;
    }
    clock.advance(30_000);
    const probe = get(transport.live, 'probe');
    await expect.poll(() => held.length).toBe(6);
    const others = await Promise.all(Array.from({ length: 20 }, () => refusal(get(transport.sync))));
    expect(others.every(({ code, retryAfterMs }) => code === 'CIRCUIT_OPEN' && retryAfterMs! > 0)).toBe(true);
    held[5]!(200);
    await probe;
    expect(transport.state()).toMatchObject({ breaker: 'closed', calls: 6 });
  });

  test('forgets how often it opened only after three successes', async () => {
    await using case_ = await start();
    const { transport, clock, health, fail } = case_;
    await fail(5);
    clock.advance(30_000);
    health.status = 200;
    await get(transport.sync);
    await get(transport.sync);
    health.status = 503;
    await fail(1);
    expect((await refusal(get(transport.sync))).retryAfterMs).toBe(60_000);
    clock.advance(60_000);
    health.status = 200;
    for (let at = 0; at < 3; at += 1) await get(transport.sync);
    health.status = 503;
    await fail(5);
    expect((await refusal(get(transport.sync))).retryAfterMs).toBe(30_000);
  });

  test('a probe that was called off proves nothing', async () => {
    await using server = await startTcp(() => undefined);
    const clock = createVirtualClock();
    await using transport = openTransport(server.baseUrl, { clock, limits: { retries: 0, syncHeadersMs: 30, liveHeadersMs: 30 } });
    for (let at = 0; at < 5; at += 1) expect((await refusal(get(transport.sync))).code).toBe('TIMEOUT');
    clock.advance(30_000);
    const controller = new AbortController();
    const probe = refusal(get(transport.sync, 'users', { signal: controller.signal }));
    await expect.poll(() => transport.state().inFlight).toBe(1);
    controller.abort();
    expect((await probe).code).toBe('ABORTED');
    expect(transport.state().breaker).toBe('half-open');
    expect((await refusal(get(transport.sync))).code).toBe('TIMEOUT');
    expect(await refusal(get(transport.sync))).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 60_000 });
  });

  test.each([-1, 1])('a step of the machine’s time by %i day changes nothing', async (days) => {
    await using case_ = await start();
    const { transport, clock, health, fail } = case_;
    await fail(5);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 24 * 3600 * 1000 });
    try {
      expect((await refusal(get(transport.sync))).code).toBe('CIRCUIT_OPEN');
      clock.advance(30_000);
      health.status = 200;
      expect((await get(transport.sync)).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  test('answers that only make no sense, refusals and aborts do not count', async () => {
    await using case_ = await start();
    const { transport, health } = case_;
    for (const status of [302, 404, 401]) {
      health.status = status;
      for (let at = 0; at < 10; at += 1) await get(transport.sync).catch(() => undefined);
    }
    expect(transport.state()).toMatchObject({ breaker: 'closed', calls: 30 });
  });
});
