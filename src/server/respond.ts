import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { apiError, type ErrorCode } from '../graphql/errors.ts';
import type { Answer, Engine, Params } from './engine.ts';
import { toFormatted, type Log } from './errors.ts';
import type { Exports } from './exports.ts';
import { live, ready, type Readiness } from './health.ts';
import type { Console } from './graphiql.ts';
import type { Limits } from './limits.ts';
import { createToJsonBytes } from './json-bytes.ts';
import { hostName, isLoopback } from './loopback.ts';
import { isJson, negotiate, type MediaType } from './media.ts';
import { toEventStream } from './sse.ts';

/** A request, whatever brought it. */
export interface PlainRequest {
  readonly method: string;
  /** Path and query string. */
  readonly target: string;
  header(name: string): string | undefined;
  /** @returns undefined when the body has more bytes. */
  read(maxBytes: number): Promise<Buffer | undefined>;
  /** Calls back when the caller is gone. */
  onGone(callback: () => void): void;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In pieces when it may be long: each is made when the one before was taken. */
  readonly body: string | Buffer<ArrayBuffer> | AsyncIterable<string>;
}

export interface RespondOptions {
  readonly engine: Engine;
  readonly console: () => Promise<Console>;
  readonly exports: Exports;
  readonly ready: () => Readiness | Promise<Readiness>;
  readonly limits: Limits;
  readonly log: Log;
  readonly closing: () => boolean;
  /** Aborts when the server closes: streams end. */
  readonly ending: AbortSignal;
}

/** Answers any request. Never rejects. */
export function createRespond(options: RespondOptions): (request: PlainRequest) => Promise<PlainResponse> {
  const { engine, limits, log } = options;
  const toJsonBytes = createToJsonBytes();
  let streaming = 0;

  return async (request) => {
    const requestId = randomUUID();
    const media = negotiate(request.header('accept'));
    const fail = (refusal: Refusal): PlainResponse => json(refusal, [refusal.error], media ?? 'application/json', requestId);
    try {
      return await route(request, requestId, media);
    } catch (error) {
      if (error instanceof Refused) return fail(error.refusal);
      return json({ status: 500 }, [error], media ?? 'application/json', requestId);
    }
  };

  async function route(request: PlainRequest, requestId: string, media: MediaType | undefined): Promise<PlainResponse> {
    // A page of another site that rebinds its name to 127.0.0.1 still sends its own name.
    if (!isLoopback(hostName(request.header('host') ?? ''))) {
      throw refused(403, 'FORBIDDEN', 'this server answers to localhost and 127.0.0.1 only');
    }
    const [path, search] = splitOnce(request.target);
    if (path === '/graphql') return graphql(request, search, requestId, media);
    if (request.method !== 'GET' && request.method !== 'HEAD') throw refused(405, 'BAD_USER_INPUT', 'only GET is known here', { allow: 'GET, HEAD' });
    if (path.startsWith('/export/')) return file(request, path, search, requestId);
    if (path === '/live') return health(live());
    if (path === '/ready') return health(ready(await options.ready(), options.closing()));
    if (path === '/') return { status: 302, headers: { ...plainHeaders, location: '/graphql' }, body: '' };
    throw refused(404, 'NOT_FOUND', 'nothing is here: the API is at /graphql');
  }

  async function file(request: PlainRequest, path: string, search: string, requestId: string): Promise<PlainResponse> {
    if (isFromElsewhere(request)) throw refused(403, 'FORBIDDEN', 'pages of other sites may not ask');
    const found = await options.exports.open(path, search).catch((error: unknown) => {
      if (!(error instanceof GraphQLError)) throw error;
      throw new Refused({ status: error.extensions['code'] === 'OVERLOADED' ? 503 : 400, error });
    });
    if (found === undefined) throw refused(404, 'NOT_FOUND', 'no such export: take the path from `roleReport { export }`');
    const headers = { ...plainHeaders, ...found.headers, 'x-request-id': requestId };
    return { status: 200, headers, body: request.method === 'HEAD' ? '' : found.body };
  }

  async function graphql(request: PlainRequest, search: string, requestId: string, media: MediaType | undefined): Promise<PlainResponse> {
    if (request.method === 'GET' && (request.header('accept') ?? '').includes('text/html')) return page(await options.console());
    if (request.method !== 'GET' && request.method !== 'POST') {
      throw refused(405, 'BAD_USER_INPUT', 'send the operation by POST', { allow: 'GET, POST' });
    }
    const streams = request.method === 'POST' && (request.header('accept') ?? '').includes('text/event-stream');
    if (media === undefined && streams) return stream(request, await paramsOfBody(request), requestId);
    if (media === undefined) throw refused(406, 'BAD_USER_INPUT', 'accept application/graphql-response+json or application/json');
    const readOnly = request.method === 'GET';
    const params = readOnly ? paramsOfQuery(request, search) : await paramsOfBody(request);
    const answer = await withinDeadline(request, (signal) => engine.answer(params, { requestId, signal, readOnly }));
    if (streams && answer.subscription === true) return stream(request, params, requestId);
    const { status, softStatus, result } = answer;
    const shown = softStatus && media === 'application/json' ? 200 : status;
    const headers: Record<string, string> = status === 405 ? { allow: 'POST' } : {};
    return { status: shown, headers: { ...jsonHeaders(media, requestId), ...headers }, body: toJsonBytes(result) };
  }

  function stream(request: PlainRequest, params: Params, requestId: string): PlainResponse {
    if (streaming >= maxStreams) throw refused(503, 'OVERLOADED', `${maxStreams} subscriptions are open: close one, or try again later`);
    const ended = new AbortController();
    request.onGone(() => ended.abort());
    const signal = AbortSignal.any([ended.signal, options.ending]);
    streaming += 1;
    ended.signal.addEventListener('abort', () => (streaming -= 1), { once: true });
    const headers = {
      ...plainHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      connection: 'close',
      'x-request-id': requestId,
    };
    return { status: 200, headers, body: toEventStream(guarded(engine.stream(params, { requestId, signal, readOnly: false }), requestId), ended) };
  }

  /** What goes wrong in between is the last thing that is told. */
  async function* guarded(results: AsyncIterable<object | undefined>, requestId: string): AsyncGenerator<object | undefined, void> {
    try {
      yield* results;
    } catch (error) {
      yield { errors: toFormatted([error], requestId, log) };
    }
  }

  async function paramsOfBody(request: PlainRequest): Promise<Params> {
    if (!isJson(request.header('content-type'))) throw refused(415, 'BAD_USER_INPUT', 'send application/json in UTF-8');
    if ((request.header('content-encoding') ?? 'identity') !== 'identity') throw refused(415, 'BAD_USER_INPUT', 'send the body without compression');
    const body = await request.read(limits.maxBodyBytes);
    if (body === undefined) throw refused(413, 'REQUEST_TOO_LARGE', `the body is larger than ${limits.maxBodyBytes} bytes`);
    const value = parseJson(body.toString('utf8'), 'the body');
    if (Array.isArray(value)) throw refused(400, 'BATCHING_DISABLED', 'send one operation a request; ask for many people with `usersBy`');
    if (!isObject(value)) throw refused(400, 'BAD_USER_INPUT', 'the body must be a JSON object with `query`');
    return toParams(value);
  }

  async function withinDeadline(request: PlainRequest, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const controller = new AbortController();
    request.onGone(() => controller.abort());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        controller.abort();
        const seconds = limits.operationDeadlineMs / 1000;
        reject(refused(504, 'OPERATION_TIMEOUT', `the operation took longer than ${seconds} s: ask for less at once`));
      }, limits.operationDeadlineMs);
    });
    try {
      return await Promise.race([work(controller.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  function json({ status, headers = {} }: Omit<Refusal, 'error'>, errors: readonly unknown[], media: MediaType, requestId: string): PlainResponse {
    const body = JSON.stringify({ errors: toFormatted(errors, requestId, log) });
    return { status, headers: { ...jsonHeaders(media, requestId), ...headers }, body };
  }
}

const maxStreams = 1000;

function paramsOfQuery(request: PlainRequest, search: string): Params {
  const type = request.header('content-type');
  if (type !== undefined && !isJson(type))
    throw refused(415, 'BAD_USER_INPUT', 'a GET has no body: leave out content-type, or name application/json');
  if (isFromElsewhere(request)) throw refused(403, 'FORBIDDEN', 'pages of other sites may not ask: send the operation by POST from this one');
  const query = new URLSearchParams(search);
  const json = (name: string): unknown => {
    const text = query.get(name);
    return text === null || text === '' ? null : parseJson(text, `\`${name}\``);
  };
  const [text, operationName] = [query.get('query'), query.get('operationName')];
  return toParams({ query: text, operationName, variables: json('variables'), extensions: json('extensions') });
}

/**
 * Whether a page of another site makes a browser send this. It could not read the answer, but could tell from its time or size what is in it; a POST
 * of JSON takes a pre-flight, which is not answered. Whoever is no browser says neither.
 */
function isFromElsewhere(request: PlainRequest): boolean {
  const site = request.header('sec-fetch-site');
  if (site === 'cross-site' || site === 'same-site') return true;
  const origin = request.header('origin');
  return origin !== undefined && URL.parse(origin)?.host !== request.header('host');
}

function toParams({ query, variables, operationName, extensions }: Readonly<Record<string, unknown>>): Params {
  if (typeof query !== 'string' || query === '') throw refused(400, 'BAD_USER_INPUT', '`query` must be a text with one operation');
  if (variables != null && !isObject(variables)) throw refused(400, 'BAD_USER_INPUT', '`variables` must be an object');
  if (extensions != null && !isObject(extensions)) throw refused(400, 'BAD_USER_INPUT', '`extensions` must be an object');
  if (operationName != null && typeof operationName !== 'string') throw refused(400, 'BAD_USER_INPUT', '`operationName` must be a text');
  return { query, variables: variables ?? {}, operationName: operationName == null || operationName === '' ? undefined : operationName };
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(400, 'BAD_USER_INPUT', `${what} is not JSON`);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

function splitOnce(target: string): readonly [string, string] {
  const mark = target.indexOf('?');
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

interface Refusal {
  readonly status: number;
  readonly error: GraphQLError;
  readonly headers?: Readonly<Record<string, string>>;
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.error.message);
    this.refusal = refusal;
  }
}

function refused(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}): Refused {
  return new Refused({ status, error: apiError(code, message), headers });
}

const plainHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' };

const jsonHeaders = (media: MediaType, requestId: string): Record<string, string> => ({
  ...plainHeaders,
  'content-type': `${media}; charset=utf-8`,
  'x-request-id': requestId,
});

const health = ({ status, body }: { readonly status: number; readonly body: string }): PlainResponse => ({
  status,
  headers: { ...plainHeaders, 'content-type': 'application/json; charset=utf-8' },
  body,
});

const page = ({ html, contentSecurityPolicy }: Console): PlainResponse => ({
  status: 200,
  headers: {
    ...plainHeaders,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'no-referrer',
  },
  body: html,
});
