import type { AdapterErrorCode } from '../../src/contract/errors.ts';
import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import type { TransportLimits } from '../../src/http/limits.ts';
import type { Effect } from '../../src/sandbox/faults.ts';
import { bodyMark } from './secrets.ts';

/** One way in which the wire fails, and what the adapter makes of it. */
export interface Row {
  readonly id: string;
  readonly promise: string;
  readonly effect: Effect;
  /** Default: every call from then on. */
  readonly times?: number;
  readonly expect: Expectation;
  /** It takes real time: tried on the last call of a page only. */
  readonly slow?: true;
  readonly limits?: Partial<TransportLimits>;
  readonly maxBytes?: number;
}

export interface Expectation {
  /** Codes that it may end with. */
  readonly codes?: readonly AdapterErrorCode[];
  /** The page may, or with no codes must, be the same as without the fault. */
  readonly same?: true;
  /** A thing that hangs on another one (the members of a group) may be gone meanwhile: its records are then missing. */
  readonly goneBelow?: true;
  /** Or the kinds that lack records are rejected as a whole: the rest is worth having, and nothing counts as gone. */
  readonly rejected?: true;
  /** A lawful answer where the list is left out when it is empty. */
  readonly nothing?: true;
  /** A lawful answer where the service's answers are plain lists. */
  readonly list?: true;
}

const html = { 'content-type': 'text/html; charset=utf-8' };
const json = { 'content-type': 'application/json' };
const page = `<!doctype html><html><head><title>Sign in</title></head><body><form>${bodyMark}</form></body></html>`;

const answer = (status: number, headers: Readonly<Record<string, string>>, body: string): Effect => ({ respond: { status, headers, body } });
const ends = (...codes: readonly AdapterErrorCode[]): Expectation => ({ codes });
const same: Expectation = { same: true };

function withBody(change: (text: string) => string, headers: Readonly<Record<string, string>> = {}): Effect {
  return {
    alter: (response: SandboxResponse) => ({ ...response, headers: { ...json, ...response.headers, ...headers }, body: change(textOf(response)) }),
  };
}

export const textOf = ({ body }: SandboxResponse): string => (typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body));

const quick: Partial<TransportLimits> = { retries: 0 };
const nonsense = ends('BAD_RESPONSE');

/** Numbers P… are the rows of the fault matrix that the design of this gateway is built on. */
export const rows: readonly Row[] = [
  { id: 'P1 reset once', promise: 'a lost connection is asked again', effect: { reset: true }, times: 1, expect: same },
  { id: 'P1 reset', promise: 'a service that hangs up is UNREACHABLE', effect: { reset: true }, expect: ends('UNREACHABLE') },
  {
    id: 'P2 black hole',
    promise: 'no answer is a TIMEOUT',
    effect: { swallow: true },
    expect: ends('TIMEOUT'),
    slow: true,
    limits: { ...quick, syncHeadersMs: 100 },
  },
  { id: 'P3 slow', promise: 'a slow answer is an answer', effect: { delayMs: 15 }, times: 1, expect: same },
  {
    id: 'P3 dripped',
    promise: 'a body that drips in is a TIMEOUT',
    effect: { dripMs: 20 },
    expect: ends('TIMEOUT'),
    slow: true,
    limits: { ...quick, syncDeadlineMs: 100 },
  },
  ...[500, 502, 503, 504].flatMap((status): readonly Row[] => [
    { id: `P5 ${status}`, promise: `${status} with HTML is UNREACHABLE`, effect: answer(status, html, page), expect: ends('UNREACHABLE') },
    { id: `P5 ${status} once`, promise: `a passing ${status} is asked again`, effect: answer(status, html, page), times: 1, expect: same },
  ]),
  { id: 'P5 refusal', promise: "the service's own 5xx is UNREACHABLE", effect: { refuse: { kind: 'unavailable' } }, expect: ends('UNREACHABLE') },
  { id: 'P8 401', promise: "the service's own 401 is AUTH_FAILED", effect: { refuse: { kind: 'unauthorized' } }, expect: ends('AUTH_FAILED') },
  { id: 'P8 bare 401', promise: 'a 401 without a body is AUTH_FAILED', effect: answer(401, {}, ''), expect: ends('AUTH_FAILED') },
  { id: 'P8 401 HTML', promise: 'a 401 of a proxy is AUTH_FAILED', effect: answer(401, html, page), expect: ends('AUTH_FAILED') },
  {
    id: 'P8 401 once',
    promise: 'an expired token is renewed, or AUTH_FAILED',
    effect: { refuse: { kind: 'unauthorized' } },
    times: 1,
    expect: { codes: ['AUTH_FAILED'], same: true },
  },
  {
    id: 'P9 403',
    promise: "the service's own 403 is FORBIDDEN",
    effect: { refuse: { kind: 'forbidden' } },
    expect: { codes: ['FORBIDDEN'], rejected: true },
  },
  { id: 'P9 bare 403', promise: 'a 403 without a body is FORBIDDEN', effect: answer(403, {}, ''), expect: { codes: ['FORBIDDEN'], rejected: true } },
  { id: 'P9 403 HTML', promise: 'a 403 of a proxy is FORBIDDEN', effect: answer(403, html, page), expect: { codes: ['FORBIDDEN'], rejected: true } },
  {
    id: 'X1 404',
    promise: 'a listing that is not found is a failure, not an empty listing',
    effect: { refuse: { kind: 'not-found' } },
    expect: { codes: ['NOT_FOUND', 'BAD_RESPONSE', 'MISCONFIGURED', 'UNSUPPORTED', 'BAD_REQUEST'], goneBelow: true },
  },
  {
    id: 'X1 404 HTML',
    promise: 'a 404 of another server is a failure, not an empty listing',
    effect: answer(404, html, page),
    expect: { codes: ['NOT_FOUND', 'BAD_RESPONSE', 'MISCONFIGURED', 'UNSUPPORTED'], goneBelow: true },
  },
  {
    id: 'X2 409',
    promise: 'a conflict is a failure',
    effect: { refuse: { kind: 'conflict' } },
    expect: ends('CONFLICT', 'BAD_RESPONSE', 'BAD_REQUEST'),
  },
  { id: 'X3 418', promise: 'a status nobody knows is BAD_RESPONSE', effect: answer(418, json, '{}'), expect: ends('BAD_RESPONSE', 'BAD_REQUEST') },
  { id: 'X4 204', promise: 'no content is no listing', effect: answer(204, {}, ''), expect: nonsense },
  {
    id: 'P18 huge',
    promise: 'a body beyond the cap is BAD_RESPONSE',
    effect: withBody((text) => text + ' '.repeat(300_000)),
    expect: nonsense,
    maxBytes: 200_000,
  },
  { id: 'P18 deep', promise: 'endless nesting is BAD_RESPONSE', effect: answer(200, json, '['.repeat(100_000)), expect: nonsense },
  { id: 'P19 cut', promise: 'a body that is cut off is no answer', effect: { cutAfterBytes: 20 }, expect: ends('UNREACHABLE', 'BAD_RESPONSE') },
  {
    id: 'P19 half',
    promise: 'half a document is BAD_RESPONSE',
    effect: withBody((text) => text.slice(0, -Math.ceil(text.length / 3))),
    expect: nonsense,
  },
  { id: 'P19 BOM', promise: 'a byte order mark does no harm', effect: withBody((text) => `\uFEFF${text}`), expect: same },
  {
    id: 'P19 text/plain',
    promise: 'JSON in the wrong media type is BAD_RESPONSE',
    effect: withBody((text) => text, { 'content-type': 'text/plain' }),
    expect: nonsense,
  },
  { id: 'P19 login page', promise: 'a login page with 200 is BAD_RESPONSE', effect: answer(200, html, page), expect: nonsense },
  { id: 'P19 login page as JSON', promise: 'a login page that calls itself JSON is BAD_RESPONSE', effect: answer(200, json, page), expect: nonsense },
  ...['', ' ', 'null', 'true', '42', '"text"', '{', '{}', '{"data":NaN}', '{"error":null}'].map((body): Row => ({
    id: `P19 ${JSON.stringify(body)}`,
    promise: `${JSON.stringify(body)} is BAD_RESPONSE, not an empty listing`,
    effect: answer(200, json, body),
    expect: { codes: ['BAD_RESPONSE'], nothing: true },
  })),
  ...['[]', '[null]'].map((body): Row => ({
    id: `P19 ${body}`,
    promise: `${body} where an object is due is BAD_RESPONSE`,
    effect: answer(200, json, body),
    expect: { codes: ['BAD_RESPONSE'], list: true },
  })),
];
