import type { RecordKey } from '../../model/views.ts';

// Well below SQLite's 32,766 parameters a statement, and few enough sizes for the statement cache to be of use.
const keysPerStatement = 500;
const rowsPerStatement = 500;

/** Runs a query for many values, a statement a batch. */
export async function askAll<V, R>(values: Iterable<V>, ask: (batch: V[]) => Promise<readonly R[]>): Promise<R[]> {
  const all = [...values];
  const rows: R[] = [];
  for (let start = 0; start < all.length; start += keysPerStatement) {
    for (const row of await ask(all.slice(start, start + keysPerStatement))) rows.push(row);
  }
  return rows;
}

/** Runs a query for many keys, service by service: row values in an IN list are not portable. */
export async function askKeys<R>(keys: readonly RecordKey[], ask: (svc: number, keys: string[]) => Promise<readonly R[]>): Promise<R[]> {
  const bySvc = new Map<number, string[]>();
  for (const { svc, key } of keys) {
    const known = bySvc.get(svc);
    if (known === undefined) bySvc.set(svc, [key]);
    else known.push(key);
  }
  const rows: R[] = [];
  for (const [svc, own] of bySvc) for (const row of await askAll(own, (batch) => ask(svc, batch))) rows.push(row);
  return rows;
}

export async function insertAll<R>(rows: readonly R[], insert: (batch: R[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerStatement) await insert(rows.slice(start, start + rowsPerStatement));
}

export function parseKey(id: string): RecordKey {
  const slash = id.indexOf('/');
  return { svc: Number(id.slice(0, slash)), key: id.slice(slash + 1) };
}
