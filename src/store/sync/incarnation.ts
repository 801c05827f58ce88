import type { IdentityRecord } from '../../contract/records.ts';
import { emailKey } from '../../model/email-key.ts';
import { foldName } from '../../model/fold.ts';

export interface EarlierIdentity {
  readonly record: IdentityRecord;
  readonly incarnation: number;
}

// Services round creation times differently from one answer to the next.
const sameCreationMs = 2000;

/**
 * Whether a service has given the external id to somebody else: the time of creation moved, or after an absence both the address and the name differ.
 * A new incarnation inherits no link.
 */
export function isReincarnation({ record: before }: EarlierIdentity, after: IdentityRecord): boolean {
  if (after.status === 'DELETED') return false;
  if (before.createdAt !== undefined && after.createdAt !== undefined) return Math.abs(after.createdAt - before.createdAt) > sameCreationMs;
  if (before.status !== 'DELETED') return false;
  return addressOf(before) !== addressOf(after) && foldName(before.displayName ?? '') !== foldName(after.displayName ?? '');
}

function addressOf(record: IdentityRecord): string | undefined {
  const primary = record.emails.find((email) => email.primary) ?? record.emails[0];
  return primary === undefined ? undefined : (emailKey(primary.address)?.exact ?? primary.address);
}
