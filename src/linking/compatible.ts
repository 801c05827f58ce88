import type { AccountEvidence } from '../model/link-evidence.ts';
import { joinAll, keptApart } from './decided.ts';
import { createPartition, groupBy, type Partition } from './partition.ts';
import { isGone } from './proof.ts';
import type { Block, Tie } from './tie.ts';

export interface Tied {
  readonly ties: readonly Tie[];
  readonly blocks: readonly Block[];
  /** Ids of accounts that would have connected what must not be one person: they were left out. */
  readonly leftOut: ReadonlySet<string>;
}

/**
 * Makes these ties, unless that would put two live accounts of one instance, or what was kept apart, together. Then the groups that connect others
 * are left out, so that no order of the ties decides which of them holds.
 */
export function tieCompatible(wanted: readonly Tie[], partition: Partition): Tied {
  const ties: Tie[] = [];
  const blocks: Block[] = [];
  const leftOut = new Set<string>();
  const reach = createPartition([...partition.groups()].flat());
  for (const group of partition.groups()) joinAll(reach, group);
  for (const { accounts } of wanted) joinAll(reach, accounts);
  for (const connected of groupBy(wanted, ({ accounts: [first] }) => first && reach.rootOf(first)).values()) {
    const groups = groupsOf(
      connected.flatMap(({ accounts }) => accounts),
      partition,
    );
    if (areCompatible(groups)) {
      ties.push(...connected);
      continue;
    }
    blocks.push(toBlock(groups, connected[0]?.rule ?? 'DECLARED'));
    const bridges = bridgesOf(connected, partition);
    for (const tie of connected) {
      const rest = tie.accounts.filter((account) => !bridges.has(partition.rootOf(account)));
      if (rest.length > 1 && areCompatible(groupsOf(rest, partition))) ties.push({ ...tie, accounts: rest });
      const tied = new Set(ties.at(-1)?.accounts);
      for (const account of tie.accounts) if (!tied.has(account)) leftOut.add(account.id);
    }
  }
  for (const { accounts } of ties) joinAll(partition, accounts);
  return { ties, blocks, leftOut };
}

/** Groups that reach others in more than one way: without them every tie stands by itself. */
function bridgesOf(ties: readonly Tie[], partition: Partition): ReadonlySet<string> {
  const reached = new Map<string, number>();
  for (const { accounts } of ties) {
    const roots = new Set(accounts.map(partition.rootOf));
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

export function toBlock(groups: readonly (readonly AccountEvidence[])[], clash: NonNullable<Block['clash']>): Block {
  const accounts = groups.flat();
  return { accounts, original: accounts.every(({ original }) => original), clash };
}
