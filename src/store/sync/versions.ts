import { setImmediate } from 'node:timers/promises';
import { recordKinds, type IdentityRecord, type Instant, type RecordKind, type SourceRecord } from '../../contract/records.ts';
import type { Db } from '../open.ts';
import type { LazyRevision } from '../revision.ts';
import { openRev } from '../tables.ts';
import { readIdentityEvidence, replaceEvidence } from './identity-evidence.ts';
import { isReincarnation } from './incarnation.ts';
import { kindTables, projection } from './kinds.ts';
import { batchSize } from './pages.ts';

/** Gives every changed record its new version. */
export async function applyIncoming(trx: Db, svc: number, revision: LazyRevision): Promise<number> {
  let changed = 0;
  for (const kind of recordKinds) {
    for (let last = ''; ;) {
      const batch = await trx
        .selectFrom('incoming')
        .select(['key', 'hash', 'data'])
        .where('svc', '=', svc)
        .where('kind', '=', kind)
        .where('key', '>', last)
        .orderBy('key')
        .limit(batchSize)
        .execute();
      const end = batch.at(-1);
      if (end === undefined) break;
      last = end.key;
      await replaceVersions(
        trx,
        svc,
        kind,
        batch.map((row) => ({ key: row.key, hash: row.hash, record: JSON.parse(row.data) as SourceRecord, data: row.data })),
        await revision.get(),
      );
      changed += batch.length;
      await setImmediate();
    }
  }
  return changed;
}

interface NewVersion {
  readonly key: string;
  readonly hash: string;
  readonly record: SourceRecord;
  readonly data: string;
}

/** @param readAt when a single read told them; null for a listing. */
export async function replaceVersions(
  trx: Db,
  svc: number,
  kind: RecordKind,
  versions: readonly NewVersion[],
  rev: number,
  readAt: Instant | null = null,
): Promise<void> {
  const keys = versions.map(({ key }) => key);
  const before = kind === 'identity' ? await readIdentityEvidence(trx, svc, keys) : undefined;
  await close(trx, svc, kind, keys, rev);
  const rows = versions.map(({ key, hash, record, data }) => {
    const earlier = before?.get(key);
    const incarnation = record.kind === 'identity' && earlier !== undefined ? earlier.incarnation + (isReincarnation(earlier, record) ? 1 : 0) : 1;
    return { svc, key, hash, data, from_rev: rev, to_rev: openRev, misses: 0, read_at: readAt, ...projection(record, incarnation) };
  });
  await trx.insertInto(kindTables[kind]).values(rows).execute();
  if (before !== undefined) {
    const identities = versions.map(({ key, record }) => ({ key, record: record as IdentityRecord }));
    await replaceEvidence(trx, svc, identities, before, rev);
  }
}

async function close(trx: Db, svc: number, kind: RecordKind, keys: readonly string[], rev: number): Promise<void> {
  await trx
    .updateTable(kindTables[kind])
    .set({ to_rev: rev })
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where('key', 'in', keys)
    .execute();
}

export const tombstoneHash = '';

/** Ends records. An account leaves a tombstone, so that its history and its link stay readable and its address is not taken for free. */
export async function endRecords(
  trx: Db,
  svc: number,
  kind: RecordKind,
  rows: readonly { readonly key: string }[],
  revision: LazyRevision,
  readAt: Instant | null = null,
): Promise<number> {
  for (const batch of batches(rows)) {
    const rev = await revision.get();
    if (kind !== 'identity') {
      await close(
        trx,
        svc,
        kind,
        batch.map(({ key }) => key),
        rev,
      );
      continue;
    }
    const current = await trx
      .selectFrom('identity')
      .select(['key', 'data'])
      .where('svc', '=', svc)
      .where('to_rev', '=', openRev)
      .where(
        'key',
        'in',
        batch.map(({ key }) => key),
      )
      .execute();
    const tombstones = current.map(({ key, data }) => {
      const record: IdentityRecord = { ...(JSON.parse(data) as IdentityRecord), status: 'DELETED' };
      return { key, hash: tombstoneHash, record, data: JSON.stringify(record) };
    });
    await replaceVersions(trx, svc, 'identity', tombstones, rev, readAt);
  }
  return rows.length;
}

export async function liveIdentities(trx: Db, svc: number): Promise<number> {
  const { count } = await trx
    .selectFrom('identity')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where('hash', '!=', tombstoneHash)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += batchSize) yield rows.slice(start, start + batchSize);
}
