import type { AccountEvidence, HeldAddress, ServiceEvidence } from '../model/link-evidence.ts';

const domainOf = (exact: string): string => exact.slice(exact.lastIndexOf('@') + 1);

/** Whether the service's word on this address is good enough, whatever the state of the account. */
function isTrusted({ exact, proof }: Pick<HeldAddress, 'exact' | 'proof'>, service: ServiceEvidence): boolean {
  switch (service.emailTrust) {
    case 'NEVER':
      return false;
    case 'VERIFIED_ONLY':
      return proof === 'VERIFIED';
    case 'MANAGED_DOMAINS':
      return proof === 'VERIFIED' || (proof !== 'UNVERIFIED' && service.managedDomains.includes(domainOf(exact)));
    case 'ALWAYS':
      return proof !== 'UNVERIFIED';
  }
}

/** Only a person's active account proves that its holder reads the mailbox. */
export function isProven(account: AccountEvidence, address: Pick<HeldAddress, 'exact' | 'proof'>, service: ServiceEvidence): boolean {
  return account.kind === 'HUMAN' && account.status === 'ACTIVE' && isTrusted(address, service);
}

/** An address that came after the account was linked says nothing about who the account belongs to. */
export const isLate = (account: AccountEvidence, address: HeldAddress): boolean =>
  account.linkedSince !== undefined && address.since > account.linkedSince;

export const isGone = ({ status }: AccountEvidence): boolean => status === 'SUSPENDED' || status === 'DELETED';

/** The local part under which all of our own domains meet, or undefined at a foreign one. */
export function managedMailbox({ untagged }: HeldAddress, service: ServiceEvidence): string | undefined {
  const at = untagged.lastIndexOf('@');
  return service.managedDomains.includes(untagged.slice(at + 1)) ? untagged.slice(0, at) : undefined;
}
