import type { Instant, RecordKind } from '../../contract/records.ts';
import type { Issue } from '../../model/issue.ts';
import type { Db, StoreConnection } from '../open.ts';
import { holdLease, type Lease } from './services.ts';

export interface ListingState {
  readonly listing: string;
  readonly cursor: string | null;
  readonly pages: number;
  readonly done: boolean;
  /** Records received so far, repeats included. */
  readonly records: number;
  readonly issue: Issue | undefined;
}

export interface SyncRun {
  readonly startedAt: Instant;
  readonly resumed: boolean;
  readonly listings: ReadonlyMap<string, ListingState>;
}

const oldestResumableMs = 24 * 3_600_000;

/** Takes up the read that was interrupted, at the page where it stopped, or begins a new one. */
export async function beginRun(
  { write }: StoreConnection,
  lease: Lease,
  run: { readonly serviceId: string; readonly settingsHash: string; readonly listings: readonly string[]; readonly now: Instant },
): Promise<SyncRun> {
  return write.transaction().execute(async (trx) => {
    await holdLease(trx, lease, run.now);
    const open = await trx.selectFrom('sync_run').selectAll().where('svc', '=', lease.svc).executeTakeFirst();
    if (
      open !== undefined &&
      open.settings_hash === run.settingsHash &&
      open.service_id === run.serviceId &&
      run.now - open.started_at < oldestResumableMs
    ) {
      return { startedAt: open.started_at, resumed: true, listings: await listingStates(trx, lease.svc) };
    }
    await clearRun(trx, lease.svc);
    await trx
      .insertInto('sync_run')
      .values({ svc: lease.svc, epoch: lease.fence, started_at: run.now, service_id: run.serviceId, settings_hash: run.settingsHash })
      .execute();
    for (const listing of run.listings) {
      await trx
        .insertInto('sync_listing')
        .values({ svc: lease.svc, listing, cursor: null, pages: 0, done: 0, announced: null, records: 0, issue: null })
        .execute();
    }
    return { startedAt: run.now, resumed: false, listings: await listingStates(trx, lease.svc) };
  });
}

async function listingStates(trx: Db, svc: number): Promise<ReadonlyMap<string, ListingState>> {
  const rows = await trx.selectFrom('sync_listing').selectAll().where('svc', '=', svc).execute();
  return new Map(
    rows.map((row) => [
      row.listing,
      {
        listing: row.listing,
        cursor: row.cursor,
        pages: row.pages,
        done: row.done === 1,
        records: row.records,
        issue: row.issue === null ? undefined : (JSON.parse(row.issue) as Issue),
      },
    ]),
  );
}

/** Ends a listing that the service will not give: the read goes on without it, and what it would have told stays as it was. */
export async function skipListing({ write }: StoreConnection, lease: Lease, listing: string, issue: Issue, now: Instant): Promise<void> {
  await write.transaction().execute(async (trx) => {
    await holdLease(trx, lease, now);
    await trx
      .updateTable('sync_listing')
      .set({ done: 1, issue: JSON.stringify(issue) })
      .where('svc', '=', lease.svc)
      .where('listing', '=', listing)
      .execute();
  });
}

/** The service no longer accepts the cursor: this listing starts again; pages already stored stay, for records are kept by key. */
export async function restartListing({ write }: StoreConnection, lease: Lease, listing: string, now: Instant): Promise<void> {
  await write.transaction().execute(async (trx) => {
    await holdLease(trx, lease, now);
    await trx
      .updateTable('sync_listing')
      .set({ cursor: null, announced: null })
      .where('svc', '=', lease.svc)
      .where('listing', '=', listing)
      .execute();
  });
}

export async function clearRun(trx: Db, svc: number): Promise<void> {
  for (const table of ['sync_run', 'sync_listing', 'sync_page', 'incoming'] as const) await trx.deleteFrom(table).where('svc', '=', svc).execute();
}

/** What a page confirmed without a change, by kind: row ids of current versions. */
export type Confirmed = Partial<Record<RecordKind, number[]>>;

/** What a page held but could not be read: the id when it was legible, else null. */
export interface RejectedKey {
  readonly kind: RecordKind;
  readonly key: string | null;
  readonly reason: string;
}
