import { sql, type Selectable } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import type { LinkTable } from '../tables.ts';
import { recordColumns, type RecordRow } from './records.ts';
import { allOf, askKeys, askTexts, keyRows, listOf, live, ofServices, rowsOf, type Fragment, type Snapshot } from './snapshot.ts';

/** The link `l` and the account `i`. A link speaks of one holder of an external id: when the service hands the id on, the old link says nothing. */
export const links = (at: Snapshot): Fragment =>
  sql`link l join identity i on i.svc = l.svc and i.key = l.key and i.incarnation = l.incarnation and ${live(at, 'i')}`;

/** On `links`: the account counts as the person's. */
export const linked = (at: Snapshot): Fragment =>
  sql`l.state in ('LINKED_AUTO', 'LINKED_MANUAL') and ${allOf([live(at, 'l'), ofServices(at.svcs, 'l')])}`;

export interface AccountRow extends RecordRow {
  readonly user_id: string;
  readonly status: string;
  readonly state: string;
  readonly decided_at: number;
}

/** Tombstones included. */
export function accountsOfPeople(at: Snapshot, userIds: readonly string[]): Promise<readonly AccountRow[]> {
  return askTexts(userIds, (ids) =>
    rowsOf(
      at,
      sql`select l.user_id, l.state, l.decided_at, i.status, ${recordColumns('i')} from ${links(at)}
        where ${linked(at)} and l.user_id in (${listOf(ids)})`,
    ),
  );
}

/** The person of each account that is linked to one. */
export function peopleOfAccounts(at: Snapshot, keys: readonly RecordKey[]): Promise<readonly (RecordKey & { readonly user_id: string })[]> {
  return askKeys(at, keys, (asked) =>
    rowsOf(
      at,
      sql`with asked(svc, key) as (${keyRows(asked)})
        select l.svc, l.key, l.user_id from asked a cross join ${links(at)} where l.svc = a.svc and l.key = a.key and ${linked(at)}`,
    ),
  );
}

export type LinkRow = Omit<Selectable<LinkTable>, 'from_rev' | 'to_rev' | 'incarnation'>;

/** Decisions of every state. */
export function linksByKeys(at: Snapshot, keys: readonly RecordKey[]): Promise<readonly LinkRow[]> {
  return askKeys(at, keys, (asked) =>
    rowsOf(
      at,
      sql`with asked(svc, key) as (${keyRows(asked)})
        select l.svc, l.key, l.state, l.user_id, l.rule, l.confidence, l.evidence, l.decided_by, l.decided_at, l.note
        from asked a cross join ${links(at)} where l.svc = a.svc and l.key = a.key and ${live(at, 'l')}`,
    ),
  );
}
