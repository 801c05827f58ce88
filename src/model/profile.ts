import type { EmailTrust } from '../contract/adapter.ts';
import type { RecordKind } from '../contract/records.ts';

/** What the configuration and the adapter say of a service; stored beside it, so that the directory needs neither. */
export interface ServiceProfile {
  readonly emailTrust: EmailTrust;
  readonly people: 'source' | 'match';
  readonly managedDomains: readonly string[];
  readonly listings: readonly { readonly name: string; readonly yields: readonly RecordKind[] }[];
  readonly findByEmail: boolean;
}
