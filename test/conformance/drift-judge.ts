import { isDeepStrictEqual } from 'node:util';
import type { SourceRecord } from '../../src/contract/records.ts';
import { findListing, noSignal, type Trial } from './bench.ts';
import { getAt, type Path } from './json-walk.ts';
import { judgeRecord } from './record-rules.ts';
import { byKey, keyOf, type Specimen } from './specimen.ts';

/** The entries beside the changed one are as before, and nothing new came; but for roles, which many entries may tell of. */
export function judgeOthers({ place, own }: Specimen, { page }: Trial, allowNew = false): readonly string[] {
  if (page === undefined) return [];
  const [before, after, ownKeys] = [byKey(place.page.records), byKey(page.records), new Set(own.map(keyOf))];
  const failures: string[] = [];
  for (const [key, record] of before) {
    if (record.kind !== 'role' && !ownKeys.has(key) && !isDeepStrictEqual(after.get(key), record))
      failures.push(`another record (${key}) changed or vanished`);
  }
  for (const [key, record] of after) {
    if (!before.has(key) && record.kind !== 'role' && !allowNew) failures.push(`a record was made up (${key})`);
    failures.push(...judgeRecord(record).map((failure) => `breaks a rule: ${failure}`));
  }
  return [...new Set(failures)].slice(0, 3);
}

/** Neither under its key, nor under another, nor rejected, nor asked for alone by the next page. */
export async function isLost({ bench, place, main }: Specimen, { page }: Trial): Promise<boolean> {
  const count = (records: readonly SourceRecord[] = []): number => records.filter(({ kind }) => kind === main.kind).length;
  if (count(page?.records) >= count(place.page.records) || (page?.rejected.length ?? 0) > place.page.rejected.length) return false;
  if (page == null || page.next === null || page.next === place.page.next) return true;
  await using session = await bench.open();
  await session.adapter.describe(noSignal());
  const next = await findListing(session.adapter, place.listing).page(page.next, noSignal());
  return !next.records.some((record) => keyOf(record) === keyOf(main));
}

export function getList(answer: unknown, list: Path): readonly unknown[] {
  const found = getAt(answer, list);
  return Array.isArray(found) ? found : [];
}
