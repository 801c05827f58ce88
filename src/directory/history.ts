import type { AuditRow } from '../store/audit/chain.ts';
import { toAuditEvent } from '../store/audit/rows.ts';
import { accessEvents, eventsOfPeople, eventKinds, type EventKind, type EventRow } from '../store/read/history.ts';
import { listAudit } from '../store/read/audit.ts';
import { openDiff } from './access-diff.ts';
import { createAccessFilter } from './access-filter.ts';
import { compareUsers } from './compare.ts';
import { svcsOf, type ViewContext } from './context.ts';
import { eventsByIds, toEvents } from './events.ts';
import type { HistoryView } from './history-view.ts';
import { toSlice, toSlices, toStretch, type ListOrder } from './slice.ts';
import { BadCursorError, type View } from './view.ts';

const bySeq: ListOrder<AuditRow, { readonly seq: number }> = {
  shape: ['integer'],
  valuesOf: ({ seq }) => [seq],
  toPosition: ([seq]) => ({ seq: seq as number }),
};

const byTime: ListOrder<EventRow, EventRow> = {
  shape: ['integer', 'text', 'service', 'text'],
  valuesOf: ({ rev, kind, svc, key }) => [rev, kind, svc, key],
  toPosition: ([rev, kind, svc, key]) => {
    const known = eventKinds.find((each) => each === kind);
    if (known === undefined) throw new BadCursorError();
    return { rev: rev as number, at: 0, kind: known satisfies EventKind, svc: svc as number, key: key as string };
  },
};

export function createHistory(context: ViewContext, view: Pick<View, 'effectiveAccessOfUsers'>): HistoryView {
  const { at } = context;
  return {
    auditEvents: async ({ service, ...filter }, window) => {
      const svcs = service === undefined ? undefined : svcsOf(context, [service]);
      const rows = await listAudit(at, { ...filter, svcs }, toStretch('audit events', bySeq, window));
      return toSlice('audit events', bySeq, window, rows, toAuditEvent);
    },
    auditEventsByIds: (ids) => eventsByIds(context, ids),
    historyOfUsers: async (userIds, since, window) => {
      const list = 'history of a user';
      const rows = await eventsOfPeople(at, userIds, since, toStretch(list, byTime, window));
      const events = await toEvents(context, rows);
      const told = rows.filter((row) => events.has(row));
      return toSlices(
        list,
        byTime,
        window,
        told,
        ({ parent }) => parent,
        (row) => must(events.get(row)),
      );
    },
    accessDiff: (from, to, filter) => openDiff(context, from, to, filter),
    compareUsers: (a, b, filter) => compareUsers(view, a, b, filter),
    accessEvents: async ({ revision, behind }, filter, limit) => {
      const rows = await accessEvents(at, revision, { after: behind as EventRow | undefined, limit });
      const events = await toEvents(context, rows);
      const takes = await createAccessFilter(context, revision, filter);
      const last = rows.at(-1);
      const next = rows.length < limit || last === undefined ? { revision: at.rev } : { revision, behind: last };
      return { events: rows.flatMap((row) => events.get(row) ?? []).filter(takes), next };
    },
  };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an event without its row');
  return value;
}
