import { setImmediate } from 'node:timers/promises';
import type { Instant } from '../contract/records.ts';
import { groupBy } from '../linking/partition.ts';
import { isFullName, isTelling, suggestByName } from '../linking/same-name.ts';
import { sortName } from '../model/fold.ts';
import type { AccountEvidence, LinkChange, NamedAccount, NamedPerson, WantedCase } from '../model/link-evidence.ts';
import { keyText } from '../model/views.ts';
import { saveCases, saveLinks } from '../store/linking/apply.ts';
import { parseKey } from '../store/linking/batches.ts';
import type { LinkingContext } from '../store/linking/context.ts';
import { readAccounts } from '../store/linking/gather.ts';
import { peopleNamed, unownedByNames } from '../store/linking/namesakes.ts';
import type { StoreConnection } from '../store/open.ts';
import { lazyRevision, lockRevisions } from '../store/revision.ts';

export interface NamesakesOptions {
  /** Ids of accounts that nothing ties, and the names that they are ordered by. */
  readonly lonely: ReadonlyMap<string, string>;
  /** Names of people who are new or have changed. */
  readonly names: ReadonlySet<string>;
  readonly context: LinkingContext;
  readonly now: () => Instant;
  readonly batchSize: number;
}

/** Opens and closes the cases that rest on names alone; runs when all links are made, so that every person is there to be found. */
export async function suggestNamesakes(
  { read, write }: StoreConnection,
  { lonely, names, context, now, batchSize }: NamesakesOptions,
): Promise<{ links: number; cases: number; revision: number | undefined }> {
  const subjects = new Map(lonely);
  for (const { svc, key, sort_name } of await unownedByNames(read, names.values().filter(isFullName))) {
    if (context.services.has(svc)) subjects.set(keyText({ svc, key }), sort_name);
  }
  const totals = { links: 0, cases: 0, revision: undefined as number | undefined };
  // Those of one name together: its people are asked for once.
  const all = [...subjects].toSorted(byNameThenId).map(([id]) => id);
  for (let start = 0; start < all.length; start += batchSize) {
    const ids = all.slice(start, start + batchSize);
    await write.transaction().execute(async (trx) => {
      await lockRevisions(trx);
      const accounts = (await readAccounts(trx, ids.map(parseKey), context)).filter(isOpen).map(toNamed);
      const people = await peopleNamed(
        trx,
        new Set(accounts.map((account) => account.sortName).filter(isFullName)),
        new Set(accounts.flatMap(({ username }) => username ?? []).filter(isTelling)),
      );
      const find = byName(people);
      const cases = accounts.flatMap((account) => suggestByName(account, find(account)) ?? []);
      const revision = lazyRevision(trx, 'linking', now());
      const links = linkChanges(accounts, cases);
      await saveLinks(trx, links, revision, now());
      totals.cases += await saveCases(trx, accounts, cases, (_, { reason }) => reason !== 'SAME_NAME', revision, now());
      totals.links += links.length;
      totals.revision = revision.taken() ?? totals.revision;
    });
    await setImmediate();
  }
  return totals;
}

const byNameThenId = ([id, name]: readonly [string, string], [otherId, otherName]: readonly [string, string]): number =>
  name < otherName || (name === otherName && id < otherId) ? -1 : 1;

/** Whether nothing stronger than a name is said of the account. */
function isOpen({ kind, status, link, cases }: AccountEvidence): boolean {
  if (kind !== 'HUMAN' || status === 'DELETED' || cases.some(({ reason }) => reason !== 'SAME_NAME')) return false;
  return link?.state !== 'CONFLICT';
}

function toNamed({ svc, key, incarnation, link, displayName, username, emails, rejected, cases }: AccountEvidence): NamedAccount {
  const userId = link?.state === 'LINKED_AUTO' || link?.state === 'LINKED_MANUAL' ? link.userId : undefined;
  const addresses = emails.map(({ address }) => address);
  return { svc, key, incarnation, userId, sortName: sortName(displayName, username), username, addresses, rejected, link, cases };
}

/** People by the account's name or user name. */
function byName(people: readonly NamedPerson[]): (account: NamedAccount) => readonly NamedPerson[] {
  const named = groupBy(people, (person) => person.sortName);
  const called = groupBy(people, ({ username }) => username);
  return ({ sortName: name, username = '' }) => [...new Set([...(named.get(name) ?? []), ...(called.get(username) ?? [])])];
}

/** Accounts of nobody's show that somebody is suggested; accounts of their own person do not change. */
function linkChanges(accounts: readonly NamedAccount[], cases: readonly WantedCase[]): readonly LinkChange[] {
  const wanted = new Set(cases.map(keyText));
  return accounts.flatMap((account): readonly LinkChange[] => {
    const { svc, key, incarnation, link } = account;
    const isWanted = wanted.has(keyText(account));
    if (isWanted === (link !== undefined) || (link !== undefined && link.rule !== 'SAME_NAME')) return [];
    const suggested = { state: 'SUGGESTED', userId: undefined, rule: 'SAME_NAME', confidence: undefined, evidence: [] } as const;
    return [{ svc, key, incarnation, decision: isWanted ? suggested : undefined, byHand: false }];
  });
}
