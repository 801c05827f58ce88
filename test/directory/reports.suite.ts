import { describe, expect, it } from 'vitest';
import { findings, type Finding, type ReportKey, type RoleReportRow } from '../../src/model/access.ts';
import { keyText, type GrantFilter } from '../../src/model/views.ts';
import { reportRows, type ReportRow } from '../../src/store/read/report.ts';
import type { TestStore } from '../store/engines.ts';
import { grant, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';
import { filled, now, walk } from './support.ts';

const person = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const day = 86_400_000;
const project = { scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId: 'p' } } as const;

/** Each finding has one planted case; everybody else is in order. */
const company: Filling = {
  services: [
    { name: 'hr', display_name: 'People', profile: { people: 'source' } },
    { name: 'lab', display_name: 'Lab' },
  ],
  records: [
    ...of(
      'hr',
      ...['ana', 'two', 'quiet'].map((id) => identity(id)),
      identity('leaver', { status: 'SUSPENDED' }),
      identity('gone', { status: 'DELETED' }),
      identity('two-old', { status: 'SUSPENDED' }),
      grant('hr-ana', person('ana'), { scopeKind: 'SERVICE', role: 'member' }),
    ),
    ...of(
      'lab',
      role('admin', { level: 'ADMIN' }),
      scope('PROJECT', 'p'),
      identity('ana', { mfaEnabled: true, lastActiveAt: now - day }),
      identity('bare-admin', { mfaEnabled: false }),
      identity('bot', { accountKind: 'BOT' }),
      identity('kept-bot', { accountKind: 'BOT' }),
      identity('leaver'),
      identity('gone'),
      identity('two'),
      identity('orphan'),
      identity('quiet', { lastActiveAt: now - 91 * day }),
      identity('shut', { status: 'SUSPENDED', lastActiveAt: 0 }),
      group('team'),
      member('team', 'identity', 'ana'),
      member('team', 'identity', 'leaver'),
      grant('g1', person('ana'), { ...project, role: 'admin', level: 'ADMIN' }),
      grant('g2', person('ana'), { ...project, role: 'odd', level: 'UNKNOWN' }),
      grant('g3', { kind: 'group', externalId: 'team' }, { ...project, role: 'member' }),
      grant('g4', person('bare-admin'), { ...project, role: 'admin', level: 'OWNER' }),
      grant('g5', person('bare-admin'), { ...project, role: 'member', expiresAt: now - day }),
      grant('g6', person('orphan'), { ...project, role: 'member', level: 'READER' }),
      grant('g7', person('shut'), { ...project, role: 'admin', level: 'OWNER', expiresAt: 1 }),
    ),
  ],
  people: [...['ana', 'leaver', 'gone', 'two', 'quiet', 'bare', 'shut'].map((id) => ({ id })), { id: 'bot', kind: 'BOT' }],
  links: [
    ...['ana', 'leaver', 'gone', 'two', 'quiet'].flatMap((id) => ['hr', 'lab'].map((service) => ({ service, account: id, user: id }))),
    { service: 'hr', account: 'two-old', user: 'two' },
    { service: 'lab', account: 'bare-admin', user: 'bare' },
    { service: 'lab', account: 'bot', user: 'bot' },
    { service: 'lab', account: 'kept-bot', user: 'ana' },
    { service: 'lab', account: 'shut', user: 'shut' },
    { service: 'lab', account: 'orphan', state: 'SUGGESTED' },
  ],
};

const told = ({ account, grant: held, finding, source }: RoleReportRow): string => [account.key, held?.key ?? 'nothing', finding ?? source].join(' ');

const planted: Readonly<Record<Finding, readonly (readonly [row: string, reason: string])[]>> = {
  ORPHAN: [['orphan g6 ORPHAN', 'no person is linked to this account']],
  LEAVER_WITH_ACCESS: [
    ['gone nothing LEAVER_WITH_ACCESS', 'the person is suspended in, or gone from, People (hr); this account is active'],
    ['leaver g3 LEAVER_WITH_ACCESS', 'the person is suspended in, or gone from, People (hr); this account is active'],
  ],
  DORMANT: [['quiet nothing DORMANT', 'last active on 2026-10-16, more than 90 days ago']],
  UNKNOWN_LEVEL: [['ana g2 UNKNOWN_LEVEL', 'nobody mapped this role to a level: it may be as high as any']],
  ADMIN_WITHOUT_MFA: [['bare-admin g4 ADMIN_WITHOUT_MFA', 'OWNER without a second factor']],
  EXPIRED_GRANT: [['bare-admin g5 EXPIRED_GRANT', 'ended on 2027-01-14, and the service still lists it']],
  BOT_WITHOUT_OWNER: [['bot nothing BOT_WITHOUT_OWNER', 'no person owns this account of a bot']],
};

export function reportsSuite(store: () => TestStore): void {
  describe('role reports', () => {
    const { view, svc } = filled(store, company);
    const rows = (filter: GrantFilter, asked: readonly Finding[] = [], size = 100) =>
      walk(size, (window) => view().reportRows(filter, asked, window));
    const summary = (by: readonly ReportKey[], filter: GrantFilter = {}, asked: readonly Finding[] = []) => view().reportSummary(filter, asked, by);
    const everything = [
      'ana hr-ana DIRECT',
      'ana g1 DIRECT',
      'ana g2 DIRECT',
      'ana g3 VIA_GROUP',
      'bare-admin g4 DIRECT',
      'leaver g3 VIA_GROUP',
      'orphan g6 DIRECT',
    ];

    it.each([1, 2, 100])('list each account with each grant that it has, %i at a time', async (size) => {
      expect((await rows({}, [], size)).map(told)).toEqual(everything);
    });

    it.each(findings)('find %s', async (finding) => {
      const found = await rows({}, [finding]);
      expect(found.map((row) => [told(row), row.reason])).toEqual(planted[finding]);
    });

    it.each([1, 3, 100])('list several findings together, %i at a time', async (size) => {
      const found = (await rows({}, findings, size)).map(told);
      expect(found.toSorted()).toEqual(
        Object.values(planted)
          .flatMap((each) => each.map(([row]) => row))
          .toSorted(),
      );
      expect(new Set(found).size).toBe(found.length);
    });

    it('take findings only where the filter fits: then accounts without access are out', async () => {
      expect((await rows({ services: [{ type: 'hr' }] }, findings)).map(told)).toEqual([]);
      expect((await rows({ minLevel: 'MEMBER' }, ['LEAVER_WITH_ACCESS', 'DORMANT', 'ORPHAN'])).map(told)).toEqual(['leaver g3 LEAVER_WITH_ACCESS']);
      expect((await rows({ userId: 'bot' }, findings)).map(told)).toEqual(['bot nothing BOT_WITHOUT_OWNER']);
    });

    it('filter', async () => {
      expect((await rows({ minLevel: 'ADMIN' })).map(told)).toEqual(['ana g1 DIRECT', 'ana g2 DIRECT', 'bare-admin g4 DIRECT']);
      expect((await rows({ source: 'VIA_GROUP' })).map(told)).toEqual(['ana g3 VIA_GROUP', 'leaver g3 VIA_GROUP']);
      expect((await rows({ scope: { svc: svc('lab'), kind: 'PROJECT', externalId: 'p' } })).map(told)).toEqual(everything.slice(1));
    });

    it('count people and accounts, once each', async () => {
      const line = { svc: undefined, role: undefined, level: undefined, scopeKind: undefined, scope: undefined };
      expect(await summary([])).toEqual([{ ...line, users: 3, identities: 5 }]);
      expect(await summary(['SERVICE'])).toEqual([
        { ...line, svc: svc('lab'), users: 3, identities: 4 },
        { ...line, svc: svc('hr'), users: 1, identities: 1 },
      ]);
      const levels = await summary(['LEVEL'], { services: [{ type: 'lab' }] });
      expect(Object.fromEntries(levels.map(({ level, users, identities }) => [level, [users, identities]]))).toEqual({
        MEMBER: [2, 2],
        UNKNOWN: [1, 1],
        READER: [0, 1],
        ADMIN: [1, 1],
        OWNER: [1, 1],
      });
      const roles = await summary(['ROLE', 'SCOPE_KIND', 'SCOPE'], { minLevel: 'OWNER' });
      expect(roles).toContainEqual({
        ...line,
        svc: svc('lab'),
        role: { svc: svc('lab'), key: 'admin' },
        scopeKind: 'PROJECT',
        scope: { svc: svc('lab'), key: 'PROJECT/p' },
        users: 1,
        identities: 1,
      });
      expect(await summary([], {}, findings)).toEqual([{ ...line, users: 6, identities: 7 }]);
    });

    const filters: readonly Omit<GrantFilter, 'scope'>[] = [
      {},
      { source: 'DIRECT' },
      { source: 'VIA_GROUP' },
      { scopeKind: 'PROJECT' },
      { userId: 'ana' },
    ];

    it.each(filters)('tell the same however many accounts are asked first: %j', async (filter) => {
      const { read } = store().connection;
      const { rev } = await read.selectFrom('revision').select('rev').orderBy('rev', 'desc').limit(1).executeTakeFirstOrThrow();
      const svcs = [svc('hr'), svc('lab')];
      const question = { at: { db: read, rev, svcs }, now, sources: [svc('hr')], findings: [], filter };
      const all = (await rows(filter)).map(told);
      expect(all.length).toBeGreaterThan(0);
      for (const asked of [1, 2, 5, 100]) {
        for (const limit of [1, 2, 100]) {
          const found: ReportRow[] = [];
          for (let page: readonly ReportRow[] | undefined; page === undefined || page.length === limit;) {
            page = await reportRows(question, { after: found.at(-1), limit }, asked);
            found.push(...page);
          }
          expect(found.map(({ account, grant_key, source }) => `${account} ${grant_key} ${source}`)).toEqual(all);
        }
      }
    });

    it.each(filters.flatMap((filter) => [[], ...findings.map((finding) => [finding]), findings].map((asked) => ({ filter, asked }))))(
      'count what they list: $filter, $asked',
      async ({ filter, asked }) => {
        const listed = await rows(filter, asked);
        const distinct = (texts: readonly (string | undefined)[]): number => new Set(texts.filter((text) => text !== undefined)).size;
        const counted = await summary([], filter, asked);
        expect(counted.map(({ users, identities }) => [users, identities])).toEqual([
          [distinct(listed.map(({ userId }) => userId)), distinct(listed.map(({ account }) => keyText(account)))],
        ]);
      },
    );

    it('count nothing where no service is asked for', async () => {
      for (const asked of [[], ...findings.map((finding) => [finding]), findings]) {
        expect(await summary(['SERVICE'], { services: [] }, asked)).toEqual([]);
        expect(await summary(['SERVICE'], { services: [], userId: 'ana' }, asked)).toEqual([]);
      }
    });

    it('cost one statement a question, and ways to the grants of a page two', async () => {
      const page = (await view().reportRows({}, [], { first: 100 })).edges.flatMap(({ node: { account, grant: held } }) =>
        held === undefined ? [] : [{ account, grant: held }],
      );
      expect(await store().costOf(() => view().reportRows({}, findings, { first: 100 }))).toBe(1);
      expect(await store().costOf(() => summary(['SERVICE', 'ROLE', 'LEVEL']))).toBe(1);
      expect(await store().costOf(() => view().waysToGrants(page, {}))).toBe(2);
    });
  });
}
