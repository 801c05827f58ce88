import { describe, expect, test } from 'vitest';
import { describePerson } from '../../src/linking/person.ts';
import { suggestByName } from '../../src/linking/same-name.ts';
import { nameless } from '../../src/model/fold.ts';
import type { AccountEvidence, NamedAccount, NamedPerson, ServiceEvidence } from '../../src/model/link-evidence.ts';

const service = (svc: number, name: string, people: 'source' | 'match'): [number, ServiceEvidence] => [
  svc,
  { svc, name, people, emailTrust: 'VERIFIED_ONLY', managedDomains: ['acme.example'], firstRev: 1 },
];
const services = new Map([service(1, 'sym', 'source'), service(2, 'pagerduty', 'match')]);

const account = (svc: number, more: Partial<AccountEvidence> = {}): AccountEvidence => ({
  id: `${svc}/a`,
  svc,
  key: 'a',
  incarnation: 1,
  seen: 1,
  original: true,
  kind: 'HUMAN',
  status: 'ACTIVE',
  displayName: undefined,
  firstName: undefined,
  lastName: undefined,
  username: undefined,
  lastActiveAt: undefined,
  addresses: [],
  emails: [],
  declares: [],
  link: undefined,
  staleLink: false,
  formerUser: undefined,
  linkedSince: undefined,
  rejected: new Set(),
  cases: [],
  ...more,
});

describe('a person', () => {
  test.each([
    ['active where people are made', ['ACTIVE', 'SUSPENDED'], 'ACTIVE'],
    ['suspended where people are made, whatever else is active', ['SUSPENDED', 'ACTIVE'], 'SUSPENDED'],
    ['invited', ['INVITED', 'SUSPENDED'], 'INVITED'],
    ['gone where people are made', ['DELETED', 'ACTIVE'], 'DELETED'],
  ] as const)('is %s', (_, [source, match], expected) => {
    expect(describePerson([account(1, { status: source }), account(2, { status: match })], services)?.status).toBe(expected);
  });

  test('without an account where people are made stands as the others say', () => {
    expect(describePerson([account(2, { status: 'DELETED' }), account(2, { id: '2/b', status: 'INVITED' })], services)?.status).toBe('INVITED');
  });

  test('takes names from where people are made, and what is missing from elsewhere', () => {
    const sym = account(1, { displayName: 'Ann Lee', lastActiveAt: 5 });
    const pagerduty = account(2, { displayName: 'A. L.', firstName: 'Ann', lastName: 'Lee', username: 'ann', lastActiveAt: 9 });
    expect(describePerson([pagerduty, sym], services)).toEqual({
      kind: 'HUMAN',
      status: 'ACTIVE',
      displayName: 'Ann Lee',
      firstName: 'Ann',
      lastName: 'Lee',
      username: 'ann',
      primaryEmail: undefined,
      sortName: 'ann lee',
      searchText: 'ann lee\na. l.\nann',
      lastActiveAt: 9,
    });
  });

  test('goes by the proven primary address before any other', () => {
    const email = (address: string, proof: 'VERIFIED' | 'UNKNOWN', primary: boolean) => ({ address, exact: address, proof, primary });
    const sym = account(1, { emails: [email('claimed@acme.example', 'UNKNOWN', true), email('second@acme.example', 'VERIFIED', false)] });
    const pagerduty = account(2, { emails: [email('Proven@acme.example', 'VERIFIED', true)] });
    expect(describePerson([sym, pagerduty], services)?.primaryEmail).toBe('Proven@acme.example');
    expect(describePerson([sym], services)?.primaryEmail).toBe('claimed@acme.example');
    expect(describePerson([sym, pagerduty], services)?.searchText.split('\n')).toContain('proven@acme.example');
  });

  test('without a name comes last, and of a service account is a bot', () => {
    expect(describePerson([account(1, { kind: 'SERVICE' })], services)).toMatchObject({ kind: 'BOT', sortName: nameless, searchText: '' });
  });

  test('does not depend on the order of the accounts', () => {
    const accounts = [account(1, { id: '1/a', displayName: 'A' }), account(1, { id: '1/b', displayName: 'B' }), account(2, { displayName: 'C' })];
    expect(describePerson(accounts.toReversed(), services)).toEqual(describePerson(accounts, services));
  });
});

describe('a name', () => {
  const orphan: NamedAccount = {
    svc: 2,
    key: 'a',
    incarnation: 1,
    userId: undefined,
    sortName: 'ann lee',
    username: 'alee',
    addresses: ['a.lee@acme.example'],
    rejected: new Set(),
    link: undefined,
    cases: [],
  };
  const ann: NamedPerson = { id: 'p1', sortName: 'ann lee', username: 'ann', primaryEmail: 'ann@acme.example', svcs: [1] };

  test('suggests the person with the same full name at the same domain', () => {
    expect(suggestByName(orphan, [ann])).toEqual({
      svc: 2,
      key: 'a',
      reason: 'SAME_NAME',
      candidates: [
        {
          userId: 'p1',
          confidence: 0.35,
          rule: 'SAME_NAME',
          evidence: ['same full name, addresses at the same domain'],
          against: ['no address in common'],
        },
      ],
    });
  });

  test('and user name together weigh more', () => {
    expect(suggestByName(orphan, [{ ...ann, username: 'ALee' }])?.candidates).toMatchObject([{ confidence: 0.5 }]);
  });

  test.each<[string, NamedAccount, readonly NamedPerson[]]>([
    ['of one word', { ...orphan, sortName: 'ann' }, [{ ...ann, sortName: 'ann' }]],
    ['at another domain', orphan, [{ ...ann, primaryEmail: 'ann@else.example' }]],
    ['of somebody who has an account there', orphan, [{ ...ann, svcs: [1, 2] }]],
    ['of somebody who was rejected', { ...orphan, rejected: new Set(['p1']) }, [ann]],
    ['of many', orphan, Array.from({ length: 6 }, (_, n) => ({ ...ann, id: `p${n}` }))],
    ['of a younger person', { ...orphan, userId: 'p0' }, [ann]],
    [
      'and nothing else but a user name that is an address',
      { ...orphan, sortName: 'x', username: 'x@acme.example' },
      [{ ...ann, username: 'x@acme.example' }],
    ],
  ])('%s suggests nobody', (_, subject, people) => {
    expect(suggestByName(subject, people)).toBeUndefined();
  });
});
