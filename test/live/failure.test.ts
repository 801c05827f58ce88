import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Effect } from '../../src/sandbox/faults.ts';
import { askUser, identityQuery, pagerduty, slack, startLive, userQuery, usersQuery, type LiveBench } from './support.ts';

const minute = 60_000;
// A service that fails is soon not called any more: each test has its own.
let bench: LiveBench;
beforeEach(async () => void (bench = await startLive(2)));
afterEach(() => bench[Symbol.asyncDispose]());

const always = (effect: Effect) => [{ name: 'fault', match: { times: Infinity }, effect }];

describe('a service that cannot tell', () => {
  test('keeps what is known, with its age, and the others are fresh', async () => {
    bench.pass(5 * minute);
    bench.chatServer.play(always({ reset: true }));
    const { identities, coverage } = await askUser(bench, 0, { maxAge: '30s' });
    expect(identities.map(({ externalId, origin, stale }) => `${externalId} ${origin} ${stale ? 'stale' : 'fresh'}`).toSorted()).toEqual([
      'P00000000 LIVE fresh',
      'U00000000 INDEX stale',
    ]);
    expect(Date.now() + 5 * minute - Date.parse(identities.find(({ origin }) => origin === 'INDEX')?.asOf ?? '')).toBeGreaterThanOrEqual(5 * minute);
    expect(coverage.map(({ state, issue }) => [state, issue?.code])).toEqual([
      ['FAILED', 'SERVICE_UNREACHABLE'],
      ['COMPLETE', undefined],
    ]);
    expect((await askUser(bench, 0)).coverage.map(({ state }) => state)).toEqual(['COMPLETE', 'COMPLETE']);
  });

  test('with FAIL it leaves the field null, with its code and what it said about when to come again', async () => {
    bench.pass(5 * minute);
    bench.chatServer.play(always({ refuse: { kind: 'rate-limited', retryAfterSeconds: 30 } }));
    const { body } = await bench.ask(usersQuery, {
      refs: [slack(0), pagerduty(1)],
      freshness: { maxAge: '30s', onMiss: 'FAIL' },
    });
    expect(body.data).toEqual({ usersBy: [null, null] });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions['code'], extensions['service'], extensions['retryAfterSeconds']])).toEqual([
      [['usersBy', 0], 'SERVICE_RATE_LIMITED', { type: 'slack', serviceId: 'T0LIVE001' }, 30],
      [['usersBy', 1], 'SERVICE_RATE_LIMITED', { type: 'slack', serviceId: 'T0LIVE001' }, 30],
    ]);
    expect(Date.parse(String(body.errors?.[0]?.extensions['asOf']))).toBeLessThan(Date.now());
    bench.chatServer.play([]);
    expect(bench.chatServer.calls.length).toBeLessThanOrEqual(2);
  });

  test('the quota that it tells is there for everybody to see', async () => {
    const budgets = async () => (await bench.ask('{ services { type budget { limit remaining resetAt } } }')).body.data;
    expect(await budgets()).toEqual({ services: ['slack', 'pagerduty'].map((type) => ({ type, budget: null })) });
    bench.pass(5 * minute);
    bench.pagerServer.play(always({ refuse: { kind: 'rate-limited', retryAfterSeconds: 30 } }));
    const asked = Date.now();
    await askUser(bench, 0, { maxAge: '30s' });
    const told = (await budgets()) as { services: { type: string; budget: { limit: number; remaining: number; resetAt: string } | null }[] };
    expect(told.services).toEqual([
      { type: 'slack', budget: null },
      { type: 'pagerduty', budget: { limit: 960, remaining: 0, resetAt: expect.any(String) } },
    ]);
    const resetAt = Date.parse(told.services[1]?.budget?.resetAt ?? '');
    expect(resetAt).toBeGreaterThanOrEqual(asked + 30_000);
    expect(resetAt).toBeLessThanOrEqual(Date.now() + 30_000);
  });

  test.each([
    ['a refused credential', { refuse: { kind: 'unauthorized' } }, 'SERVICE_AUTH_FAILED'],
    ['a missing right', { refuse: { kind: 'forbidden' } }, 'SERVICE_AUTH_FAILED'],
    ['503', { refuse: { kind: 'unavailable' } }, 'SERVICE_UNREACHABLE'],
    ['a login page', { respond: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' } }, 'SERVICE_BAD_RESPONSE'],
  ] as const)('%s for an account of which nothing is known', async (_name, effect, code) => {
    bench.chatServer.play(always(effect));
    const { body } = await bench.ask(identityQuery, { by: { service: 'slack', externalId: 'U00000077' }, freshness: {} });
    expect(body.data).toEqual({ identity: null });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([[['identity'], code]]);
    bench.chatServer.play([]);
    expect((await bench.ask(identityQuery, { by: { service: 'slack', externalId: 'U00000077' } })).body).toEqual({ data: { identity: null } });
  });

  test('that never answers is waited for no longer than 3 s', { timeout: 10_000 }, async () => {
    bench.pass(5 * minute);
    bench.chatServer.play(always({ swallow: true }));
    const begun = performance.now();
    const { body } = await bench.ask(userQuery, { by: slack(0), freshness: { maxAge: '30s', onMiss: 'FAIL' } });
    expect(performance.now() - begun).toBeLessThan(3_500);
    expect(body.errors?.map(({ extensions }) => extensions['code'])).toEqual(['SERVICE_TIMEOUT']);
  });

  test('whose caller has gone is called no longer', async () => {
    bench.pass(5 * minute);
    bench.chatServer.play(always({ swallow: true }));
    const { url } = await bench.server.listen('127.0.0.1', 0);
    const leaving = new AbortController();
    const body = JSON.stringify({ query: userQuery, variables: { by: slack(0), freshness: { maxAge: '30s' } } });
    const asked = fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: leaving.signal });
    await expect.poll(() => bench.chatServer.calls.length, { interval: 5 }).toBe(1);
    expect(bench.inFlight('slack')).toBe(1);
    const begun = performance.now();
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await expect.poll(() => bench.inFlight('slack'), { interval: 5 }).toBe(0);
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  test('goes on being called while anybody waits', async () => {
    bench.pass(5 * minute);
    bench.chatServer.play(always({ delayMs: 300 }));
    const [first, second] = [new AbortController(), new AbortController()];
    const read = ({ signal }: AbortController) => bench.live.read('slack', ['U00000000'], Date.now() + 5 * minute, signal);
    const [left, stayed] = [read(first), read(second)];
    await expect.poll(() => bench.chatServer.calls.length, { interval: 5 }).toBe(1);
    first.abort();
    expect((await stayed).get('U00000000')).toMatchObject({ kind: 'read' });
    await left;
    expect(bench.chatServer.calls.map(({ status }) => status)).toEqual([200]);
  });

  test('makes nobody who comes later join a call that was cut', async () => {
    bench.pass(5 * minute);
    bench.chatServer.play([{ name: 'hole', effect: { swallow: true } }]);
    const first = new AbortController();
    const read = ({ signal }: AbortController) => bench.live.read('slack', ['U00000000'], Date.now() + 5 * minute, signal);
    const left = read(first);
    await expect.poll(() => bench.chatServer.calls.length, { interval: 5 }).toBe(1);
    first.abort();
    expect((await read(new AbortController())).get('U00000000')).toMatchObject({ kind: 'read' });
    expect((await left).get('U00000000')).toMatchObject({ kind: 'failed', failure: { code: 'ABORTED' } });
  });
});
