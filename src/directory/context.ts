import type { IdentityRecord, Instant } from '../contract/records.ts';
import { isStale } from '../model/coverage.ts';
import type { Readings } from '../model/live.ts';
import type { AccountRecord, IdentityView, RecordKey, ServiceSelector, ServiceView, Sourced } from '../model/views.ts';
import type { RecordRow } from '../store/read/records.ts';
import type { Snapshot } from '../store/read/snapshot.ts';
import type { PeopleSource } from './people-source.ts';

/** What the parts of one view share. */
export interface ViewContext {
  readonly at: Snapshot;
  readonly now: Instant;
  readonly services: readonly ServiceView[];
  /** Of the whole house. */
  readonly managedDomains: readonly string[];
  /** What was read live for this view. */
  readonly readings: Readings;
  readonly people: PeopleSource;
}

export const servicesOf = ({ services }: Pick<ViewContext, 'services'>, selectors: readonly ServiceSelector[]): readonly ServiceView[] =>
  services.filter(({ type, serviceId }) =>
    selectors.some((each) => each.type === type && (each.serviceId === undefined || each.serviceId === serviceId)),
  );

export const svcsOf = (context: ViewContext, selectors: readonly ServiceSelector[]): readonly number[] =>
  servicesOf(context, selectors).map(({ svc }) => svc);

/** The snapshot seen through a filter: without selectors all services, and none when the selectors name none that is configured. */
export const narrowed = (context: ViewContext, selectors: readonly ServiceSelector[] | undefined): Snapshot =>
  selectors === undefined ? context.at : { ...context.at, svcs: svcsOf(context, selectors) };

export const selectorsOf = (selector: ServiceSelector | undefined): readonly ServiceSelector[] | undefined =>
  selector === undefined ? undefined : [selector];

/** A record and what its age is told from. */
export interface Stored<R> extends RecordKey {
  readonly record: R;
  /** How many whole reads in a row lacked it. */
  readonly misses: number;
  /** When a single read told it; null when only whole ones did. */
  readonly readAt: Instant | null;
}

export const parsed = <R>({ svc, key, data, misses, read_at }: RecordRow): Stored<R> => ({
  svc,
  key,
  record: JSON.parse(data) as R,
  misses,
  readAt: read_at,
});

export function parsedAccount({ svc, key, data, misses, read_at }: RecordRow): Stored<AccountRecord> {
  const { declared: _declared, settings: _settings, raw: _raw, ...record } = JSON.parse(data) as IdentityRecord;
  return { svc, key, record, misses, readAt: read_at };
}

/** A record that the newest listing lacked is as old as the last time that it was seen for certain. */
export function aged<R>({ services, now, readings }: ViewContext, { svc, key, record, misses, readAt }: Stored<R>): Sourced<R> {
  const sealedAsOf = services.find((service) => service.svc === svc)?.sync.lastSealedAt;
  const missed = misses > 0;
  const asOf = missed ? (readAt ?? sealedAsOf ?? 0) : Math.max(readAt ?? 0, sealedAsOf ?? 0);
  const origin = originOf(readings, svc, asOf === readAt ? readAt : undefined, now);
  const tooOld = origin !== 'LIVE' && now - asOf > (readings.maxAgeMs ?? Infinity);
  return { svc, key, record, asOf, stale: missed || tooOld || isStale(asOf, now), origin };
}

export const toSourced = <R>(context: ViewContext, row: RecordRow): Sourced<R> => aged(context, parsed<R>(row));

export const toAccount = (context: ViewContext, row: RecordRow): IdentityView => aged(context, parsedAccount(row));

/** @param readAt when a single read told the record; undefined when a whole one has told it since. */
function originOf({ liveSince, maxAgeMs }: Readings, svc: number, readAt: Instant | undefined, now: Instant): Sourced<unknown>['origin'] {
  if (readAt === undefined) return 'INDEX';
  if (readAt >= (liveSince.get(svc) ?? Infinity)) return 'LIVE';
  return maxAgeMs !== undefined && now - readAt <= maxAgeMs ? 'CACHE' : 'INDEX';
}
