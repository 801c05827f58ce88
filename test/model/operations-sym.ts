import { expect, test } from 'vitest';
import { toUsersDump } from '../../adapters/sym/sandbox-files.ts';
import type { DemoAccount } from '../../src/contract/sandbox.ts';
import { serviceNames } from '../../src/sandbox/company/services.ts';
import type { CompanyHouse } from './company.ts';
import { openHouse } from './house.ts';
import { levels } from './levels.ts';
import { identityArg, readRoles, sorted } from './reads.ts';

type GetHouse = () => CompanyHouse;

/** Every account of the company that is to be tied to its holder, by the holder. */
function tiedAccounts({ company, instance }: CompanyHouse) {
  const all = serviceNames.flatMap((name) => {
    const { type, serviceId, accounts } = instance(name);
    return accounts.map((account) => ({ name, type, serviceId, account, externalId: account.externalId }));
  });
  const tied = all.filter((ref) => company.truth.allowed(ref));
  return Map.groupBy(tied, ({ type, serviceId, externalId }) => company.truth.personOf(type, serviceId, externalId));
}

type Tied = NonNullable<ReturnType<ReturnType<typeof tiedAccounts>['get']>>[number];
const inSym = (accounts: readonly Tied[]): Tied | undefined => accounts.find(({ name }) => name === 'sym');

/** People with an account in Sym and others tied to it. */
const knownPeople = (house: CompanyHouse): readonly (readonly Tied[])[] =>
  [...tiedAccounts(house).values()].filter((accounts) => inSym(accounts) !== undefined).slice(0, 20);

const userOf = async <T>(house: CompanyHouse, externalId: string, fields: string): Promise<T> => {
  const { user } = await house.data<{ user: T }>(`{ user(by: { identity: ${identityArg(house.instance('sym'), externalId)} }) { ${fields} } }`);
  return user;
};

/** Something of the user behind every account of Sym, against the same of the account. */
async function ofUsers(house: CompanyHouse, accounts: readonly DemoAccount[], field: string, expected: (account: DemoAccount) => unknown) {
  const refs = accounts.slice(0, 100).map(({ externalId }) => ({ identity: { service: 'sym', serviceId: 'acme', externalId } }));
  const { usersBy } = await house.data<{ usersBy: { shown: unknown }[] }>(`query ($refs: [UserBy!]!) { usersBy(refs: $refs) { shown: ${field} } }`, {
    refs,
  });
  expect(accounts.length).toBeGreaterThan(0);
  expect(usersBy.map(({ shown }) => shown)).toEqual(accounts.slice(0, 100).map(expected));
}

/** With several accounts, none of them awkward: the account in Sym speaks for the person. */
const plainPeople = (house: CompanyHouse): readonly (readonly Tied[])[] =>
  knownPeople(house).filter((accounts) => accounts.every((ref) => house.company.truth.classOf(ref) === 'plain'));
const plainAccounts = (house: CompanyHouse): readonly DemoAccount[] => plainPeople(house).flatMap((accounts) => inSym(accounts)?.account ?? []);

const bots = ({ instance }: CompanyHouse) => instance('sym').accounts.filter(({ kind }) => kind === 'BOT');
const humans = ({ instance }: CompanyHouse) => instance('sym').accounts.filter(({ kind }) => kind === 'HUMAN');
const ownIdentity = (account: DemoAccount) => ({
  service: 'sym',
  service_id: 'cloud',
  user_id: account.kind === 'BOT' ? account.username : account.email,
});

export function symPeople(house: GetHouse): void {
  test('user_ids', async () => {
    const people = knownPeople(house());
    const refs = people.flatMap((accounts) =>
      accounts.map(({ type, serviceId, externalId }) => ({ identity: { service: type, serviceId, externalId } })),
    );
    const { usersBy } = await house().data<{ usersBy: { id: string }[] }>('query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id } }', {
      refs: refs.slice(0, 100),
    });
    const holders = people.flatMap((accounts, index) => accounts.map(() => index)).slice(0, 100);
    const byHolder = Map.groupBy(usersBy, (_, index) => holders[index]);
    expect([...byHolder.values()].map((users) => new Set(users.map(({ id }) => id)).size)).toEqual([...byHolder].map(() => 1));
    expect(new Set(usersBy.map(({ id }) => id)).size).toBe(byHolder.size);
    expect(byHolder.size).toBeGreaterThan(10);
  });

  test('User.dict', async () => {
    for (const account of [...humans(house()).slice(0, 5), ...bots(house())]) {
      const { identity } = await userOf<{ identity: { raw: unknown } }>(house(), account.externalId, 'identity(service: "sym") { raw }');
      expect(identity.raw).toMatchObject({
        type: account.kind === 'BOT' ? 'bot' : 'normal',
        role: account.role,
        created_at: new Date(account.createdAt).toISOString(),
      });
    }
  });

  test('UserIdentity.dict', async () => {
    for (const account of humans(house()).slice(0, 5)) {
      const { identity } = await userOf<{ identity: { raw: unknown } }>(house(), account.externalId, 'identity(service: "sym") { raw }');
      const declared = account.declared.map(({ type, serviceId, externalId }) => ({ service: type, service_id: serviceId, user_id: externalId }));
      expect(identity.raw).toMatchObject({ identities: [ownIdentity(account), ...declared] });
    }
  });

  test('User.id', async () => {
    const [account] = humans(house());
    const { id } = await userOf<{ id: string }>(house(), account?.externalId ?? '', 'id');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const { user } = await house().data<{ user: { identities: { externalId: string }[] } }>(
      'query ($id: ID!) { user(by: { id: $id }) { identities(service: "sym") { externalId } } }',
      { id },
    );
    expect(user.identities).toEqual([{ externalId: account?.externalId }]);
  });

  test('User.email', async () => {
    await ofUsers(house(), plainAccounts(house()), 'primaryEmail', ({ email }) => email);
    await ofUsers(house(), bots(house()), 'primaryEmail', () => null);
  });

  test('User.first_name', () => ofUsers(house(), plainAccounts(house()), 'firstName', ({ firstName }) => firstName));
  test('User.last_name', () => ofUsers(house(), plainAccounts(house()), 'lastName', ({ lastName }) => lastName));

  test('User.username', async () => {
    await ofUsers(house(), plainAccounts(house()), 'identity(service: "sym") { username }', ({ email }) => ({ username: email }));
    for (const accounts of plainPeople(house())) {
      const { username } = await userOf<{ username: string }>(house(), inSym(accounts)?.externalId ?? '', 'username');
      expect(accounts.map(({ account }) => account.username)).toContain(username);
    }
    await ofUsers(house(), bots(house()), 'username', ({ username }) => username);
  });

  test('User.type', () =>
    ofUsers(house(), [...humans(house()).slice(0, 50), ...bots(house())], 'kind', ({ kind }) => (kind === 'BOT' ? 'BOT' : 'HUMAN')));

  test('User.role', () => ofUsers(house(), house().instance('sym').accounts, 'level(service: "sym")', ({ role }) => levels['sym']?.[role]));

  test('User.identities', async () => {
    for (const accounts of knownPeople(house())) {
      const { identities } = await userOf<{ identities: { service: { type: string; serviceId: string }; externalId: string }[] }>(
        house(),
        inSym(accounts)?.externalId ?? '',
        'identities { service { type serviceId } externalId }',
      );
      const expected = accounts.map(({ type, serviceId, externalId }) => ({ service: { type, serviceId }, externalId }));
      expect(sorted(identities)).toEqual(sorted(expected));
    }
  });

  test('User.identity', async () => {
    const { serviceId } = house().instance('slack-main');
    for (const accounts of knownPeople(house())) {
      const { slack, none } = await userOf<Record<'slack' | 'none', { externalId: string } | null>>(
        house(),
        inSym(accounts)?.externalId ?? '',
        `slack: identity(service: "slack", serviceId: "${serviceId}") { externalId } none: identity(service: "ftrack") { externalId }`,
      );
      const at = (name: string) => accounts.filter((each) => each.name === name).map(({ externalId }) => externalId);
      expect(slack === null ? [] : at('slack-main').filter((id) => id === slack.externalId)).toHaveLength(Math.min(1, at('slack-main').length));
      expect(none?.externalId).toBe(at('ftrack')[0]);
    }
  });

  test('UserIdentity.service, service_id, user_id', async () => {
    const declared = humans(house())
      .filter((account) => account.declared.length > 0)
      .slice(0, 20);
    for (const { declared: refs } of declared) {
      for (const { type, serviceId, externalId } of refs) {
        const query =
          '{ identity(by: ' +
          identityArg({ ...house().instance('slack-main'), type, serviceId }, externalId) +
          ') { service { type serviceId } externalId } }';
        expect(await house().data(query)).toEqual({ identity: { service: { type, serviceId }, externalId } });
      }
    }
    expect(declared.length).toBeGreaterThan(0);
  });

  test('User.get_event_count', async () => {
    const sym = house().instance('sym');
    const dump = toUsersDump(sym);
    const settings = { credentials: { dump: 'FOLDER/users.jsonl' }, organization: 'acme' };
    await using dumped = await openHouse([{ name: 'sym', instance: sym, settings, files: { 'users.jsonl': dump } }], []);
    const lines = dump
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; event_counts: { count: number }[] });
    const refs = lines.slice(0, 100).map(({ id }) => ({ identity: { service: 'sym', externalId: id } }));
    const question = `query ($refs: [UserBy!]!) { usersBy(refs: $refs) { asked: eventCount(event: "escalate", filterOn: FLOW)
      target: eventCount(event: "escalate", filterOn: TARGET) later: eventCount(event: "escalate", since: "2026-01-01T00:00:00Z")
      errored: eventCount(event: "escalate", includeErrored: true) other: eventCount(event: "approve") } }`;
    const { usersBy } = await dumped.data<{ usersBy: Record<string, number | null>[] }>(question, { refs });
    expect(usersBy.map(({ asked }) => asked)).toEqual(lines.slice(0, 100).map(({ event_counts: [first] }) => first?.count ?? null));
    expect(usersBy.some(({ asked }) => (asked ?? 0) > 0)).toBe(true);
    for (const { target, later, errored, other } of usersBy) expect([target, later, errored, other]).toEqual([null, null, null, null]);
  });

  test('User.get_event_count, where nothing counts', async () => {
    const [account] = humans(house());
    const { eventCount, coverage } = await userOf<{ eventCount: null; coverage: { state: string }[] }>(
      house(),
      account?.externalId ?? '',
      'eventCount(event: "escalate") coverage(operation: "count events") { state }',
    );
    expect(eventCount).toBeNull();
    expect(coverage.map(({ state }) => state)).toEqual(serviceNames.map(() => 'UNSUPPORTED'));
  });
}

export function symRoles(house: GetHouse): void {
  test('UserRole', async () => {
    const roles = await readRoles(house(), house().instance('sym'));
    expect(sorted(roles.map(({ name, level }) => [name, level]))).toEqual(sorted(Object.entries(levels['sym'] ?? {})));
  });

  test('UserRole.permission_levels', async () => {
    const roles = await readRoles(house(), house().instance('sym'));
    const permissions = new Map(roles.map((role) => [role.name, sorted(role.permissions.map(({ key }) => key))]));
    for (const { name, permissions: expected } of house().instance('sym').roles) expect(permissions.get(name)).toEqual(sorted(expected));
    expect(permissions.get('admin')).toEqual(expect.arrayContaining([...(permissions.get('guest') ?? [])]));
  });
}
