import type { GrantRecord, Instant } from '../contract/records.ts';
import type { GrantFilter, GrantView, ServiceView } from '../model/views.ts';
import { firstRevisions, grantsChanged, grantsOnlyAt } from '../store/read/access-diff.ts';
import type { RecordRow } from '../store/read/records.ts';
import { narrowed, svcsOf, toSourced, type ViewContext } from './context.ts';
import type { AccessDiffView } from './history-view.ts';
import { contextAt, heldAt } from './moment.ts';
import { byKey } from './orders.ts';
import { toSlice, toStretch } from './slice.ts';

/** Compares the grants that a filter takes at two moments. */
export async function openDiff(
  context: ViewContext,
  from: Instant,
  to: Instant | undefined,
  { services, ...filter }: GrantFilter,
): Promise<AccessDiffView> {
  const [then, now] = [await contextAt(context, from), await contextAt(context, to)];
  const [earlier, later] = [narrowed(then, services), narrowed(now, services)];
  const known = await firstRevisions(later);
  const toGrant = (row: RecordRow): GrantView => heldAt(toSourced<GrantRecord>(now, row), to);
  const toEarlier = (row: RecordRow): GrantView => heldAt(toSourced<GrantRecord>(then, row), from);
  const chosen = services === undefined ? context.services.map(({ svc }) => svc) : svcsOf(context, services);
  return {
    services: context.services
      .filter(({ svc }) => chosen.includes(svc))
      .map((service) => ((known.get(service.svc) ?? Infinity) > earlier.rev ? unknownBefore(service, known.has(service.svc)) : service)),
    added: async (window) => {
      const rows = await grantsOnlyAt(later, earlier, filter, toStretch('grants added', byKey, window));
      return toSlice('grants added', byKey, window, rows, toGrant);
    },
    removed: async (window) => {
      const rows = await grantsOnlyAt(earlier, later, filter, toStretch('grants removed', byKey, window));
      return toSlice('grants removed', byKey, window, rows, toEarlier);
    },
    changed: async (window) => {
      const rows = await grantsChanged(earlier, later, filter, toStretch('grants changed', byKey, window));
      return toSlice('grants changed', byKey, window, rows, (row) => ({
        svc: row.svc,
        key: row.key,
        before: toEarlier({ ...row, data: row.earlier }),
        after: toGrant(row),
      }));
    },
  };
}

/** Nothing can be said of a time before the first read: what was there already shows as added. */
function unknownBefore(service: ServiceView, read: boolean): ServiceView {
  if (!read) return service;
  return {
    ...service,
    coverage: {
      ...service.coverage,
      state: 'PARTIAL',
      issue: {
        code: 'SERVICE_NEVER_SYNCED',
        message: `${service.name} was not read yet at \`from\`: what it had then shows as added`,
        retryable: false,
        path: ['from'],
      },
    },
  };
}
