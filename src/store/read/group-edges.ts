import { sql } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import { askKeys, keyRows, live, rowsOf, type Snapshot } from './snapshot.ts';

/** A membership on the way up from an account. */
export interface GroupEdgeRow {
  readonly svc: number;
  readonly member_kind: string;
  readonly member_key: string;
  readonly group_key: string;
}

/** Every membership through which the accounts come to a grant: groups that are suspended or gone lead nowhere. */
export function groupEdgesAbove(at: Snapshot, accounts: readonly RecordKey[]): Promise<readonly GroupEdgeRow[]> {
  const isOpen = sql`exists (select 1 from group_reach r where r.svc = m.svc and r.group_key = m.group_key and ${live(at, 'r')})`;
  return askKeys(at, accounts, (asked) =>
    rowsOf<GroupEdgeRow>(
      at,
      sql`with recursive asked(svc, key) as (${keyRows(asked)}),
        edge(svc, member_kind, member_key, group_key) as (
          select m.svc, m.member_kind, m.member_key, m.group_key from asked a cross join membership m
            where m.svc = a.svc and m.member_kind = 'identity' and m.member_key = a.key and ${live(at, 'm')} and ${isOpen}
          union
          select m.svc, m.member_kind, m.member_key, m.group_key from edge e
            join membership m on m.svc = e.svc and m.member_kind = 'group' and m.member_key = e.group_key and ${live(at, 'm')} where ${isOpen}
        )
        select svc, member_kind, member_key, group_key from edge order by svc, member_key, group_key`,
    ),
  );
}
