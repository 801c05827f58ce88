import { openRev } from '../tables.ts';
import type { Db } from '../open.ts';
import type { LazyRevision } from '../revision.ts';
import { storable } from '../sync/kinds.ts';
import { currentHashes } from '../sync/pages.ts';
import { batches, endRecords, tombstoneHash } from '../sync/versions.ts';
import { dropWaiting, isOlder, type HeldService, type LiveReading } from './reading.ts';

// A service that suddenly knows nobody is not believed.
const minAbsent = 3;

/**
 * What a single read did not find counts like the absence from a whole one: the second in a row ends the account, whichever kind it was. Nothing
 * ends while the service is quarantined, nor when half of what was asked for is absent at once.
 * @returns external ids of those that did not end.
 */
export async function noteAbsent(
  trx: Db,
  { svc, readAt, absent, found, absenceCounts }: LiveReading,
  { sealedAsOf, quarantined }: HeldService,
  revision: LazyRevision,
): Promise<ReadonlySet<string>> {
  const believed = absenceCounts && (absent.length < minAbsent || absent.length < found.length);
  const kept = new Set<string>();
  for (const batch of batches(absent.map((id) => ({ key: storable(id), id })))) {
    const known = [...(await currentHashes(trx, svc, 'identity', batch))].filter(([, version]) => isOlder(version, sealedAsOf, readAt));
    const living = known.filter(([, { hash }]) => hash !== tombstoneHash);
    const ending = believed && !quarantined ? living.filter(([, { misses }]) => misses > 0).map(([key]) => ({ key })) : [];
    const ended = new Set(ending.map(({ key }) => key));
    const first = living.filter(([, { misses }]) => misses === 0);
    const dead = known.filter(([, { hash }]) => hash === tombstoneHash);
    if (believed && first.length > 0) await update(trx, first, { misses: 1 });
    if (dead.length > 0) await update(trx, dead, { read_at: readAt });
    for (const { key, id } of batch) if (living.some(([own]) => own === key) && !ended.has(key)) kept.add(id);
    if (ending.length === 0) continue;
    await endRecords(trx, svc, 'identity', ending, revision, readAt);
    await dropWaiting(trx, svc, 'identity', ending, readAt);
  }
  return kept;
}

async function update(
  trx: Db,
  versions: readonly (readonly [string, { readonly rowId: number }])[],
  change: { readonly misses: number } | { readonly read_at: number },
): Promise<void> {
  await trx
    .updateTable('identity')
    .set(change)
    .where('to_rev', '=', openRev)
    .where(
      'row_id',
      'in',
      versions.map(([, { rowId }]) => rowId),
    )
    .execute();
}
