import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import { areCompatible, groupsOf, type Tied, type WeighedAddress } from './addresses.ts';
import { joinAll } from './decided.ts';
import type { Keyring } from './keyring.ts';
import { groupBy, type Partition } from './partition.ts';
import { managedMailbox } from './proof.ts';
import type { Block, Tie } from './tie.ts';

/**
 * Within our own domains a +tag and a second domain name the same mailbox. Who holds the bare mailbox is joined by who holds a variant of it, unless
 * that would give one person two live accounts of one instance: such a pair waits for a person's decision.
 */
export function tieByMailbox(weighed: readonly WeighedAddress[], evidence: Evidence, ring: Keyring, partition: Partition): Tied {
  const ties: Tie[] = [];
  const blocks: Block[] = [];
  const held = weighed.flatMap(({ exact, verdict, holders }) =>
    verdict.state === 'GOOD' ? holders.map((holder) => ({ mailbox: mailboxOf(exact, holder, evidence, ring), exact, holder })) : [],
  );
  const mailboxes = groupBy(held, ({ mailbox }) => mailbox);
  for (const mailbox of [...mailboxes.keys()].toSorted()) {
    const variants = mailboxes.get(mailbox) ?? [];
    const bare = variants.filter(({ exact }) => exact.lastIndexOf('@') === mailbox.length).map(({ holder }) => holder);
    const all = variants.map(({ holder }) => holder);
    const own = groupsOf(bare, partition);
    if (bare.length === 0) continue;
    if (!areCompatible(own)) {
      blocks.push(toBlock(groupsOf(all, partition)));
      continue;
    }
    const tagged = groupsOf(all, partition).filter((group) => !own.includes(group));
    const joining = tagged.filter(
      (group) => tagged.every((other) => other === group || areCompatible([group, other])) && areCompatible([...own, group]),
    );
    const apart = tagged.filter((group) => !joining.includes(group));
    if (apart.length > 0) blocks.push(toBlock([...own, ...tagged]));
    if (own.length + joining.length < 2) continue;
    const accounts = [...bare, ...all.filter((holder) => joining.some((group) => group.includes(holder)))];
    ties.push({ rule: 'MANAGED_EMAIL', accounts });
    joinAll(partition, accounts);
  }
  return { ties, blocks };
}

function mailboxOf(exact: string, holder: AccountEvidence, { crowdedMailboxes }: Evidence, ring: Keyring): string | undefined {
  const address = ring.addresses.get(exact);
  return address === undefined || crowdedMailboxes.has(address.untagged) ? undefined : managedMailbox(address, ring.serviceOf(holder));
}

function toBlock(groups: readonly (readonly AccountEvidence[])[]): Block {
  const accounts = groups.flat();
  return { accounts, original: accounts.every(({ original }) => original), clash: 'MANAGED_EMAIL' };
}
