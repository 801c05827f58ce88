import { describe, expect, it } from 'vitest';
import { userOrderFields, type UserFilter } from '../../src/model/views.ts';
import { BadCursorError } from '../../src/directory/view.ts';
import { email, grant, group, identity, member, of, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { all, filled, sliceIds, walk } from './support.ts';

const names = ['Zoë', 'ana', 'Ana', 'bo', 'Bo', 'bo', 'Çelik', 'd_rk', 'd%rk', 'dark', undefined, undefined, 'Émile'];
const crowd: Filling = {
  people: names.map((name, n) => ({
    id: `p${String(n).padStart(2, '0')}`,
    display_name: name ?? null,
    updated_at: 10 + (n % 3),
    last_active_at: n % 4 === 0 ? null : 100 - (n % 5),
  })),
};

const staff: Filling = {
  services: [{ name: 'chat' }, { name: 'pager' }],
  records: [
    ...of(
      'chat',
      identity('U1', { emails: [email('ana@acme.example', 'UNKNOWN'), email('a@x.example', 'UNVERIFIED', false)] }),
      identity('U2', { emails: [email('ben@x.example')] }),
      identity('U3', { status: 'DELETED', emails: [email('cy@x.example')] }),
      identity('U4'),
    ),
    ...of('pager', identity('P1', { emails: [email('Ana@acme.example', 'ASSERTED'), email('a@x.example', 'UNKNOWN', false)] }), identity('P4')),
    ...of(
      'chat',
      group('inner'),
      group('outer'),
      member('inner', 'identity', 'U2'),
      member('outer', 'group', 'inner'),
      member('inner', 'group', 'outer'),
    ),
    ...of(
      'chat',
      grant('g1', { kind: 'identity', externalId: 'U1' }, { level: 'READER' }),
      grant('g2', { kind: 'group', externalId: 'outer' }, { level: 'ADMIN' }),
    ),
    ...of('pager', grant('g4', { kind: 'identity', externalId: 'P4' }, { level: 'UNKNOWN' })),
  ],
  people: [
    { id: 'ana', display_name: 'Ana Á', primary_email: 'ana@ACME.example', last_active_at: 50, updated_at: 5 },
    { id: 'ben', display_name: 'Ben', kind: 'BOT', last_active_at: 10 },
    { id: 'cy', display_name: 'Cy', status: 'DELETED' },
    { id: 'dora', display_name: 'Dora', status: 'SUSPENDED' },
  ],
  links: [
    { service: 'chat', account: 'U1', user: 'ana' },
    { service: 'pager', account: 'P1', user: 'ana' },
    { service: 'chat', account: 'U2', user: 'ben' },
    { service: 'chat', account: 'U3', user: 'cy' },
    { service: 'chat', account: 'U4', user: 'dora', state: 'SUGGESTED' },
    { service: 'pager', account: 'P4', user: 'dora', state: 'LINKED_MANUAL' },
  ],
};

export function peopleSuite(store: () => TestStore): void {
  describe('listing people', () => {
    const { view } = filled(store, crowd);

    it.each(userOrderFields.flatMap((field) => [false, true].map((descending) => ({ field, descending }))))(
      'pages by $field, descending: $descending, in one order at any size',
      async (order) => {
        const whole = await walk(100, (window) => view().users({}, order, window));
        expect(new Set(whole.map(({ id }) => id)).size).toBe(names.length);
        for (const size of [1, 2, 5, names.length - 1, names.length]) {
          expect(await walk(size, (window) => view().users({}, order, window))).toEqual(whole);
        }
      },
    );

    it('orders by name whatever the case, and by id where names are equal', async () => {
      const people = sliceIds(await view().users({}, { field: 'displayName', descending: false }, { first: 5 }));
      expect(people).toEqual(['p01', 'p02', 'p03', 'p04', 'p05']);
    });

    it.each([false, true])('puts who was never seen last, descending: %s', async (descending) => {
      const people = await view().users({}, { field: 'lastActiveAt', descending }, all);
      const seen = people.edges.map(({ node }) => node.lastActiveAt);
      expect(seen.slice(-4)).toEqual([undefined, undefined, undefined, undefined]);
      expect(seen.slice(0, -4)).toEqual(seen.slice(0, -4).toSorted((a, b) => ((a ?? 0) - (b ?? 0)) * (descending ? -1 : 1)));
    });

    it('refuses a cursor of another order, and anything that is none', async () => {
      const page = await view().users({}, { field: 'displayName', descending: false }, { first: 1 });
      const cursor = page.edges[0]?.cursor;
      await expect(view().users({}, { field: 'updatedAt', descending: false }, { first: 1, after: cursor })).rejects.toThrow(BadCursorError);
      await expect(view().users({}, { field: 'displayName', descending: false }, { first: 1, after: 'nonsense' })).rejects.toThrow(BadCursorError);
    });

    it('takes every character of a search for itself', async () => {
      const search = async (text: string) => sliceIds(await view().users({ search: text }, { field: 'displayName', descending: false }, all));
      expect(await search('D_RK')).toEqual(['p07']);
      expect(await search('d%r')).toEqual(['p08']);
      expect(await search('\\')).toEqual([]);
      expect(await search('ÇELIK')).toEqual(['p06']);
      expect(await search('zoe\u0308')).toEqual(['p00']);
      expect(await search('x\0')).toEqual([]);
      expect(await search('x'.repeat(100_000))).toEqual([]);
    });
  });

  describe('filtering people', () => {
    const { view } = filled(store, staff);
    const chosen = async (filter: UserFilter) => sliceIds(await view().users(filter, { field: 'displayName', descending: false }, all));

    it.each<[string, UserFilter, readonly string[]]>([
      ['nothing asked: whoever is not gone', {}, ['ana', 'ben', 'dora']],
      ['kind', { kind: 'BOT' }, ['ben']],
      ['the gone, when asked for', { status: 'DELETED' }, ['cy']],
      ['an account in a service', { services: [{ type: 'chat' }] }, ['ana', 'ben']],
      ['an account in one of two', { services: [{ type: 'pager' }, { type: 'chat', serviceId: 'other' }] }, ['ana', 'dora']],
      ['an unknown service', { services: [{ type: 'nowhere' }] }, []],
      ['no account in a service', { unlinkedIn: [{ type: 'chat' }] }, ['dora']],
      ['no account in any of two', { unlinkedIn: [{ type: 'chat' }, { type: 'pager' }] }, []],
      ['no account in an unknown service', { unlinkedIn: [{ type: 'nowhere' }] }, []],
      ['an address of any account', { email: 'BEN@x.example' }, ['ben']],
      ['an address of a tombstone', { email: 'cy@x.example' }, []],
      ['a level, through nested groups, or one that nobody knows', { level: 'ADMIN' }, ['ben', 'dora']],
      ['a low level', { level: 'READER' }, ['ana', 'ben', 'dora']],
      ['a level in a service', { level: 'READER', services: [{ type: 'chat' }] }, ['ana', 'ben']],
      ['a level nobody knows', { level: 'UNKNOWN' }, ['dora']],
      ['known to be inactive', { inactiveSince: 50 }, ['ben']],
      ['changed', { updatedSince: 5 }, ['ana']],
    ])('by %s', async (_, filter, ids) => expect(await chosen(filter)).toEqual(ids));

    it('gathers addresses with their strongest proof, the primary one first', async () => {
      const emails = await view().emailsOfUsers(['ana', 'cy', 'dora']);
      expect([...emails.keys()]).toEqual(['ana']);
      expect(emails.get('ana')).toMatchObject([
        { address: 'ana@ACME.example', proof: 'ASSERTED', primary: true, seenIn: [{ key: 'U1' }, { key: 'P1' }] },
        { address: 'a@x.example', proof: 'UNVERIFIED', primary: false, seenIn: [{ key: 'U1' }, { key: 'P1' }] },
      ]);
    });

    it('counts people, accounts, links and cases that are there', async () => {
      expect(await view().counts()).toEqual({ users: 3, identities: 5, linked: 4, cases: 0 });
    });
  });
}
