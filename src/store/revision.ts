import type { Instant } from '../contract/records.ts';
import type { Db } from './open.ts';

/**
 * Waits until no other transaction holds or takes a revision. Whoever needs the state of the store to stay as read until commit calls it first:
 * on PostgreSQL it locks one row, on SQLite it takes the write lock.
 */
export async function lockRevisions(trx: Db): Promise<void> {
  await trx
    .updateTable('meta')
    .set((e) => ({ value: e.ref('value') }))
    .where('name', '=', 'generation')
    .execute();
}

/** Takes the next revision of the store. Revisions commit in their order, because each waits for the one before. */
export async function nextRevision(trx: Db, cause: string, now: Instant): Promise<number> {
  await lockRevisions(trx);
  const { last } = await trx
    .selectFrom('revision')
    .select((e) => e.fn.max('rev').as('last'))
    .executeTakeFirstOrThrow();
  const rev = last + 1;
  await trx.insertInto('revision').values({ rev, at: now, cause }).execute();
  return rev;
}

export interface LazyRevision {
  /** Takes a revision the first time. */
  get(): Promise<number>;
  taken(): number | undefined;
}

/** A revision that is only taken when there is something to write. */
export function lazyRevision(trx: Db, cause: string, now: Instant): LazyRevision {
  let revision: number | undefined;
  return {
    get: async () => (revision ??= await nextRevision(trx, cause, now)),
    taken: () => revision,
  };
}
