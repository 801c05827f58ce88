import { sql, type CompiledQuery, type Selectable } from 'kysely';
import type { Db } from '../open.ts';
import type { ServiceTable } from '../tables.ts';

/** One configured service, with what its unfinished read has done so far. */
export interface ServiceRow extends Omit<Selectable<ServiceTable>, 'configured' | 'sealed_rev' | 'lease_owner' | 'fence'> {
  /** Null when no read is under way. */
  readonly run_started_at: number | null;
  readonly run_pages: number | null;
  readonly run_records: number | null;
}

type StateRow = { rev: number } & { [Column in keyof ServiceRow]: ServiceRow[Column] | null };

const newest = sql<StateRow>`
  select r.rev, s.svc, s.name, s.type, s.service_id, s.display_name, s.profile, s.sealed_as_of, s.partial, s.issue, s.password_policy, s.quarantined,
    s.last_started_at, s.next_at, s.seen, s.lease_until, s.live_reads, run.started_at as run_started_at,
    (select cast(sum(l.pages) as bigint) from sync_listing l where l.svc = run.svc) as run_pages,
    (select cast(sum(l.records) as bigint) from sync_listing l where l.svc = run.svc) as run_records
  from revision r
  left join service s on s.configured = 1
  left join sync_run run on run.svc = s.svc
  where r.rev = (select max(rev) from revision)
  order by s.svc`;

const compiled = new WeakMap<Db, CompiledQuery<StateRow>>();

/** Every operation asks this; compiling takes longer than asking. */
function compiledFor(db: Db): CompiledQuery<StateRow> {
  const known = compiled.get(db);
  if (known !== undefined) return known;
  const query = newest.compile(db);
  compiled.set(db, query);
  return query;
}

/** The newest revision and all configured services, as one statement saw them. */
export async function newestState(db: Db): Promise<{ readonly rev: number; readonly services: readonly ServiceRow[] }> {
  const { rows } = await db.executeQuery(compiledFor(db));
  const [first] = rows;
  if (first === undefined) throw new Error('the store holds no revision: it was not migrated');
  return { rev: first.rev, services: rows.filter((row): row is { rev: number } & ServiceRow => row.svc !== null) };
}
