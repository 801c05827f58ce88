import { isDeepStrictEqual } from 'node:util';
import type { Page } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import { findPlaces, nameError, placeName, tryPage, type Bench, type ReadPage, type Trial } from './bench.ts';
import type { Check } from './check.ts';
import { bareLists, emptyAnswers, optionalListings } from './exceptions.ts';
import { parseBody } from './json-walk.ts';
import { rows, textOf, type Expectation, type Row } from './rows.ts';
import { findLeak, findSecrets, judgeError } from './secrets.ts';
import { byKey, keyOf } from './specimen.ts';

/** A row at the first, middle and last page of every listing; at each end of a page's calls. */
async function runRow(bench: Bench, row: Row): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const place of findPlaces(bench)) {
    const last = place.exchanges.length - 1;
    for (const skip of new Set(row.slow ? [last] : [0, last])) {
      const { effect, times, limits, maxBytes } = row;
      const expect = fairly(bench, row);
      const attempt = (patience: number): Promise<Trial> =>
        tryPage(
          bench,
          place,
          { effect, skip, ...(times && { times }) },
          { ...(limits && { limits: row.slow ? stretch(limits, patience) : limits }), ...(maxBytes && { maxBytes }) },
        );
      // On a busy machine an honest answer can be later than a short limit allows: then the fault is not reached, and more patience is needed.
      let trial = await attempt(1);
      for (const patience of row.slow ? [5, 20] : []) if (trial.unfired) trial = await attempt(patience);
      const at = `${placeName(place)}${skip > 0 ? `, call ${skip + 1}` : ''}`;
      if (trial.unfired) failures.push(`${at}: the fault never happened`);
      else failures.push(...judge(bench, place, skip, trial, expect).map((failure) => `${at}: ${failure}`));
    }
  }
  return failures;
}

const stretch = (limits: NonNullable<Row['limits']>, factor: number): NonNullable<Row['limits']> => ({
  ...limits,
  ...(limits.syncHeadersMs && { syncHeadersMs: limits.syncHeadersMs * factor }),
  ...(limits.syncDeadlineMs && { syncDeadlineMs: limits.syncDeadlineMs * factor }),
});

/** A service may say "too many requests" with a status of its own: its manners know. */
function fairly(bench: Bench, { effect, expect }: Row): Expectation {
  if (!('respond' in effect)) return expect;
  const { status, headers = {} } = effect.respond;
  const text = textOf(effect.respond);
  const limited = bench.subject.definition.manners.limited?.({ status, headers, text, json: () => parseBody(effect.respond) });
  return limited === undefined || expect.same ? expect : { codes: ['RATE_LIMITED'] };
}

function judge(bench: Bench, place: ReadPage, skip: number, trial: Trial, expect: Expectation): readonly string[] {
  const { page, error } = trial;
  const secrets = findSecrets(bench);
  if (page === undefined) {
    const found = judgeError(error, secrets);
    if (found.length > 0) return found;
    const expected = expect.codes?.join(' or ') ?? 'the same page as without it';
    // some services say 401 for a missing right, too
    const unclear =
      expect.rejected && trial.exchanges.at(-1)?.response.status === 401 && error instanceof AdapterError && error.code === 'AUTH_FAILED';
    return unclear || (error instanceof AdapterError && expect.codes?.includes(error.code))
      ? []
      : [`ended with ${nameError(error)} instead of ${expected}`];
  }
  const leak = findLeak(page, secrets);
  if (leak !== undefined) return [`a secret (${leak}) in the page`];
  if (expect.same) return isDeepStrictEqual(page, place.page) ? [] : ['the page is another than without the fault'];
  const fewer = isPartOf(page, place.page);
  if (expect.goneBelow && fewer && (isOptional(bench, place) || isBelow(bench, place, skip) || isSaid(page, place.page))) return [];
  if (expect.rejected && fewer && isSaid(page, place.page)) return [];
  const bare = bareLists.has(bench.subject.type);
  if (expect.nothing && fewer && isLeftOut(bench, place)) return [];
  if (expect.list && (bare || (fewer && Array.isArray(parseBody(place.exchanges[skip]?.response))))) return [];
  return [`went on with ${page.records.length} records (of ${place.page.records.length}) instead of ${expect.codes?.join(' or ')}`];
}

const isLeftOut = ({ subject }: Bench, { listing }: ReadPage): boolean =>
  emptyAnswers.some((one) => one.type === subject.type && one.listing === listing);

const isOptional = ({ subject }: Bench, { listing }: ReadPage): boolean =>
  optionalListings.some((one) => one.type === subject.type && one.listing === listing);

/** Nothing changed, nothing new. */
function isPartOf(page: Page, whole: Page): boolean {
  const known = byKey(whole.records);
  return page.records.every((record) => record.kind === 'role' || isDeepStrictEqual(known.get(keyOf(record)), record));
}

/** Kinds of which records are missing are rejected as a whole, so that nothing of them counts as gone. */
function isSaid(page: Page, whole: Page): boolean {
  const there = byKey(page.records);
  const missing = whole.records.filter((record) => record.kind !== 'role' && !there.has(keyOf(record)));
  const said = new Set(page.rejected.filter(({ externalId }) => externalId === undefined).map(({ kind }) => kind));
  return said.size > 0 && missing.every(({ kind }) => said.has(kind) || said.has('identity') || kind === 'membership');
}

/** The call asks for something that hangs on what an earlier call named, and the page holds no account. */
function isBelow({ baseline }: Bench, place: ReadPage, call: number): boolean {
  const first = baseline.pages.find(({ listing, exchanges }) => listing === place.listing && exchanges.length > 0)?.exchanges[0];
  return first?.request.path !== place.exchanges[call]?.request.path && !place.page.records.some(({ kind }) => kind === 'identity');
}

export const faultChecks: readonly Check[] = rows.map((row) => ({ id: row.id, promise: row.promise, run: (bench) => runRow(bench, row) }));
