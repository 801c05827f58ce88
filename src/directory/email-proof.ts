import type { EmailTrust } from '../contract/adapter.ts';
import { emailProofs, type EmailProof } from '../contract/records.ts';

/** Whether an address tells who its account's person is, by what the service says of it and how far the service is trusted in that. */
export function proofCounts(proof: EmailProof, trust: EmailTrust, inManagedDomain: boolean): boolean {
  if (trust === 'NEVER' || proof === 'UNVERIFIED') return false;
  if (proof === 'VERIFIED' || trust === 'ALWAYS') return true;
  return trust === 'MANAGED_DOMAINS' && inManagedDomain;
}

/** A denial outweighs no word. */
export const strongerProof = (a: EmailProof, b: EmailProof): EmailProof => (emailProofs.indexOf(a) <= emailProofs.indexOf(b) ? a : b);
