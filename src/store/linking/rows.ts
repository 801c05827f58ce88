import type { RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import { askKeys } from './batches.ts';

/** Everything stored about some accounts, as rows. */
export type AccountRows = Awaited<ReturnType<typeof readAccountRows>>;

export async function readAccountRows(db: Db, keys: readonly RecordKey[]) {
  return {
    current: await askKeys(keys, (svc, batch) =>
      db
        .selectFrom('identity')
        .select(['svc', 'key', 'from_rev', 'incarnation', 'account_kind', 'status', 'display_name', 'username', 'last_active_at', 'data'])
        .where('svc', '=', svc)
        .where('key', 'in', batch)
        .where('to_rev', '=', openRev)
        .execute(),
    ),
    earlier: await askKeys(keys, (svc, batch) =>
      db
        .selectFrom('identity')
        .select(['svc', 'key', 'from_rev', 'incarnation', 'account_kind', 'status'])
        .where('svc', '=', svc)
        .where('key', 'in', batch)
        .where('to_rev', '<', openRev)
        .execute(),
    ),
    emails: await askKeys(keys, (svc, batch) => db.selectFrom('email').selectAll().where('svc', '=', svc).where('key', 'in', batch).execute()),
    declarations: await askKeys(keys, (svc, batch) =>
      db.selectFrom('declaration').selectAll().where('svc', '=', svc).where('key', 'in', batch).execute(),
    ),
    links: await askKeys(keys, (svc, batch) =>
      db.selectFrom('link').selectAll().where('svc', '=', svc).where('key', 'in', batch).orderBy('from_rev').execute(),
    ),
    rejections: await askKeys(keys, (svc, batch) =>
      db
        .selectFrom('link_rejection')
        .select(['svc', 'key', 'incarnation', 'user_id'])
        .where('svc', '=', svc)
        .where('key', 'in', batch)
        .where('to_rev', '=', openRev)
        .execute(),
    ),
    cases: await askKeys(keys, (svc, batch) =>
      db.selectFrom('match_case').selectAll().where('svc', '=', svc).where('key', 'in', batch).where('to_rev', '=', openRev).execute(),
    ),
  };
}
