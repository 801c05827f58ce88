import { expect, test } from 'vitest';
import { AdapterError } from '../../src/contract/errors.ts';
import { systemClock } from '../../src/http/clock.ts';
import { answers, get, openTransport, refusal, startHttp, startTcp } from './support.ts';

const drip = (everyMs: number) => (_request: unknown, response: import('node:http').ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), everyMs);
  response.on('close', () => clearInterval(timer));
};

async function timed(work: Promise<unknown>): Promise<{ readonly error: AdapterError; readonly ms: number }> {
  const start = performance.now();
  const error = await refusal(work);
  return { error, ms: performance.now() - start };
}

test.each(['sync', 'live'] as const)('%s: a service that accepts and never answers times out, its socket is destroyed', async (kind) => {
  await using server = await startTcp(() => undefined);
  await using transport = openTransport(server.baseUrl, { limits: { syncHeadersMs: 60, liveHeadersMs: 60 } });
  const { error, ms } = await timed(get(transport[kind]));
  expect(error).toMatchObject({ code: 'TIMEOUT', message: 'acme: GET users: no answer within 60 ms' });
  expect(ms).toBeGreaterThan(55);
  expect(ms).toBeLessThan(300);
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(transport.state()).toMatchObject({ inFlight: 0, calls: 1 });
});

test('a body that stands still times out', async () => {
  await using server = await startHttp((_request, response) => void response.writeHead(200).write('{'));
  await using transport = openTransport(server.baseUrl, { limits: { bodyIdleMs: 60 } });
  const { error, ms } = await timed(get(transport.sync));
  expect(error).toMatchObject({ code: 'TIMEOUT', message: 'acme: GET users: no more of the answer within 60 ms' });
  expect(ms).toBeLessThan(300);
  await expect.poll(() => server.sockets.size).toBe(0);
});

test.each(['sync', 'live'] as const)('%s: a body that drips ends at the deadline', async (kind) => {
  await using server = await startHttp(drip(10));
  await using transport = openTransport(server.baseUrl, { limits: { bodyIdleMs: 80, syncDeadlineMs: 200, liveDeadlineMs: 200 } });
  const { error, ms } = await timed(get(transport[kind]));
  expect(error.code).toBe('TIMEOUT');
  expect(ms).toBeGreaterThan(195);
  expect(ms).toBeLessThan(400);
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('a live deadline holds for the wait in the queue too', async () => {
  await using server = await startTcp(() => undefined);
  await using transport = openTransport(server.baseUrl, { manners: { concurrency: 1 }, limits: { liveDeadlineMs: 80, syncHeadersMs: 500 } });
  const blocking = refusal(get(transport.sync, 'slow'));
  await expect.poll(() => transport.state().inFlight).toBe(1);
  const { error, ms } = await timed(get(transport.live));
  expect(error).toMatchObject({ code: 'TIMEOUT', message: 'acme: GET users: not done within 80 ms' });
  expect(ms).toBeLessThan(300);
  expect(transport.state().calls).toBe(1);
  await blocking;
});

test('a connection that does not come about times out', async () => {
  await using transport = openTransport('http://localhost:9', { limits: { connectMs: 50, retries: 0 }, network: { lookup: () => undefined } });
  const { error, ms } = await timed(get(transport.sync));
  expect(error).toMatchObject({ code: 'TIMEOUT', message: 'acme: GET users: no connection within 50 ms' });
  expect(ms).toBeLessThan(300);
});

test.each(['head', 'body'] as const)('an abort in the %s ends the call and its socket', async (where) => {
  await using server = await startHttp((_request, response) => void (where === 'body' && response.writeHead(200).write('{')));
  await using transport = openTransport(server.baseUrl);
  const controller = new AbortController();
  const work = timed(get(transport.sync, 'users', { signal: controller.signal }));
  await expect.poll(() => server.seen.length).toBe(1);
  controller.abort(new Error('client left'));
  const { error } = await work;
  expect(error).toMatchObject({ code: 'ABORTED', message: 'acme: GET users: aborted by the caller' });
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(transport.state()).toMatchObject({ inFlight: 0, breaker: 'closed' });
});

test('an abort before the call or in the queue sends nothing', async () => {
  await using server = await startTcp(() => undefined);
  await using transport = openTransport(server.baseUrl, { manners: { concurrency: 1 } });
  expect((await refusal(get(transport.sync, 'users', { signal: AbortSignal.abort() }))).code).toBe('ABORTED');
  expect(transport.state().calls).toBe(0);

  const first = new AbortController();
  const second = new AbortController();
  const running = refusal(get(transport.sync, 'first', { signal: first.signal }));
  const waiting = refusal(get(transport.sync, 'second', { signal: second.signal }));
  second.abort();
  expect((await waiting).code).toBe('ABORTED');
  first.abort();
  expect((await running).code).toBe('ABORTED');
  expect(transport.state().calls).toBe(1);
});

test('a thousand aborted calls leave nothing behind', async () => {
  await using server = await startTcp(() => undefined);
  await using transport = openTransport(server.baseUrl);
  const controller = new AbortController();
  const calls = Array.from({ length: 1000 }, () => refusal(get(transport.sync, 'users', { signal: controller.signal })));
  await expect.poll(() => transport.state().inFlight).toBe(8);
  controller.abort();
  expect(new Set((await Promise.all(calls)).map(({ code }) => code))).toEqual(new Set(['ABORTED']));
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(transport.state()).toMatchObject({ inFlight: 0, calls: 8 });
});

test('close ends what is under way and what comes after', async () => {
  await using server = await startTcp(() => undefined);
  const transport = openTransport(server.baseUrl);
  const work = refusal(get(transport.sync));
  await expect.poll(() => server.sockets.size).toBe(1);
  await transport.close();
  expect(await work).toMatchObject({ code: 'ABORTED', message: 'acme: the transport is closed' });
  expect((await refusal(get(transport.sync))).code).toBe('ABORTED');
  await expect.poll(() => server.sockets.size).toBe(0);
});

test('at most so many calls at once, live ones first, and no more in line than allowed', async () => {
  const held: (() => void)[] = [];
  await using server = await startHttp((_request, response) => void held.push(() => response.end('{}')));
  await using transport = openTransport(server.baseUrl, { manners: { concurrency: 2 }, limits: { liveQueue: 2 } });
  const done: Promise<unknown>[] = ['s1', 's2', 's3', 's4'].map((path) => get(transport.sync, path));
  await expect.poll(() => held.length).toBe(2);
  done.push(get(transport.live, 'l1'), get(transport.live, 'l2'));
  const shed = await refusal(get(transport.live, 'l3'));
  expect(shed).toMatchObject({ code: 'OVERLOADED', message: 'acme: GET l3: 2 calls wait already' });
  expect(transport.state().inFlight).toBe(2);
  for (let at = 0; at < 6; at += 1) {
    await expect.poll(() => held.length).toBeGreaterThan(at);
    expect(transport.state().inFlight).toBeLessThanOrEqual(2);
    held[at]!();
  }
  await Promise.all(done);
  expect(server.seen.map(({ url }) => url)).toEqual(['/s1', '/s2', '/l1', '/l2', '/s3', '/s4']);
});

test('one client never opens more connections than calls at once', async () => {
  await using server = await startHttp(answers({ status: 200 }));
  await using transport = openTransport(server.baseUrl, { manners: { concurrency: 3 } });
  let most = 0;
  await Promise.all(
    Array.from({ length: 60 }, async () => {
      await get(transport.sync);
      most = Math.max(most, server.sockets.size);
    }),
  );
  expect(most).toBe(3);
});

test('the system clock sleeps no shorter than told and wakes for an abort', async () => {
  const { signal } = new AbortController();
  for (const ms of [0, 0.4, 1, 7.5, 20]) {
    const start = performance.now();
    await systemClock.sleep(ms, signal);
    expect(performance.now() - start).toBeGreaterThanOrEqual(ms);
  }
  const controller = new AbortController();
  const reason = new AdapterError('ABORTED', 'enough');
  const sleeping = systemClock.sleep(40 * 24 * 3600 * 1000, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  const [before, after] = [systemClock.now(), systemClock.now()];
  expect(after).toBeGreaterThanOrEqual(before);
});
