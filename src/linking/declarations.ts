import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import { weighAddress, type Keyring } from './keyring.ts';
import { groupBy, type Partition } from './partition.ts';
import { joinByStars, type Edge } from './stars.ts';
import type { Block, Doubt, Tie } from './tie.ts';

export interface Declared {
  /** What is known to belong together before any address is looked at. */
  readonly known: Partition;
  readonly ties: readonly Tie[];
  readonly doubts: readonly Doubt[];
  readonly blocks: readonly Block[];
  /** Ids of accounts whose owner is in dispute: no evidence ties them. */
  readonly disputed: ReadonlySet<string>;
}

/** Weighs which account names which. Naming an account of nobody else's ties, even where the addresses differ. */
export function weighDeclarations(evidence: Evidence, users: ReadonlyMap<string, readonly AccountEvidence[]>, ring: Keyring): Declared {
  const edges = declaredEdges(evidence, ring);
  const twice = claimedTwice(edges);
  const single = edges.filter(({ target }) => !twice.has(target.id));
  const tentative = joinByStars(evidence, users, single).known;
  const contradictory = contradictions(evidence, ring, tentative, single);
  const disputed = new Set([...twice.keys(), ...contradictory.keys()]);
  const {
    known,
    ties,
    blocks: clashes,
  } = joinByStars(
    evidence,
    users,
    single.filter(({ target }) => !disputed.has(target.id)),
  );
  const disputes = [
    ...[...twice.values()].map((claims) => ({ ...claims, reason: 'CLAIMED_TWICE' as const })),
    ...[...contradictory.values()].map((claims) => ({ ...claims, reason: 'CONTRADICTORY' as const })),
  ];
  const doubts = disputes.map(({ edges: claims, others, reason }) => toDoubt(claims, others, reason, ring));
  const blocks = disputes.map(({ edges: claims, others, original }) => ({
    accounts: claims.flatMap(({ declarer, target }) => [declarer, target, ...others]),
    original,
  }));
  return { known, ties, doubts, blocks: [...blocks, ...clashes], disputed };
}

function declaredEdges(evidence: Evidence, { serviceOf }: Keyring): readonly Edge[] {
  const edges: Edge[] = [];
  for (const declarer of evidence.accounts.values()) {
    if (declarer.kind !== 'HUMAN' || declarer.status === 'DELETED' || serviceOf(declarer).trustsDeclarations === false) continue;
    for (const { target: id, via } of declarer.declares) {
      const target = evidence.accounts.get(id);
      if (target === undefined || target === declarer || target.kind !== 'HUMAN' || target.status === 'DELETED') continue;
      edges.push({ declarer, target, via });
    }
  }
  return edges;
}

interface Claims {
  readonly edges: readonly Edge[];
  /** Accounts that speak against the claim. */
  readonly others: readonly AccountEvidence[];
  readonly original: boolean;
}

/** Targets that two accounts of one service name as their own. */
function claimedTwice(edges: readonly Edge[]): ReadonlyMap<string, Claims> {
  const found = new Map<string, Claims>();
  for (const [id, claims] of groupBy(edges, ({ target }) => target.id)) {
    const rivals = claims.filter((a) => claims.some((b) => a.declarer.svc === b.declarer.svc && a.declarer !== b.declarer));
    if (rivals.length === 0) continue;
    const original = claims.some(
      (a) => a.declarer.original && rivals.some((b) => b.declarer.original && a.declarer.svc === b.declarer.svc && a.declarer !== b.declarer),
    );
    found.set(id, { edges: claims, others: [], original });
  }
  return found;
}

/** Targets that prove an address of which the other holders are somebody other than the one who names the target. */
function contradictions(evidence: Evidence, ring: Keyring, known: Partition, edges: readonly Edge[]): ReadonlyMap<string, Claims> {
  const named = groupBy(edges, ({ declarer }) => declarer.id);
  const found = new Map<string, Claims>();
  for (const edge of edges) {
    const others = strangers(edge, named.get(edge.declarer.id) ?? [], evidence, ring, known);
    if (others.length === 0) continue;
    const before = found.get(edge.target.id);
    const original = edge.declarer.original && edge.target.original && others.some((other) => other.original);
    found.set(edge.target.id, {
      edges: [...(before?.edges ?? []), edge],
      others: [...(before?.others ?? []), ...others],
      original: original || before?.original === true,
    });
  }
  return found;
}

function strangers(
  { declarer, target }: Edge,
  named: readonly Edge[],
  evidence: Evidence,
  ring: Keyring,
  known: Partition,
): readonly AccountEvidence[] {
  const own = ring.keysOf(declarer);
  const theirs = ring.keysOf(target);
  if (own.length === 0 || theirs.some((exact) => own.includes(exact))) return [];
  for (const exact of theirs) {
    const others = (ring.tying.get(exact) ?? []).filter((other) => other !== target);
    const confirmed = others.some(
      (other) => other === declarer || named.some((edge) => edge.target === other) || ring.keysOf(other).some((key) => own.includes(key)),
    );
    if (others.length > 0 && !confirmed && weighAddress(exact, evidence, ring, known).state === 'GOOD') return others;
  }
  return [];
}

function toDoubt(edges: readonly Edge[], others: readonly AccountEvidence[], reason: 'CLAIMED_TWICE' | 'CONTRADICTORY', ring: Keyring): Doubt {
  const [first] = edges;
  if (first === undefined) throw new Error('a dispute without a claim');
  const service = ring.serviceOf(first.declarer).name;
  return {
    account: first.target,
    reason,
    others: [...edges.map(({ declarer }) => declarer), ...others],
    rule: 'DECLARED',
    confidence: 0.5,
    evidence: reason === 'CLAIMED_TWICE' ? `named by an account in ${service}` : `named in ${service}, or by its proven address`,
    against:
      reason === 'CLAIMED_TWICE' ? [`another account in ${service} names it as well`] : ['what names it and what its proven address says differ'],
  };
}
