import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LinkOutcome } from '../../src/directory/link-desk.ts';
import { openRev } from '../../src/store/tables.ts';
import { accounts, by, startDesk, type DeskBench } from './support.ts';

const place = fc.nat({ max: 8 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('link' as const), account: place, user: place }),
  fc.record({ kind: fc.constant('unlink' as const), account: place }),
  fc.record({ kind: fc.constant('merge' as const), into: place, from: fc.uniqueArray(place, { minLength: 1, maxLength: 2 }) }),
  fc.record({ kind: fc.constant('split' as const), user: place, keep: place }),
  fc.record({ kind: fc.constant('decide' as const), cases: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1 }), confirm: fc.boolean() }),
  fc.record({ kind: fc.constant('revert' as const), event: fc.nat({ max: 5 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('decisions taken back in reverse order leave no trace, no account has two people, and every id goes on resolving', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
      await using bench = await startDesk();
      const start = await bench.snapshot();
      const people = (await bench.store.connection.read.selectFrom('person').select('id').execute()).map(({ id }) => id).toSorted();
      const cases = (await bench.store.connection.read.selectFrom('match_case').select('id').execute()).map(({ id }) => id).toSorted();
      const events: string[] = [];
      for (const each of steps) {
        const { eventId, userId } = await take(bench, each, people, cases, events);
        if (eventId !== undefined) events.push(eventId);
        if (userId !== undefined && !people.includes(userId)) people.push(userId);
        await expectSound(bench, people);
      }
      for (const eventId of events.toReversed()) {
        const undone = await bench.desk.revertLinkChange(eventId, by);
        expect(undone.errors).toEqual([]);
        await expectSound(bench, people);
      }
      expect(await bench.snapshot()).toEqual(start);
    }),
    { numRuns: 10 },
  );
}, 60_000);

function take({ desk }: DeskBench, each: Step, people: readonly string[], cases: readonly string[], events: readonly string[]): Promise<LinkOutcome> {
  const at = <T>(values: readonly T[], n: number): T => values[n % values.length] as T;
  switch (each.kind) {
    case 'link':
      return desk.linkIdentity(at(accounts, each.account), at(people, each.user), by);
    case 'unlink':
      return desk.unlinkIdentity(at(accounts, each.account), by);
    case 'merge':
      return desk.mergeUsers(
        at(people, each.into),
        each.from.map((n) => at(people, n)),
        by,
      );
    case 'split':
      return desk.splitUser(at(people, each.user), [at(accounts, each.keep)], by);
    case 'decide':
      return desk.decideMatches({ cases: each.cases.flatMap((n) => cases[n] ?? []), decision: each.confirm ? 'CONFIRM' : 'REJECT', limit: 10 }, by);
    case 'revert':
      return desk.revertLinkChange(at([...events, 'none'], each.event), by);
  }
}

async function expectSound({ store, view }: DeskBench, people: readonly string[]): Promise<void> {
  const versions = await store.connection.read.selectFrom('link').select(['svc', 'key', 'to_rev', 'user_id', 'user_number']).execute();
  const links = versions.filter(({ to_rev }) => to_rev === openRev);
  expect(new Set(links.map(({ svc, key }) => `${svc}/${key}`)).size).toBe(links.length);
  const pairs = new Set(versions.map(({ user_id, user_number }) => `${user_id}/${user_number}`));
  expect(pairs.size, 'one number a person').toBe(new Set(versions.map(({ user_id }) => user_id)).size);
  expect(pairs.size, 'one person a number').toBe(new Set(versions.map(({ user_number }) => user_number)).size);
  expect([...(await (await view()).usersByIds(people)).keys()].toSorted()).toEqual(people.toSorted());
}
