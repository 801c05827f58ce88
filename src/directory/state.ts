import type { Instant } from '../contract/records.ts';
import { stalenessBudgetMs } from '../model/coverage.ts';
import type { ServiceView } from '../model/views.ts';
import type { ServiceRow } from '../store/read/services.ts';
import { createMemory, type Memory } from './memory.ts';

type Rows = readonly ServiceRow[];

/** What the newest state of the store was, and what was made of it. */
interface Known {
  readonly rev: number;
  readonly rows: Rows;
  readonly services: readonly ServiceView[];
  /** When time alone changes what is said of a service. */
  readonly until: Instant;
  readonly memory: Memory | undefined;
}

export interface StateOptions {
  toServices(rows: Rows, now: Instant): readonly ServiceView[];
  readonly rememberedRows: number | undefined;
}

/** Keeps what was made of the store's newest state until that changes: most views are opened between two changes. */
export function createStateKeeper({ toServices, rememberedRows }: StateOptions) {
  let known: Known | undefined;

  return (rev: number, rows: Rows, now: Instant): Pick<Known, 'services' | 'memory'> => {
    const current = known !== undefined && now < known.until && isSame(known.rows, rows, allColumns) ? known : undefined;
    const holds = known?.rev === rev && (known.memory?.until ?? Infinity) > now && isSame(known.rows, rows, columnsOfAnswers);
    if (current !== undefined && holds) return current;
    const services = current?.services ?? toServices(rows, now);
    const memory = holds ? known?.memory : rememberedRows === undefined ? undefined : createMemory(rememberedRows);
    known = { rev, rows, services, until: current?.until ?? untilOf(rows, now), memory };
    return known;
  };
}

/** The columns on which answers about people stand; the others tell how reading goes. */
const columnsOfAnswers = [
  'svc',
  'type',
  'service_id',
  'profile',
  'sealed_as_of',
  'live_reads',
  'quarantined',
] as const satisfies (keyof ServiceRow)[];

const allColumns = [
  ...columnsOfAnswers,
  'name',
  'display_name',
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

function isSame(before: Rows, after: Rows, columns: readonly (keyof ServiceRow)[]): boolean {
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
