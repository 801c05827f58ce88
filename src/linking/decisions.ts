import type { AccountEvidence, LinkChange, LinkDecision, WantedCase } from '../model/link-evidence.ts';
import type { MatchCandidate } from '../model/views.ts';
import { linkedUser } from './decided.ts';
import type { Keyring } from './keyring.ts';
import type { Owners } from './owners.ts';
import { groupBy } from './partition.ts';
import { isGone } from './proof.ts';
import { confidences, tieRules, type Doubt, type Tie, type TieRule } from './tie.ts';

interface Reason {
  readonly rule: TieRule;
  readonly sentence: string;
}

/** Why each account was tied, the strongest rule first. */
export function reasonsOf(ties: readonly Tie[], ring: Keyring): ReadonlyMap<string, readonly Reason[]> {
  const reasons = new Map<string, Reason[]>();
  const push = ({ id }: AccountEvidence, reason: Reason): void => void reasons.set(id, [...(reasons.get(id) ?? []), reason]);
  for (const { rule, accounts, via } of ties) {
    const services = [...new Set(accounts.map((account) => ring.serviceOf(account).name))].toSorted();
    const [declarer, target] = accounts;
    if (rule === 'DECLARED' && declarer !== undefined && target !== undefined) {
      push(target, { rule, sentence: `an account in ${ring.serviceOf(declarer).name} names this account${via ? ` (${via})` : ''}` });
      push(declarer, { rule, sentence: `names an account in ${ring.serviceOf(target).name}${via ? ` (${via})` : ''}` });
      continue;
    }
    const sentence = `${rule === 'MANAGED_EMAIL' ? 'same mailbox within our domains' : 'same proven address'} in ${list(services)}`;
    for (const account of accounts) push(account, { rule, sentence });
  }
  for (const each of reasons.values()) each.sort((a, b) => tieRules.indexOf(a.rule) - tieRules.indexOf(b.rule));
  return reasons;
}

const list = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`);

export interface DecisionsInput {
  readonly accounts: Iterable<AccountEvidence>;
  readonly owners: Owners;
  readonly reasons: ReadonlyMap<string, readonly Reason[]>;
  readonly ring: Keyring;
  /** Ids of accounts in conflict. */
  readonly inConflict: ReadonlyMap<string, Doubt>;
  readonly cases: readonly WantedCase[];
  /** Ids of accounts about which a name may suggest something. */
  readonly lonely: ReadonlySet<string>;
}

/** The links that differ from what stands. */
export function linkChanges(input: DecisionsInput): readonly LinkChange[] {
  const suggested = new Map(input.cases.map(({ svc, key, candidates }) => [`${svc}/${key}`, candidates]));
  const changes: LinkChange[] = [];
  for (const account of input.accounts) {
    const { svc, key, incarnation, link, staleLink } = account;
    const owner = input.owners.of.get(account.id);
    if (owner !== undefined) {
      if (linkedUser(account) === owner) continue;
      const byHand = link?.state === 'LINKED_MANUAL';
      changes.push({ svc, key, incarnation, decision: byHand ? { ...link, userId: owner } : linkTo(owner, account, input), byHand });
      continue;
    }
    const decision = withoutOwner(account, input, suggested.get(account.id)?.length ?? 0);
    if (link?.byHand === true && link.state !== 'LINKED_MANUAL' && decision?.state !== 'CONFLICT') continue;
    if (!staleLink && isSame(link, decision)) continue;
    // A name alone is weighed apart, after all links are made.
    if (decision === undefined && link?.rule === 'SAME_NAME' && input.lonely.has(account.id)) continue;
    changes.push({ svc, key, incarnation, decision, byHand: false });
  }
  return changes;
}

function linkTo(userId: string, account: AccountEvidence, { owners, reasons, ring }: DecisionsInput): LinkDecision {
  if (owners.founders.has(account.id)) {
    const evidence = [`first account of this person, in ${ring.serviceOf(account).name}`];
    return { state: 'LINKED_AUTO', userId, rule: 'NEW_PERSON', confidence: confidences.NEW_PERSON, evidence };
  }
  const own = reasons.get(account.id) ?? [];
  const [strongest] = own;
  if (strongest === undefined) {
    const { rule, confidence, evidence = [] } = account.link ?? {};
    return { state: 'LINKED_AUTO', userId, rule, confidence, evidence };
  }
  const evidence = [...new Set(own.filter(({ rule }) => rule === strongest.rule).map(({ sentence }) => sentence))];
  return { state: 'LINKED_AUTO', userId, rule: strongest.rule, confidence: confidences[strongest.rule], evidence };
}

function withoutOwner(account: AccountEvidence, { inConflict }: DecisionsInput, candidates: number): LinkDecision | undefined {
  const conflict = inConflict.get(account.id);
  if (conflict !== undefined) {
    return { state: 'CONFLICT', userId: undefined, rule: conflict.reason, confidence: undefined, evidence: [conflict.evidence, ...conflict.against] };
  }
  if (candidates === 0) return undefined;
  return { state: 'SUGGESTED', userId: undefined, rule: 'SUGGESTION', confidence: undefined, evidence: [] };
}

function isSame(link: LinkDecision | undefined, decision: LinkDecision | undefined): boolean {
  if (link === undefined || decision === undefined) return link === decision;
  return link.state === decision.state && link.rule === decision.rule && link.evidence.join('\n') === decision.evidence.join('\n');
}

const maxCandidates = 10;

/** Doubts as cases about people: one case of a reason for an account, one candidate for a person. */
export function toCases(
  doubts: readonly Doubt[],
  owners: Owners,
  members: ReadonlyMap<string, readonly AccountEvidence[]>,
  ring: Keyring,
): readonly WantedCase[] {
  return [...groupBy(doubts, ({ account, reason }) => `${reason}/${account.id}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { account, reason } = first;
    const found = new Map<string, MatchCandidate>();
    for (const doubt of same) {
      for (const other of doubt.others) {
        const userId = owners.of.get(other.id);
        if (userId === undefined || userId === owners.of.get(account.id) || account.rejected.has(userId)) continue;
        if (found.has(userId)) continue;
        const second = members.get(userId)?.some((member) => member.svc === account.svc && !isGone(member));
        const against = second ? [...doubt.against, `has another account in ${ring.serviceOf(account).name}`] : doubt.against;
        const services = `${ring.serviceOf(account).name} and ${ring.serviceOf(other).name}`;
        found.set(userId, { userId, confidence: doubt.confidence, rule: doubt.rule, evidence: [`${doubt.evidence}: ${services}`], against });
      }
    }
    const candidates = [...found.values()].toSorted((a, b) => (a.userId < b.userId ? -1 : 1)).slice(0, maxCandidates);
    return candidates.length === 0 && !standsAlone.has(reason) ? [] : [{ svc: account.svc, key: account.key, reason, candidates }];
  });
}

/** Reasons that need a person's eye although nobody stands for election. */
const standsAlone: ReadonlySet<string> = new Set(['CLAIMED_TWICE', 'CONTRADICTORY', 'AMBIGUOUS_ADDRESS', 'REUSED_ADDRESS']);
