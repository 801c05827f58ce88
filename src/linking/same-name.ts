import { emailKey } from '../model/email-key.ts';
import { foldName } from '../model/fold.ts';
import type { NamedAccount, NamedPerson, WantedCase } from '../model/link-evidence.ts';
import type { MatchCandidate } from '../model/views.ts';

// A name that more people of one domain share says nothing.
const maxNamesakes = 5;
const minUsername = 3;

/**
 * People who have the account's full name or user name, at the same domain, and no account of their own where the account is: somebody may want to
 * look. Never a tie: names are for everybody to choose.
 */
export function suggestByName(account: NamedAccount, people: readonly NamedPerson[]): WantedCase | undefined {
  const domains = new Set(account.addresses.flatMap((address) => emailKey(address)?.domain ?? []));
  const alike = people.filter(
    (person) =>
      person.id !== account.userId &&
      !account.rejected.has(person.id) &&
      !person.svcs.includes(account.svc) &&
      (account.userId === undefined || person.id < account.userId) &&
      domains.has(emailKey(person.primaryEmail ?? '')?.domain ?? '') &&
      (sharesName(account, person) || sharesUsername(account, person)),
  );
  if (alike.length === 0 || alike.length > maxNamesakes) return undefined;
  const candidates = alike
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((person): MatchCandidate => {
      const both = sharesName(account, person) && sharesUsername(account, person);
      const evidence = [
        ...(sharesName(account, person) ? ['same full name, addresses at the same domain'] : []),
        ...(sharesUsername(account, person) ? ['same user name, addresses at the same domain'] : []),
      ];
      return { userId: person.id, confidence: both ? 0.5 : 0.35, rule: 'SAME_NAME', evidence, against: ['no address in common'] };
    });
  return { svc: account.svc, key: account.key, reason: 'SAME_NAME', candidates };
}

const sharesName = (account: NamedAccount, person: NamedPerson): boolean => account.sortName === person.sortName && isFullName(account.sortName);

export const isFullName = (sortName: string): boolean => sortName.includes(' ');

function sharesUsername(account: NamedAccount, person: NamedPerson): boolean {
  if (account.username === undefined || person.username === undefined || !isTelling(account.username)) return false;
  return foldName(account.username) === foldName(person.username);
}

/** A user name that is an address says what the address says. */
export const isTelling = (username: string): boolean => username.length >= minUsername && !username.includes('@');
