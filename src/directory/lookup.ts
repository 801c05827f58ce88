import { emailKey, managedVariants } from '../model/email-key.ts';
import { keyText, type RecordKey, type UserView } from '../model/views.ts';
import { peopleOfAccounts } from '../store/read/accounts.ts';
import { holdersOfAddresses, holdersOfUntagged } from '../store/read/emails.ts';
import { peopleByIds, peopleByUsernames } from '../store/read/people.ts';
import { svcsOf, type ViewContext } from './context.ts';
import { holderOf, livingFirst, theOnly } from './holder.ts';
import { toUserView } from './user-view.ts';
import type { Ambiguous, UserLookup, View } from './view.ts';

type Found = string | Ambiguous | undefined;
type LookupBy<By extends UserLookup['by']> = Extract<UserLookup, { readonly by: By }>;

/** Keys of all sorts together: one statement a sort (two for addresses), and one for the people found. */
export function createLookup(context: ViewContext): Pick<View, 'usersByLookup'> {
  return {
    usersByLookup: async (lookups) => {
      const [identities, emails, usernames] = await Promise.all([
        findByIdentities(context, only(lookups, 'identity')),
        findByEmails(context, [...new Set(only(lookups, 'email').map(({ email }) => email))]),
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
      const people = await usersById(
        context,
        found.filter((each) => typeof each === 'string'),
      );
      return found.map((each) => (typeof each === 'string' ? people.get(each) : each));
    },
  };
}

/** By the asked ids: a retired one answers with the living person. */
export async function usersById({ at }: ViewContext, ids: readonly string[]): Promise<ReadonlyMap<string, UserView>> {
  const rows = await peopleByIds(at, ids);
  // Someone who was alive at this revision answers in person, whatever a merge was undone or done later.
  return new Map(rows.toSorted((a, b) => Number(a.asked === a.id) - Number(b.asked === b.id)).map((row) => [row.asked, toUserView(row)]));
}

const only = <By extends UserLookup['by']>(lookups: readonly UserLookup[], by: By): readonly LookupBy<By>[] =>
  lookups.filter((lookup): lookup is LookupBy<By> => lookup.by === by);

async function findByIdentities(context: ViewContext, lookups: readonly LookupBy<'identity'>[]): Promise<ReadonlyMap<UserLookup, Found>> {
  const candidates = new Map(
    lookups.map((lookup) => [lookup, svcsOf(context, [lookup.service]).map((svc): RecordKey => ({ svc, key: lookup.externalId }))]),
  );
  const rows = await peopleOfAccounts(context.at, [...candidates.values()].flat());
  const holders = new Map(rows.map((row) => [keyText(row), row.user_id]));
  return new Map([...candidates].map(([lookup, keys]) => [lookup, theOnly(keys.flatMap((key) => holders.get(keyText(key)) ?? []))]));
}

async function findByUsernames({ at }: ViewContext, usernames: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const byUsername = Map.groupBy(await peopleByUsernames(at, usernames), ({ username }) => username);
  return new Map([...byUsername].map(([username, rows]) => [username, theOnly(livingFirst(rows).map(({ id }) => id))]));
}

/** The address itself first; where nobody has it and its domain is ours, the same mailbox without +tag and at each of our domains. */
async function findByEmails({ at, services, managedDomains }: ViewContext, emails: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const keys = new Map(emails.map((email) => [email, emailKey(email)]));
  const exact = [...keys.values()].flatMap((key) => key?.exact ?? []);
  const spelled = emails.filter((email) => keys.get(email) === undefined);
  const rows = await holdersOfAddresses(at, { exact, spelled });
  const byExact = Map.groupBy(rows, (row) => row.exact);
  const bySpelling = Map.groupBy(
    rows.filter((row) => row.exact === null),
    (row) => row.address,
  );
  const found = new Map(
    emails.map((email): [string, Found] => {
      const key = keys.get(email);
      return [email, holderOf((key === undefined ? bySpelling.get(email) : byExact.get(key.exact)) ?? [], services)];
    }),
  );
  const variants = new Map(
    [...keys].flatMap(([email, key]) =>
      key === undefined || found.get(email) !== undefined ? [] : [[email, managedVariants(key, managedDomains)] as const],
    ),
  );
  const byUntagged = Map.groupBy(await holdersOfUntagged(at, [...variants.values()].flat()), (row) => row.untagged);
  for (const [email, spellings] of variants)
    found.set(
      email,
      holderOf(
        spellings.flatMap((each) => byUntagged.get(each) ?? []),
        services,
      ),
    );
  return found;
}
