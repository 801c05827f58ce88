import { describe, expect, it } from 'vitest';
import { keyText } from '../../src/model/views.ts';
import type { View } from '../../src/directory/view.ts';
import { email, emptyStore, fillStore, grant, group, identity, member, of, role, scope } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, openView, sliceIds, sliceKeys } from './support.ts';

/** Everything that one view can be asked about a small world. */
async function state(view: View): Promise<unknown> {
  const [service] = view.services;
  const key = (text: string) => ({ svc: service?.svc ?? 0, key: text });
  return {
    users: sliceIds(await view.users({}, { field: 'displayName', descending: false }, all)),
    byIds: [...(await view.usersByIds(['ana', 'old']))].map(([asked, { id, displayName }]) => [asked, id, displayName].join(' ')).toSorted(),
    retired: await view.retiredIds(['ana']),
    byEmail: (await view.usersByLookup([{ by: 'email', email: 'ana@x.example' }])).map((each) => each !== undefined && 'id' in each && each.id),
    emails: (await view.emailsOfUsers(['ana'])).get('ana')?.map(({ address }) => address),
    accounts: sliceKeys(await view.identities({}, all)),
    linked: (await view.linksByKeys([key('U1')])).get(keyText(key('U1')))?.userId,
    name: (await view.identitiesByKeys([key('U1')])).get(keyText(key('U1')))?.record.displayName,
    groups: sliceKeys((await view.groupsOfUsers(['ana'], { transitive: true }, all)).get('ana')),
    grants: sliceKeys((await view.grantsOfUsers(['ana'], {}, all)).get('ana')),
    level: (await view.levelsOfUsers(['ana'], {})).get('ana'),
    roles: sliceKeys(await view.roles({}, all)),
    scopes: sliceKeys(await view.scopes({ kind: 'PROJECT' }, all)),
    cases: sliceIds(await view.matchCases({}, all)),
    counts: await view.counts(),
  };
}

const openCase = { id: 'c1', service: 'chat', account: 'U2', reason: 'two candidates', candidates: [], openedAt: 7 };

export function revisionSuite(store: () => TestStore): void {
  describe('a view', () => {
    it('answers for its revision, whatever comes after', async () => {
      const { connection } = store();
      await emptyStore(connection);
      await fillStore(connection, {
        services: [{ name: 'chat' }],
        records: of(
          'chat',
          identity('U1', { displayName: 'Ana', emails: [email('ana@x.example')] }),
          identity('U2'),
          group('team'),
          member('team', 'identity', 'U1'),
          role('r1'),
          scope('PROJECT', 'p1'),
          grant('g1', { kind: 'group', externalId: 'team' }, { level: 'ADMIN' }),
        ),
        people: [
          { id: 'ana', display_name: 'Ana' },
          { id: 'old', display_name: 'Old' },
        ],
        links: [{ service: 'chat', account: 'U1', user: 'ana' }],
        cases: [openCase],
      });
      const before = await openView(store());
      const then = await state(before);
      expect(then).toMatchObject({
        users: ['ana', 'old'],
        byEmail: ['ana'],
        groups: ['team'],
        grants: ['g1'],
        level: 'ADMIN',
        cases: ['c1'],
        retired: new Map(),
      });
      const { rev } = await fillStore(connection, {
        records: of('chat', identity('U1', { displayName: 'Anna', emails: [email('anna@x.example')] }), role('r2')),
        gone: of('chat', member('team', 'identity', 'U1'), role('r1'), scope('PROJECT', 'p1'), identity('U2')),
        people: [{ id: 'ana', display_name: 'Anna' }],
        merged: [['old', 'ana']],
        cases: [{ ...openCase, decision: 'REJECT' }],
      });
      expect(await state(before)).toEqual(then);
      const after = await openView(store());
      expect(after.revision).toBe(rev);
      expect(await state(after)).toEqual({
        users: ['ana'],
        byIds: ['ana ana Anna', 'old ana Anna'],
        retired: new Map([['ana', ['old']]]),
        byEmail: [false],
        emails: ['anna@x.example'],
        accounts: ['U1'],
        linked: 'ana',
        name: 'Anna',
        groups: undefined,
        grants: undefined,
        level: 'NONE',
        roles: ['r2'],
        scopes: [],
        cases: [],
        counts: { users: 1, identities: 1, linked: 1, cases: 0 },
      });
      expect((await after.matchCasesByIds(['c1'])).get('c1')).toMatchObject({ decision: 'REJECT', identity: { key: 'U2' } });
    });

    it('does not see what was read from a service that is not configured any more', async () => {
      const { connection } = store();
      await emptyStore(connection);
      const { svc } = await fillStore(connection, {
        services: [{ name: 'chat', configured: 0 }, { name: 'empty' }],
        records: of('chat', identity('U1', { emails: [email('ana@x.example')] }), role('r1'), grant('g1', { kind: 'identity', externalId: 'U1' })),
        people: [{ id: 'ana' }],
        links: [{ service: 'chat', account: 'U1', user: 'ana' }],
        cases: [openCase],
      });
      const view = await openView(store());
      expect(view.services.map(({ name }) => name)).toEqual(['empty']);
      expect(await view.identitiesByKeys([{ svc: svc('chat'), key: 'U1' }])).toEqual(new Map());
      expect(await state(view)).toMatchObject({
        users: ['ana'],
        accounts: [],
        byEmail: [false],
        emails: undefined,
        roles: [],
        level: 'NONE',
        cases: [],
      });
    });
  });

  describe('match cases', () => {
    const open = (id: string, openedAt: number, service = 'chat') => ({ ...openCase, id, openedAt, service });
    const candidate = { userId: 'ana', confidence: 0.5, rule: 'name', evidence: ['a'], against: ['b'] };
    const { view } = filled(store, {
      services: [{ name: 'chat' }, { name: 'pager' }],
      cases: [
        open('c', 1),
        open('b', 2),
        open('a', 2, 'pager'),
        { ...open('d', 3), candidates: [candidate] },
        { ...open('e', 0), decision: 'CONFIRM' },
      ],
    });

    it('are listed while they are open, the oldest first', async () => {
      expect(sliceIds(await view().matchCases({}, all))).toEqual(['c', 'a', 'b', 'd']);
      expect(sliceIds(await view().matchCases({ service: { type: 'pager' } }, all))).toEqual(['a']);
      const { edges } = await view().matchCases({}, { first: 2 });
      const rest = await view().matchCases({}, { first: 2, after: edges[1]?.cursor });
      expect(rest.edges.map(({ node }) => node.id)).toEqual(['b', 'd']);
      expect(rest.edges[1]?.node.candidates).toEqual([candidate]);
      expect(rest.hasNext).toBe(false);
    });
  });
}
