import type { SourceRecord } from '../../contract/records.ts';
import type { StoreConnection } from '../open.ts';
import { openRev } from '../tables.ts';

/** The roles of a service, as they are now. */
export async function knownRoles({ read }: StoreConnection, svc: number): Promise<readonly SourceRecord[]> {
  const rows = await read.selectFrom('role').select('data').where('svc', '=', svc).where('to_rev', '=', openRev).execute();
  return rows.map(({ data }) => JSON.parse(data) as SourceRecord);
}
