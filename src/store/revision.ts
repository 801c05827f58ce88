import type { Instant } from '../contract/records.ts';
import type { Db } from './open.ts';

/**
 * The next number of the store's one counter, taken within a write transaction. Transactions that take one commit in the order of their numbers:
 * who reads up to a revision sees everything before it.
 */
export async function nextRevision(trx: Db, cause: string, now: Instant): Promise<number> {
  // Touching the row is the lock that both engines know.
  await trx
    .updateTable('meta')
    .set((e) => ({ value: e.ref('value') }))
    .where('name', '=', 'generation')
    .execute();
  const { last } = await trx
    .selectFrom('revision')
    .select((e) => e.fn.max('rev').as('last'))
    .executeTakeFirstOrThrow();
  const rev = last + 1;
  await trx.insertInto('revision').values({ rev, at: now, cause }).execute();
  return rev;
}
