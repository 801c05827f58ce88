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
const verified = (key: string, address: string, more: Partial<Reported> = {}): Reported => ({ key, emails: [[address, 'VERIFIED']], ...more });

const alphabetically = (a: string, b: string): number => (a < b ? -1 : 1);

/** Slack and PagerDuty know Ann and Bob. */
function annAndBob(): World {
  const world = createWorld(services);
  world.seal(2, [verified('A', ann), verified('B', bob)]);
  world.seal(3, [verified('PA', ann), verified('PB', bob)]);
  world.link();
  return world;
}
const pairs = [
  ['2/A', '3/PA'],
  ['2/B', '3/PB'],
];

describe('an earlier link', () => {
  test('outlives a change of address, a loss of proof and a suspension', () => {
    const world = annAndBob();
    world.seal(2, [verified('A', 'ann.new@acme.example'), { key: 'B', emails: [[bob, 'UNKNOWN']] }]);
    world.seal(3, [verified('PA', ann, { status: 'SUSPENDED' }), verified('PB', 'robert@acme.example')]);
    expect(world.link().links).toEqual([]);
    expect(world.groups()).toEqual(pairs);
  });

  test('outlives an exchange of addresses within one seal', () => {
    const world = annAndBob();
    world.seal(2, [verified('A', bob), verified('B', ann)]);
    expect(world.link().links).toEqual([]);
    expect(world.groups()).toEqual(pairs);
    expect(world.cases()).toEqual(['2/A ADDRESS_CHANGED', '2/B ADDRESS_CHANGED']);
  });

  test('outlives chains of renames', () => {
    const world = annAndBob();
    for (const address of ['x@acme.example', bob, 'y@acme.example', ann]) {
      world.seal(3, [verified('PA', address), verified('PB', 'elsewhere@acme.example')]);
      expect(world.link().links).toEqual([]);
    }
    expect(world.groups()).toEqual(pairs);
  });

  test('outlives a declaration that is dropped', () => {
    const world = createWorld(services);
    world.seal(1, [{ key: 'ann', declares: ['2/A'] }]);
    world.seal(2, [verified('A', ann)]);
    world.link();
    world.seal(1, [{ key: 'ann' }]);
    expect(world.link().links).toEqual([]);
    expect(world.groups()).toEqual([['1/ann', '2/A']]);
  });

  test('outlives a later second account with the same address, which waits', () => {
    const world = annAndBob();
    world.seal(3, [verified('PA', ann), verified('PB', bob), verified('PA2', ann)]);
    world.link();
    expect(world.groups()).toEqual(pairs);
    expect(world.linkOf('3/PA2')).toMatchObject({ state: 'CONFLICT', rule: 'AMBIGUOUS_ADDRESS' });
    expect(world.cases()).toEqual(['3/PA2 AMBIGUOUS_ADDRESS']);
  });

  test('outlives a later claim by somebody else, which becomes a case', () => {
    const world = createWorld(services);
    world.seal(1, [{ key: 'ann', declares: ['2/A'] }, { key: 'bob' }]);
    world.seal(2, [verified('A', ann)]);
    world.link();
    world.seal(1, [
      { key: 'ann', declares: ['2/A'] },
      { key: 'bob', declares: ['2/A'] },
    ]);
    expect(world.link().links).toEqual([]);
    expect(world.groups()).toEqual([['1/ann', '2/A']]);
    expect(world.cases()).toEqual(['2/A CLAIMED_TWICE']);
  });

  test('that only the order of arrival had made ends when a first seal speaks against it', () => {
    const world = createWorld(services);
    world.seal(3, [verified('P', ann)]);
    world.seal(1, [verified('ann', ann)]);
    world.link();
    expect(world.groups()).toEqual([['1/ann', '3/P']]);
    world.seal(2, [verified('leaver', ann, { status: 'SUSPENDED' }), verified('joiner', ann)]);
    world.link();
    expect(world.groups()).toEqual([]);
    expect(world.userOf('3/P')).toBeUndefined();
    expect(world.userOf('1/ann')).toBeDefined();
  });
});

describe('an address that changed hands', () => {
  test('ties the joiner to nothing of the leaver’s', () => {
    const world = annAndBob();
    world.seal(2, [verified('B', bob)]);
    world.link();
    world.seal(2, [verified('B', bob), verified('A2', ann)]);
    world.link();
    expect(world.groups()).toEqual(pairs);
    expect(world.linkOf('2/A2')).toMatchObject({ state: 'CONFLICT', rule: 'REUSED_ADDRESS' });
  });

  test('does not carry an account over to the person who had it before', () => {
    const world = annAndBob();
    world.seal(4, []);
    world.seal(2, [verified('A', 'ann.new@acme.example'), verified('B', ann)]);
    world.link();
    expect(world.groups()).toEqual(pairs);
    world.seal(4, [verified('G', ann)]);
    world.link();
    expect(world.userOf('4/G')).toBeUndefined();
  });

  test('is only suggested to whoever took it up after being linked', () => {
    const world = createWorld(services);
    world.seal(2, [verified('A', ann)]);
    world.seal(3, []);
    world.link();
    world.seal(2, [verified('A', 'new@acme.example')]);
    world.link();
    world.seal(3, [verified('P', 'new@acme.example')]);
    world.link();
    expect(world.groups()).toEqual([]);
    expect(world.linkOf('3/P')).toMatchObject({ state: 'SUGGESTED' });
    expect(world.cases()).toEqual(['3/P ADDRESS_CHANGED']);
  });
});

describe('an external id that was given to somebody else', () => {
  test('starts without the link of its first owner', () => {
    const world = annAndBob();
    const before = world.userOf('3/PA');
    world.seal(3, [verified('PA', 'carl@acme.example', { incarnation: 2 }), verified('PB', bob)]);
    world.link();
    expect(world.userOf('3/PA')).toBeUndefined();
    expect(world.userOf('2/A')).toBe(before);
    world.seal(1, [verified('carl', 'carl@acme.example')]);
    world.link();
    expect(world.groups()).toEqual([
      ['1/carl', '3/PA'],
      ['2/B', '3/PB'],
    ]);
  });

  test('leaves a person without accounts behind, who stays', () => {
    const world = createWorld(services);
    world.seal(2, [verified('A', ann)]);
    world.link();
    const person = world.userOf('2/A') ?? '';
    world.seal(2, [verified('A', 'carl@acme.example', { incarnation: 2 })]);
    expect(world.link().members.get(person)).toEqual([]);
    expect(world.userOf('2/A')).not.toBe(person);
  });
});

describe('two people', () => {
  test('become one when one of them was only made for want of evidence', () => {
    const world = createWorld(services);
    world.seal(2, [verified('A', ann, { status: 'INVITED' })]);
    world.seal(1, [verified('ann', ann)]);
    world.link();
    const [older = '', younger = ''] = [world.userOf('1/ann') ?? '', world.userOf('2/A') ?? ''].toSorted(alphabetically);
    expect(older).not.toBe(younger);
    world.seal(2, [verified('A', ann)]);
    world.link();
    expect(world.groups()).toEqual([['1/ann', '2/A']]);
    expect(world.userOf('2/A')).toBe(older);
    expect(world.merged()).toEqual(new Map([[younger, older]]));
  });

  test('who are established stay two, and somebody is asked', () => {
    const world = annAndBob();
    world.seal(1, []);
    world.link();
    world.seal(2, [verified('A', ann), { key: 'B', emails: [[bob, 'VERIFIED']] }, verified('C', 'c@acme.example')]);
    world.seal(3, [verified('PA', ann), verified('PB', bob, { status: 'SUSPENDED' })]);
    world.link();
    world.seal(1, [{ key: 'both', declares: ['2/A', '3/PB'] }]);
    world.link();
    expect(world.groups()).toEqual(pairs);
    expect(world.cases()).toContain('2/B TWO_PEOPLE');
  });
});

describe('a decision by hand', () => {
  test('against a person is never undone by evidence', () => {
    const world = annAndBob();
    const person = world.userOf('2/A');
    world.decide('3/PA', { state: 'REJECTED', userId: person });
    expect(world.link().links).toEqual([]);
    expect(world.userOf('3/PA')).toBeUndefined();
    world.seal(1, [verified('ann', ann, { declares: ['3/PA'] })]);
    world.link();
    expect(world.userOf('3/PA')).not.toBe(person);
  });

  test('for a person is never undone by evidence', () => {
    const world = annAndBob();
    const robert = world.userOf('2/B');
    world.decide('3/PA', { state: 'LINKED_MANUAL', userId: robert });
    world.link();
    world.seal(1, [verified('ann', ann, { declares: ['3/PA', '2/A'] })]);
    world.link();
    expect(world.userOf('3/PA')).toBe(robert);
    expect(world.userOf('2/A')).not.toBe(robert);
  });

  test('to leave an account alone lets it become a person of its own, but not the same again', () => {
    const world = createWorld(services);
    world.seal(1, [verified('ann', ann)]);
    world.seal(2, [verified('A', ann)]);
    world.link();
    const person = world.userOf('1/ann');
    world.decide('2/A', { state: 'UNLINKED', userId: person });
    world.link();
    expect(world.userOf('2/A')).toBeDefined();
    expect(world.userOf('2/A')).not.toBe(person);
    expect(world.link().links).toEqual([]);
  });
});
