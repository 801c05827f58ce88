import { sql } from 'kysely';
import { sortName } from '../../model/fold.ts';
import type { IdentityFilter, MatchCandidate, RecordKey, ServiceSelector } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { accountConditions } from '../read/accounts-list.ts';
import { allOf, listOf, ofServices, storable } from '../read/snapshot.ts';
import { openRev } from '../tables.ts';
import { askAll } from './batches.ts';
import type { LinkingContext } from './context.ts';

/** The accounts that the services meant by a selector know under an id. */
export async function accountsNamed(db: Db, { type, serviceId }: ServiceSelector, externalId: string): Promise<readonly RecordKey[]> {
  if (!storable(externalId)) return [];
  return db
    .selectFrom('identity as i')
    .innerJoin('service as s', 's.svc', 'i.svc')
    .select(['i.svc', 'i.key'])
    .where('s.type', '=', type)
    .where('s.configured', '=', 1)
    .$if(serviceId !== undefined, (query) => query.where('s.service_id', '=', serviceId ?? ''))
    .where('i.key', '=', externalId)
    .where('i.to_rev', '=', openRev)
    .execute();
}

interface CaseRow {
  readonly id: string;
  readonly opened_at: number;
  readonly candidates: string;
  readonly display_name: string | null;
  readonly username: string | null;
}

const pageSize = 500;

/** Ids of the open cases whose accounts a filter takes, the oldest first. Here names agree when the account's is that of every candidate. */
export async function casesOfAccounts(db: Db, context: LinkingContext, filter: IdentityFilter, limit: number): Promise<readonly string[]> {
  const { services, nameAgrees, ...rest } = filter;
  const rows = await db.selectFrom('service').select(['svc', 'type', 'service_id']).where('configured', '=', 1).execute();
  const svcs = rows
    .filter(({ svc }) => context.services.has(svc))
    .filter(({ type, service_id }) => services?.some((each) => each.type === type && (each.serviceId ?? service_id) === service_id) ?? true)
    .map(({ svc }) => svc);
  const chosen: string[] = [];
  for (let after: CaseRow | undefined; ;) {
    const behind = after === undefined ? [] : [sql`(c.opened_at, c.id) > (${after.opened_at}, ${after.id})`];
    const { rows: page } = await sql<CaseRow>`select c.id, c.opened_at, c.candidates, i.display_name, i.username from match_case c
      join identity i on i.svc = c.svc and i.key = c.key and i.to_rev = ${openRev}
      left join link l on l.svc = i.svc and l.key = i.key and l.incarnation = i.incarnation and l.to_rev = ${openRev}
      where ${allOf([sql`c.to_rev = ${openRev} and c.decision is null`, ofServices(svcs, 'c'), ...accountConditions(rest), ...behind])}
      order by c.opened_at, c.id limit ${pageSize}`.execute(db);
    const agreeing = nameAgrees === undefined ? page : await byNames(db, page, nameAgrees);
    chosen.push(...agreeing.map(({ id }) => id));
    after = page.at(-1);
    if (chosen.length >= limit || page.length < pageSize) return chosen.slice(0, limit);
  }
}

async function byNames(db: Db, cases: readonly CaseRow[], agrees: boolean): Promise<readonly CaseRow[]> {
  const candidatesOf = ({ candidates }: CaseRow): readonly string[] =>
    (JSON.parse(candidates) as readonly MatchCandidate[]).map(({ userId }) => userId);
  const people = await askAll(new Set(cases.flatMap(candidatesOf)), async (ids) => {
    const { rows } = await sql<{ id: string; sort_name: string; display_name: string | null }>`
      select p.id, p.sort_name, p.display_name from person p where p.to_rev = ${openRev} and p.id in (${listOf(ids)})`.execute(db);
    return rows;
  });
  const names = new Map(people.flatMap(({ id, sort_name, display_name }) => (display_name === null ? [] : [[id, sort_name] as const])));
  return cases.filter((each) => {
    const candidates = candidatesOf(each);
    if (each.display_name === null || candidates.length === 0 || !candidates.every((id) => names.has(id))) return false;
    const own = sortName(each.display_name, each.username ?? undefined);
    return candidates.every((id) => names.get(id) === own) === agrees;
  });
}
