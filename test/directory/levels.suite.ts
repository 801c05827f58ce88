import { describe, expect, it } from 'vitest';
import { roleLevels, type RoleLevel } from '../../src/contract/records.ts';
import { levelRank } from '../../src/model/levels.ts';
import { userOrderFields, type GrantFilter, type ServiceSelector } from '../../src/model/views.ts';
import { grant, group, identity, member, of, type Filling } from '../store/fixture.ts';
import type { TestStore } from '../store/engines.ts';
import { filled, now, walk } from './support.ts';

const account = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const team = (externalId: string) => ({ kind: 'group', externalId }) as const;

// Somebody for every level, and somebody for every way to hold a grant and have nothing of it.
const idle = ['expired', 'suspended', 'deleted', 'shut', 'suggested', 'before'];
const staff: Filling = {
  services: [{ name: 'lab' }, { name: 'pager' }],
  records: [
    ...of(
      'lab',
      ...roleLevels.flatMap((level) => [identity(level), grant(level, account(level), { level })]),
      ...['expired', 'shut', 'suggested', 'nested', 'both', 'nobody'].map((id) => identity(id)),
      identity('suspended', { status: 'SUSPENDED' }),
      identity('deleted', { status: 'DELETED' }),
      identity('invited', { status: 'INVITED' }),
      identity('later'),
      ...['in', 'out'].map((id) => group(id)),
      { ...group('shut'), status: 'SUSPENDED' },
      member('in', 'identity', 'nested'),
      member('out', 'group', 'in'),
      member('in', 'group', 'out'),
      member('shut', 'identity', 'shut'),
      member('shut', 'group', 'in'),
      grant('g-out', team('out'), { level: 'MANAGER' }),
      grant('g-shut', team('shut'), { level: 'OWNER' }),
      grant('g-expired', account('expired'), { level: 'OWNER', expiresAt: now }),
      grant('g-late', account('later'), { level: 'READER', expiresAt: now + 1 }),
      ...['suspended', 'deleted', 'suggested', 'nobody', 'invited'].map((id) => grant(`g-${id}`, account(id), { level: 'ADMIN' })),
      grant('g-both', account('both'), { level: 'MEMBER' }),
      grant('g-both-odd', account('both'), { level: 'UNKNOWN' }),
    ),
    { service: 'lab', record: identity('before'), incarnation: 2 },
    ...of('lab', grant('g-before', account('before'), { level: 'OWNER' })),
    ...of('pager', ...['GUEST', 'shut'].map((id) => identity(id)), grant('p', account('GUEST'), { level: 'ADMIN' }), grant('q', account('shut'))),
  ],
  people: [...roleLevels, ...idle, 'nested', 'both', 'invited', 'later', 'bare'].map((id, n) => ({
    id,
    display_name: id,
    updated_at: n % 3,
    last_active_at: n % 2 === 0 ? null : n % 3,
  })),
  links: [
    ...[...roleLevels, ...idle, 'nested', 'both', 'invited', 'later'].map((id) => ({
      service: 'lab',
      account: id,
      user: id,
      ...(id === 'suggested' ? { state: 'SUGGESTED' as const } : {}),
    })),
    ...['GUEST', 'shut'].map((id) => ({ service: 'pager', account: id, user: id })),
  ],
};

// More grants times members than a list works out beforehand; none of them can use any.
const several = Array.from({ length: 45 }, (_, n) => `h${n}`);
const crowd: Filling = {
  records: of(
    'lab',
    group('hall'),
    ...several.flatMap((id) => [
      identity(id, { status: 'SUSPENDED' }),
      member('hall', 'identity', id),
      grant(`g-${id}`, team('hall'), { level: 'UNKNOWN' }),
    ]),
  ),
};

const services: readonly (readonly ServiceSelector[] | undefined)[] = [undefined, [{ type: 'lab' }], [{ type: 'pager' }], [{ type: 'nowhere' }]];

const fits = (level: RoleLevel, least: RoleLevel): boolean => level === 'UNKNOWN' || (least !== 'UNKNOWN' && levelRank(level) >= levelRank(least));

export function levelsSuite(store: () => TestStore): void {
  describe.each<[string, readonly Filling[]]>([
    ['few', [staff]],
    ['many', [staff, crowd]],
  ])('lists by level where %s seem to hold something', (_, fillings) => {
    const { view } = filled(store, ...fillings);
    const people = (
      level: RoleLevel | undefined,
      within: readonly ServiceSelector[] | undefined,
      field: (typeof userOrderFields)[number],
      size = 4,
    ) => walk(size, (window) => view().users({ level, services: within }, { field, descending: false }, window));
    const cases = services.flatMap((within) => roleLevels.map((level) => ({ level, within, of: within?.[0]?.type ?? 'all services' })));

    it.each(cases)('people: $level in $of, as their levels and what is UNKNOWN say', async ({ level, within }) => {
      const everybody = (await people(undefined, within, 'displayName', 100)).map(({ id }) => id);
      const levels = await view().levelsOfUsers(everybody, { service: within?.[0]?.type });
      const access = await walk(100, (window) => view().effectiveAccess({ services: within }, window));
      const odd = new Set(access.filter((row) => row.level === 'UNKNOWN').map(({ userId }) => userId));
      const wanted = everybody.filter((id) => odd.has(id) || (level !== 'UNKNOWN' && levelRank(levels.get(id) ?? 'NONE') >= levelRank(level)));
      for (const field of userOrderFields) expect((await people(level, within, field)).map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
    });

    it('people: nobody who holds only what has ended or cannot be used', async () => {
      const found = (await people('GUEST', undefined, 'displayName')).map(({ id }) => id);
      expect(found).toEqual(['ADMIN', 'both', 'GUEST', 'invited', 'later', 'MANAGER', 'MEMBER', 'nested', 'OWNER', 'READER', 'shut', 'UNKNOWN']);
      expect((await people('MANAGER', undefined, 'displayName')).map(({ id }) => id)).not.toContain('shut');
      expect((await people('UNKNOWN', undefined, 'displayName')).map(({ id }) => id)).toEqual(['both', 'UNKNOWN']);
    });

    it.each(cases.filter(({ of }) => of !== 'nowhere' && of !== 'pager'))(
      'effective access, rows of the report and grants: $level in $of, as the whole lists say',
      async ({ level, within }) => {
        const access = (size: number, minLevel?: RoleLevel) => walk(size, (window) => view().effectiveAccess({ services: within, minLevel }, window));
        const rows = (size: number, minLevel?: RoleLevel) => walk(size, (window) => view().reportRows({ services: within, minLevel }, [], window));
        const grants = (size: number, minLevel?: RoleLevel) => walk(size, (window) => view().grants({ services: within, minLevel }, window));
        const shown = (list: readonly { readonly filter: object }[]) => list.map((row) => ({ ...row, filter: undefined }));
        expect(shown(await access(3, level))).toEqual(shown((await access(100)).filter((row) => fits(row.level, level))));
        expect(shown(await rows(30, level))).toEqual(shown((await rows(100)).filter((row) => fits(row.level, level))));
        expect(await grants(30, level)).toEqual((await grants(100)).filter(({ record }) => fits(record.level, level)));
      },
    );

    it.each(['both', 'GUEST', 'nested', 'expired', 'nowhere'])('rows of the report of one person: %s, as the whole list says', async (userId) => {
      const grantsOf = async (filter: GrantFilter) =>
        (await walk(2, (window) => view().reportRows(filter, [], window))).map((row) => [row.userId, row.grant, row.level]);
      const whole = await grantsOf({});
      expect(await grantsOf({ userId })).toEqual(whole.filter(([id]) => id === userId));
      expect(await grantsOf({ userId, minLevel: 'ADMIN' })).toEqual(
        whole.filter(([id, , level]) => id === userId && fits(level as RoleLevel, 'ADMIN')),
      );
    });
  });
}
