import type { EmailTrust } from '../contract/adapter.ts';
import type { CredentialKind, RecordKind } from '../contract/records.ts';

/** What the configuration and the adapter say of a service; stored beside it, so that the directory needs neither. */
export interface ServiceProfile {
  readonly emailTrust: EmailTrust;
  readonly people: 'source' | 'match';
  readonly managedDomains: readonly string[];
  readonly listings: readonly { readonly name: string; readonly yields: readonly RecordKind[]; readonly own?: readonly CredentialKind[] }[];
  readonly findByEmail: boolean;
  readonly passwordPolicy?: boolean;
  readonly countsEvents?: boolean;
}
