import { sql } from 'kysely';
import type { CredentialKind } from '../../contract/records.ts';
import type { CredentialFilter, RecordKey } from '../../model/views.ts';
import { linked, links } from './accounts.ts';
import { firstOfEach, type OfParent } from './each-parent.ts';
import { heirsOf } from './people.ts';
import { recordColumns, type RecordRow } from './records.ts';
import { allOf, askTexts, listOf, live, ofServices, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

const credentialOrder = sql`c.svc, c.key`;

/** Conditions on the credential `c`, revision and services included. */
const conditionsOf = (at: Snapshot, kinds: readonly CredentialKind[] | undefined, after: RecordKey | undefined): readonly Fragment[] => [
  live(at, 'c'),
  ofServices(at.svcs, 'c'),
  ...(kinds === undefined ? [] : [kinds.length === 0 ? sql`1 = 0` : sql`c.credential_kind in (${listOf(kinds)})`]),
  ...(after === undefined ? [] : [sql`(${credentialOrder}) > (${after.svc}, ${after.key})`]),
];

export function listCredentials(
  at: Snapshot,
  { kinds, userId, expiresBefore, unusedSince }: Omit<CredentialFilter, 'services'>,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly RecordRow[]> {
  const conditions = [
    ...conditionsOf(at, kinds, after),
    ...(userId === undefined
      ? []
      : [sql`(c.svc, c.identity_key) in (select l.svc, l.key from ${links(at)} where ${linked(at)} and l.user_id in (${heirsOf(at, userId)}))`]),
    ...(expiresBefore === undefined ? [] : [sql`c.expires_at < ${expiresBefore}`]),
    ...(unusedSince === undefined ? [] : [sql`c.last_used_at < ${unusedSince}`]),
  ];
  return rowsOf<RecordRow>(
    at,
    sql`select ${recordColumns('c')} from credential c where ${allOf(conditions)} order by ${credentialOrder} limit ${limit}`,
  );
}

/** Of the people's accounts; `parent` is the person's id. */
export function credentialsOfPeople(
  at: Snapshot,
  userIds: readonly string[],
  kinds: readonly CredentialKind[] | undefined,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly OfParent<RecordRow>[]> {
  return askTexts(userIds, (ids) =>
    firstOfEach<RecordRow>(at, {
      ctes: sql`account(user_id, svc, key) as (select l.user_id, l.svc, l.key from ${links(at)} where ${linked(at)} and l.user_id in (${listOf(ids)}))`,
      parent: sql`a.user_id`,
      columns: recordColumns('c'),
      of: sql`account a`,
      rows: sql`credential c`,
      where: allOf([sql`c.svc = a.svc and c.identity_key = a.key`, ...conditionsOf(at, kinds, after)]),
      order: credentialOrder,
      limit,
    }),
  );
}
