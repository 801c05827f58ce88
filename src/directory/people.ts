import { emailProofs, type EmailProof } from '../contract/records.ts';
import { emailKey } from '../model/email-key.ts';
import { keyText, type RecordKey, type UserEmailView } from '../model/views.ts';
import { emailsOfPeople, type EmailRow } from '../store/read/emails.ts';
import { listPeople } from '../store/read/people-list.ts';
import { retiredInto } from '../store/read/people.ts';
import { svcsOf, type ViewContext } from './context.ts';
import { strongerProof } from './email-proof.ts';
import { byPersonField } from './orders.ts';
import { toSlice, toStretch } from './slice.ts';
import { toUserView } from './user-view.ts';
import type { View } from './view.ts';

export function createPeople(context: ViewContext): Pick<View, 'usersByIds' | 'retiredIds' | 'users' | 'emailsOfUsers'> {
  const { at, people } = context;
  return {
    usersByIds: (ids) => people.peopleByIds(ids),
    retiredIds: async (userIds) => {
      const byLiving = Map.groupBy(await retiredInto(at, userIds), ({ living }) => living);
      return new Map([...byLiving].map(([living, rows]) => [living, rows.map(({ id }) => id)]));
    },
    users: async ({ services, unlinkedIn, ...filter }, order, window) => {
      const list = `users by ${order.field}${order.descending ? ' descending' : ''}`;
      const listOrder = byPersonField(order.field);
      const svcs = services === undefined ? undefined : svcsOf(context, services);
      const without = unlinkedIn === undefined || unlinkedIn.length === 0 ? undefined : svcsOf(context, unlinkedIn);
      const rows = await listPeople(at, { ...filter, svcs, unlinkedIn: without }, order, toStretch(list, listOrder, window));
      return toSlice(list, listOrder, window, rows, toUserView);
    },
    emailsOfUsers: async (userIds) => {
      const byUser = Map.groupBy(await emailsOfPeople(at, userIds), ({ user_id }) => user_id);
      return new Map([...byUser].map(([userId, rows]) => [userId, toEmails(rows, rows[0]?.primary_email ?? undefined)]));
    },
  };
}

/** One entry a mailbox, spelled as the person goes by it or else as the first service has it; the primary one first, then by proof. */
function toEmails(rows: readonly EmailRow[], primaryEmail: string | undefined): readonly UserEmailView[] {
  const mailbox = (address: string): string => emailKey(address)?.exact ?? address;
  const primary = primaryEmail === undefined ? undefined : mailbox(primaryEmail);
  const emails = [...Map.groupBy(rows, ({ exact, address }) => exact ?? address)].map(([key, same]): UserEmailView => {
    const spellings = same.map(({ address }) => address);
    return {
      address: key === primary ? (primaryEmail ?? key) : (spellings[0] ?? key),
      proof: same.map(({ proof }) => proof as EmailProof).reduce(strongerProof),
      primary: key === primary,
      seenIn: distinct(same.map(({ svc, key: account }) => ({ svc, key: account }))),
    };
  });
  const place = ({ primary: first, proof }: UserEmailView): number => (first ? -1 : emailProofs.indexOf(proof));
  return emails.toSorted((a, b) => place(a) - place(b) || (a.address < b.address ? -1 : 1));
}

const distinct = (keys: readonly RecordKey[]): readonly RecordKey[] => [...new Map(keys.map((key) => [keyText(key), key])).values()];
