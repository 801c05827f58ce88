import { afterEach, describe, expect, test } from 'vitest';
import type { DemoAccount } from '../../src/contract/sandbox.ts';
import type { Effect } from '../../src/sandbox/faults.ts';
import { accountOf } from '../sandbox/instances.ts';
import { engines } from '../store/engines.ts';
import { change, slack, startLive, userQuery, usersQuery, type LiveBench, type LiveOptions, type Person } from './support.ts';

const minute = 60_000;
const newcomer = 'newcomer@acme.example';
const maxAge = '30s';

// A service that fails is soon not called any more: each test has its own.
let bench: LiveBench;
async function start(options?: LiveOptions): Promise<LiveBench> {
  bench = await startLive(2, options);
  bench.pass(5 * minute);
  return bench;
}
afterEach(() => bench[Symbol.asyncDispose]());

/** Of each type an account as its service would make it. */
const shapes: Readonly<Record<string, { readonly prefix: string; readonly role: string }>> = {
  slack: { prefix: 'U', role: 'member' },
  pagerduty: { prefix: 'P', role: 'user' },
  sym: { prefix: '00000000-0000-4000-8000-0000', role: 'member' },
  ftrack: { prefix: 'f', role: '' },
};

/** Somebody comes to a service after it was read. */
function arrive(type: string, changes: Partial<DemoAccount> = {}): string {
  const { prefix, role } = shapes[type] ?? expect.fail(type);
  const account = accountOf(prefix, 77, { email: newcomer, role, ...changes });
  const { instance } = bench.of(type);
  instance.accounts = [...instance.accounts, account];
  return account.externalId;
}

async function ask(email: string, freshness?: object) {
  const { body } = await bench.ask(userQuery, { by: { email }, freshness });
  return { user: (body.data as { user: Person | null }).user, errors: body.errors ?? [], text: JSON.stringify(body) };
}

const accountsIn = async (type: string) =>
  (await bench.store.read.selectFrom('identity').innerJoin('service', 'service.svc', 'identity.svc').select('key').where('type', '=', type).execute())
    .map(({ key }) => key)
    .toSorted();

const nobody = { user: null, errors: [] };

describe('an address by which nobody is known', () => {
  test.each(Object.keys(shapes))('is asked of %s, which knows it since', async (type) => {
    await start({ services: { sym: {}, ftrack: {} } });
    const externalId = arrive(type);
    expect(await ask(newcomer)).toMatchObject(nobody);
    const { user, errors } = await ask('NewComer@ACME.example', { maxAge });
    expect(errors).toEqual([]);
    expect(user).toMatchObject({ displayName: 'Person 77', identities: [{ externalId, origin: 'LIVE', stale: false }] });
    expect(bench.searches(newcomer)).toEqual({ slack: 1, pagerduty: 1, sym: 1, ftrack: 1 });
    bench.forget();
    expect((await ask(newcomer)).user).toMatchObject({ identities: [{ externalId, origin: 'INDEX' }] });
    expect((await ask(newcomer, { maxAge })).user).toMatchObject({ identities: [{ externalId, origin: 'CACHE' }] });
    expect(bench.searches(newcomer)).toEqual({ slack: 0, pagerduty: 0, sym: 0, ftrack: 0 });
  });

  test.each(engines)('brings one person from several services, with their roles, in $name', { timeout: 30_000 }, async (engine) => {
    await start({ engine });
    const ids = [arrive('slack'), arrive('pagerduty')];
    const query = `query ($refs: [UserBy!]!) { usersBy(refs: $refs, freshness: { maxAge: "30s" }) {
      displayName identities { externalId origin role { level } } coverage { state } } }`;
    const { body } = await bench.ask(query, { refs: [{ email: newcomer }, { email: 'person0@acme.example' }, { email: 'NEWCOMER@acme.example' }] });
    expect(body.errors).toBeUndefined();
    const [found, known, again] = (body.data as { usersBy: Person[] }).usersBy;
    expect(found?.identities.map(({ externalId }) => externalId).toSorted()).toEqual(ids.toSorted());
    expect(found).toMatchObject({
      identities: [
        { origin: 'LIVE', role: { level: 'MEMBER' } },
        { origin: 'LIVE', role: { level: 'MANAGER' } },
      ],
      coverage: [{ state: 'COMPLETE' }, { state: 'COMPLETE' }],
    });
    expect(again).toEqual(found);
    expect(known).toMatchObject({ displayName: 'Person 0', identities: [{ origin: 'LIVE' }, { origin: 'LIVE' }] });
    expect(bench.searches('@acme.example')).toEqual({ slack: 1, pagerduty: 1 });
  });

  test('may turn out to be a new one of somebody who is known', async () => {
    await start();
    change(bench.chat, 1, { email: newcomer });
    const { user } = await ask(newcomer, { maxAge });
    expect(user?.identities.map(({ externalId, origin }) => `${externalId} ${origin}`).toSorted()).toEqual(['P00000001 INDEX', 'U00000001 LIVE']);
    const versions = bench.store.read.selectFrom('identity').select('to_rev').where('key', '=', 'U00000001');
    expect(await versions.execute()).toHaveLength(2);
  });

  test('in other letters than ASCII is asked for as it is written', async () => {
    await start();
    arrive('slack', { email: 'info@bücher.example' });
    expect((await ask('INFO@bücher.example', { maxAge })).user?.identities).toMatchObject([{ origin: 'LIVE' }]);
    expect((await ask('info@xn--bcher-kva.example', { maxAge })).user?.identities).toMatchObject([{ origin: 'CACHE' }]);
    expect(bench.searches('info@')).toEqual({ slack: 1, pagerduty: 1 });
  });

  test('that no service knows either is nobody, without an error', async () => {
    await start();
    for (const onMiss of ['FETCH', 'FAIL']) expect(await ask(newcomer, { maxAge, onMiss })).toMatchObject(nobody);
  });

  test('ties nothing by itself where it is not proven', async () => {
    await start({ services: { pagerduty: { emailTrust: 'VERIFIED_ONLY', people: 'match' } } });
    const externalId = arrive('pagerduty');
    expect(await ask(newcomer, { maxAge })).toMatchObject(nobody);
    expect(await accountsIn('pagerduty')).toContain(externalId);
    expect(await ask(newcomer, { maxAge, onMiss: 'FAIL' })).toMatchObject(nobody);
    expect(bench.searches(newcomer)).toEqual({ slack: 1, pagerduty: 1 });
    bench.pass(minute);
    const own = arrive('slack');
    expect((await ask(newcomer, { maxAge })).user?.identities.map((account) => account.externalId)).toEqual([own]);
  });
});

describe('calls', () => {
  test('without freshness, with STALE, for what is no address and for people who are known no service is searched', async () => {
    await start();
    expect(await ask(newcomer)).toMatchObject(nobody);
    expect(await ask(newcomer, { maxAge: '0s', onMiss: 'STALE' })).toMatchObject(nobody);
    for (const text of [
      '',
      'newcomer',
      '@acme.example',
      'new comer@acme.example',
      'newcömer@acme.example',
      'newcomer@acme',
      'newcomer@ａcme.example',
    ]) {
      expect(await ask(text, { maxAge, onMiss: 'FAIL' })).toMatchObject(nobody);
    }
    expect([...bench.chatServer.calls, ...bench.pagerServer.calls]).toEqual([]);
    expect((await ask('Person0@acme.example', { maxAge })).user?.identities.map(({ origin }) => origin)).toEqual(['LIVE', 'LIVE']);
    expect(bench.searches('@')).toEqual({ slack: 0, pagerduty: 0 });
    expect([bench.lookUps(bench.chatServer), bench.lookUps(bench.pagerServer)].map(({ length }) => length)).toEqual([1, 1]);
  });

  test('fifty who ask for one address at once share one call of each service', async () => {
    await start();
    arrive('slack');
    const spellings = [newcomer, newcomer.toUpperCase(), `${newcomer}.`];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => ask(spellings[n % spellings.length] ?? '', { maxAge })));
    for (const { user, errors } of answers) expect({ user, errors }).toMatchObject({ user: { identities: [{ origin: 'LIVE' }] }, errors: [] });
    expect(bench.searches(newcomer)).toEqual({ slack: 1, pagerduty: 1 });
  });

  test('n addresses cost n calls of each service', async () => {
    await start();
    const refs = Array.from({ length: 100 }, (_, n) => ({ email: `nobody${n}@acme.example` }));
    const { body } = await bench.ask('query ($refs: [UserBy!]!) { usersBy(refs: $refs, freshness: { maxAge: "30s" }) { id } }', { refs });
    expect(body).toEqual({ data: { usersBy: refs.map(() => null) } });
    expect([bench.chatServer.calls.length, bench.pagerServer.calls.length]).toEqual([100, 100]);
    expect(bench.searches('nobody7@acme.example')).toEqual({ slack: 1, pagerduty: 1 });
  });

  test('whom nobody knew is not asked for again within maxAge', async () => {
    await start();
    const calls = async (freshness: object) => {
      bench.forget();
      expect(await ask(newcomer, freshness)).toMatchObject(nobody);
      return Object.values(bench.searches(newcomer));
    };
    expect(await calls({ maxAge })).toEqual([1, 1]);
    expect(await calls({ maxAge })).toEqual([0, 0]);
    bench.pass(20_000);
    arrive('pagerduty');
    expect(await calls({ maxAge, onMiss: 'FAIL' })).toEqual([0, 0]);
    bench.pass(20_000);
    expect((await ask(newcomer, { maxAge })).user).toMatchObject({ identities: [{ origin: 'LIVE' }] });
    expect(Object.values(bench.searches(newcomer))).toEqual([1, 1]);
  });

  test('without maxAge the services are asked each time', async () => {
    await start();
    for (const calls of [1, 2]) {
      bench.pass(1);
      expect(await ask(newcomer, {})).toMatchObject(nobody);
      expect(bench.searches(newcomer)).toEqual({ slack: calls, pagerduty: calls });
    }
  });

  test('a process proves its credential once, however many addresses it is asked about first', async () => {
    await start();
    const addresses = Array.from({ length: 10 }, (_, n) => `nobody${n}@acme.example`);
    const findings = await bench.newProcess().find('slack', addresses, Date.now(), new AbortController().signal);
    expect([...findings].map(([address, { kind }]) => `${address} ${kind}`)).toEqual(addresses.map((address) => `${address} told`));
    expect(bench.chatServer.calls.filter(({ path }) => path === '/auth.test')).toHaveLength(1);
    expect(bench.searches('nobody')).toMatchObject({ slack: 10 });
  });

  test('end when the last caller has gone, not before', async () => {
    await start();
    bench.chatServer.play([{ name: 'hole', effect: { swallow: true } }]);
    const [first, second] = [new AbortController(), new AbortController()];
    const find = ({ signal }: AbortController) => bench.live.find('slack', [newcomer], Date.now() + minute, signal);
    const both = [find(first), find(second)];
    await expect.poll(() => bench.chatServer.calls.length, { interval: 5 }).toBe(1);
    first.abort();
    expect(bench.inFlight('slack')).toBe(1);
    second.abort();
    for (const findings of await Promise.all(both)) {
      expect(findings.get(newcomer)).toMatchObject({ kind: 'failed', failure: { code: 'ABORTED' } });
    }
    await expect.poll(() => bench.inFlight('slack'), { interval: 5 }).toBe(0);
  });
});

describe('a service that names somebody else', () => {
  const stranger = 'stranger@acme.example';
  const ids = ['U00000000', 'U00000001', 'USLACKBOT'];

  test('is not believed by its adapter', async () => {
    await start();
    arrive('slack', { email: stranger });
    const other = { id: 'U00000077', team_id: 'T0LIVE001', name: 'stranger', profile: { email: stranger } };
    const body = { ok: true, user: other };
    bench.chatServer.play([{ name: 'mixed up', match: { path: /lookupByEmail/ }, effect: { respond: { status: 200, body } } }]);
    expect(await ask(newcomer, { maxAge })).toMatchObject(nobody);
    expect(bench.searches(newcomer)).toMatchObject({ slack: 1 });
    expect(await accountsIn('slack')).toEqual(ids);
  });

  test('is not believed where its adapter does', async () => {
    await start({
      adapter: (adapter, type) =>
        type !== 'slack'
          ? adapter
          : { ...adapter, findByEmail: async (_, signal) => [...(await adapter.getIdentities(['U00000077', 'U00000088'], signal)).values()] },
    });
    arrive('slack', { email: stranger });
    expect(await ask(newcomer, { maxAge })).toMatchObject(nobody);
    expect(await accountsIn('slack')).toEqual(ids);
    bench.chat.accounts = [...bench.chat.accounts, accountOf('U', 88, { email: newcomer })];
    bench.pass(minute);
    expect((await ask(newcomer, { maxAge })).user?.identities.map(({ externalId }) => externalId)).toEqual(['U00000088']);
    expect(await accountsIn('slack')).toEqual([...ids, 'U00000088'].toSorted());
  });
});

describe('a service that cannot tell', () => {
  const always = (effect: Effect) => [{ name: 'fault', match: { times: Infinity }, effect }];
  const codes = ({ errors }: Awaited<ReturnType<typeof ask>>) =>
    errors.map(({ path, extensions }) => [path, extensions['code'], (extensions['service'] as { type: string }).type]);

  test.each([
    ['a refused credential', { refuse: { kind: 'unauthorized' } }, 'SERVICE_AUTH_FAILED'],
    ['503', { refuse: { kind: 'unavailable' } }, 'SERVICE_UNREACHABLE'],
    ['a lost connection', { reset: true }, 'SERVICE_UNREACHABLE'],
    ['a login page', { respond: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' } }, 'SERVICE_BAD_RESPONSE'],
    ['no answer', { swallow: true }, 'SERVICE_TIMEOUT'],
  ] as const)('%s: whom no other knows is not known to be nobody', { timeout: 10_000 }, async (_name, effect, code) => {
    await start();
    bench.pagerServer.play(always(effect));
    const failed = await ask(newcomer, { maxAge });
    expect(failed.user).toBeNull();
    expect(codes(failed)).toEqual([[['user'], code, 'pagerduty']]);
    expect(failed.text).not.toContain('newcomer');
    expect(JSON.stringify(bench.entries)).not.toContain('newcomer');
    bench.pagerServer.play([]);
    expect(await ask(newcomer)).toMatchObject(nobody);
  });

  test('is named by the coverage of whom another knows', async () => {
    await start();
    const externalId = arrive('slack');
    bench.pagerServer.play(always({ refuse: { kind: 'unauthorized' } }));
    const { user, errors } = await ask(newcomer, { maxAge, onMiss: 'FAIL' });
    expect(errors).toEqual([]);
    expect(user).toMatchObject({
      identities: [{ externalId, origin: 'LIVE' }],
      coverage: [{ state: 'COMPLETE' }, { state: 'FAILED', issue: { code: 'SERVICE_AUTH_FAILED' } }],
    });
  });

  test('fails also beside one that knows an account of nobody', async () => {
    await start({ services: { pagerduty: { emailTrust: 'VERIFIED_ONLY', people: 'match' } } });
    arrive('pagerduty');
    bench.chatServer.play(always({ refuse: { kind: 'unauthorized' } }));
    expect(codes(await ask(newcomer, { maxAge }))).toEqual([[['user'], 'SERVICE_AUTH_FAILED', 'slack']]);
  });

  test('of several the one that tells most is named, and each key fails for itself', async () => {
    await start();
    bench.chatServer.play(always({ refuse: { kind: 'unavailable' } }));
    bench.pagerServer.play(always({ refuse: { kind: 'unauthorized' } }));
    const { body } = await bench.ask(usersQuery, { refs: [slack(0), { email: newcomer }, { email: 'no address' }], freshness: { maxAge } });
    expect(body.data).toMatchObject({ usersBy: [{ displayName: 'Person 0' }, null, null] });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([[['usersBy', 1], 'SERVICE_AUTH_FAILED']]);
  });

  test('says when to come again, and is left alone until then', async () => {
    await start();
    bench.pagerServer.play(always({ refuse: { kind: 'rate-limited', retryAfterSeconds: 30 } }));
    for (const email of [newcomer, 'another@acme.example']) {
      const { errors } = await ask(email, { maxAge });
      expect(errors.map(({ extensions }) => [extensions['code'], extensions['retryAfterSeconds']])).toEqual([['SERVICE_RATE_LIMITED', 30]]);
    }
    expect(bench.pagerServer.calls).toHaveLength(1);
  });

  test('is asked again at once: a failure is not remembered', async () => {
    await start();
    bench.pagerServer.play([{ name: 'once', effect: { refuse: { kind: 'unauthorized' } } }]);
    expect((await ask(newcomer, { maxAge })).errors).toHaveLength(1);
    expect(await ask(newcomer, { maxAge })).toMatchObject(nobody);
    expect(bench.searches(newcomer)).toEqual({ slack: 1, pagerduty: 2 });
  });

  test('who it is, because linking takes long, fails and is asked again', async () => {
    await start();
    const externalId = arrive('slack');
    const { promise: never } = Promise.withResolvers<void>();
    let slow = true;
    const live = bench.newProcess(() => (slow ? never : bench.scheduler.link()));
    const find = async () => (await live.find('slack', [newcomer], Date.now(), new AbortController().signal)).get(newcomer);
    expect(await find()).toMatchObject({ kind: 'failed', failure: { code: 'TIMEOUT' } });
    expect(await accountsIn('slack')).toContain(externalId);
    expect(await ask(newcomer)).toMatchObject(nobody);
    slow = false;
    expect(await find()).toMatchObject({ kind: 'told' });
    expect((await ask(newcomer)).user).toMatchObject({ identities: [{ externalId }] });
  });

  test('because it was never read is not asked', async () => {
    await start({ unread: ['pagerduty'] });
    expect(codes(await ask(newcomer, { maxAge }))).toEqual([[['user'], 'SERVICE_NEVER_SYNCED', 'pagerduty']]);
    expect(bench.pagerServer.calls).toEqual([]);
    bench.pass(minute);
    arrive('slack');
    expect(await ask(newcomer, { maxAge })).toMatchObject({ user: { identities: [{ origin: 'LIVE' }] }, errors: [] });
  });

  test('because it has no such question counts by its last whole read, for who would rather fail', async () => {
    await start({ services: { segment: {} } });
    expect(await ask(newcomer, { maxAge })).toMatchObject(nobody);
    expect(await ask(newcomer, { maxAge: '10m', onMiss: 'FAIL' })).toMatchObject(nobody);
    expect(await ask(newcomer, { onMiss: 'FAIL' })).toMatchObject(nobody);
    expect(codes(await ask(newcomer, { maxAge, onMiss: 'FAIL' }))).toEqual([[['user'], 'SERVICE_UNSUPPORTED', 'segment']]);
    expect(bench.of('segment').server.calls).toEqual([]);
    bench.pass(minute);
    arrive('slack');
    expect((await ask(newcomer, { maxAge, onMiss: 'FAIL' })).errors).toEqual([]);
  });
});
