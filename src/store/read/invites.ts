import { sql } from 'kysely';
import type { InviteStatus } from '../../contract/records.ts';
import { emailKey } from '../../model/email-key.ts';
import type { RecordKey } from '../../model/views.ts';
import { recordColumns, type RecordRow } from './records.ts';
import { allOf, askTexts, listOf, live, ofServices, rowsOf, storable, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

const inviteOrder = sql`r.svc, r.key`;

export function listInvites(
  at: Snapshot,
  { email, status }: { readonly email?: string | undefined; readonly status?: InviteStatus | undefined },
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly RecordRow[]> {
  const conditions = [
    live(at, 'r'),
    ofServices(at.svcs, 'r'),
    ...(email === undefined ? [] : [sentTo(email)]),
    ...(status === undefined ? [] : [sql`r.status = ${status}`]),
    ...(after === undefined ? [] : [sql`(${inviteOrder}) > (${after.svc}, ${after.key})`]),
  ];
  return rowsOf<RecordRow>(at, sql`select ${recordColumns('r')} from invite r where ${allOf(conditions)} order by ${inviteOrder} limit ${limit}`);
}

/** An address without a key equals only its own spelling. */
function sentTo(email: string): Fragment {
  const key = emailKey(email);
  if (key !== undefined) return sql`r.exact = ${key.exact}`;
  return storable(email) ? sql`r.exact is null and r.address = ${email}` : sql`1 = 0`;
}

/** @param exact keys of addresses. */
export function invitesTo(at: Snapshot, exact: readonly string[]): Promise<readonly (RecordRow & { readonly exact: string })[]> {
  return askTexts(exact, (keys) =>
    rowsOf(
      at,
      sql`select r.exact, ${recordColumns('r')} from invite r
        where ${allOf([sql`r.exact in (${listOf(keys)})`, live(at, 'r'), ofServices(at.svcs, 'r')])} order by ${inviteOrder}`,
    ),
  );
}
