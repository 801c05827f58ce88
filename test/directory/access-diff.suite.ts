import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GrantRecord, RoleLevel } from '../../src/contract/records.ts';
import { levelRank } from '../../src/model/levels.ts';
import type { GrantFilter } from '../../src/model/views.ts';
import type { TestStore } from '../store/engines.ts';
import { emptyStore, fillStore, grant, group, identity, member, of, type Filling } from '../store/fixture.ts';
import { all, filled, openView, walk } from './support.ts';

const levels = ['READER', 'MEMBER', 'ADMIN', 'UNKNOWN'] as const satisfies readonly RoleLevel[];
const holders = [
  { kind: 'identity', externalId: 'A' },
  { kind: 'identity', externalId: 'B' },
  { kind: 'group', externalId: 'g' },
] as const;

/** One revision: grants that are put (again) or go, and whether Ann is in the group. */
const step = fc.record({
  put: fc.array(fc.record({ key: fc.nat({ max: 4 }), level: fc.constantFrom(...levels), holder: fc.constantFrom(...holders) }), { maxLength: 3 }),
  gone: fc.array(fc.nat({ max: 4 }), { maxLength: 2 }),
  inGroup: fc.boolean(),
});

interface State {
  readonly grants: ReadonlyMap<string, GrantRecord>;
  readonly inGroup: boolean;
}

const annHolds = ({ kind, externalId }: GrantRecord['principal'], inGroup: boolean): boolean => (kind === 'identity' ? externalId === 'A' : inGroup);

const isHigh = ({ level }: GrantRecord): boolean => level === 'UNKNOWN' || levelRank(level) >= levelRank('MEMBER');

const filters: readonly (readonly [GrantFilter, (state: State) => ReadonlyMap<string, GrantRecord>])[] = [
  [{}, ({ grants }) => grants],
  [{ minLevel: 'MEMBER' }, ({ grants }) => new Map([...grants].filter(([, each]) => isHigh(each)))],
  [{ userId: 'u-ann' }, ({ grants, inGroup }) => new Map([...grants].filter(([, each]) => annHolds(each.principal, inGroup)))],
  [{ services: [{ type: 'pager' }] }, () => new Map()],
];

const start: Filling = {
  services: [{ name: 'chat' }, { name: 'pager' }],
  records: of('chat', identity('A'), identity('B'), group('g', 'Team')),
  people: [{ id: 'u-ann' }],
  links: [{ service: 'chat', account: 'A', user: 'u-ann' }],
};

export function accessDiffSuite(store: () => TestStore): void {
  describe('what differs between two moments', () => {
    test('is what comparing the two states finds, whatever the filter', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), fc.nat(), fc.nat(), async (steps, a, b) => {
          const { connection } = store();
          await emptyStore(connection);
          await fillStore(connection, start);
          const states: State[] = [{ grants: new Map(), inGroup: false }];
          for (const { put, gone, inGroup } of steps) states.push(await takeStep(store(), states.at(-1), put, gone, inGroup));
          const [from = 0, to = 0] = [a % states.length, b % states.length].toSorted((x, y) => x - y);
          const view = await openView(store());
          for (const [filter, taken] of filters) {
            const diff = await view.accessDiff(from + 1, to + 1, filter);
            const [before, after] = [states[from], states[to]].map((state) => taken(state ?? { grants: new Map(), inGroup: false }));
            const keys = async (list: 'added' | 'removed') => (await walk(2, (window) => diff[list](window))).map(({ key }) => key);
            expect(await keys('added')).toEqual([...(after?.keys() ?? [])].filter((key) => !before?.has(key)).toSorted());
            expect(await keys('removed')).toEqual([...(before?.keys() ?? [])].filter((key) => !after?.has(key)).toSorted());
            const changed = await walk(2, (window) => diff.changed(window));
            const differing = [...(after ?? [])].filter(
              ([key, each]) => before?.has(key) && JSON.stringify(before.get(key)) !== JSON.stringify(each),
            );
            expect(changed.map(({ key, before: was, after: is }) => [key, was.record, is.record])).toEqual(
              differing.toSorted(([x], [y]) => (x < y ? -1 : 1)).map(([key, each]) => [key, before?.get(key), each]),
            );
            const then = await walk(2, (window) => view.grants({ ...filter, asOf: from + 1 }, window));
            expect(then.map(({ record }) => record.externalId)).toEqual([...(before?.keys() ?? [])].toSorted());
          }
        }),
        { numRuns: 5 },
      );
    }, 60_000);
  });

  describe('a moment before the first read', () => {
    const { view } = filled(store, {}, start, { records: of('chat', grant('g1', holders[0])) });

    test('knows nothing: all shows as added, and the coverage says so', async () => {
      for (const from of [-5, 1]) {
        const diff = await view().accessDiff(from, undefined, {});
        expect((await diff.added(all)).edges).toHaveLength(1);
        expect((await diff.removed(all)).edges).toEqual([]);
        expect(diff.services.find(({ name }) => name === 'chat')?.coverage).toMatchObject({
          state: 'PARTIAL',
          issue: { code: 'SERVICE_NEVER_SYNCED' },
        });
      }
      const known = await view().accessDiff(2, undefined, {});
      expect(known.services.find(({ name }) => name === 'chat')?.coverage.issue).toBeUndefined();
    });
  });
}

type Put = readonly { readonly key: number; readonly level: RoleLevel; readonly holder: (typeof holders)[number] }[];

async function takeStep({ connection }: TestStore, before: State | undefined, put: Put, gone: readonly number[], inGroup: boolean): Promise<State> {
  const grants = new Map(before?.grants);
  const going = [...new Set(gone)].flatMap((key) => grants.get(`g${key}`) ?? []);
  for (const { externalId } of going) grants.delete(externalId);
  const fresh = new Map(put.map(({ key, level, holder }) => [`g${key}`, grant(`g${key}`, holder, { level })]));
  for (const [key, record] of fresh) grants.set(key, record);
  const membership = member('g', 'identity', 'A');
  await fillStore(connection, {
    records: of('chat', ...fresh.values(), ...(inGroup && !before?.inGroup ? [membership] : [])),
    gone: of('chat', ...going, ...(!inGroup && before?.inGroup ? [membership] : [])),
  });
  return { grants, inGroup };
}
