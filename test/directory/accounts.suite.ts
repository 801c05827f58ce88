import { describe, expect, it } from 'vitest';
import { keyText, type IdentityFilter } from '../../src/model/views.ts';
import { identity, of, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, keysOf, minute, now, sliceKeys, walk } from './support.ts';

const accounts: Filling = {
  services: [
    { name: 'chat', sealed_as_of: now - minute },
    { name: 'pager', sealed_as_of: now - 120 * minute },
  ],
  records: [
    ...of(
      'chat',
      identity('active-young', { displayName: 'Ana' }),
      identity('active-old', { displayName: 'Ana Ek', lastActiveAt: 5 }),
      identity('deleted', { status: 'DELETED', displayName: 'Gone' }),
      identity('suspended', { status: 'SUSPENDED' }),
      identity('handed-on', { accountKind: 'BOT' }),
      identity('suggested'),
    ),
    { service: 'pager', record: identity('pinned', { status: 'SUSPENDED' }), readAt: now },
    { service: 'pager', record: identity('missed', { displayName: 'Zed' }), misses: 1, readAt: now - minute },
    { service: 'pager', record: identity('not-renewed') },
  ],
  people: [{ id: 'ana', display_name: 'ANA' }],
  links: [
    { service: 'chat', account: 'active-young', user: 'ana', decided_at: 20, rule: 'declared', confidence: 0.5, evidence: ['named by id'] },
    { service: 'chat', account: 'active-old', user: 'ana', decided_at: 10 },
    { service: 'chat', account: 'deleted', user: 'ana', state: 'LINKED_MANUAL' },
    { service: 'chat', account: 'suspended', user: 'ana', decided_at: 1 },
    { service: 'chat', account: 'handed-on', user: 'ana', incarnation: 2 },
    { service: 'chat', account: 'suggested', user: 'ana', state: 'SUGGESTED' },
    { service: 'pager', account: 'pinned', user: 'ana', state: 'LINKED_MANUAL', decided_by: { kind: 'user', id: 'boss' }, note: 'hers' },
    { service: 'pager', account: 'missed', state: 'REJECTED' },
  ],
};

export function accountsSuite(store: () => TestStore): void {
  describe('accounts', () => {
    const { view, svc } = filled(store, accounts);

    it('of a person come pinned first, then active before suspended, then by age of the link, tombstones last', async () => {
      const living = ['pinned', 'active-old', 'active-young', 'suspended'];
      expect(keysOf((await view().identitiesOfUsers(['ana'], false)).get('ana'))).toEqual(living);
      expect(keysOf((await view().identitiesOfUsers(['ana', 'nobody'], true)).get('ana'))).toEqual([...living, 'deleted']);
    });

    it('carry their decision; a link to an earlier holder of the id says nothing', async () => {
      const keys = ['active-young', 'suggested', 'handed-on', 'never'].map((key) => ({ svc: svc('chat'), key }));
      const pinned = { svc: svc('pager'), key: 'pinned' };
      const links = await view().linksByKeys([...keys, pinned]);
      expect([...links.keys()].toSorted()).toEqual(
        [keyText({ svc: svc('chat'), key: 'active-young' }), keyText({ svc: svc('chat'), key: 'suggested' }), keyText(pinned)].toSorted(),
      );
      expect(links.get(keyText({ svc: svc('chat'), key: 'active-young' }))).toEqual({
        state: 'LINKED_AUTO',
        userId: 'ana',
        rule: 'declared',
        confidence: 0.5,
        evidence: ['named by id'],
        decidedBy: undefined,
        decidedAt: 20,
        note: undefined,
      });
      expect(links.get(keyText(pinned))).toMatchObject({ decidedBy: { kind: 'user', id: 'boss' }, note: 'hers' });
    });

    it('say how old they are', async () => {
      const age = async (service: string, key: string) => {
        const { asOf, stale, origin } = (await view().identitiesByKeys([{ svc: svc(service), key }])).get(keyText({ svc: svc(service), key })) ?? {};
        return { asOf, stale, origin };
      };
      expect(await age('chat', 'active-young')).toEqual({ asOf: now - minute, stale: false, origin: 'INDEX' });
      expect(await age('pager', 'pinned')).toEqual({ asOf: now, stale: false, origin: 'INDEX' });
      expect(await age('pager', 'missed')).toEqual({ asOf: now - minute, stale: true, origin: 'INDEX' });
      expect(await age('pager', 'not-renewed')).toEqual({ asOf: now - 120 * minute, stale: true, origin: 'INDEX' });
    });

    it.each<[string, IdentityFilter, readonly string[]]>([
      ['services', { services: [{ type: 'pager' }] }, ['not-renewed', 'pinned', 'missed']],
      ['state of the link', { link: ['LINKED_MANUAL', 'SUGGESTED'] }, ['pinned', 'suggested']],
      ['no decision', { link: ['UNLINKED'] }, ['handed-on', 'not-renewed']],
      ['no state', { link: [] }, []],
      ['tombstones', { status: 'DELETED' }, ['deleted']],
      ['kind', { kind: 'BOT' }, ['handed-on']],
      ['the same name', { nameAgrees: true }, ['active-young']],
      ['another name', { nameAgrees: false }, ['active-old']],
      ['known to be inactive', { inactiveSince: 6 }, ['active-old']],
    ])('are filtered by %s', async (_, filter, keys) => expect(sliceKeys(await view().identities(filter, all))).toEqual(keys));

    it('page at any size in one order', async () => {
      const whole = keysOf(await walk(100, (window) => view().identities({}, window)));
      expect(whole).toHaveLength(8);
      for (const size of [1, 3, 8]) expect(keysOf(await walk(size, (window) => view().identities({}, window)))).toEqual(whole);
    });
  });
}
