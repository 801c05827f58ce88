import { describe, expect, it } from 'vitest';
import type { View } from '../../src/directory/view.ts';
import { grant, group, identity, member, of, scope } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, openView } from './support.ts';

const hundred = Array.from({ length: 100 }, (_, n) => String(n));

export function costSuite(store: () => TestStore): void {
  describe('a question costs the same for one key and for a hundred', () => {
    const { view, svc } = filled(store, {
      services: [{ name: 'chat' }],
      records: of(
        'chat',
        ...hundred.flatMap((n) => [
          identity(n),
          group(n),
          member(n, 'identity', n),
          scope('PROJECT', n),
          grant(n, { kind: 'group', externalId: n }, { scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId: n } }),
        ]),
      ),
      people: hundred.map((id) => ({ id })),
      links: hundred.map((n) => ({ service: 'chat', account: n, user: n })),
    });
    const keys = (ids: readonly string[], prefix = '') => ids.map((id) => ({ svc: svc('chat'), key: `${prefix}${id}` }));

    it.each<[string, number, (ids: readonly string[], asked: View) => Promise<{ readonly size: number }>]>([
      ['usersByIds', 1, (ids, asked) => asked.usersByIds(ids)],
      ['identitiesByKeys', 1, (ids, asked) => asked.identitiesByKeys(keys(ids))],
      ['identitiesOfUsers', 1, (ids, asked) => asked.identitiesOfUsers(ids, true)],
      ['linksByKeys', 1, (ids, asked) => asked.linksByKeys(keys(ids))],
      ['groupsByKeys', 1, (ids, asked) => asked.groupsByKeys(keys(ids))],
      ['groupsOfUsers', 1, (ids, asked) => asked.groupsOfUsers(ids, { transitive: true }, all)],
      ['membersOfGroups', 1, (ids, asked) => asked.membersOfGroups(keys(ids), true, all)],
      ['scopesByKeys', 1, (ids, asked) => asked.scopesByKeys(keys(ids, 'PROJECT/'))],
      ['grantsByKeys', 1, (ids, asked) => asked.grantsByKeys(keys(ids))],
      ['grantsOfUsers', 1, (ids, asked) => asked.grantsOfUsers(ids, {}, all)],
      ['grantsOfGroups', 1, (ids, asked) => asked.grantsOfGroups(keys(ids), {}, all)],
      [
        'grantsOnScopes',
        1,
        (ids, asked) =>
          asked.grantsOnScopes(
            ids.map((externalId) => ({ svc: svc('chat'), kind: 'PROJECT', externalId })),
            undefined,
            all,
          ),
      ],
      ['levelsOfUsers', 1, (ids, asked) => asked.levelsOfUsers(ids, {})],
    ])('%s: %i', async (_, statements, ask) => {
      for (const ids of [hundred.slice(0, 1), hundred]) {
        let found = 0;
        const cost = await store().costOf(async () => {
          found = (await ask([...ids, ...ids], view())).size;
        });
        expect({ cost, found }).toEqual({ cost: statements, found: ids.length });
      }
    });

    it('opening a view: one', async () => expect(await store().costOf(() => openView(store()))).toBe(1));
    it('no key: none', async () => expect(await store().costOf(() => view().usersByIds([]))).toBe(0));

    it('a list: one, and one that tells how many hold a level', async () => {
      const order = { field: 'displayName', descending: false } as const;
      expect(await store().costOf(() => view().users({ search: 'a' }, order, all))).toBe(1);
      expect(await store().costOf(() => view().users({ level: 'ADMIN', search: 'a' }, order, all))).toBe(2);
      expect(await store().costOf(() => view().grants({ userId: '1' }, all))).toBe(1);
    });

    it('counting: one, once a revision', async () => {
      const [first, again] = [await store().costOf(() => view().counts()), await store().costOf(() => view().counts())];
      expect([first, again]).toEqual([1, 0]);
    });

    it('takes more keys than one statement has parameters', async () => {
      const many = Array.from({ length: 21_000 }, (_, n) => String(n));
      expect((await view().identitiesByKeys(keys(many))).size).toBe(100);
      expect((await view().usersByIds(many)).size).toBe(100);
    });
  });
}
