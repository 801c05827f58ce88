import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Page } from '../../contract/adapter.ts';
import { recordKey, type Instant, type RecordKind, type SourceRecord } from '../../contract/records.ts';
import type { Db, StoreConnection } from '../open.ts';
import { openRev } from '../tables.ts';
import { kindTables, storable } from './kinds.ts';
import type { Confirmed, RejectedKey } from './run.ts';
import { holdLease, type Lease } from './services.ts';

export interface Incoming {
  readonly kind: RecordKind;
  readonly key: string;
  readonly hash: string;
  readonly data: string;
  readonly updatedAt: Instant | undefined;
}

/** Records that one statement takes. A larger one is hardly faster, and its prepared form costs SQLite half a kilobyte for every value. */
export const batchSize = 100;

/**
 * Stores one page together with its checkpoint. Records that equal the current version are only confirmed; the others wait for the seal.
 * @param askedAt when the page was asked for: what was read singly since then is newer, and stays.
 */
export async function savePage(
  connection: StoreConnection,
  lease: Lease,
  listing: string,
  page: Page,
  now: Instant,
  askedAt: Instant = now,
): Promise<void> {
  await connection.write.transaction().execute(async (trx) => {
    await holdLease(trx, lease, now);
    const state = await trx
      .selectFrom('sync_listing')
      .select(['pages', 'records'])
      .where('svc', '=', lease.svc)
      .where('listing', '=', listing)
      .executeTakeFirstOrThrow();
    const confirmed: Confirmed = {};
    for (let start = 0; start < page.records.length; start += batchSize) {
      await storeRecords(trx, lease.svc, newestByKey(page.records.slice(start, start + batchSize)), confirmed, askedAt);
      await setImmediate();
    }
    await trx
      .insertInto('sync_page')
      .values({
        svc: lease.svc,
        listing,
        page: state.pages,
        confirmed: JSON.stringify(confirmed),
        rejected: JSON.stringify(page.rejected.map(toRejectedKey)),
      })
      .execute();
    await trx
      .updateTable('sync_listing')
      .set({
        cursor: page.next,
        pages: state.pages + 1,
        records: state.records + page.records.length,
        done: page.next === null ? 1 : 0,
        ...(page.announced === undefined ? {} : { announced: page.announced }),
      })
      .where('svc', '=', lease.svc)
      .where('listing', '=', listing)
      .execute();
  });
}

const toRejectedKey = ({ kind, externalId, reason }: Page['rejected'][number]): RejectedKey => ({
  kind,
  key: externalId === undefined ? null : storable(externalId),
  reason,
});

/** As they are stored: one version a key. */
export function newestByKey(records: readonly SourceRecord[]): ReadonlyMap<RecordKind, readonly Incoming[]> {
  const byKind = new Map<RecordKind, Map<string, Incoming>>();
  for (const record of records) {
    const key = storable(recordKey(record));
    const data = JSON.stringify(record);
    const updatedAt = record.kind === 'identity' ? record.updatedAt : undefined;
    const ofKind = byKind.get(record.kind) ?? new Map<string, Incoming>();
    byKind.set(record.kind, ofKind);
    const earlier = ofKind.get(key);
    if (earlier === undefined || !isOlder(updatedAt, earlier.updatedAt)) {
      ofKind.set(key, { kind: record.kind, key, hash: hash('sha1', data, 'base64url'), data, updatedAt });
    }
  }
  return new Map([...byKind].map(([kind, entries]) => [kind, [...entries.values()]]));
}

/** While pages are read, a record may move and come twice: the newer version counts, and where nothing tells, the later. */
const isOlder = (candidate: Instant | undefined, than: Instant | undefined): boolean =>
  candidate !== undefined && than !== undefined && candidate < than;

async function storeRecords(
  trx: Db,
  svc: number,
  records: ReadonlyMap<RecordKind, readonly Incoming[]>,
  confirmed: Confirmed,
  askedAt: Instant,
): Promise<void> {
  for (const [kind, batch] of records) {
    const current = await currentHashes(trx, svc, kind, batch);
    const waiting = await waitingRows(trx, svc, kind, batch);
    const same: string[] = [];
    const changed: Incoming[] = [];
    for (const record of batch) {
      const earlier = waiting.get(record.key);
      if (earlier !== undefined && isOlder(record.updatedAt, updatedAtOf(earlier))) continue;
      const now = current.get(record.key);
      if (now !== undefined && (now.hash === record.hash || (now.readAt ?? -Infinity) >= askedAt)) {
        (confirmed[kind] ??= []).push(now.rowId);
        if (earlier !== undefined) same.push(record.key);
      } else changed.push(record);
    }
    if (same.length > 0) await trx.deleteFrom('incoming').where('svc', '=', svc).where('kind', '=', kind).where('key', 'in', same).execute();
    if (changed.length > 0) {
      await trx
        .insertInto('incoming')
        .values(changed.map(({ key, hash: content, data }) => ({ svc, kind, key, hash: content, data, asked_at: askedAt })))
        .onConflict((c) =>
          c
            .columns(['svc', 'kind', 'key'])
            .doUpdateSet((e) => ({ hash: e.ref('excluded.hash'), data: e.ref('excluded.data'), asked_at: e.ref('excluded.asked_at') })),
        )
        .execute();
    }
  }
}

function updatedAtOf(data: string): Instant | undefined {
  const record = JSON.parse(data) as SourceRecord;
  return record.kind === 'identity' ? record.updatedAt : undefined;
}

export interface CurrentVersion {
  readonly rowId: number;
  readonly hash: string;
  readonly misses: number;
  readonly readAt: Instant | null;
}

/** Current versions, by key. */
export async function currentHashes(
  trx: Db,
  svc: number,
  kind: RecordKind,
  batch: readonly { readonly key: string }[],
): Promise<ReadonlyMap<string, CurrentVersion>> {
  const rows = await trx
    .selectFrom(kindTables[kind])
    .select(['row_id', 'key', 'hash', 'misses', 'read_at'])
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where('key', 'in', sameLength(batch.map(({ key }) => key)))
    .execute();
  return new Map(rows.map((row) => [row.key, { rowId: row.row_id, hash: row.hash, misses: row.misses, readAt: row.read_at }]));
}

async function waitingRows(trx: Db, svc: number, kind: RecordKind, batch: readonly Incoming[]): Promise<ReadonlyMap<string, string>> {
  const rows = await trx
    .selectFrom('incoming')
    .select(['key', 'data'])
    .where('svc', '=', svc)
    .where('kind', '=', kind)
    .where('key', 'in', sameLength(batch.map(({ key }) => key)))
    .execute();
  return new Map(rows.map((row) => [row.key, row.data]));
}

/** Repeats the last key up to the next power of two: a handful of prepared statements serves every number of keys. */
function sameLength(keys: readonly string[]): readonly string[] {
  const length = 2 ** Math.ceil(Math.log2(Math.max(keys.length, 1)));
  return [...keys, ...Array.from({ length: length - keys.length }, () => keys.at(-1) ?? '')];
}
