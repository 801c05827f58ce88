import { isDeepStrictEqual } from 'node:util';
import { AdapterError } from '../../src/contract/errors.ts';
import { findPlaces, nameError, placeName, tryPage, type Bench, type ReadPage, type Trial } from './bench.ts';
import type { Check } from './check.ts';
import { rows, type Expectation, type Row } from './rows.ts';
import { findLeak, findSecrets, judgeError } from './secrets.ts';

/** A row at the first, middle and last page of every listing; at each end of a page's calls. */
async function runRow(bench: Bench, row: Row): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const place of findPlaces(bench)) {
    for (const skip of new Set([0, place.exchanges.length - 1])) {
      const { effect, times, limits, maxBytes } = row;
      const trial = await tryPage(
        bench,
        place,
        { effect, skip, ...(times && { times }) },
        { ...(limits && { limits }), ...(maxBytes && { maxBytes }) },
      );
      const at = `${placeName(place)}${skip > 0 ? `, call ${skip + 1}` : ''}`;
      if (trial.unfired) failures.push(`${at}: the fault never happened`);
      else failures.push(...judge(bench, place, skip, trial, row.expect).map((failure) => `${at}: ${failure}`));
    }
  }
  return failures;
}

function judge(bench: Bench, place: ReadPage, skip: number, { page, error }: Trial, expect: Expectation): readonly string[] {
  const secrets = findSecrets(bench);
  if (page === undefined) {
    const found = judgeError(error, secrets);
    if (found.length > 0) return found;
    const expected = expect.codes?.join(' or ') ?? 'the same page as without it';
    return error instanceof AdapterError && expect.codes?.includes(error.code) ? [] : [`ended with ${nameError(error)} instead of ${expected}`];
  }
  const leak = findLeak(page, secrets);
  if (leak !== undefined) return [`a secret (${leak}) in the page`];
  if (expect.same) return isDeepStrictEqual(page, place.page) ? [] : ['the page is another than without the fault'];
  if (expect.goneBelow && isBelow(bench, place) && page.records.length === 0) return [];
  if (expect.emptyList && Array.isArray(place.exchanges[skip]?.response.body) && page.records.length === 0) return [];
  return [`went on with ${page.records.length} records (of ${place.page.records.length}) instead of ${expect.codes?.join(' or ')}`];
}

/** Asks for something that hangs on what an earlier page named, and holds no account. */
function isBelow({ baseline }: Bench, place: ReadPage): boolean {
  const first = baseline.pages.find(({ listing }) => listing === place.listing);
  const path = ({ exchanges }: ReadPage): string | undefined => exchanges.at(-1)?.request.path;
  return first !== undefined && path(first) !== path(place) && !place.page.records.some(({ kind }) => kind === 'identity');
}

export const faultChecks: readonly Check[] = rows.map((row) => ({ id: row.id, promise: row.promise, run: (bench) => runRow(bench, row) }));
