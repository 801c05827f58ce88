import type { Listing, ServiceDescription } from '../contract/adapter.ts';
import { AdapterError, type AdapterErrorCode } from '../contract/errors.ts';
import { toIssue } from '../model/issue.ts';
import type { StoreConnection } from '../store/open.ts';
import { savePage } from '../store/sync/pages.ts';
import { beginRun, restartListing, skipListing, type ListingState } from '../store/sync/run.ts';
import { sealRun, type SealResult } from '../store/sync/seal.ts';
import { bindInstance, InstanceMismatchError, LeaseLostError, noteAttempt, releaseLease, takeLease, type Lease } from '../store/sync/services.ts';
import { createListingGuard } from './listing.ts';
import { levelMapper } from './levels.ts';
import { isOwnerDead, processOwner } from './owner.ts';
import { readPasswordPolicy } from './password-policy.ts';
import type { SyncedService, SyncProgress } from './service.ts';

export interface ReadDependencies {
  readonly store: StoreConnection;
  readonly now: () => number;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** The credential of the service, by its name, proved to be the instance of this row. */
  readonly onBound?: (name: string, svc: number) => void;
}

/** An AdapterError as plain data, for it travels between threads. */
export interface SyncFailure {
  readonly code: AdapterErrorCode;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

export type ReadOutcome =
  | { readonly kind: 'sealed'; readonly svc: number; readonly seal: SealResult; readonly calls: number }
  /** What was stored before stands; the next attempt goes on where this one stopped. */
  | { readonly kind: 'failed'; readonly failure: SyncFailure }
  /** Another process reads it. */
  | { readonly kind: 'busy' };

/** The instance itself is stored as a listing of its own. */
const instanceListing = 'instance';
const maxRestarts = 3;

/**
 * Reads one service whole and seals what it said. Every failure of the service becomes an outcome, noted in the store for the reader; failures of the
 * store fly.
 */
export async function readService(dependencies: ReadDependencies, service: SyncedService, signal: AbortSignal): Promise<ReadOutcome> {
  const { store, now } = dependencies;
  await noteAttempt(store, service, { startedAt: now() });
  try {
    const description = await service.adapter.describe(signal);
    const svc = await bindInstance(store, service, description);
    dependencies.onBound?.(service.name, svc);
    const lease = await takeLease(store, svc, processOwner, now(), isOwnerDead);
    if (lease === undefined) return { kind: 'busy' };
    try {
      await readPasswordPolicy(store, svc, service, signal);
      const calls = await readListings(dependencies, service, description, lease, signal);
      const seal = await sealRun(store, lease, { serviceName: service.name, listings: sealedListings(service), now: now() });
      return { kind: 'sealed', svc, seal, calls };
    } finally {
      await releaseLease(store, lease);
    }
  } catch (error) {
    if (error instanceof LeaseLostError) return { kind: 'busy' };
    const failure = toAdapterError(error);
    if (!signal.aborted) await noteAttempt(store, service, { issue: toIssue(failure, now()) });
    const { code, message, retryAfterMs } = failure;
    return { kind: 'failed', failure: { code, message, retryAfterMs } };
  }
}

/** What a service failed with. @throws anything else: it is our own. */
export function toAdapterError(error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  if (error instanceof InstanceMismatchError) return new AdapterError('MISCONFIGURED', error.message);
  throw error;
}

const sealedListings = ({ adapter }: SyncedService) => [
  { name: instanceListing, yields: ['scope'] as const, partial: false },
  ...adapter.listings.map(({ name, yields, partial = false }) => ({ name, yields, partial })),
];

async function readListings(
  dependencies: ReadDependencies,
  service: SyncedService,
  description: ServiceDescription,
  lease: Lease,
  signal: AbortSignal,
): Promise<number> {
  const { store, now } = dependencies;
  const { listings } = service.adapter;
  const run = await beginRun(store, lease, {
    serviceId: description.serviceId,
    settingsHash: service.settingsHash,
    listings: [instanceListing, ...listings.map(({ name }) => name)],
    now: now(),
  });
  if (run.listings.get(instanceListing)?.done !== true) {
    await savePage(store, lease, instanceListing, { records: description.scopes, rejected: [], next: null }, now());
  }
  const mapLevels = levelMapper(service.levels);
  let pages = 0;
  for (const listing of listings) {
    const state = run.listings.get(listing.name);
    if (state?.done === true) continue;
    pages += await readListing(dependencies, service, listing, state, lease, mapLevels, signal);
  }
  return pages;
}

async function readListing(
  { store, now, onProgress }: ReadDependencies,
  service: SyncedService,
  listing: Listing,
  state: ListingState | undefined,
  lease: Lease,
  mapLevels: ReturnType<typeof levelMapper>,
  signal: AbortSignal,
): Promise<number> {
  let cursor = state?.cursor ?? null;
  let guard = createListingGuard(listing, cursor);
  let records = state?.records ?? 0;
  let restarts = 0;
  for (let pages = 0; ;) {
    signal.throwIfAborted();
    try {
      const askedAt = now();
      const page = await listing.page(cursor, signal);
      guard(page);
      await savePage(store, lease, listing.name, { ...page, records: mapLevels(page.records) }, now(), askedAt);
      pages += 1;
      records += page.records.length;
      onProgress?.({ service: service.name, listing: listing.name, pages: (state?.pages ?? 0) + pages, records });
      if (page.next === null) return pages;
      cursor = page.next;
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error;
      if (error.code === 'CURSOR_EXPIRED' && restarts < maxRestarts) {
        restarts += 1;
        await restartListing(store, lease, listing.name, now());
        cursor = null;
        guard = createListingGuard(listing, null);
      } else if (isRefusal(error) && !listing.yields.includes('identity')) {
        await skipListing(store, lease, listing.name, toIssue(error, now(), [listing.name]), now());
        return pages;
      } else throw error;
    }
  }
}

const refusals: ReadonlySet<AdapterErrorCode> = new Set(['FORBIDDEN', 'UNSUPPORTED', 'NOT_FOUND', 'BAD_REQUEST', 'BAD_RESPONSE', 'CONFLICT']);

/** The service answers, but will not give this listing: no right, no such operation, no such plan, or nonsense. The others are worth having. */
const isRefusal = ({ code }: AdapterError): boolean => refusals.has(code);
