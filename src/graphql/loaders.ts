import DataLoader from 'dataloader';
import { scopeText, type View } from '../directory/view.ts';
import { keyText, type RecordKey, type UserView } from '../model/views.ts';
import type { Context } from './context.ts';

/**
 * Makes a look-up that collects the keys which one operation asks for at the same time, with equal arguments, into one call of the view.
 * What the view does not know is undefined.
 */
function batched<K, V, A extends readonly unknown[]>(
  name: string,
  text: (key: K) => string,
  read: (view: View, keys: readonly K[], ...args: A) => Promise<ReadonlyMap<string, V>>,
): (context: Context, key: K, ...args: A) => Promise<V | undefined> {
  return (context, key, ...args) => {
    const id = `${name} ${JSON.stringify(args)}`;
    let loader = context.loaders.get(id) as DataLoader<K, V | undefined, string> | undefined;
    if (loader === undefined) {
      loader = new DataLoader<K, V | undefined, string>(
        async (keys) => {
          const found = await read(await context.view(), keys, ...args);
          return keys.map((each): V | undefined => found.get(text(each)));
        },
        { cacheKeyFn: text },
      );
      context.loaders.set(id, loader);
    }
    return loader.load(key);
  };
}

const same = (id: string): string => id;

export const userById = batched('usersByIds', same, (view, ids) => view.usersByIds(ids));
export const retiredIdsOfUser = batched('retiredIds', same, (view, ids) => view.retiredIds(ids));
export const emailsOfUser = batched('emailsOfUsers', same, (view, ids) => view.emailsOfUsers(ids));
export const identitiesOfUser = batched('identitiesOfUsers', same, (view, ids, includeDeleted: boolean) =>
  view.identitiesOfUsers(ids, includeDeleted),
);
export const groupsOfUser = batched(
  'groupsOfUsers',
  same,
  (view, ids, options: Parameters<View['groupsOfUsers']>[1], window: Parameters<View['groupsOfUsers']>[2]) =>
    view.groupsOfUsers(ids, options, window),
);
export const grantsOfUser = batched(
  'grantsOfUsers',
  same,
  (view, ids, filter: Parameters<View['grantsOfUsers']>[1], window: Parameters<View['grantsOfUsers']>[2]) => view.grantsOfUsers(ids, filter, window),
);
export const levelOfUser = batched('levelsOfUsers', same, (view, ids, where: Parameters<View['levelsOfUsers']>[1]) => view.levelsOfUsers(ids, where));

export const identityByKey = batched('identitiesByKeys', keyText, (view, keys) => view.identitiesByKeys(keys));
export const linkByKey = batched('linksByKeys', keyText, (view, keys) => view.linksByKeys(keys));
export const groupByKey = batched('groupsByKeys', keyText, (view, keys) => view.groupsByKeys(keys));
export const roleByKey = batched('rolesByKeys', keyText, (view, keys) => view.rolesByKeys(keys));
export const scopeByKey = batched('scopesByKeys', keyText, (view, keys) => view.scopesByKeys(keys));
export const grantByKey = batched('grantsByKeys', keyText, (view, keys) => view.grantsByKeys(keys));

export const parentsOfGroup = batched('parentsOfGroups', keyText, (view, keys) => view.parentsOfGroups(keys));
export const childrenOfGroup = batched('childrenOfGroups', keyText, (view, keys) => view.childrenOfGroups(keys));
export const membersOfGroup = batched('membersOfGroups', keyText, (view, keys, transitive: boolean, window: Parameters<View['membersOfGroups']>[2]) =>
  view.membersOfGroups(keys, transitive, window),
);
export const grantsOfGroup = batched(
  'grantsOfGroups',
  keyText,
  (view, keys, filter: Parameters<View['grantsOfGroups']>[1], window: Parameters<View['grantsOfGroups']>[2]) =>
    view.grantsOfGroups(keys, filter, window),
);

export const scopesUnder = batched(
  'scopesUnder',
  keyText,
  (view, keys, kind: Parameters<View['scopesUnder']>[1], window: Parameters<View['scopesUnder']>[2]) => view.scopesUnder(keys, kind, window),
);
export const grantsOnScope = batched(
  'grantsOnScopes',
  scopeText,
  (view, scopes, level: Parameters<View['grantsOnScopes']>[1], window: Parameters<View['grantsOnScopes']>[2]) =>
    view.grantsOnScopes(scopes, level, window),
);

export const matchCaseById = batched('matchCasesByIds', same, (view, ids) => view.matchCasesByIds(ids));

/** The person who holds an account. */
export async function holderOf(context: Context, key: RecordKey): Promise<UserView | undefined> {
  const link = await linkByKey(context, key);
  return link?.userId === undefined ? undefined : userById(context, link.userId);
}

/** How many there are in all; one count answers for every list of an operation. */
export const totalOf =
  (what: 'users' | 'identities' | 'cases') =>
  async (context: Context): Promise<number | undefined> =>
    (await countsOf(context, ''))?.[what];

const countsOf = batched('counts', same, async (view) => new Map([['', await view.counts()]]));
