import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import { tieCompatible, type Tied } from './compatible.ts';
import { weighAddress, type Keyring, type Verdict } from './keyring.ts';
import type { Partition } from './partition.ts';
import type { Block, Tie } from './tie.ts';

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

/** Ties the holders of every address that names one person. */
export function tieByAddress(weighed: readonly WeighedAddress[], partition: Partition): Tied {
  const shared = weighed.filter(({ holders }) => holders.length > 1);
  const wanted = shared.flatMap(({ verdict, holders }): readonly Tie[] =>
    verdict.state === 'GOOD' ? [{ rule: 'PROVEN_EMAIL', accounts: holders }] : [],
  );
  const doubtful = shared.flatMap(({ verdict, holders }): readonly Block[] =>
    verdict.state === 'GOOD' ? [] : [{ accounts: holders, original: verdict.original }],
  );
  const tied = tieCompatible(wanted, partition);
  return { ...tied, blocks: [...doubtful, ...tied.blocks] };
}
