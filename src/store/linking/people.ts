import type { Selectable } from 'kysely';
import type { Instant } from '../../contract/records.ts';
import type { PersonValues } from '../../model/link-evidence.ts';
import type { Db } from '../open.ts';
import type { LazyRevision } from '../revision.ts';
import { openRev, type PersonTable } from '../tables.ts';
import { askAll, insertAll } from './batches.ts';

/**
 * Brings the people up to what their accounts say now; who did not change keeps the version there is.
 * @param people undefined for a person without any account left: stays, as DELETED.
 * @returns the names, as they are ordered, of the people that changed.
 */
export async function savePeople(
  trx: Db,
  people: ReadonlyMap<string, PersonValues | undefined>,
  retired: Iterable<string>,
  revision: LazyRevision,
  now: Instant,
): Promise<readonly string[]> {
  const merged = [...retired];
  const before = await askAll([...people.keys(), ...merged], (batch) =>
    trx.selectFrom('person').selectAll().where('id', 'in', batch).where('to_rev', '=', openRev).execute(),
  );
  const rows = new Map(before.map((row) => [row.id, row]));
  const ended = merged.filter((id) => rows.has(id));
  const changed: Omit<PersonTable, 'from_rev' | 'to_rev'>[] = [];
  for (const [id, values] of people) {
    const row = rows.get(id);
    const columns = values === undefined ? row && { ...valuesOf(row), status: 'DELETED' } : toColumns(values);
    if (columns === undefined || (row !== undefined && isSame(valuesOf(row), columns))) continue;
    if (row !== undefined) ended.push(id);
    changed.push({ id, ...columns, updated_at: now });
  }
  if (ended.length === 0 && changed.length === 0) return [];
  const rev = await revision.get();
  await askAll(ended, async (batch) => {
    await trx.updateTable('person').set({ to_rev: rev }).where('id', 'in', batch).where('to_rev', '=', openRev).execute();
    return [];
  });
  const versions = changed.map((row) => ({ ...row, from_rev: rev, to_rev: openRev }));
  await insertAll(versions, (batch) => trx.insertInto('person').values(batch).execute());
  return changed.map(({ sort_name }) => sort_name);
}

type Columns = Omit<PersonTable, 'from_rev' | 'to_rev' | 'id' | 'updated_at'>;

function valuesOf({
  kind,
  status,
  display_name,
  first_name,
  last_name,
  username,
  primary_email,
  sort_name,
  search_text,
  last_active_at,
}: Selectable<PersonTable>): Columns {
  return { kind, status, display_name, first_name, last_name, username, primary_email, sort_name, search_text, last_active_at };
}

function toColumns(values: PersonValues): Columns {
  return {
    kind: values.kind,
    status: values.status,
    display_name: text(values.displayName),
    first_name: text(values.firstName),
    last_name: text(values.lastName),
    username: text(values.username),
    primary_email: text(values.primaryEmail),
    sort_name: values.sortName,
    search_text: values.searchText,
    last_active_at: values.lastActiveAt ?? null,
  };
}

/** Text that both engines take: PostgreSQL stores neither NUL nor lone surrogates. */
const text = (value: string | undefined): string | null => value?.toWellFormed().replaceAll('\0', '\uFFFD') ?? null;

function isSame(a: Columns, b: Columns): boolean {
  return (Object.keys(b) as (keyof Columns)[]).every((column) => a[column] === b[column]);
}
