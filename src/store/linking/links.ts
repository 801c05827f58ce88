import type { Insertable } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { openRev, type LinkTable } from '../tables.ts';
import { askAll, askKeys, insertAll } from './batches.ts';

/** A version of a link, not yet stored. */
export type LinkRow = Omit<Insertable<LinkTable>, 'user_number' | 'from_rev' | 'to_rev'>;

/** Ends what stands of these accounts, and writes `rows` as what holds from `rev` on. */
export async function replaceLinks(trx: Db, accounts: readonly RecordKey[], rows: readonly LinkRow[], rev: number): Promise<void> {
  await askKeys(accounts, async (svc, keys) => {
    await trx.updateTable('link').set({ to_rev: rev }).where('svc', '=', svc).where('key', 'in', keys).where('to_rev', '=', openRev).execute();
    return [];
  });
  const numbers = await numberPeople(trx, new Set(rows.flatMap(({ user_id }) => user_id ?? [])));
  const versions = rows.map((row) => ({ ...row, user_number: numbers.get(row.user_id ?? '') ?? null, from_rev: rev, to_rev: openRev }));
  await insertAll(versions, (batch) => trx.insertInto('link').values(batch).execute());
}

/** The numbers of people, new ones for those that had none. */
async function numberPeople(trx: Db, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const known = await askAll(ids, (batch) => trx.selectFrom('person_number').selectAll().where('id', 'in', batch).execute());
  const numbers = new Map(known.map(({ id, number }) => [id, number]));
  const missing = [...ids].filter((id) => !numbers.has(id)).map((id) => ({ id }));
  await insertAll(missing, async (batch) => {
    for (const { id, number } of await trx.insertInto('person_number').values(batch).returningAll().execute()) numbers.set(id, number);
  });
  return numbers;
}
