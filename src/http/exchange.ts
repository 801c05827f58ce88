import { errors, type Pool } from 'undici';
import { AdapterError } from '../contract/errors.ts';
import type { HttpResponse } from '../contract/http.ts';
import { ConnectError } from './connect.ts';
import { BodyError, isCodingError, readBody } from './decode.ts';
import { createLifetime } from './lifetime.ts';
import { describeAddressRefusal } from './origin.ts';
import type { PreparedRequest } from './request.ts';
import { createResponse } from './response.ts';

export interface ExchangeLimits {
  readonly deadlineMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly maxBytes: number;
}

export type Exchanged =
  | { readonly kind: 'answered'; readonly response: HttpResponse }
  /** `passing`: the same call may well succeed in a moment. */
  | { readonly kind: 'failed'; readonly error: AdapterError; readonly passing: boolean };

const failed = (error: AdapterError, passing = false): Exchanged => ({ kind: 'failed', error, passing });

/** One call on the wire. @throws AdapterError ABORTED; every other failure is a value. */
export async function exchange(pool: Pool, request: PreparedRequest, limits: ExchangeLimits, parent: AbortSignal): Promise<Exchanged> {
  const { label, method, target, headers, body } = request;
  using life = createLifetime([parent], label);
  const timeout = (what: string, ms: number) => (): AdapterError => new AdapterError('TIMEOUT', `${label}: ${what} within ${ms} ms`);
  life.endAfter(limits.deadlineMs, timeout('no whole answer', limits.deadlineMs));
  const untilHead = life.endAfter(limits.headersMs, timeout('no answer', limits.headersMs));
  let status: number | undefined;
  try {
    const answer = await pool.request({ path: target, method, headers, body, signal: life.signal });
    untilHead.stop();
    status = answer.statusCode;
    const answerHeaders = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]));
    if (status >= 300 && status < 400 && status !== 304) {
      answer.body.on('error', () => undefined).destroy();
      return failed(new AdapterError('BAD_RESPONSE', `${label}: redirect refused`, { status }));
    }
    const idle = life.endAfter(limits.bodyIdleMs, timeout('no more of the answer', limits.bodyIdleMs));
    const reading = readBody(answer.body, {
      encoding: answerHeaders['content-encoding'],
      maxBytes: limits.maxBytes,
      signal: life.signal,
      onPiece: idle.restart,
    });
    const bytes = await reading.catch((error: unknown) => {
      if (answer.statusCode < 500 || parent.aborted) throw error;
      // what a failing service writes into its error page does not matter
      return Buffer.alloc(0);
    });
    return { kind: 'answered', response: createResponse(label, status, answerHeaders, bytes) };
  } catch (error) {
    if (life.signal.aborted) return endedBy(life.signal.reason);
    return status === undefined ? failedBeforeHead(label, error) : failedInBody(label, status, error);
  }
}

function endedBy(reason: unknown): Exchanged {
  if (reason instanceof AdapterError && reason.code !== 'ABORTED') return failed(reason);
  throw reason;
}

function failedBeforeHead(label: string, error: unknown): Exchanged {
  const cause = describeCause(error);
  if (error instanceof ConnectError) {
    switch (error.phase) {
      case 'address':
        return failed(new AdapterError('MISCONFIGURED', `${label}: baseUrl ${describeAddressRefusal(error.reason)}`));
      case 'timeout':
        return failed(new AdapterError('TIMEOUT', `${label}: no connection within ${error.reason}`), true);
      case 'tls':
        return failed(new AdapterError('UNREACHABLE', `${label}: TLS failed (${error.reason})`, { cause }), error.reason === 'ECONNRESET');
      case 'connect':
        return failed(new AdapterError('UNREACHABLE', `${label}: no connection (${error.reason})`, { cause }), true);
    }
  }
  const code = readCode(error);
  if (code === 'UND_ERR_INVALID_ARG') throw error;
  // a cause is left out: the parser's message repeats what it could not read
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return failed(new AdapterError('BAD_RESPONSE', `${label}: the answer is not HTTP as we know it`));
  }
  return failed(new AdapterError('UNREACHABLE', `${label}: the connection was lost before the answer`, { cause }), true);
}

function failedInBody(label: string, status: number, error: unknown): Exchanged {
  if (error instanceof BodyError) return failed(new AdapterError('BAD_RESPONSE', `${label}: the answer ${error.message}`, { status }));
  if (isCodingError(error)) return failed(new AdapterError('BAD_RESPONSE', `${label}: the answer cannot be decoded`, { status }));
  return failed(new AdapterError('BAD_RESPONSE', `${label}: the answer was cut`, { status, cause: describeCause(error) }), true);
}

const readCode = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** A parser's error repeats bytes that it could not read, others may carry the socket: only words and code go on. */
function describeCause(error: unknown): Error | undefined {
  return error instanceof Error && !(error instanceof errors.HTTPParserError) ? new Error(`${readCode(error)} ${error.message}`.trim()) : undefined;
}
