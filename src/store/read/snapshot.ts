import { sql, type RawBuilder } from 'kysely';
import { keyText, type RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';

/** What a question is asked of: the store as it stood at one revision. */
export interface Snapshot {
  readonly db: Db;
  readonly rev: number;
  /** Only these services are seen: those of the configuration, or the ones that the question names. */
  readonly svcs: readonly number[];
}

/** A stretch of an ordered list: what comes behind `after`. */
export interface Stretch<Position> {
  readonly after: Position | undefined;
  readonly limit: number;
}

export type Fragment = RawBuilder<unknown>;

export const rowsOf = async <Row>({ db }: Snapshot, query: Fragment): Promise<readonly Row[]> => (await query.$castTo<Row>().execute(db)).rows;

/** The version of `alias` that holds at the revision. */
export const live = ({ rev }: Snapshot, alias: string): Fragment =>
  sql`${sql.ref(`${alias}.from_rev`)} <= ${rev} and ${sql.ref(`${alias}.to_rev`)} > ${rev}`;

/** For indexes that begin with the service. */
export const inServices = (svcs: readonly number[], alias: string): Fragment =>
  svcs.length === 0 ? sql`1 = 0` : sql`${sql.ref(`${alias}.svc`)} in (${sql.join(svcs)})`;

/**
 * The unary plus keeps SQLite's planner from entering by the service, which narrows least of all (sqlite.org/optoverview.html, "Disqualifying
 * WHERE clause terms using unary +"); to PostgreSQL it is an ordinary operator.
 */
export const ofServices = (svcs: readonly number[], alias: string): Fragment =>
  svcs.length === 0 ? sql`1 = 0` : sql`+${sql.ref(`${alias}.svc`)} in (${sql.join(svcs)})`;

export const allOf = (conditions: readonly Fragment[]): Fragment => sql.join(conditions, sql` and `);

/** For `where x in (…)` and the like; the list must not be empty. */
export const listOf = (values: readonly (string | number)[]): Fragment => sql.join(values);

/**
 * Rows (svc, key) for a common table expression. The casts tell PostgreSQL the types of the parameters. What they are joined with must follow a
 * `cross join`: from some two hundred rows on SQLite would rather walk the table (sqlite.org/optoverview.html, "Manual Control Of Query Plans").
 */
export const keyRows = (keys: readonly RecordKey[]): Fragment =>
  sql`values ${sql.join(keys.map(({ svc, key }) => sql`(cast(${svc} as integer), cast(${key} as text))`))}`;

export const textRows = (texts: readonly string[]): Fragment => sql`values ${sql.join(texts.map((text) => sql`(cast(${text} as text))`))}`;

/** PostgreSQL's text holds no NUL and refuses the parameter, so nothing that is stored has one. */
export const storable = (text: string): boolean => !text.includes('\0');

// Two parameters a key stay well below SQLite's 32,766 a statement.
const keysAStatement = 10_000;

/** Asks for distinct keys of the snapshot's services, as many at once as a statement takes. */
export function askKeys<Row>({ svcs }: Snapshot, keys: readonly RecordKey[], ask: (keys: readonly RecordKey[]) => Promise<readonly Row[]>) {
  const known = keys.filter(({ svc, key }) => svcs.includes(svc) && storable(key));
  return inChunks([...new Map(known.map((key) => [keyText(key), key])).values()], ask);
}

/** The same for texts, such as ids of people. */
export function askTexts<Row>(texts: readonly string[], ask: (texts: readonly string[]) => Promise<readonly Row[]>): Promise<readonly Row[]> {
  return inChunks([...new Set(texts.filter(storable))], ask);
}

async function inChunks<Key, Row>(keys: readonly Key[], ask: (keys: readonly Key[]) => Promise<readonly Row[]>): Promise<readonly Row[]> {
  if (keys.length <= keysAStatement) return keys.length === 0 ? [] : ask(keys);
  const rows: Row[] = [];
  for (let start = 0; start < keys.length; start += keysAStatement) rows.push(...(await ask(keys.slice(start, start + keysAStatement))));
  return rows;
}
