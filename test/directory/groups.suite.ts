import { describe, expect, it } from 'vitest';
import { keyText } from '../../src/model/views.ts';
import { group, identity, member, of, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, keysOf, sliceKeys, walk } from './support.ts';

const groupCount = 30;
const accountCount = 40;

/** Park–Miller: the same graph in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const next = numbers(7);
const edges = Array.from({ length: 90 }, () => ({
  parent: `g${next(groupCount)}`,
  kind: next(3) === 0 ? ('group' as const) : ('identity' as const),
})).map(({ parent, kind }) => ({ parent, kind, child: kind === 'group' ? `g${next(groupCount)}` : `u${next(accountCount)}` }));
// Beside what chance makes: a ring, and a group within itself.
edges.push({ parent: 'g0', kind: 'group', child: 'g1' }, { parent: 'g1', kind: 'group', child: 'g0' }, { parent: 'g2', kind: 'group', child: 'g2' });
const unique = [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];

function reach(starts: readonly string[], step: (from: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set(starts);
  for (const each of seen) for (const found of step(each)) seen.add(found);
  return seen;
}

const parentsOf = (child: string): readonly string[] => unique.filter((edge) => edge.child === child).map(({ parent }) => parent);
const childrenOf = (parent: string): readonly string[] => unique.filter((edge) => edge.parent === parent).map(({ child }) => child);

const graph: Filling = {
  services: [{ name: 'chat' }, { name: 'pager' }],
  records: [
    ...of('chat', ...Array.from({ length: groupCount }, (_, n) => group(`g${n}`, n % 5 === 0 ? 'Same name' : `Team ${n}`))),
    ...of('chat', ...Array.from({ length: accountCount }, (_, n) => identity(`u${n}`, n % 4 === 0 ? {} : { displayName: `Name ${n % 7}` }))),
    ...of('chat', ...unique.map(({ parent, kind, child }) => member(parent, kind, child))),
    // The same ids in another service are other things.
    ...of(
      'pager',
      group('g0', 'Pager'),
      identity('u0'),
      identity('leaver', { status: 'DELETED' }),
      member('g0', 'identity', 'u0'),
      member('g0', 'identity', 'leaver'),
      { ...group('dissolved'), status: 'DELETED' },
      member('dissolved', 'identity', 'u0'),
      member('dissolved', 'group', 'g0'),
    ),
  ],
  people: Array.from({ length: accountCount }, (_, n) => ({ id: `person${n}` })),
  links: [
    ...Array.from({ length: accountCount }, (_, n) => ({ service: 'chat', account: `u${n}`, user: `person${n}` })),
    { service: 'pager', account: 'u0', user: 'person0' },
    { service: 'pager', account: 'leaver', user: 'person1' },
  ],
};

export function groupsSuite(store: () => TestStore): void {
  describe('groups', () => {
    const { view, svc } = filled(store, graph);
    const people = Array.from({ length: accountCount }, (_, n) => `person${n}`);
    const chat = (key: string) => ({ svc: svc('chat'), key });
    const pager = () => ({ svc: svc('pager'), key: 'g0' });
    const groups = Array.from({ length: groupCount }, (_, n) => `g${n}`);

    it('of people, through groups of groups with cycles: as reckoned by hand', async () => {
      const found = await view().groupsOfUsers(people, { service: 'chat', transitive: true }, all);
      for (const [n, person] of people.entries()) {
        expect(new Set(sliceKeys(found.get(person)) ?? [])).toEqual(reach(parentsOf(`u${n}`), parentsOf));
      }
    });

    it('of people, those that list them themselves', async () => {
      const found = await view().groupsOfUsers(people, { service: 'chat', transitive: false }, all);
      for (const [n, person] of people.entries()) {
        expect((sliceKeys(found.get(person)) ?? []).toSorted()).toEqual(parentsOf(`u${n}`).toSorted());
      }
    });

    it('of all services or of one type; an unknown type has none', async () => {
      const names = async (service: string | undefined) =>
        (await view().groupsOfUsers(['person0'], { service, transitive: false }, all))
          .get('person0')
          ?.edges.map(({ node }) => node.record.displayName);
      expect(await names(undefined)).toContain('Pager');
      expect(await names('pager')).toEqual(['Pager']);
      expect(await names('nowhere')).toBeUndefined();
    });

    it.each([true, false])('list their living members, transitive: %s', async (transitive) => {
      const found = await view().membersOfGroups([...groups.map(chat), pager()], transitive, all);
      for (const key of groups) {
        const expected = transitive ? reach([key], childrenOf) : new Set(childrenOf(key));
        expect(new Set(sliceKeys(found.get(keyText(chat(key)))) ?? [])).toEqual(new Set([...expected].filter((each) => each.startsWith('u'))));
      }
      expect(sliceKeys(found.get(keyText(pager())))).toEqual(['u0']);
    });

    it.each([1, 2, 7])('page for every parent alike, %s at a time', async (size) => {
      for (const person of people.slice(0, 8)) {
        const read = (window: Parameters<ReturnType<typeof view>['groupsOfUsers']>[2]) =>
          view()
            .groupsOfUsers(people, { transitive: true }, window)
            .then((slices) => slices.get(person));
        expect(keysOf(await walk(size, read))).toEqual(sliceKeys(await read(all)) ?? []);
      }
      for (const key of [...groups.slice(0, 8).map(chat), pager()]) {
        const read = (window: Parameters<ReturnType<typeof view>['membersOfGroups']>[2]) =>
          view()
            .membersOfGroups([...groups.map(chat), pager()], true, window)
            .then((slices) => slices.get(keyText(key)));
        expect(keysOf(await walk(size, read))).toEqual(sliceKeys(await read(all)) ?? []);
      }
    });

    it('know the groups around them', async () => {
      const parents = await view().parentsOfGroups([...groups.map(chat), pager()]);
      const children = await view().childrenOfGroups(groups.map(chat));
      expect(parents.get(keyText(pager()))).toBeUndefined();
      for (const key of groups) {
        expect((keysOf(parents.get(keyText(chat(key)))) ?? []).toSorted()).toEqual(parentsOf(key).toSorted());
        expect((keysOf(children.get(keyText(chat(key)))) ?? []).toSorted()).toEqual(
          childrenOf(key)
            .filter((each) => each.startsWith('g'))
            .toSorted(),
        );
      }
    });

    it('are searched by part of a name', async () => {
      expect(sliceKeys(await view().groups({ search: 'SAME' }, all))).toEqual(['g0', 'g10', 'g15', 'g20', 'g25', 'g5']);
      expect(sliceKeys(await view().groups({ service: { type: 'pager' } }, all))).toEqual(['g0']);
    });

    it('page at any size in one order', async () => {
      const whole = (await walk(100, (window) => view().groups({}, window))).map(keyText);
      expect(whole).toHaveLength(groupCount + 1);
      for (const size of [1, 4, 30]) expect((await walk(size, (window) => view().groups({}, window))).map(keyText)).toEqual(whole);
    });
  });
}
