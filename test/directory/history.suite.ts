import { describe, expect, test } from 'vitest';
import type { AuditEventView } from '../../src/model/audit.ts';
import { localOperator } from '../../src/model/audit.ts';
import { appendAudit } from '../../src/store/audit/chain.ts';
import type { TestStore } from '../store/engines.ts';
import { grant, group, identity, member, of, type Filling } from '../store/fixture.ts';
import { all, filled, openView, walk } from './support.ts';

const ann = 'u-ann';
const old = 'u-old';
const holds = (externalId: string) => ({ kind: 'identity', externalId }) as const;

/** One change a revision: 1 the start, 2 a grant, 3 another level, 4 a membership, 5 gone again, 6 a name, 7 merged, 8 deleted, 9 somebody else's. */
const life: readonly Filling[] = [
  {
    services: [{ name: 'chat' }, { name: 'pager' }],
    records: [...of('chat', identity('A', { displayName: 'Ann' }), group('g', 'Team')), ...of('pager', identity('P'), grant('p1', holds('P')))],
    people: [{ id: ann }, { id: old }],
    links: [
      { service: 'chat', account: 'A', user: ann },
      { service: 'pager', account: 'P', user: old },
    ],
  },
  { records: of('chat', grant('g1', holds('A'))) },
  { records: of('chat', grant('g1', holds('A'), { level: 'ADMIN' })) },
  { records: of('chat', member('g', 'identity', 'A')) },
  { gone: of('chat', grant('g1', holds('A'))) },
  { records: of('chat', identity('A', { displayName: 'Ann Lee' })) },
  { merged: [[old, ann]], links: [{ service: 'pager', account: 'P', user: ann }] },
  { records: of('chat', identity('A', { displayName: 'Ann Lee', status: 'DELETED' })) },
  { links: [{ service: 'chat', account: 'A', user: 'u-other' }], people: [{ id: 'u-other' }] },
  { records: of('chat', grant('g9', holds('A'))) },
];

const told = ({ revision, operation }: AuditEventView): string => `${revision} ${operation}`;

export function historySuite(store: () => TestStore): void {
  describe('the history of a person', () => {
    const { view, svc } = filled(store, ...life);
    const whole = [
      '9 identity.linked',
      '8 identity.removed',
      '7 identity.linked',
      '6 identity.changed',
      '5 grant.removed',
      '4 membership.added',
      '3 grant.changed',
      '2 grant.added',
    ];

    test('tells what happened to accounts while they were the person’s, the newest first', async () => {
      const history = (await view().historyOfUsers([ann], undefined, all)).get(ann);
      const texts = history?.edges.map(({ node }) => told(node)) ?? [];
      expect(texts.filter((text) => !text.startsWith('1 '))).toEqual(whole);
      expect(texts.some((text) => text.startsWith('10 '))).toBe(false);
    });

    test('includes what happened under ids that were merged, and answers to any of them', async () => {
      const [own, merged] = [ann, old].map(async (id) =>
        (await view().historyOfUsers([id], undefined, all)).get(id)?.edges.map(({ node }) => node.id),
      );
      expect(await merged).toEqual(await own);
      expect((await own)?.some((id) => id.startsWith('1.grant.') && id.endsWith('p1'))).toBe(true);
    });

    test('comes in pages of any size', async () => {
      const one = await walk(1, async (window) => (await view().historyOfUsers([ann], undefined, window)).get(ann));
      expect(one.map(({ id }) => id)).toEqual((await view().historyOfUsers([ann], undefined, all)).get(ann)?.edges.map(({ node }) => node.id));
    });

    test('starts where it is asked to', async () => {
      const history = (await view().historyOfUsers([ann], 6, all)).get(ann);
      expect(history?.edges.map(({ node }) => node.revision)).toEqual([9, 8, 7, 6]);
    });

    test('shows what differs on both sides, and what is concerned', async () => {
      const events = (await view().historyOfUsers([ann], undefined, all)).get(ann)?.edges.map(({ node }) => node) ?? [];
      expect(events.find((event) => told(event) === '3 grant.changed')).toMatchObject({
        before: { level: 'MEMBER' },
        after: { level: 'ADMIN' },
        actor: { displayName: 'reader of chat' },
        targets: [
          { type: 'Grant', svc: svc('chat'), key: 'g1' },
          { type: 'Identity', svc: svc('chat'), key: 'A' },
        ],
      });
      expect(events.find((event) => told(event) === '9 identity.linked')?.targets).toContainEqual({ type: 'User', id: ann });
    });

    test('each event is found again by its id', async () => {
      const events = (await view().historyOfUsers([ann], undefined, all)).get(ann)?.edges.map(({ node }) => node) ?? [];
      const again = await view().auditEventsByIds(events.map(({ id }) => id));
      expect(events.map(({ id }) => again.get(id))).toEqual(events);
      expect(await view().auditEventsByIds(['3.grant.99.g1', '3.grant.1.nothing', 'x', '99.grant.1.g1'])).toEqual(new Map());
    });

    test('of many people costs what that of one costs', async () => {
      const opened = await openView(store());
      const one = await store().costOf(() => opened.historyOfUsers([ann], undefined, all));
      expect(await store().costOf(() => opened.historyOfUsers([ann, old, 'u-other', 'nobody'], undefined, all))).toBe(one);
    });
  });

  describe('decisions', () => {
    const { view } = filled(store, ...life);

    test('are listed by person (any id), kind and time, the newest first', async () => {
      const { write } = store().connection;
      const base = {
        actor: localOperator,
        svc: undefined,
        outcome: 'APPLIED',
        reason: 'why',
        requestId: undefined,
        before: {},
        after: {},
        reverts: undefined,
      } as const;
      for (const [n, user] of [ann, old, 'u-other'].entries()) {
        const event = {
          ...base,
          at: 100 + n,
          revision: 8,
          operation: n === 2 ? 'splitUser' : 'linkIdentity',
          targets: [{ type: 'User', id: user } as const],
        };
        await write.transaction().execute((trx) => appendAudit(trx, event));
      }
      const list = async (filter: Parameters<ReturnType<typeof view>['auditEvents']>[0]) =>
        (await walk(1, (window) => view().auditEvents(filter, window))).map(({ at }) => at);
      expect(await list({})).toEqual([102, 101, 100]);
      expect(await list({ userId: ann })).toEqual([101, 100]);
      expect(await list({ userId: old })).toEqual([101, 100]);
      expect(await list({ operation: 'splitUser' })).toEqual([102]);
      expect(await list({ since: 101, until: 102 })).toEqual([101]);
      const history = (await view().historyOfUsers([ann], undefined, all)).get(ann)?.edges.map(({ node }) => told(node));
      expect(history?.filter((text) => text === '8 linkIdentity')).toHaveLength(2);
    });
  });
}
