import type { Instant, RecordKind } from '../../contract/records.ts';
import { recordKinds } from '../../contract/records.ts';
import type { Issue } from '../../model/issue.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import { kindTables } from './kinds.ts';
import type { Confirmed, RejectedKey } from './run.ts';
import type { SealInput } from './seal.ts';

export interface Pages {
  readonly confirmed: ReadonlyMap<RecordKind, ReadonlySet<number>>;
  /** Keys whose new version could not be read: the last good one stays. */
  readonly unreadable: ReadonlyMap<RecordKind, ReadonlySet<string>>;
  /** Kinds of which a page held a record that could not even be named. */
  readonly nameless: ReadonlySet<RecordKind>;
  readonly rejected: number;
  readonly rejectedReason: string | undefined;
}

export async function readPages(trx: Db, svc: number): Promise<Pages> {
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
export async function wholeKinds(
  trx: Db,
  svc: number,
  input: SealInput,
  states: readonly ListingRow[],
  pages: Pages,
  startedAt: Instant,
): Promise<{ kinds: readonly RecordKind[]; issue: Issue | undefined }> {
  const broken = new Set<RecordKind>();
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
    if (listing.partial || state === undefined || state.done !== 1 || state.issue !== null || listing.yields.some((kind) => pages.nameless.has(kind)))
      for (const kind of listing.yields) broken.add(kind);
    if (state?.announced != null && primary !== undefined) {
      const seen = await seenOfKind(trx, svc, primary, pages, startedAt);
      if (seen < state.announced) {
        for (const kind of listing.yields) broken.add(kind);
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

async function seenOfKind(trx: Db, svc: number, kind: RecordKind, pages: Pages, startedAt: Instant): Promise<number> {
  const { count } = await trx
    .selectFrom('incoming')
    .select((e) => e.fn.countAll<number | string>().as('count'))
    .where('svc', '=', svc)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  // What a single read told in the meantime no longer waits, and its page may have confirmed nothing.
  const singly = await trx
    .selectFrom(kindTables[kind])
    .select('row_id')
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where('read_at', '>=', startedAt)
    .execute();
  const confirmed = pages.confirmed.get(kind) ?? new Set<number>();
  return Number(count) + singly.filter(({ row_id }) => !confirmed.has(row_id)).length + confirmed.size + pages.rejected;
}
