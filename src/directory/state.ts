import type { Instant } from '../contract/records.ts';
import { stalenessBudgetMs } from '../model/coverage.ts';
import type { ServiceView } from '../model/views.ts';
import type { ServiceRow } from '../store/read/services.ts';

type Rows = readonly ServiceRow[];

/** Keeps what was made of the services' newest rows until they change, or time alone changes what is said of a service. */
export function keepServices(toServices: (rows: Rows, now: Instant) => readonly ServiceView[]) {
  let known: { readonly rows: Rows; readonly services: readonly ServiceView[]; readonly until: Instant } | undefined;

  return (rows: Rows, now: Instant): readonly ServiceView[] => {
    if (known === undefined || now >= known.until || !isSame(known.rows, rows, allColumns)) {
      known = { rows, services: toServices(rows, now), until: untilOf(rows, now) };
    }
    return known.services;
  };
}

const allColumns = [
  'svc',
  'name',
  'type',
  'service_id',
  'display_name',
  'profile',
  'sealed_as_of',
  'live_reads',
  'quarantined',
  'partial',
  'issue',
  'password_policy',
  'last_started_at',
  'next_at',
  'seen',
  'lease_until',
  'run_started_at',
  'run_pages',
  'run_records',
] as const satisfies (keyof ServiceRow)[];

export function isSame(before: Rows, after: Rows, columns: readonly (keyof ServiceRow)[]): boolean {
  return (
    before.length === after.length &&
    before.every((row, index) => {
      const other = after[index];
      return other !== undefined && columns.every((column) => row[column] === other[column]);
    })
  );
}

/** The next moment at which a service becomes stale or a lease runs out. */
function untilOf(rows: Rows, now: Instant): Instant {
  const moments = rows.flatMap(({ sealed_as_of, lease_until }) => [
    ...(sealed_as_of === null ? [] : [sealed_as_of + stalenessBudgetMs + 1]),
    lease_until,
  ]);
  return Math.min(...moments.filter((moment) => moment > now), Infinity);
}
