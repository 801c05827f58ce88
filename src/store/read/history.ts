import { sql } from 'kysely';
import type { Instant } from '../../contract/records.ts';
import { idsOfPeople, userTarget } from './audit.ts';
import type { OfParent } from './each-parent.ts';
import { allOf, askTexts, inServices, ofServices, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

export const eventKinds = ['decision', 'grant', 'identity', 'link', 'membership'] as const;
export type EventKind = (typeof eventKinds)[number];

/** Where something changed: the revision, and the record. Of a decision the key is the event's id. */
export interface EventRow {
  readonly rev: number;
  readonly at: Instant;
  readonly kind: EventKind;
  readonly svc: number;
  readonly key: string;
}

const isLinked = (alias: string): Fragment => sql`${sql.ref(`${alias}.state`)} in ('LINKED_AUTO', 'LINKED_MANUAL')`;

/** What the rules of linking did: a link that begins or ends where no decision stands, and does not go on with the same person. */
const linkEvents = (at: Snapshot, of: Fragment, links: Fragment, isOf: Fragment): Fragment => {
  const side = (edge: 'from_rev' | 'to_rev', other: 'from_rev' | 'to_rev'): Fragment =>
    sql`select ${of}, ${sql.ref(`l.${edge}`)}, cast('link' as text), l.svc, l.key from ${links}
      where ${isOf} and ${isLinked('l')} and +${sql.ref(`l.${edge}`)} <= ${at.rev} and ${ofServices(at.svcs, 'l')}
        and not exists (select 1 from audit_event e where e.rev = ${sql.ref(`l.${edge}`)})
        and not exists (select 1 from link o where o.svc = l.svc and o.key = l.key and o.user_id = l.user_id and ${isLinked('o')}
          and ${sql.ref(`o.${other}`)} = ${sql.ref(`l.${edge}`)})`;
  return sql`${side('from_rev', 'to_rev')} union ${side('to_rev', 'from_rev')}`;
};

/** Versions of a table that began or ended while the person held the account: the plus keeps SQLite from entering by the revision. */
const heldEvents = (at: Snapshot, kind: EventKind, table: string, isOf: Fragment): Fragment =>
  sql.join(
    ['from_rev', 'to_rev'].map((edge) => {
      const rev = sql.ref(`x.${edge}`);
      return sql`select h.root, ${rev}, cast(${kind} as text), x.svc, x.key from held h cross join ${sql.table(table)} x where x.svc = h.svc and ${isOf}
        and +${rev} >= h.from_rev and +${rev} < h.to_rev and +${rev} <= ${at.rev}`;
    }),
    sql` union `,
  );

/** What happened to people and to the accounts that were theirs at the time, the newest first; `parent` is the asked id. */
export function eventsOfPeople(
  at: Snapshot,
  userIds: readonly string[],
  since: Instant | undefined,
  { after, limit }: Stretch<EventRow>,
): Promise<readonly OfParent<EventRow>[]> {
  const behind =
    after === undefined
      ? sql`1 = 1`
      : sql`(e.rev < ${after.rev} or (e.rev = ${after.rev} and (e.kind, e.svc, e.key) > (${after.kind}, ${after.svc}, ${after.key})))`;
  return askTexts(userIds, (ids) =>
    rowsOf<OfParent<EventRow>>(
      at,
      sql`with recursive ${idsOfPeople(at, ids)},
        held(root, svc, key, from_rev, to_rev) as (
          select distinct w.root, l.svc, l.key, l.from_rev, l.to_rev from who w cross join link l
            where l.user_id = w.id and ${isLinked('l')} and +l.from_rev <= ${at.rev} and ${ofServices(at.svcs, 'l')}
        ),
        event(root, rev, kind, svc, key) as (
          select w.root, d.rev, cast('decision' as text), cast(0 as integer), d.id from who w
            join audit_target t on t.target = ${userTarget(sql`w.id`)} join audit_event d on d.seq = t.seq where d.rev <= ${at.rev}
          union ${linkEvents(at, sql`w.root`, sql`who w cross join link l`, sql`l.user_id = w.id`)}
          union ${heldEvents(at, 'identity', 'identity', sql`x.key = h.key`)}
          union ${heldEvents(at, 'grant', 'access_grant', sql`x.principal_kind = 'identity' and x.principal_key = h.key`)}
          union ${heldEvents(at, 'membership', 'membership', sql`x.member_kind = 'identity' and x.member_key = h.key`)}
        ),
        ranked as (
          select e.root as parent, e.rev, r.at, e.kind, e.svc, e.key,
            row_number() over (partition by e.root order by e.rev desc, e.kind, e.svc, e.key) as place
          from event e cross join revision r
          where ${allOf([sql`r.rev = e.rev`, behind, ...(since === undefined ? [] : [sql`r.at >= ${since}`])])}
        )
        select parent, rev, at, kind, svc, key from ranked where place <= ${limit} order by parent, place`,
    ),
  );
}

/** What changed about access after one revision, up to the snapshot's, the oldest first. */
export function accessEvents(at: Snapshot, from: number, { after, limit }: Stretch<EventRow>): Promise<readonly EventRow[]> {
  const between = (column: string): Fragment => sql`${sql.ref(column)} > ${from} and ${sql.ref(column)} <= ${at.rev}`;
  const edges = (kind: EventKind, table: string): Fragment =>
    sql.join(
      ['x.from_rev', 'x.to_rev'].map(
        (edge) =>
          sql`select cast('' as text), ${sql.ref(edge)}, cast(${kind} as text), x.svc, x.key from ${sql.table(table)} x
            where ${between(edge)} and ${inServices(at.svcs, 'x')}`,
      ),
      sql` union `,
    );
  const behind = after === undefined ? sql`1 = 1` : sql`(e.rev, e.kind, e.svc, e.key) > (${after.rev}, ${after.kind}, ${after.svc}, ${after.key})`;
  return rowsOf<EventRow>(
    at,
    sql`with event(root, rev, kind, svc, key) as (
        select cast('' as text), d.rev, cast('decision' as text), cast(0 as integer), d.id from audit_event d
          where ${between('d.rev')} and d.operation <> 'acknowledgeQuarantine'
        union ${edges('grant', 'access_grant')}
        union ${edges('membership', 'membership')}
        union ${linkEvents(at, sql`cast('' as text)`, sql`(select * from link where from_rev > ${from} or (to_rev > ${from} and to_rev <= ${at.rev})) l`, sql`1 = 1`)}
      )
      select e.rev, r.at, e.kind, e.svc, e.key from event e cross join revision r
      where r.rev = e.rev and e.rev > ${from} and ${behind} order by e.rev, e.kind, e.svc, e.key limit ${limit}`,
  );
}
