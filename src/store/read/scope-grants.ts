import { sql } from 'kysely';
import type { PrincipalKey } from '../../contract/records.ts';
import type { RecordKey } from '../../model/views.ts';
import { atLeast } from './at-least.ts';
import { firstOfEach, type OfParent } from './each-parent.ts';
import { isUnexpired, type AccessQuestion } from './pairs.ts';
import { recordColumns, type RecordRow } from './records.ts';
import { countsOnRoot, scopesAbove, type ScopePlace } from './scopes-above.ts';
import { allOf, live, ofServices, type Fragment, type Stretch } from './snapshot.ts';

/** Grants that count on the scopes, of accounts that can be used and of groups; `parent` is `scopeKeyText`. */
export async function effectiveGrantsOnScopes(
  { at, now, filter: { minLevel } }: AccessQuestion,
  places: readonly ScopePlace[],
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly OfParent<RecordRow>[]> {
  if (places.length === 0) return [];
  const held = (table: 'identity' | 'user_group', kind: PrincipalKey['kind'], status: Fragment): Fragment =>
    sql`exists (select 1 from ${sql.table(table)} h
      where g.principal_kind = ${kind} and h.svc = g.svc and h.key = g.principal_key and ${live(at, 'h')} and h.status ${status} ('SUSPENDED', 'DELETED'))`;
  // As elsewhere, an account must be listed to be used; a group that the service names but does not list passes on what it holds.
  const counts = sql`(${held('identity', 'identity', sql`not in`)} or (g.principal_kind = 'group' and not ${held('user_group', 'group', sql`in`)}))`;
  const conditions = [
    live(at, 'g'),
    ofServices(at.svcs, 'g'),
    isUnexpired('g', now),
    counts,
    ...(minLevel === undefined ? [] : [atLeast(sql`g.level`, minLevel)]),
    ...(after === undefined ? [] : [sql`(g.svc, g.key) > (${after.svc}, ${after.key})`]),
  ];
  return firstOfEach<RecordRow>(at, {
    ctes: sql`${scopesAbove(at, places)},
      counting as (select distinct a.svc, a.root, g.row_id from scope_above a cross join access_grant g where ${countsOnRoot} and ${allOf(conditions)})`,
    parent: sql`c.root`,
    partition: sql`c.svc, c.root`,
    columns: recordColumns('g'),
    of: sql`counting c`,
    rows: sql`access_grant g`,
    where: sql`g.row_id = c.row_id`,
    order: sql`g.svc, g.key`,
    limit,
  });
}
