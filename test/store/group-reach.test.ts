import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupRecord, MembershipRecord } from '../../src/contract/records.ts';
import { accessText } from '../../src/directory/effective.ts';
import { keyText } from '../../src/model/views.ts';
import { keepGroupReach } from '../../src/store/sync/group-reach.ts';
import { projection } from '../../src/store/sync/kinds.ts';
import { openRev } from '../../src/store/tables.ts';
import { openView } from '../directory/support.ts';
import { openSqlite, type TestStore } from './engines.ts';
import { emptyStore, fillStore, grant, group, identity, member, of, type Filling } from './fixture.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openSqlite();
  // Hundreds of small stores: none has to survive a power cut.
  await sql`pragma synchronous = off`.execute(store.connection.write);
});
afterAll(() => store.close());

const size = 7;
const name = (n: number): string => `g${n}`;
const groups = Array.from({ length: size }, (_, n) => name(n));

/** `lies` within `around`. */
interface Nesting {
  readonly lies: number;
  readonly around: number;
}
interface Graph {
  readonly nestings: readonly Nesting[];
  readonly closed: readonly number[];
  readonly missing: readonly number[];
}
const groupNumber = fc.nat(size - 1);
const graph: fc.Arbitrary<Graph> = fc.record({
  nestings: fc.uniqueArray(fc.record({ lies: groupNumber, around: groupNumber }), {
    maxLength: 14,
    selector: ({ lies, around }) => lies * size + around,
  }),
  closed: fc.uniqueArray(groupNumber, { maxLength: 2 }),
  missing: fc.uniqueArray(groupNumber, { maxLength: 1 }),
});

/** One thing more or less: what lies far below is only met through what was there before. */
type Edit = (before: Graph) => Graph;
const toggled = <T>(items: readonly T[], item: T, same: (a: T, b: T) => boolean): readonly T[] =>
  items.some((each) => same(each, item)) ? items.filter((each) => !same(each, item)) : [...items, item];
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(groupNumber, groupNumber).map(([lies, around]): Edit => (before) => ({
    ...before,
    nestings: toggled(before.nestings, { lies, around }, (a, b) => a.lies === b.lies && a.around === b.around),
  })),
  groupNumber.map((n): Edit => (before) => ({ ...before, closed: toggled(before.closed, n, (a, b) => a === b) })),
);

const recordsOf = ({ nestings, closed, missing }: Graph): readonly (GroupRecord | MembershipRecord)[] => [
  ...groups.flatMap((each, n): GroupRecord[] =>
    missing.includes(n) ? [] : [{ ...group(each), status: closed.includes(n) ? 'SUSPENDED' : 'ACTIVE' }],
  ),
  ...nestings.map(({ lies, around }) => member(name(around), 'group', name(lies))),
  ...groups.map((each) => member(each, 'identity', `in-${each}`)),
];

/** By squaring the relation until it grows no more; nothing of this is in the code under test. */
function expectedReach({ nestings, closed, missing }: Graph): readonly string[] {
  const open = (n: number): boolean => !closed.includes(n) || missing.includes(n);
  let pairs = new Set(groups.flatMap((_, n) => (open(n) ? [n * size + n] : [])));
  for (const { lies, around } of nestings) if (open(lies) && open(around)) pairs.add(lies * size + around);
  for (let grown = true; grown;) {
    const next = new Set(pairs);
    for (const a of pairs) for (const b of pairs) if (a % size === Math.floor(b / size)) next.add(Math.floor(a / size) * size + (b % size));
    grown = next.size > pairs.size;
    pairs = next;
  }
  return [...pairs].map((pair) => `${name(Math.floor(pair / size))} ${name(pair % size)}`).toSorted();
}

async function storedReach(): Promise<readonly string[]> {
  const rows = await store.connection.write.selectFrom('group_reach').selectAll().where('to_rev', '=', openRev).execute();
  return rows.map(({ group_key, ancestor_key }) => `${group_key} ${ancestor_key}`).toSorted();
}

/** Only what differs from the graph before, as a seal writes it. */
function difference(before: Graph, after: Graph): Filling {
  const [old, fresh] = [recordsOf(before), recordsOf(after)];
  const textOf = (record: object): string => JSON.stringify(record);
  const [oldTexts, freshTexts] = [new Set(old.map(textOf)), new Set(fresh.map(textOf))];
  return {
    gone: of('lab', ...old.filter((record) => !freshTexts.has(textOf(record)))),
    records: of('lab', ...fresh.filter((record) => !oldTexts.has(textOf(record)))),
  };
}

describe('what membership in nested groups leads to', () => {
  it('is kept by every change as if it were worked out anew: circles, diamonds, closed and unlisted groups', async () => {
    await fc.assert(
      fc.asyncProperty(
        graph,
        fc.array(
          fc.oneof(
            edit,
            graph.map((whole) => () => whole),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        async (first, edits) => {
          await emptyStore(store.connection);
          await fillStore(store.connection, { services: [{ name: 'lab' }], records: of('lab', ...recordsOf(first)) });
          expect(await storedReach()).toEqual(expectedReach(first));
          let before = first;
          for (const change of edits) {
            const after = change(before);
            await fillStore(store.connection, difference(before, after));
            expect(await storedReach()).toEqual(expectedReach(after));
            before = after;
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 20_000);

  it('leads to the grants that lie on a way, each way a chain of memberships that exist', async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (drawn) => {
        await emptyStore(store.connection);
        await fillStore(store.connection, {
          services: [{ name: 'lab' }],
          records: of(
            'lab',
            ...recordsOf(drawn),
            ...groups.map((each) => identity(`in-${each}`)),
            ...groups.map((each) => grant(`of-${each}`, { kind: 'group', externalId: each }, { scope: { kind: 'WORKSPACE', externalId: each } })),
          ),
          people: groups.map((id) => ({ id })),
          links: groups.map((each) => ({ service: 'lab', account: `in-${each}`, user: each })),
        });
        const view = await openView(store);
        const rows = (await view.effectiveAccess({}, { first: 100 })).edges.map(({ node }) => node);
        expect(rows.map(({ userId, place }) => `${userId} ${place.key?.replace('WORKSPACE/', '')}`)).toEqual(expectedReach(drawn));
        const behind = await view.accessBehind(rows, {});
        const known = new Set(drawn.nestings.map(({ lies, around }) => `${name(lies)} ${name(around)}`));
        for (const row of rows) {
          const { paths = [], more } = behind.get(accessText(row)) ?? {};
          expect({ any: paths.length > 0, more }).toEqual({ any: true, more: false });
          for (const { account, groups: way, grant: held } of paths) {
            const keys = way.map(({ key }) => key);
            expect(`in-${keys[0]}`).toBe(account.key);
            expect(held.record.principal.externalId).toBe(keys.at(-1));
            expect(keys.slice(1).every((key, n) => known.has(`${keys[n]} ${key}`))).toBe(true);
            expect(new Set(keys).size).toBe(keys.length);
          }
          expect(new Set(paths.map(({ groups: way }) => way.map(keyText).join())).size).toBe(paths.length);
        }
      }),
      { numRuns: 25 },
    );
  }, 20_000);

  it('is found fifty groups deep, and through more diamonds than can be told', async () => {
    const deep = 50;
    const floors = Array.from({ length: deep }, (_, n) => n);
    await emptyStore(store.connection);
    await fillStore(store.connection, {
      services: [{ name: 'lab' }],
      records: of(
        'lab',
        identity('a'),
        member('f0', 'identity', 'a'),
        ...floors.flatMap((n) => [
          member(`l${n}`, 'group', `f${n}`),
          member(`r${n}`, 'group', `f${n}`),
          member(`f${n + 1}`, 'group', `l${n}`),
          member(`f${n + 1}`, 'group', `r${n}`),
        ]),
        grant('top', { kind: 'group', externalId: `f${deep}` }),
      ),
      people: [{ id: 'a' }],
      links: [{ service: 'lab', account: 'a', user: 'a' }],
    });
    const view = await openView(store);
    const [row] = (await view.effectiveAccess({}, { first: 1 })).edges.map(({ node }) => node);
    if (row === undefined) throw new Error('nothing was found');
    const { paths = [], more } = (await view.accessBehind([row], {})).get(accessText(row)) ?? {};
    expect(more).toBe(true);
    expect(paths.length).toBe(100);
    expect(paths[0]?.groups.length).toBe(2 * deep + 1);
  });

  it('of a group of 100,000 is one row, and costs nothing by member', async () => {
    const many = 100_000;
    await emptyStore(store.connection);
    const { rev, svc } = await fillStore(store.connection, {
      services: [{ name: 'lab' }],
      records: of('lab', group('all'), group('board'), member('board', 'group', 'all'), grant('g', { kind: 'group', externalId: 'board' })),
    });
    const { write } = store.connection;
    await write.transaction().execute(async (trx) => {
      for (let start = 0; start < many; start += 2_000) {
        const rows = Array.from({ length: 2_000 }, (_, n) => {
          const record = member('all', 'identity', `u${start + n}`);
          return {
            svc: svc('lab'),
            key: `all/${start + n}`,
            hash: '',
            data: '{}',
            misses: 0,
            from_rev: rev,
            to_rev: openRev,
            ...projection(record, 1),
          };
        });
        await trx
          .insertInto('membership')
          .values(rows as never)
          .execute();
      }
    });
    const started = performance.now();
    const cost = await store.costOf(() => keepGroupReach(write, svc('lab'), rev));
    expect(await storedReach()).toEqual(['all all', 'all board', 'board board']);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(cost).toBeLessThan(20);
    await fillStore(store.connection, {
      records: of('lab', identity('u5'), identity('late')),
      people: [{ id: 'p' }],
      links: [{ service: 'lab', account: 'u5', user: 'p' }],
    });
    expect((await (await openView(store)).effectiveAccess({}, { first: 5 })).edges.map(({ node }) => node.userId)).toEqual(['p']);
  });

  it('is not touched where no group changed', async () => {
    await emptyStore(store.connection);
    const { svc } = await fillStore(store.connection, {
      services: [{ name: 'lab' }],
      records: of('lab', ...recordsOf({ nestings: [], closed: [], missing: [] })),
    });
    const rows = () => store.connection.write.selectFrom('group_reach').selectAll().execute();
    const before = await rows();
    const { rev } = await fillStore(store.connection, { records: of('lab', identity('new'), member('g1', 'identity', 'new')) });
    await keepGroupReach(store.connection.write, svc('lab'), rev);
    expect(await rows()).toEqual(before);
  });
});
