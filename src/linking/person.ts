import type { AccountStatus, PrincipalKind } from '../contract/records.ts';
import { foldName, sortName } from '../model/fold.ts';
import type { AccountEvidence, PersonValues, ServiceEvidence } from '../model/link-evidence.ts';
import { byId } from './partition.ts';
import { isProven } from './proof.ts';

/** What a person's accounts say of the person, taken together. Without accounts nothing is left but that there was one. */
export function describePerson(accounts: readonly AccountEvidence[], services: ReadonlyMap<number, ServiceEvidence>): PersonValues | undefined {
  if (accounts.length === 0) return undefined;
  const isSource = ({ svc }: AccountEvidence): boolean => services.get(svc)?.people === 'source';
  const ranked = accounts.toSorted(
    (a, b) => Number(isSource(b)) - Number(isSource(a)) || standing(a) - standing(b) || completeness(b) - completeness(a) || byId(a, b),
  );
  const sources = ranked.filter(isSource);
  const named = ranked.find(({ firstName, lastName }) => firstName !== undefined || lastName !== undefined);
  const displayName = ranked.find((account) => account.displayName !== undefined)?.displayName;
  const username = ranked.find((account) => account.username !== undefined)?.username;
  const spelledOut = [named?.firstName, named?.lastName].filter((part) => part !== undefined).join(' ');
  const seen = accounts.flatMap(({ lastActiveAt }) => lastActiveAt ?? []);
  return {
    kind: kindOf(ranked),
    status: statusOf(sources.length > 0 ? sources : ranked),
    displayName: displayName ?? (spelledOut === '' ? undefined : spelledOut),
    firstName: named?.firstName,
    lastName: named?.lastName,
    username,
    primaryEmail: primaryEmail(ranked, services),
    sortName: sortName(displayName, spelledOut, username),
    searchText: searchText(ranked),
    lastActiveAt: seen.length === 0 ? undefined : Math.max(...seen),
  };
}

const statuses: readonly AccountStatus[] = ['ACTIVE', 'SUSPENDED', 'INVITED', 'UNKNOWN', 'DELETED'];
const standing = ({ status }: AccountEvidence): number => statuses.indexOf(status);

/** The best standing that any of the accounts gives; DELETED only when nothing but tombstones is left. */
function statusOf(accounts: readonly AccountEvidence[]): AccountStatus {
  return statuses[Math.min(...accounts.map(standing))] ?? 'UNKNOWN';
}

const completeness = ({ displayName, firstName, lastName, username }: AccountEvidence): number =>
  [displayName, firstName, lastName, username].filter((part) => part !== undefined).length;

function kindOf(ranked: readonly AccountEvidence[]): PrincipalKind {
  if (ranked.some(({ kind }) => kind === 'HUMAN')) return 'HUMAN';
  const kind = ranked[0]?.kind ?? 'UNKNOWN';
  return kind === 'SERVICE' ? 'BOT' : kind;
}

function primaryEmail(ranked: readonly AccountEvidence[], services: ReadonlyMap<number, ServiceEvidence>): string | undefined {
  const addresses = ranked.flatMap((account) => {
    const service = services.get(account.svc);
    return account.emails.map(({ address, exact, proof, primary }) => ({
      address,
      rank: (exact !== null && service !== undefined && isProven(account, { exact, proof }, service) ? 0 : 2) + (primary ? 0 : 1),
    }));
  });
  // A proven primary address, then any primary one, then a proven one, then what there is.
  const order = [0, 2, 1, 3];
  for (const rank of order) {
    const found = addresses.find((address) => address.rank === rank);
    if (found !== undefined) return found.address;
  }
  return undefined;
}

// Long enough for every honest person, short enough that a hostile name cannot swell the index.
const maxSearchText = 4000;

function searchText(ranked: readonly AccountEvidence[]): string {
  const texts = ranked.flatMap(({ displayName, firstName, lastName, username, emails }) => [
    displayName,
    [firstName, lastName].filter((part) => part !== undefined).join(' '),
    username,
    ...emails.map(({ address }) => address),
  ]);
  const folded = new Set(texts.map((text) => foldName((text ?? '').toWellFormed().replaceAll('\0', '\uFFFD'))));
  folded.delete('');
  return [...folded].join('\n').slice(0, maxSearchText).toWellFormed();
}
