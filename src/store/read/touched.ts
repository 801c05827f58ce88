import { sql } from 'kysely';
import type { Instant } from '../../contract/records.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import type { Fragment } from './snapshot.ts';

/** What is no longer as it was; each entry may be named more than once. */
export interface Touched {
  /** Of accounts whose record, addresses, link or memberships changed. */
  readonly accounts: readonly { readonly svc: number; readonly key: string }[];
  /** People who changed, and whoever holds or held such an account. */
  readonly people: readonly string[];
  /** `EmailKey.exact` of addresses that such an account carries or carried. */
  readonly addresses: readonly string[];
  /** Whether any group changed, or what lies within one. */
  readonly groups: boolean;
}

type TouchedRow =
  | { readonly what: 'account'; readonly svc: number; readonly text: string }
  | { readonly what: 'person' | 'address' | 'group'; readonly svc: null; readonly text: string };

/**
 * What the revisions behind `from`, up to `to`, touched.
 * @param limit of rows.
 * @returns undefined when there is more.
 */
export async function touchedBetween(db: Db, from: number, to: number, limit: number): Promise<Touched | undefined> {
  const within = (column: string): Fragment => sql`${sql.ref(column)} > ${from} and ${sql.ref(column)} <= ${to}`;
  const changed = (table: string, columns: Fragment, condition = sql``): Fragment =>
    sql`select ${columns} from ${sql.table(table)} where ${within('from_rev')} ${condition}
      union all select ${columns} from ${sql.table(table)} where ${within('to_rev')} ${condition}`;
  // Their indexes begin with the service.
  const ofServices = sql`and svc in (select svc from service)`;
  const key = sql`svc, key`;
  const changedAccounts = [
    changed('identity', key, ofServices),
    changed('email', key, ofServices),
    changed('link', key),
    changed('membership', sql`svc, member_key as key`, sql`${ofServices} and member_kind = 'identity'`),
  ];
  // `union` would have SQLite walk whole indexes in the order of the keys, and `join` start from the larger table (sqlite.org/optoverview.html).
  const { rows } = await sql<TouchedRow>`
    with account as (select distinct svc, key from (${sql.join(changedAccounts, sql` union all `)}) changed limit ${limit + 1}), touched as (
      select cast('account' as text) as what, svc, key as text from account
      union all
      select 'person', cast(null as integer), l.user_id from account a cross join link l where l.svc = a.svc and l.key = a.key and l.user_id is not null
      union all
      select 'person', null, id from (${changed('person', sql`id`)}) person
      union all
      select 'address', null, e.exact from account a cross join email e where e.svc = a.svc and e.key = a.key and e.exact is not null
      union all
      select 'group', null, '' where exists (${changed('user_group', sql`1`, ofServices)}) or exists (${changed('membership', sql`1`, sql`${ofServices} and member_kind = 'group'`)})
    )
    select what, svc, text from touched limit ${limit + 1}`.execute(db);
  if (rows.length > limit) return undefined;
  const texts = (what: TouchedRow['what']): readonly string[] => rows.filter((row) => row.what === what).map(({ text }) => text);
  return {
    accounts: rows.flatMap((row) => (row.what === 'account' ? [{ svc: row.svc, key: row.text }] : [])),
    people: texts('person'),
    addresses: texts('address'),
    groups: texts('group').length > 0,
  };
}

export const markedTables = ['identity', 'user_group', 'role'] as const;
export type MarkedTable = (typeof markedTables)[number];

/** How a current record stands out from the last whole read of its service: it was missing there, or it was read singly since. */
export interface AgeMark {
  readonly kind: MarkedTable;
  readonly svc: number;
  readonly key: string;
  readonly misses: number;
  readonly read_at: Instant | null;
}

/** @returns undefined when there are more than `limit`. */
export async function ageMarks(db: Db, limit: number): Promise<readonly AgeMark[] | undefined> {
  const marked = (kind: MarkedTable, condition: Fragment): Fragment =>
    sql`select cast(${kind} as text) as kind, r.svc, r.key, r.misses, r.read_at from service s join ${sql.table(kind)} r on r.svc = s.svc
      where r.to_rev = ${openRev} and ${condition}`;
  const { rows } = await sql<AgeMark>`
    ${sql.join(
      markedTables.flatMap((kind) => [marked(kind, sql`r.misses > 0`), marked(kind, sql`r.read_at > coalesce(s.sealed_as_of, 0)`)]),
      sql` union `,
    )} limit ${limit + 1}`.execute(db);
  return rows.length > limit ? undefined : rows;
}
