import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import { joinAll, keptApart } from './decided.ts';
import { weighAddress, type Keyring, type Verdict } from './keyring.ts';
import { createPartition, groupBy, type Partition } from './partition.ts';
import { isGone } from './proof.ts';
import type { Block, Tie } from './tie.ts';

export interface Tied {
  readonly ties: readonly Tie[];
  readonly blocks: readonly Block[];
}

/** An address by which accounts that are not known to belong together may be tied, or why not. */
export interface WeighedAddress {
  readonly exact: string;
  readonly verdict: Verdict;
  readonly holders: readonly AccountEvidence[];
}

export function weighAddresses(evidence: Evidence, ring: Keyring, known: Partition, disputed: ReadonlySet<string>): readonly WeighedAddress[] {
  return [...ring.holders.keys()].map((exact) => ({
    exact,
    verdict: weighAddress(exact, evidence, ring, known),
    holders: (ring.tying.get(exact) ?? []).filter(({ id }) => !disputed.has(id)),
  }));
}

/** Ties the holders of every address that names one person, unless that would put two live accounts of one instance, or what was kept apart, together. */
export function tieByAddress(weighed: readonly WeighedAddress[], partition: Partition): Tied {
  const good = weighed.filter(({ verdict, holders }) => verdict.state === 'GOOD' && holders.length > 1);
  const doubtful = weighed.filter(({ verdict, holders }) => verdict.state !== 'GOOD' && holders.length > 1);
  const blocks: Block[] = doubtful.map(({ holders, verdict }) => ({ accounts: holders, original: verdict.original }));
  const ties: Tie[] = [];

  const reach = createPartition([...partition.groups()].flat());
  for (const group of partition.groups()) joinAll(reach, group);
  for (const { holders } of good) joinAll(reach, holders);
  for (const addresses of groupBy(good, ({ holders }) => holders[0] && reach.rootOf(holders[0])).values()) {
    const groups = groupsOf(
      addresses.flatMap(({ holders }) => holders),
      partition,
    );
    if (areCompatible(groups)) {
      ties.push(...addresses.map(({ holders }) => ({ rule: 'PROVEN_EMAIL' as const, accounts: holders })));
      continue;
    }
    const everyone = groups.flat();
    blocks.push({ accounts: everyone, original: everyone.every(({ original }) => original), clash: 'PROVEN_EMAIL' });
    const bridges = bridgesOf(addresses, partition);
    for (const { holders } of addresses) {
      const rest = holders.filter((holder) => !bridges.has(partition.rootOf(holder)));
      if (rest.length > 1 && areCompatible(groupsOf(rest, partition))) ties.push({ rule: 'PROVEN_EMAIL', accounts: rest });
    }
  }
  for (const { accounts } of ties) joinAll(partition, accounts);
  return { ties, blocks };
}

/** Groups that reach more than one other group by more than one address: without them every address stands by itself. */
function bridgesOf(addresses: readonly WeighedAddress[], partition: Partition): ReadonlySet<string> {
  const reached = new Map<string, number>();
  for (const { holders } of addresses) {
    const roots = new Set(holders.map(partition.rootOf));
    if (roots.size > 1) for (const root of roots) reached.set(root, (reached.get(root) ?? 0) + 1);
  }
  return new Set([...reached].filter(([, count]) => count > 1).map(([root]) => root));
}

export function groupsOf(accounts: readonly AccountEvidence[], partition: Partition): readonly (readonly AccountEvidence[])[] {
  return [...new Set(accounts.map(partition.rootOf))].map(partition.members);
}

/** Whether groups may become one person without a second thought. */
export function areCompatible(groups: readonly (readonly AccountEvidence[])[]): boolean {
  const taken = new Set<number>();
  for (const group of groups) {
    const instances = new Set(group.filter((account) => !isGone(account)).map(({ svc }) => svc));
    for (const svc of instances) {
      if (taken.has(svc)) return false;
      taken.add(svc);
    }
  }
  return groups.every((a, index) => groups.slice(index + 1).every((b) => !keptApart(a, b)));
}
