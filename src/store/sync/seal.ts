import { setImmediate } from 'node:timers/promises';
import { recordKinds, type IdentityRecord, type Instant, type RecordKind, type SourceRecord } from '../../contract/records.ts';
import type { Issue } from '../../model/issue.ts';
import type { Db, StoreConnection } from '../open.ts';
import { nextRevision } from '../revision.ts';
import { openRev } from '../tables.ts';
import { guardRemovals, type KindLoss } from './guard.ts';
import { readIdentityEvidence, replaceEvidence } from './identity-evidence.ts';
import { isReincarnation } from './incarnation.ts';
import { kindTables, projection } from './kinds.ts';
import { batchSize } from './pages.ts';
import { clearRun, type Confirmed, type RejectedKey } from './run.ts';
import { holdLease, type Lease } from './services.ts';

export interface SealInput {
  readonly serviceName: string;
  /** What each listing may hold; `partial` listings prove no absence. */
  readonly listings: readonly { readonly name: string; readonly yields: readonly RecordKind[]; readonly partial: boolean }[];
  readonly now: Instant;
}

export interface SealResult {
  /** Undefined when nothing changed: no revision was taken. */
  readonly revision: number | undefined;
  readonly changed: number;
  readonly removed: number;
  /** Records that were held back although the listing lacked them. */
  readonly quarantined: number;
  readonly partial: boolean;
}

/**
 * Makes the finished read the current state, in one transaction: a reader sees the old revision or the new one. What changed gets a new version;
 * what two whole reads in a row lacked ends; a read that lacks too much ends nothing until somebody accepts it.
 */
export async function sealRun(connection: StoreConnection, lease: Lease, input: SealInput): Promise<SealResult> {
  return connection.write.transaction().execute(async (trx) => {
    await holdLease(trx, lease, input.now);
    const run = await trx.selectFrom('sync_run').select('started_at').where('svc', '=', lease.svc).executeTakeFirstOrThrow();
    const listings = await trx.selectFrom('sync_listing').selectAll().where('svc', '=', lease.svc).execute();
    const pages = await readPages(trx, lease.svc);
    const whole = await wholeKinds(trx, lease.svc, input, listings, pages);

    const absent = new Map<RecordKind, readonly AbsentRow[]>();
    const losses: KindLoss[] = [];
    for (const kind of whole.kinds) {
      const { missing, live } = await absentRows(trx, lease.svc, kind, pages);
      absent.set(kind, missing);
      losses.push({ kind, gone: missing.length, live });
    }
    const guarded = guardRemovals(losses);
    const revision = lazyRevision(trx, `seal ${input.serviceName}`, input.now);
    await resetMisses(trx, lease.svc, pages);
    const changed = await applyIncoming(trx, lease.svc, revision);
    let removed = 0;
    for (const [kind, rows] of absent) removed += await ageAbsent(trx, lease.svc, kind, rows, guarded, revision);
    const quarantined = guarded ? losses.reduce((sum, { gone }) => sum + gone, 0) : 0;
    const issue = listings.map((row) => row.issue).find((text) => text !== null) ?? (whole.issue === undefined ? null : JSON.stringify(whole.issue));
    const partial = issue !== null;
    const sealed = revision.taken();
    await trx
      .updateTable('service')
      .set({
        ...(sealed === undefined ? {} : { sealed_rev: sealed }),
        sealed_as_of: run.started_at,
        partial: partial ? 1 : 0,
        issue,
        quarantined,
        seen: await liveIdentities(trx, lease.svc),
      })
      .where('svc', '=', lease.svc)
      .execute();
    await clearRun(trx, lease.svc);
    return { revision: sealed, changed, removed, quarantined, partial };
  });
}

/**
 * Settles a quarantine: accepted removals end now; refused ones count as never missed.
 * @returns how many records ended, or undefined when nothing was held back.
 */
export async function settleQuarantine(
  connection: StoreConnection,
  svc: number,
  accept: boolean,
  reason: string,
  now: Instant,
): Promise<number | undefined> {
  return connection.write.transaction().execute(async (trx) => {
    const settled = await trx.updateTable('service').set({ quarantined: 0 }).where('svc', '=', svc).where('quarantined', '>', 0).executeTakeFirst();
    if (settled.numUpdatedRows !== 1n) return undefined;
    const revision = lazyRevision(trx, `quarantine ${accept ? 'accepted' : 'refused'}: ${reason}`, now);
    let removed = 0;
    for (const kind of recordKinds) {
      const table = kindTables[kind];
      const held = await trx
        .selectFrom(table)
        .select(['row_id', 'key', 'misses'])
        .where('svc', '=', svc)
        .where('to_rev', '=', openRev)
        .where('misses', '>', 0)
        .execute();
      if (accept) removed += await end(trx, svc, kind, held, revision);
      else
        for (const rows of batches(held))
          await trx
            .updateTable(table)
            .set({ misses: 0 })
            .where(
              'row_id',
              'in',
              rows.map((row) => row.row_id),
            )
            .execute();
    }
    await trx
      .updateTable('service')
      .set({ seen: await liveIdentities(trx, svc) })
      .where('svc', '=', svc)
      .execute();
    return removed;
  });
}

interface Pages {
  readonly confirmed: ReadonlyMap<RecordKind, ReadonlySet<number>>;
  /** Keys whose new version could not be read: the last good one stays. */
  readonly unreadable: ReadonlyMap<RecordKind, ReadonlySet<string>>;
  /** Kinds of which a page held a record that could not even be named. */
  readonly nameless: ReadonlySet<RecordKind>;
  readonly rejected: number;
  readonly rejectedReason: string | undefined;
}

async function readPages(trx: Db, svc: number): Promise<Pages> {
  const confirmed = new Map<RecordKind, Set<number>>();
  const unreadable = new Map<RecordKind, Set<string>>();
  const nameless = new Set<RecordKind>();
  let rejected = 0;
  let rejectedReason: string | undefined;
  for (const row of await trx.selectFrom('sync_page').select(['confirmed', 'rejected']).where('svc', '=', svc).execute()) {
    for (const [kind, ids] of Object.entries(JSON.parse(row.confirmed) as Confirmed) as [RecordKind, number[]][]) {
      const known = confirmed.get(kind) ?? new Set();
      for (const id of ids) known.add(id);
      confirmed.set(kind, known);
    }
    for (const { kind, key, reason } of JSON.parse(row.rejected) as RejectedKey[]) {
      rejected += 1;
      rejectedReason ??= reason;
      if (key === null) nameless.add(kind);
      else unreadable.set(kind, (unreadable.get(kind) ?? new Set()).add(key));
    }
  }
  return { confirmed, unreadable, nameless, rejected, rejectedReason };
}

type ListingRow = { readonly listing: string; readonly done: number; readonly issue: string | null; readonly announced: number | null };

/** The kinds of which this read saw everything, so that absence means something, and why others are not among them. */
async function wholeKinds(
  trx: Db,
  svc: number,
  input: SealInput,
  states: readonly ListingRow[],
  pages: Pages,
): Promise<{ kinds: readonly RecordKind[]; issue: Issue | undefined }> {
  const broken = new Set<RecordKind>(pages.nameless);
  let issue: Issue | undefined =
    pages.rejected === 0
      ? undefined
      : {
          code: 'SERVICE_RECORDS_REJECTED',
          message: `${pages.rejected} record(s) could not be read and keep their last good version; the first: ${pages.rejectedReason ?? ''}`,
          retryable: true,
        };
  for (const listing of input.listings) {
    const state = states.find(({ listing: name }) => name === listing.name);
    const [primary] = listing.yields;
    if (listing.partial || state === undefined || state.done !== 1 || state.issue !== null) for (const kind of listing.yields) broken.add(kind);
    if (state?.announced != null && primary !== undefined) {
      const seen = await seenOfKind(trx, svc, primary, pages);
      if (seen < state.announced) {
        broken.add(primary);
        issue ??= {
          code: 'SERVICE_BAD_RESPONSE',
          message: `the listing "${listing.name}" announced ${state.announced} records and gave ${seen}: nothing counts as removed`,
          retryable: true,
          path: [listing.name],
        };
      }
    }
  }
  const offered = new Set(input.listings.flatMap(({ yields }) => yields));
  return { kinds: recordKinds.filter((kind) => offered.has(kind) && !broken.has(kind)), issue };
}

async function seenOfKind(trx: Db, svc: number, kind: RecordKind, pages: Pages): Promise<number> {
  const { count } = await trx
    .selectFrom('incoming')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('svc', '=', svc)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return Number(count) + (pages.confirmed.get(kind)?.size ?? 0) + pages.rejected;
}

interface AbsentRow {
  readonly row_id: number;
  readonly key: string;
  readonly misses: number;
}

const scanSize = 10_000;

/** Current versions of one kind that the read neither confirmed nor replaced. Tombstones are not live. */
async function absentRows(trx: Db, svc: number, kind: RecordKind, pages: Pages): Promise<{ missing: readonly AbsentRow[]; live: number }> {
  const confirmed = pages.confirmed.get(kind);
  const unreadable = pages.unreadable.get(kind);
  const missing: AbsentRow[] = [];
  let live = 0;
  for (let last = 0; ;) {
    const rows = await trx
      .selectFrom(kindTables[kind])
      .select(['row_id', 'key', 'misses'])
      .where('svc', '=', svc)
      .where('to_rev', '=', openRev)
      .where('hash', '!=', tombstoneHash)
      .where('row_id', '>', last)
      .orderBy('row_id')
      .limit(scanSize)
      .execute();
    live += rows.length;
    missing.push(...rows.filter((row) => confirmed?.has(row.row_id) !== true && unreadable?.has(row.key) !== true));
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

interface LazyRevision {
  get(): Promise<number>;
  taken(): number | undefined;
}

function lazyRevision(trx: Db, cause: string, now: Instant): LazyRevision {
  let revision: number | undefined;
  return {
    get: async () => (revision ??= await nextRevision(trx, cause, now)),
    taken: () => revision,
  };
}

async function resetMisses(trx: Db, svc: number, pages: Pages): Promise<void> {
  for (const [kind, confirmed] of pages.confirmed) {
    const table = kindTables[kind];
    const missed = await trx
      .selectFrom(table)
      .select('row_id')
      .where('svc', '=', svc)
      .where('to_rev', '=', openRev)
      .where('misses', '>', 0)
      .execute();
    for (const rows of batches(missed.filter((row) => confirmed.has(row.row_id)))) {
      await trx
        .updateTable(table)
        .set({ misses: 0 })
        .where(
          'row_id',
          'in',
          rows.map((row) => row.row_id),
        )
        .execute();
    }
  }
}

/** Gives every changed record its new version. */
async function applyIncoming(trx: Db, svc: number, revision: LazyRevision): Promise<number> {
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

async function replaceVersions(trx: Db, svc: number, kind: RecordKind, versions: readonly NewVersion[], rev: number): Promise<void> {
  const keys = versions.map(({ key }) => key);
  const before = kind === 'identity' ? await readIdentityEvidence(trx, svc, keys) : undefined;
  await close(trx, svc, kind, keys, rev);
  const rows = versions.map(({ key, hash, record, data }) => {
    const earlier = before?.get(key);
    const incarnation = record.kind === 'identity' && earlier !== undefined ? earlier.incarnation + (isReincarnation(earlier, record) ? 1 : 0) : 1;
    return { svc, key, hash, data, from_rev: rev, to_rev: openRev, misses: 0, read_at: null, ...projection(record, incarnation) };
  });
  // The projection supplies exactly the columns of this kind's table.
  await trx
    .insertInto(kindTables[kind])
    .values(rows as never)
    .execute();
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

/** First absence: noted. Second absence in a row: the end. While the guard holds, nothing ends. */
async function ageAbsent(
  trx: Db,
  svc: number,
  kind: RecordKind,
  rows: readonly AbsentRow[],
  guarded: boolean,
  revision: LazyRevision,
): Promise<number> {
  const first = rows.filter((row) => row.misses === 0);
  for (const batch of batches(first)) {
    await trx
      .updateTable(kindTables[kind])
      .set({ misses: 1 })
      .where(
        'row_id',
        'in',
        batch.map((row) => row.row_id),
      )
      .execute();
  }
  return guarded
    ? 0
    : end(
        trx,
        svc,
        kind,
        rows.filter((row) => row.misses > 0),
        revision,
      );
}

const tombstoneHash = '';

/** Ends records. An account leaves a tombstone, so that its history and its link stay readable and its address is not taken for free. */
async function end(trx: Db, svc: number, kind: RecordKind, rows: readonly AbsentRow[], revision: LazyRevision): Promise<number> {
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
    await replaceVersions(trx, svc, 'identity', tombstones, rev);
  }
  return rows.length;
}

async function liveIdentities(trx: Db, svc: number): Promise<number> {
  const { count } = await trx
    .selectFrom('identity')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where('hash', '!=', tombstoneHash)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += batchSize) yield rows.slice(start, start + batchSize);
}
