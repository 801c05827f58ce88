const secondMs = 1000;
// Beyond a month it is an epoch in the wrong header or a hostile value, and would silence a service until the next start.
const longestWaitMs = 31 * 24 * 3600 * secondMs;
// A number of seconds of this size is a time of day, not a wait; one of `epochMs` size is in milliseconds.
const smallestEpochSeconds = 1e8;
const smallestEpochMs = 1e11;

/**
 * How long a service asks us to wait, out of `Retry-After`, else `X-RateLimit-Reset` / `RateLimit-Reset`.
 * @param now epoch milliseconds, for dates in an answer without `Date`
 * @returns undefined when it does not say, or says nothing readable
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const serviceNow = parseDate(headers['date'] ?? '') ?? now;
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined) return withinBounds(parseSeconds(retryAfter) ?? until(parseDate(retryAfter), serviceNow));
  const resetAt = parseReset(headers, now);
  return resetAt === undefined ? undefined : withinBounds(Math.round(resetAt - now));
}

export interface RateLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Epoch milliseconds by our clock. */
  readonly resetAt: number | undefined;
}

/** What an answer tells about the quota, in either spelling; undefined when it tells nothing. */
export function parseRateLimit(headers: Readonly<Record<string, string>>, now: number): RateLimit | undefined {
  const limit = parseCount(headers['ratelimit-limit'] ?? headers['x-ratelimit-limit']);
  const remaining = parseCount(headers['ratelimit-remaining'] ?? headers['x-ratelimit-remaining']);
  const told = parseReset(headers, now);
  const resetAt = told === undefined || withinBounds(told - now) === undefined ? undefined : told;
  return limit === undefined && remaining === undefined && resetAt === undefined ? undefined : { limit, remaining, resetAt };
}

/** Seconds to wait, epoch seconds, epoch milliseconds or a date: services differ (Twilio Segment sends a date, PagerDuty seconds). */
function parseReset(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const text = headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'] ?? headers['x-rate-limit-reset'];
  if (text === undefined) return undefined;
  const value = parseSeconds(text);
  const serviceNow = parseDate(headers['date'] ?? '') ?? now;
  if (value === undefined) return shift(parseDate(text), now - serviceNow);
  if (value < smallestEpochSeconds * secondMs) return now + value;
  return shift(value < smallestEpochMs * secondMs ? value : value / secondMs, now - serviceNow);
}

const shift = (instant: number | undefined, by: number): number | undefined => (instant === undefined ? undefined : instant + by);
const until = (instant: number | undefined, now: number): number | undefined => shift(instant, -now);
const withinBounds = (ms: number | undefined): number | undefined => (ms !== undefined && ms >= 0 && ms <= longestWaitMs ? ms : undefined);

/** @returns milliseconds */
function parseSeconds(text: string): number | undefined {
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Math.ceil(Number(text) * secondMs) : undefined;
}

function parseCount(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,15})/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

// The three spellings of RFC 9110 §5.6.7, RFC 5322 with an offset, RFC 3339. Date.parse alone also reads "garbage 5" as a date.
const zonedDate =
  /^(?:\w+, )?\d{1,2}[ -]\w{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})$|^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const asctimeDate = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

function parseDate(text: string): number | undefined {
  const trimmed = text.trim();
  const instant = zonedDate.test(trimmed) ? Date.parse(trimmed) : asctimeDate.test(trimmed) ? Date.parse(`${trimmed} GMT`) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}
