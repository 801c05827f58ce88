import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import type { WeighedAddress } from './addresses.ts';
import { areCompatible, groupsOf, tieCompatible, toBlock, type Tied } from './compatible.ts';
import type { Keyring } from './keyring.ts';
import { groupBy, type Partition } from './partition.ts';
import { managedMailbox } from './proof.ts';
import type { Block, Tie } from './tie.ts';

/**
 * Within our own domains a +tag and a second domain name the same mailbox. Who holds the bare mailbox is joined by who holds a variant of it, unless
 * that would give one person two live accounts of one instance: such a pair waits for a person's decision.
 * @param leftOut ids of accounts that addresses could not tie without contradiction
 */
export function tieByMailbox(
  weighed: readonly WeighedAddress[],
  leftOut: ReadonlySet<string>,
  evidence: Evidence,
  ring: Keyring,
  partition: Partition,
): Tied {
  const wanted: Tie[] = [];
  const blocks: Block[] = [];
  const held = weighed.flatMap(({ exact, verdict, holders }) =>
    holders.map((holder) => ({ mailbox: mailboxOf(exact, holder, evidence, ring), exact, verdict, holder })),
  );
  for (const [mailbox, spellings] of groupBy(held, (each) => each.mailbox)) {
    const variants = spellings.filter(({ verdict, holder }) => verdict.state === 'GOOD' && !leftOut.has(holder.id));
    if (variants.length < spellings.length) blocks.push(doubtful(spellings));
    const bare = variants.filter(({ exact }) => exact.lastIndexOf('@') === mailbox.length).map(({ holder }) => holder);
    const all = variants.map(({ holder }) => holder);
    const own = groupsOf(bare, partition);
    if (bare.length === 0) continue;
    if (!areCompatible(own)) {
      blocks.push(toBlock(groupsOf(all, partition), 'MANAGED_EMAIL'));
      continue;
    }
    const tagged = groupsOf(all, partition).filter((group) => !own.includes(group));
    const joining = tagged.filter(
      (group) => tagged.every((other) => other === group || areCompatible([group, other])) && areCompatible([...own, group]),
    );
    if (joining.length < tagged.length) blocks.push(toBlock([...own, ...tagged], 'MANAGED_EMAIL'));
    if (own.length + joining.length < 2) continue;
    const joined = all.filter((holder) => joining.some((group) => group.includes(holder)));
    wanted.push({ rule: 'MANAGED_EMAIL', accounts: [...new Set([...bare, ...joined])] });
  }
  const tied = tieCompatible(wanted, partition);
  return { ...tied, blocks: [...blocks, ...tied.blocks] };
}

function mailboxOf(exact: string, holder: AccountEvidence, { crowdedMailboxes }: Evidence, ring: Keyring): string | undefined {
  const address = ring.addresses.get(exact);
  return address === undefined || crowdedMailboxes.has(address.untagged) ? undefined : managedMailbox(address, ring.serviceOf(holder));
}

function doubtful(spellings: readonly (Pick<WeighedAddress, 'verdict'> & { readonly holder: AccountEvidence })[]): Block {
  const accounts = spellings.map(({ holder }) => holder);
  return { accounts, original: spellings.some(({ verdict }) => verdict.original) || accounts.every(({ original }) => original) };
}
