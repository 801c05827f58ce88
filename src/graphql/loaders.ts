import { dataloaderGetter } from '@pothos/plugin-dataloader';
import type DataLoader from 'dataloader';
import { keyText, type AccountDetails, type GroupView, type IdentityView, type RecordKey, type ServiceView, type Window } from '../model/views.ts';
import { asked, byArguments, byKeyText, type Asked } from './loadable.ts';
import { askedPage, pagesBy, toConnection, type AskedPage, type Connection } from './connection.ts';
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
const identitiesLoader = dataloaderGetter<Asked<string, boolean>, readonly IdentityView[], string>(
  identities.loaderOptions,
  (questions, context) => identities.load(questions, context as Context),
  undefined,
  false,
);

/** The accounts of a person, primary accounts first. */
export const identitiesOfUser = (context: Context, id: string, includeDeleted: boolean): readonly IdentityView[] | Promise<readonly IdentityView[]> =>
  context.opened().identitiesAtHand(id, includeDeleted) ?? identitiesLoader(context).load(asked(id, includeDeleted));

const details = byKeyText((view, keys) => view.accountDetails(keys));
const detailsLoader = dataloaderGetter<string, AccountDetails | undefined, string>(
  undefined,
  (texts, context) => details.load(texts, context as Context),
  undefined,
  false,
);

/** What of an account is read apart. */
export const detailsOf = async (context: Context, account: RecordKey): Promise<AccountDetails> =>
  (await detailsLoader(context).load(keyText(account))) ?? {};

const groups = pagesBy(
  (id: string) => id,
  (view, ids: readonly string[], within: GroupsOfUsers, window) => view.groupsOfUsers(ids, within, window),
);
const groupsLoader = dataloaderGetter<AskedPage<string, GroupsOfUsers>, Connection<GroupView>, string>(
  groups.loaderOptions,
  (questions, context) => groups.load(questions, context as Context),
  undefined,
  false,
);

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
