import { describe, expect, it } from 'vitest';
import { accessText } from '../../src/directory/effective.ts';
import type { AccessPathView, EffectiveAccessView } from '../../src/model/access.ts';
import type { GrantFilter } from '../../src/model/views.ts';
import type { TestStore } from '../store/engines.ts';
import { grant, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';
import { all, filled, now, sliceKeys, walk } from './support.ts';

const person = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const team = (externalId: string) => ({ kind: 'group', externalId }) as const;
const project = (externalId: string) => ({ scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId } }) as const;
const day = 86_400_000;

const company: Filling = {
  services: [
    { name: 'lab', service_id: 'L 1' },
    { name: 'pager', service_id: 'acme' },
  ],
  records: [
    ...of(
      'lab',
      role('admin', { level: 'ADMIN' }),
      scope('ORGANIZATION', 'o', { parent: { kind: 'SERVICE', externalId: 'L 1' } }),
      scope('WORKSPACE', 'w', { parent: { kind: 'ORGANIZATION', externalId: 'o' } }),
      scope('PROJECT', 'p1', { parent: { kind: 'WORKSPACE', externalId: 'w' } }),
      scope('PROJECT', 'p2', { parent: { kind: 'PROJECT', externalId: 'p3' } }),
      scope('PROJECT', 'p3', { parent: { kind: 'PROJECT', externalId: 'p2' } }),
      ...['ana', 'ana2', 'ben', 'cy'].map((id) => identity(id)),
      identity('off', { status: 'SUSPENDED' }),
      identity('left', { status: 'DELETED' }),
      // in → mid → top and in → side → top: a diamond; top → in: a circle.
      ...['in', 'mid', 'side', 'top', 'shut'].map((id) => ({ ...group(id), status: id === 'shut' ? ('SUSPENDED' as const) : ('ACTIVE' as const) })),
      member('in', 'identity', 'ana'),
      member('mid', 'group', 'in'),
      member('side', 'group', 'in'),
      member('top', 'group', 'mid'),
      member('top', 'group', 'side'),
      member('in', 'group', 'top'),
      member('shut', 'identity', 'ana'),
      member('shut', 'group', 'in'),
      member('ghost', 'identity', 'cy'),
      grant('g-own', person('ana'), { ...project('p1'), level: 'READER', role: 'reader', permissions: ['look'] }),
      grant('g-top', team('top'), { ...project('p1'), level: 'ADMIN', role: 'admin', permissions: ['look', 'change'], expiresAt: now + day }),
      grant('g-two', person('ana2'), { ...project('p1'), level: 'ADMIN', role: 'boss', expiresAt: now + 2 * day }),
      grant('g-odd', team('mid'), { ...project('p1'), level: 'UNKNOWN' }),
      grant('g-shut', team('shut'), { ...project('p2'), level: 'OWNER' }),
      grant('g-ghost', team('ghost'), { ...project('p2'), level: 'MANAGER' }),
      grant('g-late', person('ana'), { ...project('p2'), level: 'OWNER', expiresAt: now }),
      grant('g-all', person('ben'), { scopeKind: 'PROJECT', allScopes: true, level: 'MEMBER' }),
      grant('g-org', person('ben'), { scopeKind: 'ORGANIZATION', scope: { kind: 'ORGANIZATION', externalId: 'o' }, level: 'ADMIN' }),
      grant('g-member', person('cy'), { scopeKind: 'WORKSPACE', scope: { kind: 'WORKSPACE', externalId: 'w' }, level: 'MANAGER' }),
      grant('g-off', person('off'), { ...project('p1'), level: 'OWNER' }),
      grant('g-left', person('left'), { ...project('p1'), level: 'OWNER' }),
      grant('g-unlisted', person('unlisted'), { ...project('p1'), level: 'OWNER' }),
      grant('g-service', person('cy'), { scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: 'L 1' }, level: 'OWNER' }),
    ),
    ...of('pager', identity('ana'), grant('p', person('ana'), { scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: 'acme' } })),
  ],
  people: ['ana', 'ben', 'cy', 'off', 'bare', 'old-ana'].map((id) => ({ id })),
  links: [
    ...['ana', 'ben', 'cy', 'off'].map((id) => ({ service: 'lab', account: id, user: id })),
    { service: 'lab', account: 'ana2', user: 'ana' },
    { service: 'lab', account: 'left', user: 'ben' },
    { service: 'pager', account: 'ana', user: 'ana' },
  ],
};

const told = ({ userId, place, level }: EffectiveAccessView): string => `${userId} ${place.key ?? `every ${place.kind}`} ${level}`;
const wayOf = ({ account, groups, grant: { key }, scopes }: AccessPathView): string =>
  [account.key, ...groups.map((each) => each.key), key, ...scopes.map((each) => each.key)].join(' > ');

export function effectiveSuite(store: () => TestStore): void {
  describe('effective access', () => {
    const { view, svc } = filled(store, company, { merged: [['old-ana', 'ana']] });
    const list = async (filter: GrantFilter, size = 100) => (await walk(size, (window) => view().effectiveAccess(filter, window))).map(told);
    const onProject = (externalId: string) => ({ svc: svc('lab'), kind: 'PROJECT' as const, externalId });
    const behind = async (filter: GrantFilter, which: string) => {
      const row = (await view().effectiveAccess(filter, all)).edges.map(({ node }) => node).find((each) => told(each) === which);
      if (row === undefined) throw new Error(`no row ${which}`);
      const found = (await view().accessBehind([row], filter)).get(accessText(row));
      return { row, ...found, paths: found?.paths.map(wayOf) };
    };
    const everything = [
      'ana PROJECT/p1 ADMIN',
      'ana PROJECT/p1 UNKNOWN',
      'ana SERVICE/acme MEMBER',
      'ben ORGANIZATION/o ADMIN',
      'ben every PROJECT MEMBER',
      'cy PROJECT/p2 MANAGER',
      'cy SERVICE/L%201 OWNER',
      'cy WORKSPACE/w MANAGER',
    ];

    it('is the highest known level of each person in each place, what is UNKNOWN apart; nothing that has ended or cannot be used', async () => {
      expect(await list({})).toEqual(everything);
    });

    it.each([1, 2, 3])('pages by %i', async (size) => {
      expect(await list({}, size)).toEqual(everything);
      const own = await walk(size, async (window) => (await view().effectiveAccessOfUsers(['ana', 'cy'], {}, window)).get('ana'));
      expect(own.map(told)).toEqual(everything.filter((row) => row.startsWith('ana')));
    });

    it.each<[string, () => GrantFilter, readonly string[]]>([
      [
        'administrators anywhere, unknown ones too',
        () => ({ minLevel: 'ADMIN' }),
        ['ana PROJECT/p1 ADMIN', 'ana PROJECT/p1 UNKNOWN', 'ben ORGANIZATION/o ADMIN', 'cy SERVICE/L%201 OWNER'],
      ],
      ['a person by a retired id', () => ({ userId: 'old-ana', scopeKind: 'SERVICE' }), ['ana SERVICE/acme MEMBER']],
      ['a service', () => ({ services: [{ type: 'pager' }] }), ['ana SERVICE/acme MEMBER']],
      ['no service', () => ({ services: [{ type: 'nothing' }] }), []],
      ['a role', () => ({ role: { svc: svc('lab'), key: 'boss' } }), ['ana PROJECT/p1 ADMIN']],
      ['through groups', () => ({ source: 'VIA_GROUP' }), ['ana PROJECT/p1 ADMIN', 'ana PROJECT/p1 UNKNOWN', 'cy PROJECT/p2 MANAGER']],
      ['soon to end', () => ({ expiresBefore: now + 1.5 * day }), ['ana PROJECT/p1 ADMIN']],
      [
        'a project: grants for every project count, and administrators of what is around it',
        () => ({ scope: onProject('p1') }),
        ['ana PROJECT/p1 ADMIN', 'ana PROJECT/p1 UNKNOWN', 'ben PROJECT/p1 ADMIN', 'cy PROJECT/p1 OWNER'],
      ],
      ['projects in a circle', () => ({ scope: onProject('p2') }), ['ben PROJECT/p2 MEMBER', 'cy PROJECT/p2 OWNER']],
    ])('of %s', async (_, filter, rows) => {
      expect(await list(filter())).toEqual(rows);
      expect(await list(filter(), 1)).toEqual(rows);
    });

    it('says by which ways, each a chain of what is there', async () => {
      expect(await behind({}, 'ana PROJECT/p1 ADMIN')).toMatchObject({
        paths: [
          'ana > g-own > PROJECT/p1',
          'ana > in > mid > top > g-top > PROJECT/p1',
          'ana > in > side > top > g-top > PROJECT/p1',
          'ana2 > g-two > PROJECT/p1',
        ],
        more: false,
        role: { key: 'boss' },
        permissions: ['change', 'look'],
      });
      expect((await behind({}, 'ana PROJECT/p1 UNKNOWN')).paths).toEqual(['ana > in > mid > g-odd > PROJECT/p1']);
      expect((await behind({}, 'cy PROJECT/p2 MANAGER')).paths).toEqual(['cy > ghost > g-ghost > PROJECT/p2']);
    });

    it('says through which scopes', async () => {
      const filter = { scope: onProject('p1') };
      expect((await behind(filter, 'ben PROJECT/p1 ADMIN')).paths).toEqual([
        'ben > g-all > PROJECT/p1',
        'ben > g-org > ORGANIZATION/o > WORKSPACE/w > PROJECT/p1',
      ]);
      expect((await behind(filter, 'cy PROJECT/p1 OWNER')).paths).toEqual([
        'cy > g-service > SERVICE/L%201 > ORGANIZATION/o > WORKSPACE/w > PROJECT/p1',
      ]);
    });

    it('ends when the last grant that gives the level does', async () => {
      expect((await behind({}, 'ana PROJECT/p1 ADMIN')).row.expiresAt).toBe(now + 2 * day);
      expect((await behind({}, 'ben every PROJECT MEMBER')).row.expiresAt).toBeUndefined();
    });

    it('agrees with the level of a person', async () => {
      const levels = await view().levelsOfUsers(['ana', 'ben', 'cy', 'off', 'bare'], { scope: onProject('p1') });
      expect([...levels.values()]).toEqual(['ADMIN', 'ADMIN', 'OWNER', 'NONE', 'NONE']);
    });

    it('lists the grants that count on a scope', async () => {
      const grants = async (level?: 'ADMIN') =>
        [...(await view().effectiveGrantsOnScopes([onProject('p1'), onProject('p2')], level, all)).values()].map(sliceKeys);
      expect(await grants()).toEqual([
        ['g-all', 'g-odd', 'g-org', 'g-own', 'g-service', 'g-top', 'g-two'],
        ['g-all', 'g-ghost', 'g-service'],
      ]);
      expect(await grants('ADMIN')).toEqual([['g-odd', 'g-org', 'g-service', 'g-top', 'g-two'], ['g-service']]);
    });

    it('is told as it stood at an earlier moment', async () => {
      await store()
        .connection.write.updateTable('revision')
        .set({ at: now - 2 * day })
        .where('rev', '=', view().revision - 1)
        .execute();
      await store()
        .connection.write.updateTable('revision')
        .set({ at: now - day })
        .where('rev', '=', view().revision)
        .execute();
      expect(await list({ asOf: now - 3 * day })).toEqual([]);
      expect(await list({ asOf: now - 1.5 * day, scope: onProject('p2') })).toEqual([
        'ana PROJECT/p2 OWNER',
        'ben PROJECT/p2 MEMBER',
        'cy PROJECT/p2 OWNER',
      ]);
      expect(await view().reportSummary({ asOf: now - 3 * day }, [], [])).toMatchObject([{ users: 0, identities: 0 }]);
    });

    it('costs as many statements for one as for all', async () => {
      const cost = async (userIds: readonly string[]) => {
        const slices = await view().effectiveAccessOfUsers(userIds, {}, all);
        const rows = [...slices.values()].flatMap(({ edges }) => edges.map(({ node }) => node));
        return [
          await store().costOf(() => view().effectiveAccessOfUsers(userIds, {}, all)),
          await store().costOf(() => view().accessBehind(rows, {})),
          await store().costOf(() => view().effectiveAccess({}, all)),
        ];
      };
      expect(await cost(['ana'])).toEqual([1, 2, 1]);
      expect(await cost(['ana', 'ben', 'cy', 'off', 'bare'])).toEqual([1, 2, 1]);
    });
  });
}
