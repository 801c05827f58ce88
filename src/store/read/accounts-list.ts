import { sql } from 'kysely';
import type { IdentityFilter, LinkState } from '../../model/views.ts';
import { behindName, namedColumns, nameOrder, type NamedRow, type NamePosition } from './records.ts';
import { allOf, listOf, live, ofServices, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

/** Tombstones are listed only when the status asks for them. */
export function listAccounts(
  at: Snapshot,
  filter: Omit<IdentityFilter, 'services'>,
  { after, limit }: Stretch<NamePosition>,
): Promise<readonly NamedRow[]> {
  const { link, nameAgrees } = filter;
  const joins = [
    ...(link === undefined && nameAgrees === undefined
      ? []
      : [sql`left join link l on l.svc = i.svc and l.key = i.key and l.incarnation = i.incarnation and ${live(at, 'l')}`]),
    ...(nameAgrees === undefined ? [] : [sql`cross join person p`]),
  ];
  return rowsOf<NamedRow>(
    at,
    sql`select ${namedColumns('i')} from identity i ${sql.join(joins, sql` `)}
      where ${allOf([...(nameAgrees === undefined ? [] : [sql`p.id = l.user_id and ${live(at, 'p')}`]), live(at, 'i'), ofServices(at.svcs, 'i'), ...accountConditions(filter), ...behindName('i', after)])}
      order by ${nameOrder('i')} limit ${limit}`,
  );
}

/** Conditions on the account `i`, its link `l` and its person `p`. */
export function accountConditions({ link, status, kind, nameAgrees, inactiveSince }: Omit<IdentityFilter, 'services'>): readonly Fragment[] {
  return [
    status === undefined ? sql`i.status <> 'DELETED'` : sql`i.status = ${status}`,
    ...(kind === undefined ? [] : [sql`i.account_kind = ${kind}`]),
    ...(link === undefined ? [] : [inState(link)]),
    // Whether names agree can be told only where both sides have one and the account counts as the person's.
    ...(nameAgrees === undefined
      ? []
      : [
          sql`l.state in ('LINKED_AUTO', 'LINKED_MANUAL') and i.display_name is not null and p.display_name is not null
            and i.sort_name ${nameAgrees ? sql`=` : sql`<>`} p.sort_name`,
        ]),
    ...(inactiveSince === undefined ? [] : [sql`i.last_active_at < ${inactiveSince}`]),
  ];
}

function inState(states: readonly LinkState[]): Fragment {
  if (states.length === 0) return sql`1 = 0`;
  return states.includes('UNLINKED') ? sql`(l.state is null or l.state in (${listOf(states)}))` : sql`l.state in (${listOf(states)})`;
}
