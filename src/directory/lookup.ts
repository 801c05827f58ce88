import { keyText, type RecordKey } from '../model/views.ts';
import { peopleByUsernames } from '../store/read/people.ts';
import { svcsOf, type ViewContext } from './context.ts';
import { findByEmails } from './find-by-email.ts';
import { livingFirst, theOnly } from './holder.ts';
import type { Ambiguous, UserLookup, View } from './view.ts';

type Found = string | Ambiguous | undefined;
type LookupBy<By extends UserLookup['by']> = Extract<UserLookup, { readonly by: By }>;

/** Keys of all sorts together: one statement a sort (two for addresses), and one for the people found. */
export function createLookup(context: ViewContext): Pick<View, 'usersByLookup'> {
  const { people } = context;
  return {
    usersByLookup: async (lookups) => {
      const [identities, emails, usernames] = await Promise.all([
        findByIdentities(context, only(lookups, 'identity')),
        findByEmails(
          context,
          only(lookups, 'email').map(({ email }) => email),
        ),
        findByUsernames(
          context,
          only(lookups, 'username').map(({ username }) => username),
        ),
      ]);
      const found = lookups.map((lookup): Found => {
        switch (lookup.by) {
          case 'id':
            return lookup.id;
          case 'identity':
            return identities.get(lookup);
          case 'email':
            return emails.get(lookup.email);
          case 'username':
            return usernames.get(lookup.username);
        }
      });
      const users = await people.peopleByIds(found.filter((each) => typeof each === 'string'));
      return found.map((each) => (typeof each === 'string' ? users.get(each) : each));
    },
  };
}

const only = <By extends UserLookup['by']>(lookups: readonly UserLookup[], by: By): readonly LookupBy<By>[] =>
  lookups.filter((lookup): lookup is LookupBy<By> => lookup.by === by);

async function findByIdentities(context: ViewContext, lookups: readonly LookupBy<'identity'>[]): Promise<ReadonlyMap<UserLookup, Found>> {
  const candidates = new Map(
    lookups.map((lookup) => [lookup, svcsOf(context, [lookup.service]).map((svc): RecordKey => ({ svc, key: lookup.externalId }))]),
  );
  const holders = await context.people.holdersOfAccounts([...candidates.values()].flat());
  return new Map([...candidates].map(([lookup, keys]) => [lookup, theOnly(keys.flatMap((key) => holders.get(keyText(key)) ?? []))]));
}

async function findByUsernames({ at }: ViewContext, usernames: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const byUsername = Map.groupBy(await peopleByUsernames(at, usernames), ({ username }) => username);
  return new Map([...byUsername].map(([username, rows]) => [username, theOnly(livingFirst(rows).map(({ id }) => id))]));
}
