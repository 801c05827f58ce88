import { sql } from 'kysely';
import type { Instant } from '../../contract/records.ts';
import type { RecordKey } from '../../model/views.ts';
import { grantConditions, sortedGrants, type GrantConditions } from './grants.ts';
import { recordColumns, type RecordRow } from './records.ts';
import { inServices, live, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

/** The newest revision at a moment; before the store's first one, a revision at which nothing was known. */
export async function revisionAt(at: Snapshot, moment: Instant): Promise<number> {
  const [row] = await rowsOf<{ rev: number | null }>(
    at,
    sql`select max(r.rev) as rev from revision r where r.at <= ${moment} and r.rev <= ${at.rev}`,
  );
  return row?.rev ?? -1;
}

/** The revision at which a service was first sealed with an account; services without any are left out. */
export async function firstRevisions(at: Snapshot): Promise<ReadonlyMap<number, number>> {
  if (at.svcs.length === 0) return new Map();
  const rows = await rowsOf<{ svc: number; rev: number | null }>(
    at,
    sql.join(
      at.svcs.map((svc) => sql`select cast(${svc} as integer) as svc, (select min(i.from_rev) from identity i where i.svc = ${svc}) as rev`),
      sql` union all `,
    ),
  );
  return new Map(rows.flatMap(({ svc, rev }) => (rev === null ? [] : [[svc, rev] as const])));
}

/** Of the services of the snapshot: by the index of what began there. */
const begunAfter = (at: Snapshot, rev: number): Fragment => sql`${inServices(at.svcs, 'g')} and g.from_rev > ${rev}`;

/** Whether the filter takes the grant `g` of the statement around, too. The limit keeps SQLite from entering by anything but the grant's key. */
const stands = (at: Snapshot, filter: GrantConditions): Fragment =>
  sql`exists (select 1 from (select * from access_grant s where s.svc = g.svc and s.key = g.key and ${live(at, 's')} limit 1) g
    where ${grantConditions(at, filter, undefined)})`;

/**
 * Grants that the filter takes at one revision and not at another. Who holds a group's grants may change without the grant, so only where no person is
 * asked about can rows that stand at both be left out beforehand.
 */
export function grantsOnlyAt(
  at: Snapshot,
  other: Snapshot,
  filter: GrantConditions,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly RecordRow[]> {
  const later = at.rev > other.rev;
  const moved = later ? begunAfter(at, other.rev) : sql`${inServices(at.svcs, 'g')} and g.to_rev <= ${other.rev}`;
  return rowsOf<RecordRow>(
    at,
    sql`select ${recordColumns('g')} from access_grant g
      where ${grantConditions(at, filter, after)} and not ${stands(other, filter)}
        ${filter.userId === undefined ? sql`and ${moved}` : sql``}
      order by ${sortedGrants} limit ${limit}`,
  );
}

/** Grants that the filter takes at both revisions, and that are not the same. `earlier` is the record as it was. */
export function grantsChanged(
  from: Snapshot,
  to: Snapshot,
  filter: GrantConditions,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly (RecordRow & { readonly earlier: string })[]> {
  return rowsOf(
    to,
    sql`select ${recordColumns('g')}, o.data as earlier from access_grant g
      cross join access_grant o
      where ${grantConditions(to, filter, after)} and ${filter.userId === undefined ? begunAfter(to, from.rev) : sql`+g.from_rev > ${from.rev}`}
        and o.svc = g.svc and o.key = g.key and ${live(from, 'o')} and g.hash <> o.hash and ${stands(from, filter)}
      order by ${sortedGrants} limit ${limit}`,
  );
}
