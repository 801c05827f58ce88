import { AdapterError } from '../../src/contract/errors.ts';
import type { HttpResponse } from '../../src/contract/http.ts';
import { failure } from './wire.ts';

/** The access that a token of the Public API needs for the IAM endpoints; the other choice is Workspace Member. */
export const ownerAccess = 'Workspace Owner';

const dayMs = 24 * 3600 * 1000;
// A longer one is no wait but a mistake.
const longestWaitMs = 31 * dayMs;

/**
 * Three spellings of the time to wait: `msBeforeNext` in the body and the date `X-RateLimit-Reset` (docs.segmentapis.com, Rate Limits), and in newer
 * descriptions `Retry-After` in seconds. The longer of the two waits counts; the date stands in where there is neither.
 */
export function limited(response: HttpResponse): { readonly retryAfterMs: number | undefined } | undefined {
  if (response.status !== 429) return undefined;
  const { headers } = response;
  const inBody = readFailure(response)?.map((entry) => entry.data?.msBeforeNext) ?? [];
  const waits = [secondsToMs(headers['retry-after']) ?? untilMs(headers['retry-after'], headers['date']), ...inBody].filter(isWait);
  if (waits.length > 0) return { retryAfterMs: Math.max(...waits) };
  const resetMs = untilMs(headers['x-ratelimit-reset'], headers['date']);
  return { retryAfterMs: isWait(resetMs) && resetMs > 0 ? resetMs : undefined };
}

const isWait = (ms: number | undefined): ms is number => ms !== undefined && ms >= 0 && ms <= longestWaitMs;

const secondsToMs = (text = ''): number | undefined => (/^\s*\d{1,9}\s*$/.test(text) ? Number(text) * 1000 : undefined);

// RFC 5322, or as JavaScript prints a date: the API's limiter (npm rate-limiter-flexible) shows it so. Date.parse alone takes `garbage 5` for a date.
const dateText = /^(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})$|^\w{3} \w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4}/;
const parseDate = (text = ''): number | undefined => (dateText.test(text.trim()) ? Date.parse(text) : undefined);

function untilMs(text: string | undefined, serviceDate: string | undefined): number | undefined {
  const instant = parseDate(text);
  return instant === undefined ? undefined : instant - (parseDate(serviceDate) ?? Date.now());
}

/** @param paged whether the call carried a page cursor */
export function toError(response: HttpResponse, at: string, paged: boolean): AdapterError {
  const { status } = response;
  switch (status) {
    case 400:
    case 413:
    case 422: {
      const fields = [...new Set((readFailure(response) ?? []).flatMap(({ field }) => field ?? []))];
      if (paged && fields.every((field) => /cursor|pagination/i.test(field))) return expired(at, status);
      const named = fields.filter((field) => /^[\w.[\]]{1,60}$/.test(field)).join(', ');
      return new AdapterError('BAD_REQUEST', `${at}: the service refused the input${named === '' ? '' : ` (${named})`}`, { status });
    }
    case 401:
      // The API answers 401 for rights that are missing, too (docs.segmentapis.com, Error Handling).
      return new AdapterError('AUTH_FAILED', `${at}: the token is wrong or revoked, or it lacks the access ${ownerAccess}: create one with it`, {
        status,
      });
    case 403:
      return new AdapterError('FORBIDDEN', `${at}: the token may not do this: create one with the access ${ownerAccess}`, {
        status,
        missing: ownerAccess,
      });
    case 404:
      return new AdapterError('NOT_FOUND', `${at}: not found`, { status });
    case 409:
      return new AdapterError('CONFLICT', `${at}: conflict`, { status });
    case 410:
      return paged ? expired(at, status) : new AdapterError('NOT_FOUND', `${at}: gone`, { status });
    default:
      return new AdapterError('BAD_RESPONSE', `${at}: unexpected status ${status}`, { status });
  }
}

const expired = (at: string, status: number): AdapterError =>
  new AdapterError('CURSOR_EXPIRED', `${at}: the service no longer takes this page cursor; the listing starts again`, { status });

/** Undefined for a body that is not of the documented shape. */
function readFailure(response: HttpResponse) {
  try {
    return failure.safeParse(response.json()).data?.errors;
  } catch {
    return undefined;
  }
}
