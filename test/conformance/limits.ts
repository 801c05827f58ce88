import { AdapterError } from '../../src/contract/errors.ts';
import type { Effect } from '../../src/sandbox/faults.ts';
import { findPlaces, nameError, placeName, tryPage, type Bench, type ReadPage } from './bench.ts';
import type { Check } from './check.ts';

interface Spelling {
  readonly name: string;
  /** Headers of the refusal, by the session's time. */
  headers(now: number): Readonly<Record<string, string>>;
  /** undefined: the service did not say. */
  readonly waitMs: number | undefined;
}

const httpDate = (instant: number): string => new Date(instant).toUTCString();
const second = 1_000;

const spellings: readonly Spelling[] = [
  { name: 'Retry-After: 0', headers: () => ({ 'retry-after': '0' }), waitMs: 0 },
  { name: 'Retry-After: 1', headers: () => ({ 'retry-after': '1' }), waitMs: second },
  { name: 'Retry-After: 120', headers: () => ({ 'retry-after': '120' }), waitMs: 120 * second },
  { name: 'Retry-After: 10 days', headers: () => ({ 'retry-after': String(10 * 24 * 3600) }), waitMs: 10 * 24 * 3600 * second },
  {
    name: 'Retry-After as a date',
    // the Date of the answer says what the service takes for now
    headers: (now) => ({ date: httpDate(now), 'retry-after': httpDate(Math.ceil(now / second) * second + 30 * second) }),
    waitMs: 29 * second,
  },
  { name: 'Retry-After: soon', headers: () => ({ 'retry-after': 'soon' }), waitMs: undefined },
  { name: 'nothing', headers: () => ({}), waitMs: undefined },
];

const defaultWaitMs = 60 * second;
/** Clocks tick in whole milliseconds, and dates in seconds. */
const toleranceMs = 2;

/** A 429 on a place, by both tempers of the transport. */
async function tryLimit(bench: Bench, place: ReadPage, name: string, effect: Effect, waitMs: number): Promise<readonly string[]> {
  const failures: string[] = [];
  const skip = place.exchanges.length - 1;
  const patient = await tryPage(bench, place, { effect, skip, times: 1 });
  const live = await tryPage(bench, place, { effect, skip, times: 1 }, { temper: 'live' });
  if (patient.unfired || live.unfired) return [`${name}: the fault never happened`];

  const [refused, again] = patient.exchanges.slice(skip);
  const waited = refused && again ? again.at - refused.at : undefined;
  if (waited !== undefined && waited < waitMs - toleranceMs) failures.push(`${name}: asked again after ${waited} ms instead of ${waitMs}`);
  if (patient.error === undefined && waited === undefined) failures.push(`${name}: went on as if nothing was refused`);
  if (patient.error !== undefined) failures.push(...judgeRefusal(name, patient.error, waitMs));

  if (live.error === undefined) failures.push(`${name}: a live read went on as if nothing was refused`);
  else failures.push(...judgeRefusal(`${name}, live`, live.error, waitMs));
  if (live.exchanges.length > skip + 1) failures.push(`${name}: a live read asked again`);
  return failures;
}

function judgeRefusal(name: string, error: unknown, waitMs: number): readonly string[] {
  if (!(error instanceof AdapterError) || error.code !== 'RATE_LIMITED') return [`${name}: ended with ${nameError(error)} instead of RATE_LIMITED`];
  if (error.retryAfterMs === undefined || error.retryAfterMs < waitMs - toleranceMs) {
    return [`${name}: says again in ${error.retryAfterMs} ms instead of ${waitMs}`];
  }
  return [];
}

export const limitChecks: readonly Check[] = [
  {
    id: 'P6 limits',
    promise: 'whatever the spelling of "too many requests", no call comes before its time',
    async run(bench) {
      const unsaid = bench.subject.definition.manners.limitedWaitMs ?? defaultWaitMs;
      const failures: string[] = [];
      for (const [index, place] of findPlaces(bench).entries()) {
        for (const { name, headers, waitMs = unsaid } of index === 0 ? spellings : spellings.slice(1, 2)) {
          // dates are worked out when the refusal goes out, by the clock that every session starts from
          const effect: Effect = { alter: () => ({ status: 429, headers: headers(startOfSessions), body: null }) };
          failures.push(...(await tryLimit(bench, place, `${placeName(place)}: ${name}`, effect, waitMs)));
        }
        for (const retryAfterSeconds of [7, undefined]) {
          const effect: Effect = { refuse: { kind: 'rate-limited', retryAfterSeconds } };
          const waitMs = retryAfterSeconds === undefined ? Math.min(unsaid, second) : retryAfterSeconds * second;
          failures.push(...(await tryLimit(bench, place, `${placeName(place)}: the service's own refusal`, effect, waitMs)));
        }
      }
      return failures;
    },
  },
];

/** Where the virtual clock of test/http/support.ts begins. */
const startOfSessions = Date.parse('2026-11-22T08:00:00Z');
