import { describe, expect, test, vi } from 'vitest';
import { answers, createVirtualClock, get, openTransport, refusal, startHttp, startTcp } from './support.ts';

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

  test('calls that stood in the queue when it opened are not sent', async () => {
    await using server = await startHttp(answers({ status: 503 }));
    await using transport = openTransport(server.baseUrl, { clock: createVirtualClock(), manners: { concurrency: 1 }, limits: { retries: 0 } });
    const errors = await Promise.all(Array.from({ length: 12 }, () => refusal(get(transport.sync))));
    expect(errors.map(({ code }) => code)).toEqual([...Array<string>(5).fill('UNREACHABLE'), ...Array<string>(7).fill('CIRCUIT_OPEN')]);
    expect(server.seen).toHaveLength(5);
  });
});
