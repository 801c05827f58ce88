import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import { joinFirm, keptApart } from './decided.ts';
import { createPartition, groupBy, type Partition } from './partition.ts';
import { isGone } from './proof.ts';
import type { Block, Tie } from './tie.ts';

/** One account names another as its own. */
export interface Edge {
  readonly declarer: AccountEvidence;
  readonly target: AccountEvidence;
  readonly via: string;
}

export interface Joined {
  readonly known: Partition;
  readonly ties: readonly Tie[];
  readonly blocks: readonly Block[];
}

/**
 * Joins every account with the accounts that it names: a star. Stars that meet are one person, unless that person would have two live accounts in one
 * instance that no single star names, or was taken apart by somebody: then no star gets the accounts at which they meet.
 */
export function joinByStars(evidence: Evidence, users: ReadonlyMap<string, readonly AccountEvidence[]>, edges: readonly Edge[]): Joined {
  const firm = createPartition(evidence.accounts.values());
  joinFirm(users, firm);
  let standing = edges;
  const blocks: Block[] = [];
  for (const narrow of [withoutMeetings, withoutAny]) {
    const joined = join(evidence, users, standing);
    const classes = groupBy(standing, ({ declarer }) => joined.rootOf(declarer));
    const dropped = new Set<Edge>();
    for (const [root, own] of classes) {
      const members = joined.members(root);
      if (isOnePerson(members, own, firm)) continue;
      blocks.push({ accounts: members, original: members.every(({ original }) => original), clash: 'DECLARED' });
      for (const edge of narrow(own, firm)) dropped.add(edge);
    }
    standing = standing.filter((edge) => !dropped.has(edge));
  }
  const ties = standing.map(({ declarer, target, via }): Tie => ({ rule: 'DECLARED', accounts: [declarer, target], via }));
  return { known: join(evidence, users, standing), ties, blocks };
}

function join(evidence: Evidence, users: ReadonlyMap<string, readonly AccountEvidence[]>, edges: readonly Edge[]): Partition {
  const partition = createPartition(evidence.accounts.values());
  joinFirm(users, partition);
  for (const { declarer, target } of edges) partition.join(declarer, target);
  return partition;
}

function isOnePerson(members: readonly AccountEvidence[], edges: readonly Edge[], firm: Partition): boolean {
  const groups = [...new Set(members.map(firm.rootOf))].map(firm.members);
  if (groups.some((a, index) => groups.slice(index + 1).some((b) => keptApart(a, b)))) return false;
  const stars = [...groupBy(edges, ({ declarer }) => declarer.id).values()].map((star) => star.map(({ target }) => target));
  const units = [...stars, ...groups];
  return [...groupBy(members, (account) => (isGone(account) ? undefined : account.svc)).values()].every(
    (live) => live.length < 2 || units.some((unit) => live.every((account) => unit.includes(account))),
  );
}

/** The namings of accounts, or of what is firmly joined with them, that more than one star reaches. */
function withoutMeetings(edges: readonly Edge[], firm: Partition): readonly Edge[] {
  const centres = new Map<string, Set<string>>();
  for (const { declarer, target } of edges) {
    for (const account of [declarer, target]) {
      const root = firm.rootOf(account);
      centres.set(root, (centres.get(root) ?? new Set()).add(declarer.id));
    }
  }
  return edges.filter(({ target }) => (centres.get(firm.rootOf(target))?.size ?? 0) > 1);
}

function withoutAny(edges: readonly Edge[]): readonly Edge[] {
  return edges;
}
