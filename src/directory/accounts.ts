import { keyText, type ActorRef, type LinkState, type LinkView } from '../model/views.ts';
import type { IdentityRecord } from '../contract/records.ts';
import { listAccounts } from '../store/read/accounts-list.ts';
import { linksByKeys, type LinkRow } from '../store/read/accounts.ts';
import { recordsByKeys } from '../store/read/records.ts';
import { narrowed, toAccount, type ViewContext } from './context.ts';
import { byName } from './orders.ts';
import { toSlice, toStretch } from './slice.ts';
import type { View } from './view.ts';

const list = 'identities';

type AccountQuestions = 'identitiesByKeys' | 'accountDetails' | 'identitiesOfUsers' | 'identitiesAtHand' | 'identities' | 'linksByKeys';

export function createAccounts(context: ViewContext): Pick<View, AccountQuestions> {
  const { at, people } = context;
  return {
    identitiesByKeys: async (keys) => new Map((await recordsByKeys(at, 'identity', keys)).map((row) => [keyText(row), toAccount(context, row)])),
    accountDetails: async (keys) =>
      new Map(
        (await recordsByKeys(at, 'identity', keys)).map((row) => {
          const { settings, raw } = JSON.parse(row.data) as IdentityRecord;
          return [keyText(row), { ...(settings && { settings }), ...(raw && { raw }) }];
        }),
      ),
    identitiesOfUsers: async (userIds, includeDeleted) => {
      const accounts = await people.accountsOfPeople(userIds);
      return new Map([...accounts].map(([userId, own]) => [userId, includeDeleted ? own.all : own.living]));
    },
    identitiesAtHand: (userId, includeDeleted) => {
      const accounts = people.accountsAtHand(userId);
      return includeDeleted ? accounts?.all : accounts?.living;
    },
    identities: async ({ services, ...filter }, window) => {
      const rows = await listAccounts(narrowed(context, services), filter, toStretch(list, byName, window));
      return toSlice(list, byName, window, rows, (row) => toAccount(context, row));
    },
    linksByKeys: async (keys) => new Map((await linksByKeys(at, keys)).map((row) => [keyText(row), toLinkView(row)])),
  };
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
