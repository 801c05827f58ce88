import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import { askAll } from './batches.ts';

/** Who took the place of retired people, step by step. */
export async function readHeirs(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const heirs = new Map<string, string>();
  const asked = new Set(ids);
  for (let next = [...asked]; next.length > 0;) {
    const rows = await askAll(next, (batch) =>
      db.selectFrom('retired_person').select(['id', 'into_id']).where('id', 'in', batch).where('to_rev', '=', openRev).execute(),
    );
    for (const { id, into_id } of rows) heirs.set(id, into_id);
    next = rows.map(({ into_id }) => into_id).filter((id) => !asked.has(id) && asked.add(id));
  }
  return heirs;
}

/** The living person in the place of a retired one. */
export function livingId(id: string, heirs: ReadonlyMap<string, string>): string {
  let living = id;
  for (let heir = heirs.get(living); heir !== undefined; heir = heirs.get(living)) living = heir;
  return living;
}
