import { describe, expect, test } from 'vitest';
import { createWorld, type Reported, type World, type WorldService } from './world.ts';

const services: readonly WorldService[] = [
  { svc: 1, name: 'sym', people: 'source' },
  { svc: 2, name: 'slack', people: 'source', emailTrust: 'VERIFIED_ONLY' },
  { svc: 3, name: 'pagerduty' },
  { svc: 4, name: 'segment' },
];
const ann = 'ann@acme.example';
const bob = 'bob@acme.example';

/** Seals every service once and links. */
function linked(accounts: Readonly<Record<number, readonly Reported[]>>, of = services): World {
  const world = createWorld(of);
  for (const { svc } of of) world.seal(svc, accounts[svc] ?? []);
  world.link();
  return world;
}

const verified = (key: string, ...addresses: string[]): Reported => ({ key, emails: addresses.map((address) => [address, 'VERIFIED']) });
const unknown = (key: string, ...addresses: string[]): Reported => ({ key, emails: addresses.map((address) => [address, 'UNKNOWN']) });

describe('a declaration', () => {
  test('ties the named account, whatever the addresses say', () => {
    const world = linked({ 1: [{ ...unknown('ann', ann), declares: ['2/A'] }], 2: [verified('A', 'ann@private.example')] });
    expect(world.groups()).toEqual([['1/ann', '2/A']]);
    expect(world.linkOf('2/A')).toMatchObject({
      state: 'LINKED_AUTO',
      rule: 'DECLARED',
      confidence: 1,
      evidence: ['an account in sym names this account'],
    });
    expect(world.linkOf('1/ann')).toMatchObject({ rule: 'NEW_PERSON', evidence: ['first account of this person, in sym'] });
  });

  test('ties several accounts of one instance to the one who names them', () => {
    const world = linked({ 1: [{ key: 'ann', declares: ['2/A', '2/B'] }], 2: [verified('A', ann), verified('B', bob)] });
    expect(world.groups()).toEqual([['1/ann', '2/A', '2/B']]);
  });

  test('by two accounts of one service is a conflict, not a race', () => {
    const world = linked({
      1: [
        { key: 'ann', declares: ['2/A'] },
        { key: 'bob', declares: ['2/A'] },
      ],
      2: [verified('A', ann)],
    });
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('2/A')).toMatchObject({ state: 'CONFLICT', rule: 'CLAIMED_TWICE' });
    expect(world.cases()).toEqual(['2/A CLAIMED_TWICE']);
  });

  test('against the proven address of somebody else is a conflict', () => {
    const world = linked({
      1: [{ ...verified('bob', bob), declares: ['3/P'] }],
      2: [verified('A', ann)],
      3: [unknown('P', ann)],
    });
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('3/P')).toMatchObject({ state: 'CONFLICT', rule: 'CONTRADICTORY' });
    expect(world.cases()).toEqual(['3/P CONTRADICTORY']);
  });

  test('stands when the same account names the other holder of the address, too', () => {
    const world = linked({
      1: [{ ...verified('ann', 'ann@private.example'), declares: ['2/A', '3/P'] }],
      2: [verified('A', ann)],
      3: [unknown('P', ann)],
    });
    expect(world.groups()).toEqual([['1/ann', '2/A', '3/P']]);
  });

  test('counts for nothing from a service that is not trusted for it, to a bot, or to an account that does not exist', () => {
    const distrusted = services.map((service) => (service.svc === 1 ? { ...service, trustsDeclarations: false } : service));
    expect(linked({ 1: [{ key: 'ann', declares: ['2/A'] }], 2: [{ key: 'A' }] }, distrusted).groups()).toEqual([]);
    expect(linked({ 1: [{ key: 'ann', declares: ['2/A', '2/none'] }], 2: [{ key: 'A', kind: 'BOT' }] }).groups()).toEqual([]);
  });
});

describe('a proven address', () => {
  test('ties, with what it stands on', () => {
    const world = linked({ 2: [verified('A', ann)], 3: [unknown('P', 'ANN@Acme.Example.')] });
    expect(world.groups()).toEqual([['2/A', '3/P']]);
    expect(world.linkOf('3/P')).toEqual({
      state: 'LINKED_AUTO',
      userId: world.userOf('2/A'),
      rule: 'PROVEN_EMAIL',
      confidence: 0.95,
      evidence: ['same proven address in pagerduty and slack'],
      incarnation: 1,
      byHand: false,
      fromRev: 5,
    });
  });

  test.each([
    ['unproven on one side', { 2: [unknown('A', ann)], 3: [unknown('P', ann)] }],
    ['denied', { 2: [verified('A', ann)], 3: [{ key: 'P', emails: [[ann, 'UNVERIFIED']] }] }],
    ['outside our domains without proof', { 2: [verified('A', 'ann@else.example')], 3: [unknown('P', 'ann@else.example')] }],
    ['of a bot', { 2: [verified('A', ann)], 3: [{ ...unknown('P', ann), kind: 'BOT' }] }],
    ['of an invited account', { 2: [verified('A', ann)], 3: [{ ...unknown('P', ann), status: 'INVITED' }] }],
    ['of a suspended account', { 2: [verified('A', ann)], 3: [{ ...unknown('P', ann), status: 'SUSPENDED' }] }],
    ['that looks alike', { 2: [verified('A', 'mike@acme.example')], 3: [verified('P', 'mi\u212ae@acme.example')] }],
    ['with other dots', { 2: [verified('A', 'a.nn@acme.example')], 3: [verified('P', ann)] }],
    ['with a tag at a foreign domain', { 2: [verified('A', 'ann@else.example')], 3: [verified('P', 'ann+x@else.example')] }],
  ] as [string, Record<number, Reported[]>][])('%s ties nothing', (_, accounts) => {
    expect(linked(accounts).groups()).toEqual([]);
  });

  test('counts as the service is trusted', () => {
    const accounts = { 2: [verified('A', 'ann@else.example')], 3: [unknown('P', 'ann@else.example')] };
    const trusting = (emailTrust: NonNullable<WorldService['emailTrust']>): readonly WorldService[] =>
      services.map((service) => (service.svc === 3 ? { ...service, emailTrust } : service));
    expect(linked(accounts, trusting('ALWAYS')).groups()).toHaveLength(1);
    expect(linked(accounts, trusting('MANAGED_DOMAINS')).groups()).toEqual([]);
    expect(linked({ ...accounts, 3: [verified('P', 'ann@else.example')] }, trusting('VERIFIED_ONLY')).groups()).toHaveLength(1);
    expect(linked({ ...accounts, 3: [verified('P', 'ann@else.example')] }, trusting('NEVER')).groups()).toEqual([]);
  });

  test('that two live accounts of one instance have ties nobody', () => {
    const world = linked({ 1: [unknown('ann', ann)], 2: [verified('A', ann), verified('B', ann)], 3: [unknown('P', ann)] });
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('2/A')).toMatchObject({ state: 'CONFLICT', rule: 'AMBIGUOUS_ADDRESS' });
    expect(world.linkOf('2/B')).toMatchObject({ state: 'CONFLICT', rule: 'AMBIGUOUS_ADDRESS' });
    expect(world.linkOf('1/ann')).toMatchObject({ state: 'LINKED_AUTO', rule: 'NEW_PERSON' });
    expect(world.userOf('3/P')).toBeUndefined();
    expect(world.cases()).toEqual(['2/A AMBIGUOUS_ADDRESS', '2/B AMBIGUOUS_ADDRESS']);
  });

  test('of a leaver is no evidence for the joiner who has it now', () => {
    const world = linked({
      2: [{ ...verified('leaver', ann), status: 'SUSPENDED' }, verified('joiner', ann)],
      3: [unknown('P', ann)],
    });
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('2/joiner')).toMatchObject({ state: 'CONFLICT', rule: 'REUSED_ADDRESS' });
    expect(world.linkOf('2/leaver')).toMatchObject({ state: 'LINKED_AUTO', rule: 'NEW_PERSON' });
  });

  test('still ties when the suspended account with it stands alone in another service', () => {
    const world = linked({ 2: [{ ...verified('A', ann), status: 'SUSPENDED' }], 1: [unknown('ann', ann)], 3: [unknown('P', ann)] });
    expect(world.groups()).toEqual([['1/ann', '3/P']]);
    expect(world.cases()).toEqual(['2/A SUGGESTION']);
  });

  test('joins no two people who would then have two accounts in one instance', () => {
    const world = linked({ 1: [unknown('bridge', ann, bob)], 2: [verified('A', ann), verified('B', bob)], 3: [unknown('P', ann)] });
    expect(world.groups()).toEqual([['2/A', '3/P']]);
    expect(world.cases()).toEqual(['1/bridge SECOND_ACCOUNT', '2/B SECOND_ACCOUNT']);
  });
});

describe('a mailbox of ours', () => {
  test('is the same with a tag and at the second domain', () => {
    const world = linked({ 1: [unknown('ann', ann)], 2: [verified('A', 'ann@acme.co')], 3: [unknown('P', 'ann+pager@acme.co')] });
    expect(world.groups()).toEqual([['1/ann', '2/A', '3/P']]);
    expect(world.linkOf('3/P')).toMatchObject({ rule: 'MANAGED_EMAIL', confidence: 0.9 });
  });

  test('gives nobody a second account in one instance, but says so', () => {
    const world = linked({ 1: [unknown('ann', ann)], 2: [verified('A', ann), verified('B', 'ann+admin@acme.example')] });
    expect(world.groups()).toEqual([['1/ann', '2/A']]);
    expect(world.linkOf('2/B')).toMatchObject({ state: 'LINKED_AUTO', rule: 'NEW_PERSON' });
    expect(world.cases()).toEqual(['2/B SECOND_ACCOUNT']);
  });

  test('needs somebody who has it without a tag', () => {
    expect(linked({ 2: [verified('A', 'ann+a@acme.example')], 3: [unknown('P', 'ann+b@acme.example')] }).groups()).toEqual([]);
  });
});

describe('new people', () => {
  test('come from services that make people alone', () => {
    const world = linked({ 2: [verified('A', ann)], 3: [unknown('P', bob)], 4: [unknown('G', bob)] });
    expect(world.linkOf('2/A')).toMatchObject({ state: 'LINKED_AUTO', rule: 'NEW_PERSON', confidence: 1 });
    expect(world.linkOf('3/P')).toBeUndefined();
    world.seal(1, [unknown('bob', bob)]);
    world.link();
    expect(world.groups()).toEqual([['1/bob', '3/P', '4/G']]);
  });

  test('come from every service when none is said to make people', () => {
    const matching = services.map((service) => ({ ...service, people: 'match' as const }));
    expect(linked({ 3: [unknown('P', bob)] }, matching).linkOf('3/P')).toMatchObject({ rule: 'NEW_PERSON' });
  });

  test('are made of bots, each by itself, and only where people are made', () => {
    const world = linked({ 2: [{ key: 'bot', kind: 'BOT', emails: [[ann, 'VERIFIED']] }, verified('A', ann)], 3: [{ key: 'key', kind: 'SERVICE' }] });
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('2/bot')).toMatchObject({ rule: 'NEW_PERSON' });
    expect(world.userOf('3/key')).toBeUndefined();
  });
});

describe('a suggestion', () => {
  test('is all that an unproven address makes', () => {
    const world = linked({ 2: [verified('A', ann)], 3: [{ key: 'P', emails: [[ann, 'UNVERIFIED']] }] });
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('3/P')).toMatchObject({ state: 'SUGGESTED', userId: undefined });
    expect(world.cases()).toEqual(['3/P SUGGESTION']);
  });

  test('names the person, the evidence and what speaks against it, and nobody’s address', () => {
    const world = createWorld(services);
    world.seal(2, [verified('A', ann)]);
    world.seal(3, [{ key: 'P', emails: [[ann, 'UNVERIFIED']] }]);
    const { cases } = world.link();
    expect(cases).toEqual([
      {
        svc: 3,
        key: 'P',
        reason: 'SUGGESTION',
        candidates: [
          {
            userId: world.userOf('2/A'),
            confidence: 0.6,
            rule: 'UNPROVEN_EMAIL',
            evidence: ['same address: pagerduty and slack'],
            against: ['the address is proven on one side only'],
          },
        ],
      },
    ]);
    expect(JSON.stringify(cases)).not.toContain('@');
  });

  test('ends when the account is tied', () => {
    const world = linked({ 2: [verified('A', ann)], 3: [{ key: 'P', emails: [[ann, 'UNVERIFIED']] }] });
    world.seal(3, [verified('P', ann)]);
    world.link();
    expect(world.groups()).toEqual([['2/A', '3/P']]);
    expect(world.cases()).toEqual([]);
  });
});
