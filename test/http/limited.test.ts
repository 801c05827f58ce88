import { describe, expect, test } from 'vitest';
import type { TransportOptions } from '../../src/http/transport.ts';
import { answers, createVirtualClock, get, openTransport, refusal, startHttp, type TestAnswer } from './support.ts';

const limited = (headers: Record<string, string> = {}) => ({ status: 429, headers, body: '{"error":"ratelimited"}' });
const ok = { status: 200 };

/** A server that notes the virtual time of each arrival. */
async function start(list: readonly TestAnswer[], options: Partial<TransportOptions> = {}) {
  const clock = createVirtualClock();
  const arrivals: number[] = [];
  const begin = clock.now();
  const answer = answers(...list);
  const server = await startHttp((request, response) => {
    arrivals.push(clock.now() - begin);
    // real servers send a Date; this one lives in virtual time
    response.sendDate = false;
    answer(request, response);
  });
  const transport = openTransport(server.baseUrl, { clock, ...options });
  clock.idle = () => transport.state().inFlight === 0;
  return {
    clock,
    arrivals,
    server,
    transport,
    begin,
    [Symbol.asyncDispose]: () => Promise.all([transport.close(), server.stop()]).then(() => undefined),
  };
}

describe('sync waits exactly as long as it is told', () => {
  const begin = createVirtualClock().now();
  test.each<[string, Record<string, string>, number]>([
    ['0', { 'retry-after': '0' }, 0],
    ['1', { 'retry-after': '1' }, 1000],
    ['60', { 'retry-after': '60' }, 60_000],
    ['a date', { 'retry-after': new Date(begin + 30_000).toUTCString() }, 30_000],
    ['garbage', { 'retry-after': 'soon' }, 20_000],
    ['negative', { 'retry-after': '-1' }, 20_000],
    ['nothing', {}, 20_000],
    ['reset in epoch seconds', { 'x-ratelimit-reset': String(begin / 1000 + 45) }, 45_000],
    ['reset in epoch milliseconds', { 'ratelimit-reset': String(begin + 45_001) }, 45_001],
    ['reset in seconds', { 'ratelimit-reset': '45' }, 45_000],
    ['reset in the past', { 'x-ratelimit-reset': String(begin / 1000 - 45) }, 20_000],
  ])('%s', async (_what, headers, waitMs) => {
    await using case_ = await start([limited(headers), ok], { manners: { limitedWaitMs: 20_000 } });
    expect((await get(case_.transport.sync)).status).toBe(200);
    expect(case_.arrivals).toEqual([0, waitMs]);
  });
});

test('a wait that is too long is not begun; nobody calls before it is over; then all is well', async () => {
  await using case_ = await start([limited({ 'retry-after': '864000' }), ok]);
  const { transport, clock, server } = case_;
  expect(await refusal(get(transport.sync))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 864_000_000 });
  expect(transport.state().notBefore).toBe(case_.begin + 864_000_000);
  clock.advance(863_999_999);
  for (const http of [transport.live]) expect(await refusal(get(http))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1 });
  expect(server.seen).toHaveLength(1);
  clock.advance(1);
  expect((await get(transport.live)).status).toBe(200);
  expect(transport.state()).toMatchObject({ notBefore: undefined, breaker: 'closed' });
});

test('live never waits, says how long, and closes the gate for all', async () => {
  await using case_ = await start([limited({ 'retry-after': '120' }), ok]);
  const error = await refusal(get(case_.transport.live));
  expect(error).toMatchObject({
    code: 'RATE_LIMITED',
    retryAfterMs: 120_000,
    message: "acme: GET users: the service's limit is reached, again in 120 s",
  });
  expect(await refusal(get(case_.transport.sync))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 120_000 });
  expect(case_.arrivals).toEqual([0]);
});

test('calls that stood in the queue obey too, in their order', async () => {
  await using case_ = await start([limited({ 'retry-after': '30' }), ok], { manners: { concurrency: 1 } });
  await Promise.all(['a', 'b', 'c', 'd'].map((path) => get(case_.transport.sync, path)));
  expect(case_.arrivals[0]).toBe(0);
  expect(case_.arrivals.slice(1)).toEqual([30_000, 30_000, 30_000, 30_000]);
  expect(case_.server.seen[0]?.url).toBe('/a');
  expect(case_.server.seen.map(({ url }) => url).filter((url) => url !== '/a')).toEqual(['/b', '/c', '/d']);
});

test('a later, shorter word does not open the gate early', async () => {
  const held: (() => void)[] = [];
  const clock = createVirtualClock();
  await using server = await startHttp((request, response) => {
    held.push(() => response.writeHead(429, { 'retry-after': request.url === '/long' ? '600' : '5' }).end());
  });
  await using transport = openTransport(server.baseUrl, { clock });
  const calls = [refusal(get(transport.live, 'long')), refusal(get(transport.live, 'short'))];
  await expect.poll(() => held.length).toBe(2);
  const end = server.seen[0]?.url === '/long' ? held : held.toReversed();
  end[0]!();
  expect(await calls[0]).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 600_000 });
  end[1]!();
  expect(await calls[1]).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 600_000 });
  expect(transport.state().notBefore).toBe(clock.now() + 600_000);
});

test('still refused after the wait: asked again as often as allowed, then told', async () => {
  await using case_ = await start([limited({ 'retry-after': '10' })], { limits: { limitedRepeats: 3 } });
  expect(await refusal(get(case_.transport.sync))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_000 });
  expect(case_.arrivals).toEqual([0, 10_000, 20_000, 30_000]);
});

test('one call waits no longer than allowed in all', async () => {
  await using case_ = await start([limited({ 'retry-after': '25' })]);
  expect(await refusal(get(case_.transport.sync))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 25_000 });
  expect(case_.arrivals).toEqual([0, 25_000, 50_000]);
});

test('zero seconds for ever does not spin', async () => {
  await using case_ = await start([limited({ 'retry-after': '0' })]);
  expect((await refusal(get(case_.transport.sync))).code).toBe('RATE_LIMITED');
  expect(case_.arrivals).toHaveLength(6);
});

test('a call that must not be repeated is not', async () => {
  await using case_ = await start([limited({ 'retry-after': '1' }), ok, limited({ 'retry-after': '1' }), ok]);
  expect((await refusal(get(case_.transport.sync, 'users', { method: 'POST' }))).code).toBe('RATE_LIMITED');
  expect((await get(case_.transport.sync, 'users', { method: 'POST', repeatable: true })).status).toBe(200);
  expect((await get(case_.transport.sync, 'users', { method: 'POST', repeatable: true })).status).toBe(200);
  expect(case_.arrivals).toEqual([0, 1000, 1000, 2000]);
});

test('refusals for limits never open the breaker', async () => {
  await using case_ = await start([limited({ 'retry-after': '0' })]);
  for (let at = 0; at < 60; at += 1) expect((await refusal(get(case_.transport.live))).code).toBe('RATE_LIMITED');
  expect(case_.transport.state()).toMatchObject({ breaker: 'closed', calls: 60 });
});

test('a service says it in its own way', async () => {
  const body = '{"ok":false,"error":"ratelimited"}';
  await using case_ = await start(
    [
      { status: 200, body },
      ok,
      { status: 200, headers: { 'retry-after': '7' }, body },
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' },
      limited({ 'retry-after': '3' }),
      ok,
    ],
    {
      manners: {
        limited: (response) =>
          JSON.stringify(response.json()).includes('ratelimited') && response.status === 200 ? { retryAfterMs: undefined } : undefined,
        limitedWaitMs: 30_000,
      },
      limits: { retryBaseMs: 0 },
    },
  );
  await get(case_.transport.sync);
  await get(case_.transport.sync);
  expect(case_.arrivals).toEqual([0, 30_000, 30_000, 37_000, 37_000, 40_000]);
});

test('a steady rate is kept, in order, and live calls learn at once that they cannot be served', async () => {
  await using case_ = await start([ok], { manners: { rate: { calls: 3, perMs: 10_000 }, concurrency: 2 } });
  const { arrivals, transport, server } = case_;
  await Promise.all(Array.from({ length: 10 }, (_, at) => get(transport.sync, `p${at}`)));
  expect(server.seen.map(({ url }) => url)).toEqual(Array.from({ length: 10 }, (_, at) => `/p${at}`));
  for (let at = 3; at < arrivals.length; at += 1) expect(arrivals[at]! - arrivals[at - 3]!).toBeGreaterThanOrEqual(10_000);
  case_.clock.advance(10_000);
  for (let at = 0; at < 3; at += 1) await get(transport.live);
  expect(await refusal(get(transport.live))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_000 });
});

describe('a quota that the service announces', () => {
  test('is told by state, and a sync leaves a tenth of it to live calls', async () => {
    const clock = createVirtualClock();
    let windowStart = clock.now();
    let used = 0;
    let refused = 0;
    await using server = await startHttp((_request, response) => {
      if (clock.now() >= windowStart + 60_000) [windowStart, used] = [clock.now(), 0];
      used += 1;
      if (used > 60) refused += 1;
      response.sendDate = false;
      const headers = {
        'ratelimit-limit': '60',
        'ratelimit-remaining': String(Math.max(0, 60 - used)),
        'ratelimit-reset': String((windowStart + 60_000 - clock.now()) / 1000),
      };
      response.writeHead(used > 60 ? 429 : 200, headers).end('{}');
    });
    await using transport = openTransport(server.baseUrl, { clock });
    for (let at = 0; at < 54; at += 1) await get(transport.sync);
    expect(clock.slept).toEqual([]);
    expect(transport.state().rateLimit).toEqual({ limit: 60, remaining: 6, resetAt: windowStart + 60_000 });
    for (let at = 0; at < 6; at += 1) expect((await get(transport.live)).status).toBe(200);
    expect(transport.state().rateLimit).toEqual({ limit: 60, remaining: 0, resetAt: windowStart + 60_000 });
    for (let at = 0; at < 200; at += 1) await get(transport.sync);
    expect(clock.slept).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(refused).toBe(0);
    clock.advance(60_000);
    expect(transport.state().rateLimit).toEqual({ limit: 60, remaining: undefined, resetAt: undefined });
  });

  test('is not saved for longer than a sync may wait', async () => {
    await using case_ = await start([
      { status: 200, headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '3600' } },
    ]);
    for (let at = 0; at < 3; at += 1) await get(case_.transport.sync);
    expect(case_.arrivals).toEqual([0, 0, 0]);
  });
});
