import type { IdentityRecord } from '../contract/records.ts';
import { keyText, type ActorRef, type IdentityView, type LinkState, type LinkView } from '../model/views.ts';
import { listAccounts } from '../store/read/accounts-list.ts';
import { accountsOfPeople, linksByKeys, type AccountRow, type LinkRow } from '../store/read/accounts.ts';
import type { RecordRow } from '../store/read/records.ts';
import { narrowed, toSourced, type ViewContext } from './context.ts';
import { byName } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toStretch } from './slice.ts';
import type { View } from './view.ts';

const list = 'identities';

export function createAccounts(context: ViewContext): Pick<View, 'identitiesByKeys' | 'identitiesOfUsers' | 'identities' | 'linksByKeys'> {
  const { at } = context;
  const toIdentity = (row: RecordRow): IdentityView => toSourced<IdentityRecord>(context, row);
  return {
    identitiesByKeys: readByKeys<IdentityRecord>(context, 'identity'),
    identitiesOfUsers: async (userIds, includeDeleted) => {
      const rows = (await accountsOfPeople(at, userIds)).filter(({ status }) => includeDeleted || status !== 'DELETED');
      const byUser = Map.groupBy(rows.toSorted(byPrimacy), ({ user_id }) => user_id);
      return new Map([...byUser].map(([userId, own]) => [userId, own.map(toIdentity)]));
    },
    identities: async ({ services, ...filter }, window) => {
      const rows = await listAccounts(narrowed(context, services), filter, toStretch(list, byName, window));
      return toSlice(list, byName, window, rows, toIdentity);
    },
    linksByKeys: async (keys) => new Map((await linksByKeys(at, keys)).map((row) => [keyText(row), toLinkView(row)])),
  };
}

const statusPlaces = ['ACTIVE', 'INVITED', 'UNKNOWN', 'SUSPENDED', 'DELETED'];

/** A choice that somebody made by hand is pinned. */
function byPrimacy(a: AccountRow, b: AccountRow): number {
  const place = ({ state, status }: AccountRow): readonly number[] => [
    Number(status === 'DELETED'),
    Number(state !== 'LINKED_MANUAL'),
    statusPlaces.indexOf(status),
  ];
  const difference = place(a).map((each, n) => each - (place(b)[n] ?? 0));
  return difference.find((each) => each !== 0) ?? (a.decided_at - b.decided_at || a.svc - b.svc || (a.key < b.key ? -1 : 1));
}

const toLinkView = (row: LinkRow): LinkView => ({
  state: row.state as LinkState,
  userId: row.user_id ?? undefined,
  rule: row.rule ?? undefined,
  confidence: row.confidence ?? undefined,
  evidence: JSON.parse(row.evidence) as readonly string[],
  decidedBy: row.decided_by === null ? undefined : (JSON.parse(row.decided_by) as ActorRef),
  decidedAt: row.decided_at,
  note: row.note ?? undefined,
});
