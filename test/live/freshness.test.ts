import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askUser, change, identityQuery, slack, startLive, userQuery, usersQuery, type LiveBench, type Person } from './support.ts';
import { accountOf } from '../sandbox/instances.ts';

const people = 12;
const minute = 60_000;
let bench: LiveBench | undefined;
const at = (): LiveBench => {
  if (bench === undefined) throw new Error('the bench has not started');
  return bench;
};
beforeAll(async () => void (bench = await startLive(people)));
beforeEach(() => bench?.forget());
afterAll(() => bench?.[Symbol.asyncDispose]());

const user = (index: number, freshness?: object): Promise<Person> => askUser(at(), index, freshness);
const origins = ({ identities }: Person) => identities.map(({ origin }) => origin);

describe('calls', () => {
  test('without freshness, or where all is fresh enough, no service is asked', async () => {
    at().pass(5 * minute);
    expect(origins(await user(0))).toEqual(['INDEX', 'INDEX']);
    expect(origins(await user(0, { maxAge: '10m' }))).toEqual(['INDEX', 'INDEX']);
    expect(origins(await user(0, { maxAge: 'PT10M' }))).toEqual(['INDEX', 'INDEX']);
    expect(origins(await user(0, { maxAge: '30s', onMiss: 'STALE' }))).toEqual(['INDEX', 'INDEX']);
    expect([...at().chatServer.calls, ...at().pagerServer.calls]).toEqual([]);
  });

  test('n people cost at most n calls of each service, and soon after none', async () => {
    at().pass(5 * minute);
    const refs = Array.from({ length: people }, (_, index) => slack(index));
    const ask = async (maxAge: string) =>
      ((await at().ask(usersQuery, { refs: [...refs, ...refs], freshness: { maxAge } })).body.data as { usersBy: Person[] }).usersBy;
    const first = await ask('30s');
    expect(first.flatMap(origins)).toEqual(Array.from({ length: 4 * people }, () => 'LIVE'));
    expect(at().chatServer.calls).toHaveLength(people);
    expect(at().pagerServer.calls).toHaveLength(people);
    expect(new Set(at().lookUps(at().chatServer)).size).toBe(people);
    expect(new Set(at().lookUps(at().pagerServer)).size).toBe(people);
    at().forget();
    expect((await ask('30s')).flatMap(origins)).toEqual(Array.from({ length: 4 * people }, () => 'CACHE'));
    at().pass(20_000);
    expect((await ask('30s')).flatMap(origins)).toEqual(Array.from({ length: 4 * people }, () => 'CACHE'));
    expect([...at().chatServer.calls, ...at().pagerServer.calls]).toEqual([]);
    at().pass(20_000);
    await ask('30s');
    expect(at().chatServer.calls).toHaveLength(people);
  });

  test('only services whose record is too old are asked', async () => {
    at().pass(5 * minute);
    await at().scheduler.once(['slack']);
    at().forget();
    expect(origins(await user(0, { maxAge: '1m' })).toSorted()).toEqual(['INDEX', 'LIVE']);
    expect(at().chatServer.calls).toEqual([]);
    expect(at().pagerServer.calls).toHaveLength(1);
  });

  test('fifty who ask for one person at once share one call of each service', async () => {
    at().pass(5 * minute);
    const answers = await Promise.all(Array.from({ length: 50 }, () => user(3, { maxAge: '30s' })));
    for (const answer of answers) for (const { origin, stale } of answer.identities) expect([origin, stale]).toEqual(['LIVE', false]);
    expect(at().lookUps(at().chatServer)).toHaveLength(1);
    expect(at().lookUps(at().pagerServer)).toHaveLength(1);
  });

  test('fields of one operation that ask alike share a call, and all see what it brought', async () => {
    at().pass(5 * minute);
    change(at().chat, 1, { displayName: 'Renamed' });
    const query = `{ plain: identity(by: { service: "slack", externalId: "U00000001" }) { displayName }
      a: user(by: { identity: { service: "slack", externalId: "U00000001" } }, freshness: { maxAge: "30s" }) { displayName }
      b: user(by: { email: "person1@acme.example" }, freshness: { maxAge: "30s" }) { identity(service: "slack") { displayName origin } } }`;
    for (let round = 0; round < 3; round++) {
      const { body } = await at().ask(query);
      expect(body).toMatchObject({
        data: { plain: { displayName: 'Renamed' }, b: { identity: { displayName: 'Renamed', origin: round === 0 ? 'LIVE' : 'CACHE' } } },
      });
    }
    expect(at().lookUps(at().chatServer)).toHaveLength(1);
  });
});

describe('what is read stays', () => {
  test('a change is seen at once, by everybody from then on, and keeps its history', async () => {
    at().pass(5 * minute);
    change(at().chat, 2, { displayName: 'New name', updatedAt: 1_700_000_100_000 });
    expect((await user(2)).identities.map(({ displayName }) => displayName)).toEqual(['Person 2', 'Person 2']);
    const fresh = await user(2, { maxAge: '30s' });
    expect(fresh.identities.find(({ externalId }) => externalId === 'U00000002')).toMatchObject({
      displayName: 'New name',
      origin: 'LIVE',
      stale: false,
    });
    const later = await user(2);
    expect(later.identities.find(({ externalId }) => externalId === 'U00000002')).toMatchObject({ displayName: 'New name', origin: 'INDEX' });
    expect(later.identities.map(({ asOf }) => asOf)).toEqual(fresh.identities.map(({ asOf }) => asOf));
    const rows = await at().store.read.selectFrom('identity').select('display_name').where('key', '=', 'U00000002').orderBy('from_rev').execute();
    expect(rows.map(({ display_name }) => display_name)).toEqual(['Person 2', 'New name']);
  });

  test('what did not change gets no new version', async () => {
    at().pass(5 * minute);
    const revision = () =>
      at()
        .store.read.selectFrom('revision')
        .select(({ fn }) => fn.max('rev').as('rev'))
        .executeTakeFirstOrThrow();
    const before = await revision();
    expect(origins(await user(0, { maxAge: '30s' }))).toEqual(['LIVE', 'LIVE']);
    expect(await revision()).toEqual(before);
  });

  test('an account that no sync has seen is fetched, stored and linked', async () => {
    at().chat.accounts = [...at().chat.accounts, accountOf('U', 77, { email: 'person5@acme.example', displayName: 'Second account' })];
    const by = { service: 'slack', externalId: 'U00000077' };
    expect((await at().ask(identityQuery, { by })).body).toEqual({ data: { identity: null } });
    expect((await at().ask(identityQuery, { by, freshness: { onMiss: 'STALE' } })).body).toEqual({ data: { identity: null } });
    at().chat.accounts = at().chat.accounts.map((each) => (each.externalId === 'U00000077' ? { ...each, email: 'newcomer@acme.example' } : each));
    const { body } = await at().ask(identityQuery, { by, freshness: {} });
    expect(body).toMatchObject({ data: { identity: { displayName: 'Second account', origin: 'LIVE', user: { displayName: 'Second account' } } } });
    expect((await at().ask(userQuery, { by: { email: 'newcomer@acme.example' } })).body).toMatchObject({
      data: { user: { displayName: 'Second account' } },
    });
    expect(at().lookUps(at().chatServer)).toHaveLength(1);
  });

  test('an account that the service does not know either is null, without an error', async () => {
    const { body } = await at().ask(identityQuery, { by: { service: 'slack', externalId: 'U00000099' }, freshness: { onMiss: 'FAIL' } });
    expect(body).toEqual({ data: { identity: null } });
  });

  test('an account that is gone ends when it was absent twice', async () => {
    at().chat.accounts = at().chat.accounts.filter(({ externalId }) => externalId !== 'U00000011');
    const by = { service: 'slack', externalId: 'U00000011' };
    at().pass(minute);
    expect((await at().ask(identityQuery, { by, freshness: { maxAge: '30s' } })).body).toMatchObject({
      data: { identity: { status: 'ACTIVE', stale: true, origin: 'INDEX' } },
    });
    const { body } = await at().ask(identityQuery, { by, freshness: { maxAge: '1ms', onMiss: 'FAIL' } });
    expect(body).toMatchObject({ data: { identity: { status: 'DELETED', stale: false, origin: 'LIVE' } } });
  });
});

describe('the argument', () => {
  test.each(['30', 'P1Y', ''])('%j is no duration', async (maxAge) => {
    const { body } = await at().ask(userQuery, { by: slack(0), freshness: { maxAge } });
    expect(body.errors?.map(({ message, extensions }) => [message.includes('Duration: give a length of time'), extensions['code']])).toEqual([
      [true, 'BAD_USER_INPUT'],
    ]);
  });

  test('a live look-up has its price', async () => {
    const cost = async (query: string): Promise<unknown> => (await at().ask(query)).body.errors?.[0]?.message;
    const name = (n: number) => `{ username: "p${n}" }`;
    const address = (n: number) => `{ email: "p${n}@acme.example" }`;
    const many = (toRef: (n: number) => string, more: string) => {
      const refs = Array.from({ length: 100 }, (_, n) => toRef(n)).join(' ');
      return `{ ${Array.from({ length: 3 }, (_, n) => `a${n}: usersBy(refs: [${refs}] ${more}) { displayName }`).join(' ')} }`;
    };
    for (const toRef of [name, address]) {
      expect(await cost(many(toRef, ''))).toBeUndefined();
      expect(await cost(many(toRef, 'freshness: { maxAge: "1s", onMiss: STALE }'))).toBeUndefined();
    }
    expect(await cost(many(name, 'freshness: { maxAge: "1s" }'))).toMatch(/costs 6093 points, the limit is 5000/);
    expect(await cost(many(address, 'freshness: { maxAge: "1s" }'))).toMatch(/costs 12093 points, the limit is 5000/);
  });
});
