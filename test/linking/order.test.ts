import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EmailProof } from '../../src/contract/records.ts';
import { createWorld, type Reported, type World, type WorldService } from './world.ts';

const services: readonly WorldService[] = [
  { svc: 1, name: 'sym', people: 'source' },
  { svc: 2, name: 'slack', people: 'source', emailTrust: 'VERIFIED_ONLY' },
  { svc: 3, name: 'pagerduty', people: 'match' },
  { svc: 4, name: 'segment', people: 'match', emailTrust: 'ALWAYS' },
  { svc: 5, name: 'ldap', people: 'source' },
];
const svcs = services.map(({ svc }) => svc);

// Few addresses, so that they are shared, tagged, passed on and contested all the time.
const addresses = [
  'ann@acme.example',
  'Ann@ACME.example',
  'ann@acme.co',
  'ann+pager@acme.example',
  'bob@acme.example',
  'bob@else.example',
  'cy@acme.co',
];

const account = (svc: number, index: number): fc.Arbitrary<Reported> =>
  fc.record({
    key: fc.constant(`${svc}${'abc'[index]}`),
    kind: fc.constantFrom('HUMAN' as const, 'HUMAN' as const, 'HUMAN' as const, 'HUMAN' as const, 'BOT' as const),
    status: fc.constantFrom('ACTIVE' as const, 'ACTIVE' as const, 'ACTIVE' as const, 'SUSPENDED' as const, 'INVITED' as const),
    emails: fc.array(
      fc.tuple(fc.constantFrom(...addresses), fc.constantFrom<EmailProof>('VERIFIED', 'VERIFIED', 'ASSERTED', 'UNKNOWN', 'UNVERIFIED')),
      { maxLength: 2 },
    ),
    declares:
      svc === 1 || svc === 5
        ? fc.array(fc.constantFrom(...svcs.flatMap((other) => (other === svc ? [] : [`${other}/${other}a`, `${other}/${other}b`]))), {
            maxLength: 2,
          })
        : fc.constant([]),
  });

const accountsOf = (svc: number): fc.Arbitrary<readonly Reported[]> =>
  fc.integer({ min: 0, max: 3 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => account(svc, index))));

const population = fc.tuple(...svcs.map(accountsOf));
const order = fc.shuffledSubarray(svcs, { minLength: svcs.length });

/** Seals in this order; links after each seal that the flags tell, and at the end. */
function arrive(accounts: readonly (readonly Reported[])[], arrival: readonly number[], linkAfter: readonly boolean[]): World {
  const world = createWorld(services);
  arrival.forEach((svc, index) => {
    world.seal(svc, accounts[svc - 1] ?? []);
    if (linkAfter[index] === true) world.link();
  });
  world.link();
  return world;
}

const runs = { numRuns: 2000 };
const patience = 600_000;

describe('linking', () => {
  test(
    'ends the same in whatever order the services arrive',
    () => {
      fc.assert(
        fc.property(population, order, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (accounts, arrival, linkAfter) => {
          const atOnce = arrive(accounts, svcs, []);
          expect(arrive(accounts, arrival, linkAfter).groups()).toEqual(atOnce.groups());
        }),
        runs,
      );
    },
    patience,
  );

  test(
    'changes nothing when it runs again',
    () => {
      fc.assert(
        fc.property(population, order, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (accounts, arrival, linkAfter) => {
          const world = arrive(accounts, arrival, linkAfter);
          const cases = world.cases();
          const again = world.link();
          expect(again.links).toEqual([]);
          expect(again.merged.size).toBe(0);
          expect(world.cases()).toEqual(cases);
        }),
        runs,
      );
    },
    patience,
  );

  test(
    'takes no account from its person once every service was read, whatever changes',
    () => {
      fc.assert(
        fc.property(population, fc.array(population, { minLength: 1, maxLength: 3 }), (first, later) => {
          const world = arrive(first, svcs, []);
          for (const accounts of later) {
            const before = svcs.flatMap((svc) => (first[svc - 1] ?? []).map(({ key }) => [`${svc}/${key}`, world.userOf(`${svc}/${key}`)] as const));
            for (const svc of svcs) world.seal(svc, accounts[svc - 1] ?? []);
            world.link();
            for (const [id, user] of before) if (user !== undefined) expect(world.userOf(id)).toBe(world.merged().get(user) ?? user);
            expect(world.link().links).toEqual([]);
          }
        }),
        runs,
      );
    },
    patience,
  );

  test(
    'gives no account to two people, and no machine-made person two live accounts of one instance without a declaration',
    () => {
      fc.assert(
        fc.property(population, order, (accounts, arrival) => {
          const world = arrive(accounts, arrival, [true, true, true, true, true]);
          const reported = new Map<string, Reported>(
            svcs.flatMap((svc) => (accounts[svc - 1] ?? []).map((each) => [`${svc}/${each.key}`, each] as const)),
          );
          for (const group of world.groups()) {
            const named = new Set(group.flatMap((id) => reported.get(id)?.declares ?? []));
            const undeclared = group.filter(
              (id) => reported.get(id)?.status === 'ACTIVE' && !named.has(id) && (reported.get(id)?.declares ?? []).length === 0,
            );
            expect(new Set(undeclared.map((id) => id.split('/')[0])).size).toBe(undeclared.length);
          }
        }),
        runs,
      );
    },
    patience,
  );
});
