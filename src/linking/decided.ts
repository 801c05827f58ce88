import type { AccountEvidence, Evidence } from '../model/link-evidence.ts';
import { groupBy, type Partition } from './partition.ts';

/** Accounts by the person whom they are linked to now. */
export function accountsByUser(evidence: Evidence): ReadonlyMap<string, readonly AccountEvidence[]> {
  return groupBy(evidence.accounts.values(), linkedUser);
}

export const linkedUser = ({ link }: AccountEvidence): string | undefined =>
  link?.state === 'LINKED_AUTO' || link?.state === 'LINKED_MANUAL' ? link.userId : undefined;

/**
 * A person whose accounts stay together whatever is found: somebody decided about one of them, or one came or changed after the first seal of its
 * service. Only what first seals alone have put together is weighed anew when the first seal of another service has more to say.
 */
export const isFirm = (accounts: readonly AccountEvidence[]): boolean =>
  accounts.some(({ original, link }) => !original || link?.state === 'LINKED_MANUAL');

export const isByHand = (accounts: readonly AccountEvidence[]): boolean => accounts.some(({ link }) => link?.state === 'LINKED_MANUAL');

/** Whether somebody's decision keeps these two groups apart: a rejected pair, or links by hand to two people. */
export function keptApart(a: readonly AccountEvidence[], b: readonly AccountEvidence[]): boolean {
  return rejects(a, b) || rejects(b, a) || twoByHand(a, b);
}

function rejects(a: readonly AccountEvidence[], b: readonly AccountEvidence[]): boolean {
  return a.some(({ rejected }) => rejected.size > 0 && b.some((account) => rejected.has(linkedUser(account) ?? '')));
}

function twoByHand(a: readonly AccountEvidence[], b: readonly AccountEvidence[]): boolean {
  const [first, second] = [a, b].map((accounts) => accounts.find(({ link }) => link?.state === 'LINKED_MANUAL')?.link?.userId);
  return first !== undefined && second !== undefined && first !== second;
}

export function joinFirm(users: ReadonlyMap<string, readonly AccountEvidence[]>, partition: Partition): void {
  for (const accounts of users.values()) if (isFirm(accounts)) joinAll(partition, accounts);
}

export function joinAll(partition: Partition, accounts: readonly AccountEvidence[]): void {
  const [first, ...others] = accounts;
  for (const account of others) if (first !== undefined) partition.join(first, account);
}
