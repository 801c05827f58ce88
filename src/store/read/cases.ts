import { sql, type Selectable } from 'kysely';
import type { MatchCaseTable } from '../tables.ts';
import { allOf, askTexts, listOf, live, ofServices, rowsOf, type Snapshot, type Stretch } from './snapshot.ts';

export type MatchCaseRow = Omit<Selectable<MatchCaseTable>, 'from_rev' | 'to_rev'>;

export interface CasePosition {
  readonly openedAt: number;
  readonly id: string;
}

const caseColumns = sql`c.id, c.svc, c.key, c.reason, c.candidates, c.opened_at, c.decision`;

export function listOpenCases(at: Snapshot, { after, limit }: Stretch<CasePosition>): Promise<readonly MatchCaseRow[]> {
  const behind = after === undefined ? [] : [sql`(c.opened_at, c.id) > (${after.openedAt}, ${after.id})`];
  return rowsOf<MatchCaseRow>(
    at,
    sql`select ${caseColumns} from match_case c
      where ${allOf([sql`c.decision is null`, live(at, 'c'), ofServices(at.svcs, 'c'), ...behind])} order by c.opened_at, c.id limit ${limit}`,
  );
}

/** Decided ones, too. */
export function casesByIds(at: Snapshot, ids: readonly string[]): Promise<readonly MatchCaseRow[]> {
  return askTexts(ids, (texts) =>
    rowsOf<MatchCaseRow>(
      at,
      sql`select ${caseColumns} from match_case c where ${allOf([sql`c.id in (${listOf(texts)})`, live(at, 'c'), ofServices(at.svcs, 'c')])}`,
    ),
  );
}
