import { describe, expect, test } from 'vitest';
import { emailKey, managedVariants } from '../../src/model/email-key.ts';
import { accountClasses } from '../../src/sandbox/company/seats.ts';
import { createCompany, demoServices, withoutAccounts, type Company } from '../../src/sandbox/company.ts';
import type { AccountRef } from '../../src/sandbox/company/truth.ts';
import type { DemoAccount, DemoInstance } from '../../src/contract/sandbox.ts';

const company = createCompany();

interface Listed {
  readonly instance: DemoInstance;
  readonly account: DemoAccount;
  readonly ref: AccountRef;
}

const listed = (of: Company): readonly Listed[] =>
  of.instances.flatMap((instance) => instance.accounts.map((account) => ({ instance, account, ref: refOf(instance, account.externalId) })));
const refOf = ({ type, serviceId }: { type: string; serviceId: string }, externalId: string): AccountRef => ({ type, serviceId, externalId });
const keyOf = (ref: AccountRef): string => JSON.stringify([ref.type, ref.serviceId, ref.externalId]);
const ofClass = (name: string): readonly Listed[] => listed(company).filter(({ ref }) => company.truth.classOf(ref) === name);
const holderOf = (ref: AccountRef): number | null => company.truth.personOf(ref.type, ref.serviceId, ref.externalId);

describe('the demo company', () => {
  test('is the same for the same seed and another for another', () => {
    expect(createCompany({ people: 120, seed: 7 }).instances).toEqual(createCompany({ people: 120, seed: 7 }).instances);
    expect(createCompany({ people: 120, seed: 8 }).instances).not.toEqual(createCompany({ people: 120, seed: 7 }).instances);
  });

  test('makes an instance once, and refuses those that it does not have', () => {
    expect(company.instance('slack', 'T0ACME001')).toBe(company.instance('slack', 'T0ACME001'));
    expect(() => company.instance('slack', 'T0NOBODY')).toThrow(RangeError);
  });

  test('is configured as nine services of seven types', () => {
    const services = demoServices(company);
    expect(services.map(({ instance }) => instance)).toEqual(company.instances);
    expect(new Set(services.map(({ type }) => type)).size).toBe(7);
    expect(services).toHaveLength(9);
  });

  test.each([0, 1, 7, 40])('holds together with %i people', (people) => {
    const small = createCompany({ people });
    for (const { account, ref } of listed(small)) if (small.truth.classOf(ref) === 'plain') expect(account.email ?? account.externalId).not.toBe('');
    expect(small.truth.summary.people).toBe(people);
  });

  test('gives every person an address of their own, save those who were given a leaver’s', () => {
    const addresses = company.people.map(({ email }) => email);
    const reused = new Set(ofClass('reused-address').map(({ ref }) => holderOf(ref))).size;
    expect(addresses.length - new Set(addresses).size).toBe(reused / 2);
    const names = company.people.map(({ firstName, lastName }) => `${firstName} ${lastName}`);
    expect(new Set(names).size).toBeLessThan(names.length - reused / 2);
  });
});

describe('records', () => {
  const formats: Readonly<Record<string, RegExp>> = {
    sym: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    slack: /^U[0-9A-Z]{8,10}$/,
    pagerduty: /^P[0-9A-Z]{6}$/,
    squirro: /^[\w-]{22}$/,
    ftrack: /^[0-9a-f-]{36}$/,
    waii: /^(user-\w{20}|[^@]+@[^@]+)$/,
    segment: /^[0-9A-Za-z]{22}$/,
  };

  test.each(company.instances)('$type $serviceId: ids are unique and have the service’s form', (instance) => {
    for (const records of [instance.accounts, instance.groups, instance.roles, instance.grants, instance.invites]) {
      const ids = records.map(({ externalId }) => externalId);
      expect(new Set(ids).size).toBe(ids.length);
    }
    const scopes = instance.scopes.map(({ kind, externalId }) => `${kind} ${externalId}`);
    expect(new Set(scopes).size).toBe(scopes.length);
    for (const { externalId } of instance.accounts) expect(externalId).toMatch(formats[instance.type] ?? /^$/);
  });

  test.each(company.instances)('$type $serviceId: nothing refers to what is not there', (instance) => {
    const accounts = new Set(instance.accounts.map(({ externalId }) => externalId));
    const groups = new Set(instance.groups.map(({ externalId }) => externalId));
    const roles = new Set(instance.roles.map(({ externalId }) => externalId));
    const scopes = new Set(instance.scopes.map(({ kind, externalId }) => `${kind} ${externalId}`));
    for (const group of instance.groups) {
      for (const { externalId } of group.members) expect(accounts).toContain(externalId);
      for (const parent of group.parents) expect(groups).toContain(parent);
    }
    for (const { principal, role, scope } of instance.grants) {
      expect(principal.kind === 'group' ? groups : accounts).toContain(principal.externalId);
      expect(roles).toContain(role);
      if (scope !== undefined) expect(scopes).toContain(`${scope.kind} ${scope.externalId}`);
    }
    for (const { parent } of instance.scopes) if (parent !== undefined) expect(scopes).toContain(`${parent.kind} ${parent.externalId}`);
    for (const { account } of instance.credentials) expect(accounts).toContain(account);
  });

  test('what Sym declares exists', () => {
    for (const { account } of listed(company)) {
      for (const { type, serviceId, externalId } of account.declared) {
        expect(company.instance(type, serviceId).accounts.some((named) => named.externalId === externalId)).toBe(true);
      }
    }
    const sym = company.instance('sym', 'acme').accounts;
    expect(sym.filter(({ declared }) => declared.length > 0).length).toBeGreaterThan(sym.length * 0.8);
  });

  test('base roles are words of the service’s own catalogue', () => {
    for (const { type, accounts, roles } of company.instances) {
      const words = new Set(roles.map(({ name }) => name));
      for (const { role } of accounts) if (type !== 'ftrack' && type !== 'segment') expect(words).toContain(role);
    }
    const slack = company.instance('slack', 'T0ACME001').accounts.map(({ role }) => role);
    expect(slack.filter((role) => role === 'primary_owner')).toHaveLength(1);
    expect(new Set(slack).size).toBe(6);
  });
});

describe('awkward cases', () => {
  test.each(accountClasses)('%s: at least two at 300 people', (name) => {
    expect(ofClass(name).length).toBeGreaterThanOrEqual(2);
  });

  test('bots have no address, and nobody holds them', () => {
    for (const { account, ref } of ofClass('bot')) {
      expect(account).toMatchObject({ kind: 'BOT' });
      expect(account.email).toBeUndefined();
      expect(holderOf(ref)).toBeNull();
    }
  });

  test('leavers are gone from Sym and suspended in Slack, and some keep a live PagerDuty account', () => {
    const leavers = ofClass('leaver');
    expect(leavers.some(({ instance }) => instance.type === 'sym')).toBe(false);
    expect(leavers.filter(({ instance }) => instance.type === 'slack').every(({ account }) => account.status === 'SUSPENDED')).toBe(true);
    expect(leavers.some(({ instance, account }) => instance.type === 'pagerduty' && account.status === 'ACTIVE')).toBe(true);
  });

  test('some who are suspended in Slack keep their live accounts in Sym and PagerDuty', () => {
    const forgotten = new Set(ofClass('forgotten').map(({ ref }) => holderOf(ref)));
    for (const [type, status] of Object.entries({ slack: 'SUSPENDED', sym: 'ACTIVE', pagerduty: 'ACTIVE' })) {
      const held = company.instances
        .filter((instance) => instance.type === type)
        .flatMap(({ accounts, serviceId }) => accounts.filter(({ externalId }) => forgotten.has(holderOf({ type, serviceId, externalId }))));
      expect(held.length).toBeGreaterThanOrEqual(2);
      expect(new Set(held.map((account) => account.status))).toEqual(new Set([status]));
    }
  });

  test('a role mailbox is proven on two live accounts of one service', () => {
    const slack = ofClass('shared-mailbox').filter(({ instance }) => instance.type === 'slack');
    const byAddress = Map.groupBy(slack, ({ account }) => account.email);
    for (const shared of byAddress.values())
      expect(shared.map(({ account }) => account.emailProven && account.status === 'ACTIVE')).toEqual([true, true]);
  });

  test('a re-used address is on a suspended and a live account of one workspace, both proven', () => {
    const slack = ofClass('reused-address').filter(({ instance }) => instance.serviceId === 'T0ACME001');
    for (const shared of Map.groupBy(slack, ({ account }) => account.email).values()) {
      expect(shared.map(({ account }) => account.status).toSorted()).toEqual(['ACTIVE', 'SUSPENDED']);
      expect(shared.every(({ account }) => account.emailProven)).toBe(true);
      expect(new Set(shared.map(({ ref }) => holderOf(ref))).size).toBe(2);
    }
  });

  test('look-alikes: a careless fold takes them for the victim, ours does not', () => {
    const traps = company.truth.traps.filter(({ account }) => company.truth.classOf(account) === 'look-alike');
    const folds = traps.map(({ account, victim }) => {
      const address = emailOf(account);
      const real = company.people[victim]?.email ?? '';
      expect(mailboxOf(address, company)).not.toBe(real);
      return { lower: address.toLowerCase() === real, upper: address.toUpperCase() === real.toUpperCase(), nfkc: address.normalize('NFKC') === real };
    });
    expect(folds.some(({ lower }) => lower)).toBe(true);
    expect(folds.some(({ upper }) => upper)).toBe(true);
    expect(folds.some(({ nfkc, lower }) => nfkc && !lower)).toBe(true);
    expect(folds.some(({ nfkc, lower, upper }) => !nfkc && !lower && !upper)).toBe(true);
  });

  test('one id names two people in two instances of one type', () => {
    for (const { account, victim } of company.truth.traps.filter(
      ({ account: { externalId, type, serviceId } }) => company.truth.classOf({ type, serviceId, externalId }) === 'same-id',
    )) {
      const twins = company.instances.filter(
        ({ type, accounts }) => type === account.type && accounts.some(({ externalId }) => externalId === account.externalId),
      );
      expect(twins.map(({ type, serviceId }) => company.truth.personOf(type, serviceId, account.externalId))).toContain(victim);
      expect(twins).toHaveLength(2);
    }
  });

  test('a contested account is named by two Sym users', () => {
    const contested = ofClass('contested').filter(({ instance }) => instance.type === 'slack');
    for (const { ref } of contested) {
      const claims = company.instance('sym', 'acme').accounts.filter(({ declared }) => declared.some((named) => keyOf(named) === keyOf(ref)));
      expect(claims).toHaveLength(2);
      expect(company.truth.allowed(ref)).toBe(false);
    }
    expect(contested.length).toBeGreaterThan(0);
  });

  test('some victims have an account where the trap lies and some do not', () => {
    for (const name of ['stolen-unproven', 'stolen-invited', 'stolen-guest']) {
      const traps = company.truth.traps.filter(({ account }) => company.truth.classOf(account) === name);
      const owning = traps.map(({ account, victim }) =>
        accountsOf(victim).some(({ ref }) => ref.type === account.type && ref.serviceId === account.serviceId),
      );
      expect(new Set(owning)).toEqual(new Set([true, false]));
      for (const { account, victim } of traps) expect(emailOf(account)).toBe(company.people[victim]?.email);
    }
  });
});

const accountsOf = (person: number): readonly Listed[] => listed(company).filter(({ ref }) => holderOf(ref) === person);
const emailOf = (ref: AccountRef): string =>
  company.instance(ref.type, ref.serviceId).accounts.find(({ externalId }) => externalId === ref.externalId)?.email ?? '';

describe('truth', () => {
  test('no trap’s account is the victim’s', () => {
    for (const { account, victim } of company.truth.traps) expect(holderOf(account)).not.toBe(victim);
    expect(company.truth.traps.length).toBeGreaterThan(15);
  });

  test('what it allows follows from evidence in the records, and that evidence joins nobody else', () => {
    const big = createCompany({ people: 3000, seed: 5 });
    const allowed = listed(big).filter(({ ref }) => big.truth.allowed(ref));
    const component = componentsOf(big, allowed);
    const personOf = ({ ref }: Listed): number | null => big.truth.personOf(ref.type, ref.serviceId, ref.externalId);
    const people = Map.groupBy(allowed, (each) => personOf(each));
    const users = Map.groupBy(allowed, ({ ref }) => component.get(keyOf(ref)));
    for (const [person, accounts] of people) {
      expect(person).not.toBeNull();
      expect(accounts.length).toBeGreaterThan(1);
      expect(new Set(accounts.map(({ ref }) => component.get(keyOf(ref)))).size).toBe(1);
      expect(accounts.some(({ ref }) => ref.type === 'sym' || ref.type === 'slack')).toBe(true);
    }
    expect(users.size).toBe(people.size);
    expect(allowed.length).toBeGreaterThan(3000 * 3);
  });

  test('never allows an account without proof that nobody declared, or one of a class that needs a person’s word', () => {
    const declared = new Set(company.instance('sym', 'acme').accounts.flatMap((sym) => sym.declared.map(keyOf)));
    for (const { account, ref, instance } of listed(company)) {
      const named = declared.has(keyOf(ref)) || account.declared.length > 0;
      const proofless = account.kind === 'BOT' || account.status !== 'ACTIVE' || (instance.type === 'slack' && !account.emailProven);
      if (proofless && !named) expect(company.truth.allowed(ref)).toBe(false);
      if (company.truth.classOf(ref) === 'shared-mailbox') expect(company.truth.allowed(ref)).toBe(false);
    }
    const admins = ofClass('second-account').filter(({ account }) => account.email?.includes('+admin'));
    expect(admins.map(({ ref }) => company.truth.allowed(ref))).toEqual(admins.map(() => false));
  });

  test('allows the variants that name the same mailbox of ours', () => {
    for (const name of ['case-variant', 'plus-tag', 'second-domain', 'private-address', 'partner-member']) {
      const variants = ofClass(name).filter(({ instance }) => instance.type === 'slack' || instance.type === 'pagerduty');
      expect(variants.map(({ ref }) => company.truth.allowed(ref))).toEqual(variants.map(() => true));
    }
  });

  test('changes with the trust in a service', () => {
    const segment = company.instance('segment', 'acme9qP2vXb7LmT4sRk1Zd');
    const distrusted = company.truthUnder({ segment: 'VERIFIED_ONLY' });
    expect(segment.accounts.some(({ externalId }) => company.truth.allowed(refOf(segment, externalId)))).toBe(true);
    expect(segment.accounts.some(({ externalId }) => distrusted.allowed(refOf(segment, externalId)))).toBe(false);
  });
});

function mailboxOf(address: string, of: Company): string | undefined {
  const key = emailKey(address);
  return key && (managedVariants(key, of.managedDomains)[0] ?? key.exact);
}

/** Joins accounts by equal addresses and by what Sym names, from the records alone. */
function componentsOf(of: Company, accounts: readonly Listed[]): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    let at = key;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  const join = (a: string, b: string): void => void parent.set(root(a), root(b));
  const inside = new Set(accounts.map(({ ref }) => keyOf(ref)));
  for (const { account, ref, instance } of accounts) {
    const outsider = account.role.includes('guest') || (instance.type === 'slack' && !account.emailProven);
    const mailbox = mailboxOf(account.email ?? '', of);
    if (mailbox !== undefined && !outsider) join(keyOf(ref), `mailbox ${mailbox}`);
    for (const named of account.declared) if (inside.has(keyOf(named))) join(keyOf(ref), keyOf(named));
  }
  return new Map(accounts.map(({ ref }) => [keyOf(ref), root(keyOf(ref))]));
}

test('withoutAccounts takes what hung on the accounts along, and leaves the given instance alone', () => {
  const before = company.instance('squirro', 'squirro.acme.example/acme');
  const gone = before.grants.find(({ principal }) => principal.kind === 'identity')?.principal.externalId ?? '';
  const after = withoutAccounts(before, [gone]);
  expect(after.accounts).toHaveLength(before.accounts.length - 1);
  expect(JSON.stringify(after)).not.toContain(gone);
  expect(JSON.stringify(before)).toContain(gone);
});

test('100,000 people fit', { timeout: 60_000 }, () => {
  const started = performance.now();
  const large = createCompany({ people: 100_000 });
  const accounts = large.instances.reduce((sum, instance) => sum + instance.accounts.length, 0);
  // About 3 s on two slow cores; the bound catches a quadratic step, not a slow machine.
  expect(performance.now() - started).toBeLessThan(25_000);
  expect(accounts).toBeGreaterThan(380_000);
  for (const { accounts: list } of large.instances) expect(new Set(list.map(({ externalId }) => externalId)).size).toBe(list.length);
});
