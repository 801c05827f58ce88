import type { AccountEvidence } from '../model/link-evidence.ts';
import { isFirm, joinAll } from './decided.ts';
import { groupBy, type Partition } from './partition.ts';
import type { Block } from './tie.ts';

/**
 * Holds on to what was linked before. A link outlives the evidence that it was made of; it ends only where the first seal of a service speaks against
 * evidence of first seals, because then nothing but the order of arrival has made it.
 * @returns ids of the accounts that lose their person.
 */
export function pinEarlierLinks(
  users: ReadonlyMap<string, readonly AccountEvidence[]>,
  partition: Partition,
  blocks: readonly Block[],
): ReadonlySet<string> {
  const against = new Map<string, Block[]>();
  for (const block of blocks) {
    if (!block.original) continue;
    for (const { id } of block.accounts) against.set(id, [...(against.get(id) ?? []), block]);
  }
  const freed = new Set<string>();
  for (const accounts of users.values()) {
    if (isFirm(accounts)) continue;
    const parts = [...groupBy(accounts, partition.rootOf).values()];
    if (parts.length < 2) continue;
    const contradicted = parts.filter((part) => isContradicted(part, accounts, against));
    const standing = parts.filter((part) => !contradicted.includes(part));
    const core = standing.length > 0 ? standing.flat() : anchorOf(contradicted);
    for (const part of contradicted) if (part !== core) for (const { id } of part) freed.add(id);
    joinAll(partition, core);
  }
  return freed;
}

function isContradicted(
  part: readonly AccountEvidence[],
  accounts: readonly AccountEvidence[],
  against: ReadonlyMap<string, readonly Block[]>,
): boolean {
  const rest = new Set(accounts.filter((account) => !part.includes(account)).map(({ id }) => id));
  return part.some(({ id }) => against.get(id)?.some((block) => block.accounts.some((other) => rest.has(other.id))));
}

/** The part that the person was made for; else the one that was linked first. */
function anchorOf(parts: readonly (readonly AccountEvidence[])[]): readonly AccountEvidence[] {
  const rank = (part: readonly AccountEvidence[]): [number, number, string] => [
    part.some(({ link }) => link?.rule === 'NEW_PERSON') ? 0 : 1,
    Math.min(...part.map(({ linkedSince }) => linkedSince ?? Infinity)),
    part.map(({ id }) => id).toSorted()[0] ?? '',
  ];
  const ranked = parts.map((part) => ({ part, rank: rank(part) }));
  ranked.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.rank[2] < b.rank[2] ? -1 : 1));
  return ranked[0]?.part ?? [];
}
