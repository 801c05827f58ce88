import type { EmailProof } from '../contract/records.ts';
import type { ServiceView } from '../model/views.ts';
import type { EmailRow } from '../store/read/emails.ts';
import { proofCounts } from './email-proof.ts';
import type { Ambiguous } from './view.ts';

/**
 * Who is meant by an address: of the people whose living accounts carry it, those for whom a proof counts; without any, whoever is the only one.
 * An address that only tombstones carry still names its leaver.
 */
export function holderOf(rows: readonly EmailRow[], services: readonly ServiceView[]): string | Ambiguous | undefined {
  const holding = livingFirst(rows);
  const proven = holding.filter((row) => isProven(row, services));
  return theOnly((proven.length > 0 ? proven : holding).map(({ user_id }) => user_id));
}

/** Those that are not gone, or everybody when all are. */
export function livingFirst<Row extends { readonly status: string }>(rows: readonly Row[]): readonly Row[] {
  const living = rows.filter(({ status }) => status !== 'DELETED');
  return living.length > 0 ? living : rows;
}

export function theOnly(userIds: readonly string[]): string | Ambiguous | undefined {
  const distinct = new Set(userIds);
  return distinct.size > 1 ? { ambiguous: distinct.size } : userIds[0];
}

/** Whether the service's word on the address counts. */
export function isProven({ svc, proof, exact }: EmailRow, services: readonly ServiceView[]): boolean {
  const service = services.find((each) => each.svc === svc);
  // Without a key the address is no evidence.
  if (service === undefined || exact === null) return false;
  const domain = exact.slice(exact.lastIndexOf('@') + 1);
  return proofCounts(proof as EmailProof, service.emailTrust, service.managedDomains.includes(domain));
}
