import { sql } from 'kysely';
import type { Finding, ReportKey } from '../../model/access.ts';
import type { RecordKey } from '../../model/views.ts';
import { findingRules, goneFrom, type FindingRule, type FindingsQuestion } from './findings.ts';
import { isHeldByFew } from './holders.ts';
import {
  accountOfLink,
  anyPair,
  conditionCtes,
  isLinked,
  isUnexpired,
  isUsable,
  linkedOrNot,
  pairs,
  type AccessQuestion,
  type PairRow,
} from './pairs.ts';
import { heirsOf } from './people.ts';
import { allOf, live, ofServices, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

export interface ReportQuestion extends AccessQuestion, FindingsQuestion {
  /** Empty: all access there is; else what these find, and nothing more. */
  readonly findings: readonly Finding[];
}

export interface ReportPosition {
  readonly svc: number;
  readonly account: string;
  /** Empty for an account without access. */
  readonly grant_key: string;
  readonly finding: string;
}

/** The grant's columns are null for an account without access. */
export interface ReportRow extends ReportPosition, Pick<PairRow, 'user_id' | 'role_key' | 'scope_key' | 'expires_at' | 'group_key'> {
  readonly grant_row: number | null;
  readonly level: number | null;
  readonly scope_kind: string | null;
  readonly source: string | null;
  readonly status: string;
  readonly account_kind: string;
  readonly last_active_at: number | null;
  /** Of a leaver: a service that the person is gone from. */
  readonly gone_svc: number | null;
}

/**
 * Rows in the order of accounts: only as many accounts are worked out as the page may take.
 * @param askedAtFirst so many accounts are asked whether the filter takes them; only then all that it takes are worked out, which costs more.
 */
export async function reportRows(question: ReportQuestion, stretch: Stretch<ReportPosition>, askedAtFirst = 20_000): Promise<readonly ReportRow[]> {
  const { at, filter, findings } = question;
  const { after, limit } = stretch;
  if (at.svcs.length === 0) return [];
  const asked = (before?: RecordKey): Fragment => sql`${enteredAccounts(question, after, before)} order by i.svc, i.key`;
  if (findings.length > 0 || filter.userId !== undefined || !filtersGrants(question)) return rowsOfEntry(question, asked(), stretch);
  if (!(await isHeldByFew(question))) {
    const end = await accountBehind(at, firstOf(at, after), askedAtFirst);
    const rows = await rowsOfEntry(question, asked(end), stretch);
    if (end === undefined || rows.length === limit) return rows;
  }
  return rowsOfEntry(question, holdingAccounts(question, after), stretch);
}

/** So many accounts on, whether they count or not; undefined: there are fewer. */
async function accountBehind(at: Snapshot, from: RecordKey, count: number): Promise<RecordKey | undefined> {
  const [found] = await rowsOf<RecordKey>(
    at,
    sql`select i.svc, i.key from identity i where (i.svc, i.key) >= (${from.svc}, ${from.key}) order by i.svc, i.key limit 1 offset ${count}`,
  );
  return found;
}

// The first service, too, is entered by the index.
const firstOf = ({ svcs }: Snapshot, after: ReportPosition | undefined): RecordKey =>
  after === undefined ? { svc: svcs.length === 0 ? 0 : Math.min(...svcs), key: '' } : { svc: after.svc, key: after.account };

/** @param entry accounts, in order. */
function rowsOfEntry(question: ReportQuestion, entry: Fragment, { after, limit }: Stretch<ReportPosition>): Promise<readonly ReportRow[]> {
  const behind =
    after === undefined
      ? sql``
      : sql`where (svc, account, grant_key, finding) > (${after.svc}, ${after.account}, ${after.grant_key}, ${after.finding})`;
  return rowsOf<ReportRow>(
    question.at,
    sql`with recursive ${sql.join([...conditionCtes(question), sql`entry(svc, key) as materialized (${entry} limit ${limit + 1})`, ...rowCtes(question, 'accounts')], sql`, `)}
      select * from report ${behind} order by svc, account, grant_key, finding limit ${limit}`,
  );
}

const summaryColumns: Readonly<Record<ReportKey, readonly string[]>> = {
  SERVICE: ['svc'],
  ROLE: ['svc', 'role_key'],
  LEVEL: ['level'],
  SCOPE_KIND: ['scope_kind'],
  SCOPE: ['svc', 'scope_kind', 'scope_key'],
};

export interface SummaryRow extends Partial<Pick<ReportRow, 'svc' | 'role_key' | 'level' | 'scope_kind' | 'scope_key'>> {
  readonly users: number;
  readonly identities: number;
}

/** Distinct people and accounts, in one pass over the grants; where the accounts in question are told without them, over what those hold. */
export async function reportSummary(question: ReportQuestion, by: readonly ReportKey[], limit: number): Promise<readonly SummaryRow[]> {
  const columns = [...new Set(by.flatMap((key) => summaryColumns[key]))];
  const grouped = sql.join(columns.map((column) => sql.ref(column)));
  const start = isOfAccounts(question) ? 'accounts' : 'grants';
  const entry = start === 'accounts' ? [sql`entry(svc, key) as materialized (${enteredAccounts(question)})`] : [];
  const [rows, relation] = question.findings.length === 0 ? [[pairCte(question, start)], sql`pair`] : [rowCtes(question, start), sql`report`];
  return rowsOf<SummaryRow>(
    question.at,
    sql`with recursive ${sql.join([...conditionCtes(question), ...entry, ...rows], sql`, `)}
      select ${columns.length === 0 ? sql`` : sql`${grouped},`} cast(count(distinct user_number) as integer) as users, cast(count(distinct account_row) as integer) as identities
        from ${relation} ${columns.length === 0 ? sql`` : sql`group by ${grouped}`}
        order by identities desc${columns.length === 0 ? sql`` : sql`, ${grouped}`} limit ${limit}`,
  );
}

/** Whether the accounts in question are told without looking at grants. */
function isOfAccounts(question: ReportQuestion): boolean {
  const { findings, filter } = question;
  if (filter.userId !== undefined) return true;
  const rules = findingRules(question);
  return findings.length > 0 && findings.every((finding) => !isOnGrants(question, rules[finding]));
}

type Start = 'accounts' | 'grants';

/** With findings, what has expired is among the pairs: the rules tell. */
const pairCte = (question: ReportQuestion, start: Start): Fragment =>
  sql`pair as (${pairs(question, start, question.findings.length === 0 ? [isUnexpired('g', question.now)] : [])})`;

/** `report`: the pairs, or what the findings say of them. */
function rowCtes(question: ReportQuestion, start: Start): readonly Fragment[] {
  const { at, now, sources, findings } = question;
  const columns = (finding: string): Fragment =>
    sql`p.svc, p.account, coalesce(p.grant_key, '') as grant_key, cast(${finding} as text) as finding, p.user_id, p.user_number, p.account_row, p.grant_row, p.level,
      p.role_key, p.scope_kind, p.scope_key, p.expires_at, p.source, p.group_key, i.status, i.account_kind, i.last_active_at,
      ${finding === 'LEAVER_WITH_ACCESS' ? goneFrom(at, sources, sql`p.user_id`) : sql`cast(null as integer)`} as gone_svc`;
  if (findings.length === 0) {
    return [pairCte(question, start), sql`report as (select ${columns('')} from pair p cross join identity i where i.row_id = p.account_row)`];
  }
  const rules = findingRules(question);
  const selects = findings.map((finding) => {
    const { account, grant } = rules[finding];
    const onGrant = grant === undefined ? sql`(p.grant_row is null or ${isUnexpired('p', now)})` : grant('p');
    const conditions = [sql`i.row_id = p.account_row`, onGrant, ...(account === undefined ? [] : [account(sql`p.user_id`)])];
    return sql`select ${columns(finding)} from ${isOnGrants(question, rules[finding]) ? sql`pair` : sql`pair_or_none`} p cross join identity i where ${allOf(conditions)}`;
  });
  return [
    pairCte(question, start),
    sql`pair_or_none as (select * from pair union all ${withoutAccess(question, start)})`,
    sql`report as (${sql.join(selects, sql` union all `)})`,
  ];
}

const filtersGrants = ({ filter }: ReportQuestion): boolean =>
  Object.entries(filter).some(([name, value]) => name !== 'userId' && value !== undefined);

const isOnGrants = (question: ReportQuestion, { grant }: FindingRule): boolean => grant !== undefined || filtersGrants(question);

/** Accounts without a grant that has not expired, in the columns of a pair. */
function withoutAccess(question: ReportQuestion, start: Start): Fragment {
  const { at, now, filter } = question;
  const none = sql.join(
    ['integer', 'text', 'integer', 'text', 'text', 'text', 'bigint', 'text', 'text'].map((type) => sql`cast(null as ${sql.raw(type)})`),
  );
  const [accounts, entered] =
    start === 'accounts' ? [sql`entry e cross join ${linkedOrNot(at)}`, [sql`i.svc = e.svc and i.key = e.key`]] : [linkedOrNot(at), []];
  return sql`select i.svc, i.key, i.row_id, l.user_id, l.user_number, ${none} from ${accounts}
    where ${allOf([
      live(at, 'i'),
      ofServices(at.svcs, 'i'),
      isUsable,
      ...entered,
      ...(filter.userId === undefined ? [] : [ofPerson(at, filter.userId)]),
      sql`i.row_id not in (select p.account_row from pair p where ${isUnexpired('p', now)})`,
    ])}`;
}

/** Accounts from the page's first on that have at least one row, worked out from the grants that fit. */
function holdingAccounts(question: ReportQuestion, after: ReportPosition | undefined): Fragment {
  const onward = after === undefined ? sql`` : sql`where (svc, account) >= (${after.svc}, ${after.account})`;
  return sql`select distinct svc, account from (${pairs(question, 'grants', [isUnexpired('g', question.now)])}) held ${onward} order by svc, account`;
}

/** The same, in no order, by asking each account in question. */
function enteredAccounts(question: ReportQuestion, after?: ReportPosition, before?: RecordKey): Fragment {
  const { at, filter } = question;
  const from = firstOf(at, after);
  const [accounts, ofOne] =
    filter.userId === undefined
      ? [linkedOrNot(at), []]
      : [sql`link l cross join identity i`, [accountOfLink, isLinked(at), ofPerson(at, filter.userId)]];
  return sql`select i.svc, i.key from ${accounts}
    where ${allOf([
      ...ofOne,
      live(at, 'i'),
      ofServices(at.svcs, 'i'),
      isUsable,
      sql`(i.svc, i.key) >= (${from.svc}, ${from.key})`,
      ...(before === undefined ? [] : [sql`(i.svc, i.key) < (${before.svc}, ${before.key})`]),
      entryCondition(question),
    ])}`;
}

function entryCondition(question: ReportQuestion): Fragment {
  const { now, findings, filter } = question;
  if (findings.length === 0) return sql`(exists (${anyPair(question)})) is true`;
  const rules = findingRules(question);
  const of = findings.map((finding) => {
    const rule = rules[finding];
    const fits = rule.grant?.('g') ?? isUnexpired('g', now);
    // The accounts of one person are asked each; of all there may be, those that hold such a grant are worked out once.
    const holds =
      filter.userId === undefined
        ? sql`(i.svc, i.key) in (select svc, account from (${pairs(question, 'grants', [fits])}) held)`
        : sql`exists (${anyPair(question, fits)})`;
    const conditions = [...(rule.account === undefined ? [] : [rule.account(sql`l.user_id`)]), ...(isOnGrants(question, rule) ? [holds] : [])];
    return conditions.length === 0 ? sql`1 = 1` : sql`(${allOf(conditions)})`;
  });
  return sql`(${sql.join(of, sql` or `)})`;
}

const ofPerson = (at: Snapshot, userId: string): Fragment => sql`l.user_id in (${heirsOf(at, userId)})`;
