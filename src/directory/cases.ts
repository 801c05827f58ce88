import type { MatchCandidate, MatchCaseView } from '../model/views.ts';
import { casesByIds, listOpenCases, type MatchCaseRow } from '../store/read/cases.ts';
import { narrowed, selectorsOf, type ViewContext } from './context.ts';
import { byOpening } from './orders.ts';
import { toSlice, toStretch } from './slice.ts';
import type { View } from './view.ts';

const list = 'match cases';

export function createCases(context: ViewContext): Pick<View, 'matchCases' | 'matchCasesByIds'> {
  return {
    matchCases: async ({ service }, window) => {
      const rows = await listOpenCases(narrowed(context, selectorsOf(service)), toStretch(list, byOpening, window));
      return toSlice(list, byOpening, window, rows, toMatchCaseView);
    },
    matchCasesByIds: async (ids) => new Map((await casesByIds(context.at, ids)).map((row) => [row.id, toMatchCaseView(row)])),
  };
}

const toMatchCaseView = (row: MatchCaseRow): MatchCaseView => ({
  id: row.id,
  identity: { svc: row.svc, key: row.key },
  reason: row.reason,
  candidates: JSON.parse(row.candidates) as readonly MatchCandidate[],
  openedAt: row.opened_at,
  decision: (row.decision ?? undefined) as MatchCaseView['decision'],
});
