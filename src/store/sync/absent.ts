import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Instant, RecordKind } from '../../contract/records.ts';
import type { Db } from '../open.ts';
import type { LazyRevision } from '../revision.ts';
import { openRev, plainToRev } from '../tables.ts';
import { kindTables } from './kinds.ts';
import { batches, endRecords, tombstoneHash } from './versions.ts';
import type { Pages } from './whole.ts';

export interface AbsentRow {
  readonly row_id: number;
  readonly key: string;
  readonly misses: number;
}

const scanSize = 1_000;

/**
 * Current versions of one kind that the read neither confirmed nor replaced. What was read singly since the read began was seen. Tombstones are not
 * live.
 */
export async function absentRows(
  trx: Db,
  svc: number,
  kind: RecordKind,
  pages: Pages,
  startedAt: Instant,
): Promise<{ missing: readonly AbsentRow[]; live: number }> {
  const confirmed = pages.confirmed.get(kind);
  const unreadable = pages.unreadable.get(kind);
  const missing: AbsentRow[] = [];
  let live = 0;
  for (let last = 0; ;) {
    const rows = await trx
      .selectFrom(kindTables[kind])
      .select(['row_id', 'key', 'misses', 'read_at'])
      .where('svc', '=', svc)
      .where('to_rev', '=', openRev)
      .where('hash', '!=', tombstoneHash)
      .where('row_id', '>', last)
      .orderBy('row_id')
      .limit(scanSize)
      .execute();
    live += rows.length;
    missing.push(
      ...rows.filter(
        ({ row_id, key, misses, read_at }) =>
          confirmed?.has(row_id) !== true && unreadable?.has(key) !== true && (misses > 0 || (read_at ?? -Infinity) < startedAt),
      ),
    );
    if (rows.length < scanSize) break;
    last = rows.at(-1)?.row_id ?? last;
    await setImmediate();
  }
  const replaced = await replacedKeys(trx, svc, kind, missing);
  return { missing: missing.filter((row) => !replaced.has(row.key)), live };
}

async function replacedKeys(trx: Db, svc: number, kind: RecordKind, rows: readonly AbsentRow[]): Promise<ReadonlySet<string>> {
  const replaced = new Set<string>();
  for (const batch of batches(rows)) {
    const found = await trx
      .selectFrom('incoming')
      .select('key')
      .where('svc', '=', svc)
      .where('kind', '=', kind)
      .where(
        'key',
        'in',
        batch.map((row) => row.key),
      )
      .execute();
    for (const { key } of found) replaced.add(key);
  }
  return replaced;
}

export async function resetMisses(trx: Db, svc: number, pages: Pages): Promise<void> {
  for (const [kind, confirmed] of pages.confirmed) {
    const missed = await missedRows(trx, svc, kind);
    await setMisses(
      trx,
      kind,
      missed.filter((row) => confirmed.has(row.row_id)),
      0,
    );
  }
}

/** Current records of a kind that the newest reads lacked. */
export const missedRows = (trx: Db, svc: number, kind: RecordKind): Promise<readonly AbsentRow[]> =>
  trx
    .selectFrom(kindTables[kind])
    .select(['row_id', 'key', 'misses'])
    .where('svc', '=', svc)
    .where(plainToRev, '=', openRev)
    // As the index says it: SQLite does not know what a parameter will be.
    .where(sql<boolean>`misses > 0`)
    .execute();

export async function setMisses(trx: Db, kind: RecordKind, rows: readonly AbsentRow[], misses: 0 | 1): Promise<void> {
  for (const batch of batches(rows)) {
    const ids = batch.map((row) => row.row_id);
    await trx.updateTable(kindTables[kind]).set({ misses }).where('row_id', 'in', ids).execute();
  }
}

/** First absence: noted. Second absence in a row: the end. While the guard holds, nothing ends. */
export async function ageAbsent(
  trx: Db,
  svc: number,
  kind: RecordKind,
  rows: readonly AbsentRow[],
  guarded: boolean,
  revision: LazyRevision,
): Promise<number> {
  await setMisses(
    trx,
    kind,
    rows.filter((row) => row.misses === 0),
    1,
  );
  return guarded
    ? 0
    : endRecords(
        trx,
        svc,
        kind,
        rows.filter((row) => row.misses > 0),
        revision,
      );
}
