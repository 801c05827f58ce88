import type { Instant } from '../contract/records.ts';
import { isStale } from '../model/coverage.ts';
import type { Readings } from '../model/live.ts';
import type { ServiceSelector, ServiceView, Sourced } from '../model/views.ts';
import type { RecordRow } from '../store/read/records.ts';
import type { Snapshot } from '../store/read/snapshot.ts';

/** What the parts of one view share. */
export interface ViewContext {
  readonly at: Snapshot;
  readonly now: Instant;
  readonly services: readonly ServiceView[];
  /** Of the whole house. */
  readonly managedDomains: readonly string[];
  /** What was read live for this view. */
  readonly readings: Readings;
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

/** The row's record with its age. A record that the newest listing lacked is as old as the last time that it was seen for certain. */
export function toSourced<Record>({ services, now, readings }: ViewContext, { svc, key, data, misses, read_at }: RecordRow): Sourced<Record> {
  const sealedAsOf = services.find((service) => service.svc === svc)?.sync.lastSealedAt;
  const missed = misses > 0;
  const asOf = missed ? (read_at ?? sealedAsOf ?? 0) : Math.max(read_at ?? 0, sealedAsOf ?? 0);
  const origin = originOf(readings, svc, asOf === read_at ? read_at : undefined, now);
  const tooOld = origin !== 'LIVE' && now - asOf > (readings.maxAgeMs ?? Infinity);
  return { svc, key, record: JSON.parse(data) as Record, asOf, stale: missed || tooOld || isStale(asOf, now), origin };
}

/** @param readAt when a single read told the record; undefined when a whole one has told it since. */
function originOf({ liveSince, maxAgeMs }: Readings, svc: number, readAt: Instant | undefined, now: Instant): Sourced<unknown>['origin'] {
  if (readAt === undefined) return 'INDEX';
  if (readAt >= (liveSince.get(svc) ?? Infinity)) return 'LIVE';
  return maxAgeMs !== undefined && now - readAt <= maxAgeMs ? 'CACHE' : 'INDEX';
}
