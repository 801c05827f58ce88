import { sql } from 'kysely';
import { openRev } from '../tables.ts';
import { askTexts, allOf, live, rowsOf, textRows, type Fragment, type Stretch } from './snapshot.ts';
import { holders, isHeldByFew, isHolder } from './holders.ts';
import { conditionCtes, isUnexpired, pairs, type AccessQuestion } from './pairs.ts';
import { heirsOf } from './people.ts';
import { recordColumns, type RecordRow } from './records.ts';

/** What one person may do on one scope; what is UNKNOWN is a row of its own beside the known level. */
export interface EffectiveRow extends EffectivePosition {
  readonly level: number;
  /** When the level ends; null: never. */
  readonly until: number | null;
}

export interface EffectivePosition {
  readonly user_id: string;
  readonly svc: number;
  readonly scope_kind: string;
  /** `scopeKeyText`; empty for every scope of the kind. */
  readonly scope_key: string;
  /** 1 for what is UNKNOWN. */
  readonly unknown: number;
}

const position = sql`user_id, svc, scope_kind, scope_key, unknown`;

/** The highest level of each row in `best`, with the latest end among the grants that give it. */
function bestCtes(question: AccessQuestion, entry: Fragment): Fragment {
  const { scope } = question.filter;
  const [kind, key] =
    scope === undefined ? [sql`p.scope_kind`, sql`coalesce(p.scope_key, '')`] : [sql`cast(${scope.kind} as text)`, sql`cast(${scope.key} as text)`];
  return sql`with recursive ${sql.join(
    [
      ...conditionCtes(question),
      sql`entry(id) as (${entry})`,
      sql`pair as (${pairs(question, 'people', [isUnexpired('g', question.now)])})`,
      sql`placed as (
        select p.user_id, p.svc, ${kind} as scope_kind, ${key} as scope_key, case when p.level < 0 then 1 else 0 end as unknown,
          p.level, p.expires_at, p.account, p.grant_row from pair p)`,
      sql`held as (
        select ${position}, level, max(coalesce(expires_at, ${sql.lit(openRev)})) as until from placed group by ${position}, level)`,
      sql`best as (
        select ${position}, level, case when until = ${sql.lit(openRev)} then null else until end as until,
          row_number() over (partition by ${position} order by level desc) as place from held)`,
    ],
    sql`, `,
  )}`;
}

/** Of each person, in the order of scopes. */
export function effectiveOfPeople(
  question: AccessQuestion,
  userIds: readonly string[],
  { after, limit }: Stretch<EffectivePosition>,
): Promise<readonly EffectiveRow[]> {
  const behind =
    after === undefined
      ? sql``
      : sql`and (svc, scope_kind, scope_key, unknown) > (${after.svc}, ${after.scope_kind}, ${after.scope_key}, ${after.unknown})`;
  return askTexts(userIds, (ids) =>
    rowsOf(
      question.at,
      sql`${bestCtes(question, textRows(ids))},
        listed as (
          select ${position}, level, until, row_number() over (partition by user_id order by svc, scope_kind, scope_key, unknown) as n
            from best where place = 1 ${behind})
        select ${position}, level, until from listed where n <= ${limit} order by user_id, n`,
    ),
  );
}

/** Of everybody, person by person: only as many people are worked out as the page may take. */
export async function listEffective(question: AccessQuestion, { after, limit }: Stretch<EffectivePosition>): Promise<readonly EffectiveRow[]> {
  const { at } = question;
  const holds = await holdsSome(question);
  const behind =
    after === undefined
      ? sql``
      : sql`and (${position}) > (${after.user_id}, ${after.svc}, ${after.scope_kind}, ${after.scope_key}, ${after.unknown})`;
  const entry = sql`select p.id from person p
    where ${allOf([live(at, 'p'), ...(after === undefined ? [] : [sql`p.id >= ${after.user_id}`]), holds])}
    order by p.id limit ${limit + 1}`;
  return rowsOf(
    at,
    sql`${bestCtes(question, entry)} select ${position}, level, until from best where place = 1 ${behind} order by ${position} limit ${limit}`,
  );
}

async function holdsSome(question: AccessQuestion): Promise<Fragment> {
  const { at, filter } = question;
  if (filter.userId !== undefined) return sql`p.id in (${heirsOf(at, filter.userId)})`;
  return (await isHeldByFew(question)) ? sql`p.id in (${holders(question)})` : isHolder(question);
}

/** A grant behind a row, and the account that has it. */
export interface GrantBehindRow extends EffectivePosition, RecordRow {
  readonly account: string;
}

export function grantsBehind(question: AccessQuestion, rows: readonly EffectivePosition[]): Promise<readonly GrantBehindRow[]> {
  if (rows.length === 0) return Promise.resolve([]);
  const asked = rows.map(
    (row) =>
      sql`(cast(${row.user_id} as text), cast(${row.svc} as integer), cast(${row.scope_kind} as text), cast(${row.scope_key} as text), cast(${row.unknown} as integer))`,
  );
  return rowsOf(
    question.at,
    sql`${bestCtes(question, textRows([...new Set(rows.map(({ user_id }) => user_id))]))},
      asked(${position}) as (values ${sql.join(asked)})
      select distinct p.user_id, p.scope_kind, p.scope_key, p.unknown, p.account, ${recordColumns('g')}
        from asked a
        join placed p on p.user_id = a.user_id and p.svc = a.svc and p.scope_kind = a.scope_kind and p.scope_key = a.scope_key and p.unknown = a.unknown
        join access_grant g on g.row_id = p.grant_row
        order by g.svc, g.key, p.account`,
  );
}

/** Highest rank over what people hold; -1 when no level of theirs is known. */
export function highestRanks(
  question: AccessQuestion,
  userIds: readonly string[],
): Promise<readonly { readonly user_id: string; readonly level: number }[]> {
  return askTexts(userIds, (ids) =>
    rowsOf(question.at, sql`${bestCtes(question, textRows(ids))} select user_id, max(level) as level from placed group by user_id`),
  );
}
