import type { AccountEvidence, Evidence, LinkChange, LinkingOutcome } from '../model/link-evidence.ts';
import { keyText } from '../model/views.ts';
import { linkedUser } from './decided.ts';
import { weigh } from './weigh.ts';

// Each round settles what the one before has made known; evidence that needs more has not been met.
const maxRounds = 6;

/**
 * Who belongs to whom, from everything that is known of these accounts. The same evidence gives the same groups, whatever the order in which it
 * arrived: evidence is weighed as a whole, and earlier links only decide where it has changed since. Resolving again what was decided changes nothing.
 * @param newId makes the ids of new people, rising with time.
 */
export function resolve(gathered: Evidence, newId: () => string): LinkingOutcome {
  // Sorted, so that not even the wording of an explanation depends on how the accounts were found.
  let evidence = { ...gathered, accounts: new Map([...gathered.accounts].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  const changing = evidence.accounts.values().some(({ original }) => !original);
  const rounds: LinkingOutcome[] = [];
  for (let round = 0; round < maxRounds; round++) {
    const outcome = weigh(evidence, newId);
    rounds.push(outcome);
    // First seals alone settle in one round: nothing there hangs on a link.
    if (outcome.links.length === 0 || !changing) break;
    evidence = { ...evidence, accounts: withLinks(evidence.accounts, outcome.links) };
  }
  return rounds.length === 1 && rounds[0] !== undefined ? rounds[0] : together(rounds, gathered);
}

/** The accounts as they would be gathered after these decisions. */
function withLinks(accounts: ReadonlyMap<string, AccountEvidence>, changes: readonly LinkChange[]): Map<string, AccountEvidence> {
  const decided = new Map(accounts);
  for (const { svc, key, decision, byHand } of changes) {
    const account = accounts.get(keyText({ svc, key }));
    if (account === undefined) continue;
    const isLinked = decision?.state === 'LINKED_AUTO' || decision?.state === 'LINKED_MANUAL';
    decided.set(account.id, {
      ...account,
      link: decision && { ...decision, byHand, fromRev: Infinity },
      staleLink: false,
      linkedSince: isLinked ? (account.linkedSince ?? Infinity) : undefined,
    });
  }
  return decided;
}

/** What several rounds come to, seen from where they started. */
function together(rounds: readonly LinkingOutcome[], { accounts }: Evidence): LinkingOutcome {
  const links = new Map(rounds.flatMap((round) => round.links.map((change) => [keyText(change), change] as const)));
  const members = new Map(rounds.flatMap((round) => [...round.members]));
  const merged = new Map(rounds.flatMap((round) => [...round.merged]));
  const before = new Set(accounts.values().flatMap((account) => [linkedUser(account), account.formerUser]));
  for (const id of merged.keys()) {
    members.delete(id);
    if (!before.has(id)) merged.delete(id);
  }
  const last = rounds.at(-1);
  for (const id of members.keys()) {
    if (last?.members.has(id) === true) continue;
    // A person of an earlier round who came to nothing never was.
    if (before.has(id)) members.set(id, []);
    else members.delete(id);
  }
  return {
    links: [...links].flatMap(([id, change]) => (isUnchanged(accounts.get(id), change) ? [] : change)),
    merged,
    members,
    cases: last?.cases ?? [],
    lonely: last?.lonely ?? new Set(),
  };
}

function isUnchanged(account: AccountEvidence | undefined, { decision }: LinkChange): boolean {
  if (account === undefined || account.staleLink) return false;
  const { link } = account;
  if (link === undefined || decision === undefined) return link === decision;
  return (
    link.state === decision.state &&
    link.userId === decision.userId &&
    link.rule === decision.rule &&
    link.evidence.join() === decision.evidence.join()
  );
}
