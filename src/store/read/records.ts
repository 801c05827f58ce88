import { sql } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import { allOf, askKeys, keyRows, live, ofServices, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

type NamedTable = 'identity' | 'user_group' | 'role' | 'scope';
export type RecordTable = NamedTable | 'membership' | 'access_grant' | 'invite' | 'credential';

/** One version of a record; `data` is the record as JSON. */
export interface RecordRow {
  readonly svc: number;
  readonly key: string;
  readonly data: string;
  readonly misses: number;
  readonly read_at: number | null;
}

export interface NamedRow extends RecordRow {
  readonly sort_name: string;
}

/** Lists of named things run by name, then service and key: total, and the same at every revision. */
export interface NamePosition extends RecordKey {
  readonly sortName: string;
}

export const recordColumns = (alias: string): Fragment =>
  sql.join(['svc', 'key', 'data', 'misses', 'read_at'].map((column) => sql.ref(`${alias}.${column}`)));

export const namedColumns = (alias: string): Fragment => sql`${recordColumns(alias)}, ${sql.ref(`${alias}.sort_name`)}`;

export const nameOrder = (alias: string): Fragment => sql.join(['sort_name', 'svc', 'key'].map((column) => sql.ref(`${alias}.${column}`)));

export const behindName = (alias: string, after: NamePosition | undefined): readonly Fragment[] =>
  after === undefined ? [] : [sql`(${nameOrder(alias)}) > (${after.sortName}, ${after.svc}, ${after.key})`];

/** A cross join, for of many keys SQLite's planner makes an index and then walks the whole table. */
export function recordsByKeys(at: Snapshot, table: RecordTable, keys: readonly RecordKey[]): Promise<readonly RecordRow[]> {
  return askKeys(at, keys, (asked) =>
    rowsOf<RecordRow>(
      at,
      sql`with asked(svc, key) as (${keyRows(asked)})
        select ${recordColumns('r')} from asked a cross join ${sql.table(table)} r where r.svc = a.svc and r.key = a.key and ${live(at, 'r')}`,
    ),
  );
}

/** @param conditions on the alias `r`. */
export function recordsByName(
  at: Snapshot,
  table: NamedTable,
  conditions: readonly Fragment[],
  { after, limit }: Stretch<NamePosition>,
): Promise<readonly NamedRow[]> {
  return rowsOf<NamedRow>(
    at,
    sql`select ${namedColumns('r')} from ${sql.table(table)} r
      where ${allOf([live(at, 'r'), ofServices(at.svcs, 'r'), ...conditions, ...behindName('r', after)])}
      order by ${nameOrder('r')} limit ${limit}`,
  );
}
