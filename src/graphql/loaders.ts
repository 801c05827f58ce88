import type DataLoader from 'dataloader';
import { keyText, type AccountDetails, type GroupView, type IdentityView, type RecordKey, type ServiceView, type Window } from '../model/views.ts';
import { asked, byArguments, byKeyText, loaderOf } from './loadable.ts';
import { askedPage, pagesBy, toConnection, type Connection } from './connection.ts';
import type { GroupsOfUsers } from '../directory/view.ts';
import type { Context } from './context.ts';
import { LinkRef } from './refs.ts';

const identities = byArguments(
  (id: string) => id,
  (view, ids: readonly string[], includeDeleted: boolean): Promise<ReadonlyMap<string, readonly IdentityView[]>> =>
    view.identitiesOfUsers(ids, includeDeleted),
  [],
);
// A loader of its own, for two fields read it.
const identitiesLoader = loaderOf(identities);

/** The accounts of a person, primary accounts first. */
export const identitiesOfUser = (context: Context, id: string, includeDeleted: boolean): readonly IdentityView[] | Promise<readonly IdentityView[]> =>
  context.opened().identitiesAtHand(id, includeDeleted) ?? identitiesLoader(context).load(asked(id, includeDeleted));

const details = byKeyText((view, keys) => view.accountDetails(keys));
const detailsLoader = loaderOf(details);

/** What of an account is read apart. */
export const detailsOf = async (context: Context, account: RecordKey): Promise<AccountDetails> =>
  (await detailsLoader(context).load(keyText(account))) ?? {};

const groups = pagesBy(
  (id: string) => id,
  (view, ids: readonly string[], within: GroupsOfUsers, window) => view.groupsOfUsers(ids, within, window),
);
const groupsLoader = loaderOf(groups);

/** A page of the groups of a person. */
export function groupsOfUser(
  context: Context,
  id: string,
  within: GroupsOfUsers,
  window: Window,
  services: readonly ServiceView[],
): Connection<GroupView> | Promise<Connection<GroupView>> {
  const atHand = context.opened().groupsAtHand(id, within, window);
  return atHand === undefined ? groupsLoader(context).load(askedPage(id, window, services, within)) : toConnection(atHand, window, services);
}

/** The id of the person who holds an account. */
export const holderOf = async (context: Context, key: RecordKey): Promise<string | undefined> =>
  (await LinkRef.getDataloader(context).load(keyText(key))).userId;

/** What a loader knows of these keys; the others are left out. */
export async function loadKnown<V>(loader: DataLoader<string, V>, keys: readonly string[]): Promise<V[]> {
  const found = await Promise.all(keys.map((key) => loader.load(key)));
  return found.filter((value) => value !== undefined);
}
