import type { InviteRecord } from '../contract/records.ts';
import { emailKey } from '../model/email-key.ts';
import type { InviteView } from '../model/views.ts';
import { emailsOfPeople, holdersOfAddresses, type EmailRow } from '../store/read/emails.ts';
import { invitesTo, listInvites } from '../store/read/invites.ts';
import type { RecordRow } from '../store/read/records.ts';
import { narrowed, selectorsOf, toSourced, type ViewContext } from './context.ts';
import { isProven, theOnly } from './holder.ts';
import { byKey } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toStretch } from './slice.ts';
import type { View } from './view.ts';

/** Whose an invite is says nobody: it goes to an address, so it is the person's of whom alone that address is proven. */
export function createInvites(context: ViewContext): Pick<View, 'invitesByKeys' | 'invites' | 'invitesOfUsers' | 'usersByProvenEmails'> {
  const { at } = context;
  const toInvite = (row: RecordRow): InviteView => toSourced<InviteRecord>(context, row);
  return {
    invitesByKeys: readByKeys<InviteRecord>(context, 'invite'),
    invites: async ({ service, ...filter }, window) => {
      const rows = await listInvites(narrowed(context, selectorsOf(service)), filter, toStretch('invites', byKey, window));
      return toSlice('invites', byKey, window, rows, toInvite);
    },
    invitesOfUsers: async (userIds) => {
      const keys = provenKeys(await emailsOfPeople(at, userIds), context);
      const rows = await invitesTo(at, keys);
      const holders = await provenHolders(
        context,
        rows.map(({ exact }) => exact),
      );
      const byUser = Map.groupBy(rows, ({ exact }) => holders.get(exact));
      return new Map(userIds.map((userId) => [userId, (byUser.get(userId) ?? []).map(toInvite)]));
    },
    usersByProvenEmails: async (emails) => {
      const keys = new Map(emails.map((email) => [email, emailKey(email)?.exact]));
      const holders = await provenHolders(
        context,
        [...keys.values()].filter((key) => key !== undefined),
      );
      const people = await context.people.peopleByIds([...holders.values()]);
      return new Map(
        [...keys].flatMap(([email, key]) => {
          const user = people.get(holders.get(key ?? '') ?? '');
          return user === undefined ? [] : [[email, user]];
        }),
      );
    },
  };
}

const provenKeys = (rows: readonly EmailRow[], { services }: ViewContext): readonly string[] =>
  rows.flatMap((row) => (row.exact !== null && row.status !== 'DELETED' && isProven(row, services) ? [row.exact] : []));

/** By key of the address: the one person with a living account for whom it is proven. */
async function provenHolders(context: ViewContext, exact: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await holdersOfAddresses(context.at, { exact: [...new Set(exact)], spelled: [] });
  const proven = rows.filter((row) => row.status !== 'DELETED' && isProven(row, context.services));
  const byKey = Map.groupBy(proven, (row) => row.exact);
  return new Map(
    [...byKey].flatMap(([key, own]) => {
      const holder = theOnly(own.map(({ user_id }) => user_id));
      return key !== null && typeof holder === 'string' ? [[key, holder]] : [];
    }),
  );
}
