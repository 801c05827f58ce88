import { recordKinds, type Instant, type RecordKind, type SourceRecord } from '../../contract/records.ts';
import type { Db, StoreConnection } from '../open.ts';
import { lazyRevision, lockRevisions, type LazyRevision } from '../revision.ts';
import { keepGroupReach } from '../sync/group-reach.ts';
import { kindTables } from '../sync/kinds.ts';
import { currentHashes, newestByKey, type Incoming } from '../sync/pages.ts';
import { batches, replaceVersions } from '../sync/versions.ts';
import { noteAbsent } from './absent.ts';
import { dropWaiting, isOlder, type HeldService, type LiveReading } from './reading.ts';

/**
 * Writes single reads through to the index, in one transaction: what changed gets a new version, what did not only its new age. A sync that is under
 * way neither undoes it nor takes it for missing.
 * @returns whether anything changed, so that linking has something to look at, and which absent accounts the index still keeps.
 */
export async function saveLiveReading(
  { write }: StoreConnection,
  reading: LiveReading,
  now: Instant,
): Promise<{ readonly changed: boolean; readonly kept: ReadonlySet<string> }> {
  return write.transaction().execute(async (trx) => {
    const service = await holdService(trx, reading.svc);
    await lockRevisions(trx);
    const revision = lazyRevision(trx, `live read of ${reading.serviceName}`, now);
    const records = reading.found.flatMap(({ identity, alongside }): readonly SourceRecord[] => [identity, ...alongside]);
    const byKind = newestByKey(records);
    for (const kind of recordKinds) {
      for (const batch of batches(byKind.get(kind) ?? [])) await saveRecords(trx, reading, service.sealedAsOf, kind, batch, revision);
    }
    const kept = await noteAbsent(trx, reading, service, revision);
    const taken = revision.taken();
    if (taken !== undefined) await keepGroupReach(trx, reading.svc, taken);
    return { changed: taken !== undefined, kept };
  });
}

/** Waits for a sync that is writing this service, and lets none write before this transaction ends: syncs lock the same row first. */
async function holdService(trx: Db, svc: number): Promise<HeldService> {
  const row = await trx
    .updateTable('service')
    .set((e) => ({ live_reads: e('live_reads', '+', 1) }))
    .where('svc', '=', svc)
    .returning(['sealed_as_of', 'quarantined'])
    .executeTakeFirstOrThrow();
  return { sealedAsOf: row.sealed_as_of ?? 0, quarantined: row.quarantined > 0 };
}

// An account's answer names them in passing; their own listings say more.
const onlyWhenUnknown: ReadonlySet<RecordKind> = new Set(['role', 'group', 'scope']);

async function saveRecords(
  trx: Db,
  { svc, readAt }: LiveReading,
  sealedAsOf: Instant,
  kind: RecordKind,
  batch: readonly Incoming[],
  revision: LazyRevision,
): Promise<void> {
  const current = await currentHashes(trx, svc, kind, batch);
  const isNews = ({ key }: Incoming): boolean => {
    const known = current.get(key);
    return known === undefined || (!onlyWhenUnknown.has(kind) && isOlder(known, sealedAsOf, readAt));
  };
  const news = batch.filter(isNews);
  const changed = news.filter(({ key, hash }) => current.get(key)?.hash !== hash);
  const same = news.filter((record) => !changed.includes(record)).flatMap(({ key }) => current.get(key)?.rowId ?? []);
  if (same.length > 0) {
    await trx.updateTable(kindTables[kind]).set({ read_at: readAt, misses: 0 }).where('row_id', 'in', same).execute();
  }
  if (changed.length > 0) {
    const versions = changed.map(({ key, hash, data }) => ({ key, hash, data, record: JSON.parse(data) as SourceRecord }));
    await replaceVersions(trx, svc, kind, versions, await revision.get(), readAt);
  }
  await dropWaiting(trx, svc, kind, news, readAt);
}
