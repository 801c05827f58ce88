import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import type { WeighedAddress } from './addresses.ts';
import type { Keyring } from './keyring.ts';
import { byId, groupBy, type Partition } from './partition.ts';
import type { Block, Doubt } from './tie.ts';
import type { Owners } from './owners.ts';

export interface DoubtsInput {
  readonly evidence: Evidence;
  readonly ring: Keyring;
  readonly weighed: readonly WeighedAddress[];
  /** The groups as they end up. */
  readonly partition: Partition;
  readonly owners: Pick<Owners, 'of'>;
}

/** Accounts whose proven address is no evidence of whose they are, and that nothing else ties. */
export function addressConflicts({ weighed, ring, partition, evidence }: Omit<DoubtsInput, 'owners'>): readonly Doubt[] {
  return weighed.flatMap(({ exact, verdict }) => {
    const others = [...(ring.holders.get(exact) ?? []), ...(ring.former.get(exact) ?? []).map(({ account }) => account)];
    return [...verdict.doubtful].flatMap((id): readonly Doubt[] => {
      const account = evidence.accounts.get(id);
      if (account === undefined || partition.members(partition.rootOf(account)).length > 1) return [];
      const shared = verdict.state === 'AMBIGUOUS';
      return [
        {
          account,
          reason: shared ? 'AMBIGUOUS_ADDRESS' : 'REUSED_ADDRESS',
          others: others.filter((other) => other !== account),
          rule: 'PROVEN_EMAIL',
          confidence: 0.3,
          evidence: 'same proven address',
          against: [
            shared ? `more than one account in ${ring.serviceOf(account).name} has the address` : 'the address belonged to another account before',
          ],
        },
      ];
    });
  });
}

/** Groups that would be one person, were it not for a second account in one instance or somebody's decision. */
export function clashes(blocks: readonly Block[], { partition }: Pick<DoubtsInput, 'partition'>): readonly Doubt[] {
  return blocks.flatMap(({ accounts, clash }): readonly Doubt[] => {
    if (clash === undefined) return [];
    const groups = [...groupBy(accounts, partition.rootOf).keys()].map((root) => partition.members(root).toSorted(byId));
    groups.sort((a, b) => b.length - a.length || ((a[0]?.id ?? '') < (b[0]?.id ?? '') ? -1 : 1));
    const [main = [], ...rest] = groups;
    return rest.flatMap((group) => {
      const account = group.find((member) => accounts.includes(member)) ?? group[0];
      return account === undefined
        ? []
        : {
            account,
            reason: group.length === 1 ? ('SECOND_ACCOUNT' as const) : ('TWO_PEOPLE' as const),
            others: main,
            rule: clash,
            confidence: 0.7,
            evidence: clashEvidence[clash],
            against: [],
          };
    });
  });
}

const clashEvidence = {
  DECLARED: 'accounts name each other',
  PROVEN_EMAIL: 'same proven address',
  MANAGED_EMAIL: 'same mailbox within our domains',
} as const;

/** Who took up an address after having been linked: the new address ties nothing by itself. */
export function changedAddresses({ weighed, ring, partition, owners }: DoubtsInput): readonly Doubt[] {
  return weighed.flatMap(({ exact }) => {
    const holders = ring.holders.get(exact) ?? [];
    const tying = ring.tying.get(exact) ?? [];
    return holders.flatMap((late) => {
      const others = tying.includes(late) ? [] : holders.filter((other) => !partition.together(late, other));
      const free = others.filter((other) => !owners.of.has(other.id) && tying.includes(other));
      return [...(others.length > 0 ? [changed(late, others)] : []), ...free.map((other) => changed(other, [late]))];
    });
  });
}

const changed = (account: AccountEvidence, others: readonly AccountEvidence[]): Doubt => ({
  account,
  reason: 'ADDRESS_CHANGED',
  others,
  rule: 'PROVEN_EMAIL',
  confidence: 0.5,
  evidence: 'same proven address',
  against: ['one of the accounts had another address when it was linked'],
});

/** Accounts that stand alone and share an address with others, proven by one of them at most. */
export function sharedUnproven({ evidence, ring, weighed, partition, owners }: DoubtsInput, settled: ReadonlySet<string>): readonly Doubt[] {
  const bad = new Set(weighed.filter(({ verdict }) => verdict.state !== 'GOOD').map(({ exact }) => exact));
  const held = [...evidence.accounts.values()].flatMap((account) =>
    account.kind === 'HUMAN' && account.status !== 'DELETED'
      ? account.addresses.flatMap(({ exact, until }) =>
          until === undefined && !bad.has(exact) && !evidence.crowded.has(exact) ? { exact, account } : [],
        )
      : [],
  );
  return [...groupBy(held, ({ exact }) => exact)].flatMap(([exact, sharing]) => {
    const proven = ring.holders.get(exact) ?? [];
    return sharing.flatMap(({ account }): readonly Doubt[] => {
      if (settled.has(account.id) || partition.members(partition.rootOf(account)).length > 1) return [];
      const others = sharing.map((other) => other.account).filter((other) => other !== account && isCandidate(account, other));
      if (others.length === 0) return [];
      const oneProven = proven.length > 0;
      return [
        {
          account,
          reason: 'SUGGESTION',
          others,
          rule: 'UNPROVEN_EMAIL',
          confidence: oneProven ? 0.6 : 0.4,
          evidence: 'same address',
          against: [oneProven ? 'the address is proven on one side only' : 'the address is not proven'],
        },
      ];
    });

    /** Of two people with one account each, the younger one gets the case. */
    function isCandidate(account: AccountEvidence, other: AccountEvidence): boolean {
      if (partition.together(account, other) || (proven.includes(account) && proven.includes(other))) return false;
      const [own, theirs] = [owners.of.get(account.id), owners.of.get(other.id)];
      if (theirs === undefined) return false;
      return own === undefined || partition.members(partition.rootOf(other)).length > 1 || own > theirs;
    }
  });
}
