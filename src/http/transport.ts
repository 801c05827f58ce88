import PQueue from 'p-queue';
import { Pool } from 'undici';
import { AdapterError } from '../contract/errors.ts';
import type { Http, HttpManners, HttpRequest, HttpResponse } from '../contract/http.ts';
import { createBreaker } from './breaker.ts';
import { systemClock, type Clock } from './clock.ts';
import { createConnector, type NetworkOptions } from './connect.ts';
import { exchange, type Exchanged } from './exchange.ts';
import { createGate, type CallKind } from './gate.ts';
import { createLifetime } from './lifetime.ts';
import { defaultTransportLimits, type TransportLimits } from './limits.ts';
import { parseBaseUrl } from './origin.ts';
import { prepareRequest, type PreparedRequest } from './request.ts';
import { parseRetryAfter, type RateLimit } from './retry-after.ts';
import { backOffMs, createRetryBudget } from './retry.ts';

export interface TransportOptions {
  /** The operator's name of the service; every message begins with it. */
  readonly service: string;
  readonly baseUrl: string;
  readonly manners: HttpManners;
  readonly clock?: Clock;
  readonly limits?: Partial<TransportLimits>;
  readonly network?: NetworkOptions;
}

export interface TransportState {
  readonly breaker: 'closed' | 'open' | 'half-open';
  /** Epoch milliseconds before which the service wants no call. */
  readonly notBefore: number | undefined;
  /** As `Gate.rateLimit`. */
  readonly rateLimit: RateLimit | undefined;
  readonly inFlight: number;
  /** Calls put on the wire so far. */
  readonly calls: number;
}

/** One service's way out, in two tempers that share connections, breaker, concurrency and limits. */
export interface Transport {
  /** Waits out the service's limits, up to `syncMaxWaitMs`. */
  readonly sync: Http;
  /** Answers within `liveDeadlineMs`, before calls of `sync` that wait. */
  readonly live: Http;
  state(): TransportState;
  /** Ends what is under way as ABORTED. */
  close(): Promise<void>;
}

type Outcome = Exchanged | { readonly kind: 'limited'; readonly retryAfterMs: number };

interface Call {
  readonly kind: CallKind;
  readonly request: PreparedRequest;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Time left before the call must end. */
  leftMs(): number;
  /** Spent on waits that the service asked for. */
  waitedMs: number;
}

/** @throws AdapterError MISCONFIGURED */
export function createTransport({ service, baseUrl, manners, clock = systemClock, limits: changes = {}, network = {} }: TransportOptions): Transport {
  const limits: TransportLimits = { ...defaultTransportLimits, ...changes };
  const base = parseBaseUrl(service, baseUrl, limits.allowPrivateNetwork);
  const concurrency = manners.concurrency ?? 8;
  const pool = new Pool(base.origin, {
    connections: concurrency,
    connect: createConnector(base.rule, limits.connectMs, network),
    // undici's own timers are coarse; each exchange has exact ones
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const queue = new PQueue({ concurrency });
  const gate = createGate(clock, manners.rate, limits.syncMaxWaitMs);
  const breaker = createBreaker(clock, limits, limits.liveHeadersMs, isBreakerFailure);
  const budget = createRetryBudget(clock, limits);
  const closing = new AbortController();
  let inFlight = 0;
  let calls = 0;

  async function perform(kind: CallKind, request: HttpRequest): Promise<HttpResponse> {
    const prepared = prepareRequest(service, base, request);
    using life = createLifetime([request.signal, closing.signal], prepared.label);
    const end = performance.now() + (kind === 'live' ? limits.liveDeadlineMs : Infinity);
    if (kind === 'live') {
      life.endAfter(limits.liveDeadlineMs, () => new AdapterError('TIMEOUT', `${prepared.label}: not done within ${limits.liveDeadlineMs} ms`));
    }
    const call: Call = {
      kind,
      request: prepared,
      maxBytes: request.maxBytes ?? limits.maxBytes,
      signal: life.signal,
      leftMs: () => end - performance.now(),
      waitedMs: 0,
    };
    budget.count();
    for (let retries = 0, repeats = 0; ;) {
      const outcome = await takeTurn(call);
      if (outcome.kind === 'answered') return outcome.response;
      if (outcome.kind === 'limited') {
        repeats += 1;
        if (kind === 'live' || !prepared.repeatable || repeats > limits.limitedRepeats) throw rateLimited(call, outcome.retryAfterMs);
      } else {
        await waitForRetry(call, outcome, retries);
        retries += 1;
      }
    }
  }

  async function takeTurn(call: Call): Promise<Outcome> {
    for (;;) {
      await waitForGate(call);
      refuseIfOpen(call);
      if (call.kind === 'live' && queue.sizeBy({ priority: priorities.live }) >= limits.liveQueue) {
        throw new AdapterError('OVERLOADED', `${call.request.label}: ${limits.liveQueue} calls wait already`);
      }
      // p-queue lets go of a running call when its signal aborts, before that call has freed its slot; so the signal is only for the line
      using standing = createLifetime([call.signal], call.request.label);
      const start = (): Promise<Outcome | undefined> => {
        standing[Symbol.dispose]();
        return send(call);
      };
      const outcome = await queue.add(start, { priority: priorities[call.kind], signal: standing.signal });
      if (outcome !== undefined) return outcome;
    }
  }

  async function waitForGate(call: Call): Promise<void> {
    for (;;) {
      call.signal.throwIfAborted();
      const refusedMs = gate.refusedForMs();
      const waitMs = refusedMs === 0 ? gate.paceMs(call.kind) : refusedMs;
      if (waitMs === 0) return;
      const tooLong = call.kind === 'live' ? refusedMs > 0 || waitMs > call.leftMs() : call.waitedMs + refusedMs > limits.syncMaxWaitMs;
      if (tooLong) throw rateLimited(call, waitMs);
      call.waitedMs += refusedMs;
      await clock.sleep(waitMs, call.signal);
    }
  }

  /** undefined: the gate closed while the call stood in the queue. */
  async function send(call: Call): Promise<Outcome | undefined> {
    if (gate.refusedForMs() > 0 || gate.paceMs(call.kind) > 0) return undefined;
    refuseIfOpen(call);
    gate.sent();
    return breaker.execute(() => attempt(call));
  }

  async function attempt(call: Call): Promise<Outcome> {
    calls += 1;
    inFlight += 1;
    const live = call.kind === 'live';
    const exchanged = await exchange(
      pool,
      call.request,
      {
        deadlineMs: live ? limits.liveDeadlineMs : limits.syncDeadlineMs,
        headersMs: live ? limits.liveHeadersMs : limits.syncHeadersMs,
        bodyIdleMs: limits.bodyIdleMs,
        maxBytes: call.maxBytes,
      },
      call.signal,
    ).finally(() => (inFlight -= 1));
    if (exchanged.kind === 'failed') return exchanged;
    const { response } = exchanged;
    gate.observe(response.headers);
    const limited = findLimit(response);
    if (limited !== undefined) {
      const retryAfterMs = limited.retryAfterMs ?? parseRetryAfter(response.headers, clock.now()) ?? manners.limitedWaitMs ?? 60_000;
      gate.refuse(retryAfterMs);
      return { kind: 'limited', retryAfterMs };
    }
    return judge(call.request.label, response, clock.now()) ?? exchanged;
  }

  function findLimit(response: HttpResponse): { readonly retryAfterMs: number | undefined } | undefined {
    try {
      const limited = manners.limited?.(response);
      if (limited !== undefined) return limited;
    } catch (error) {
      // it looked for its own words in an answer that holds none
      if (!(error instanceof AdapterError)) throw error;
    }
    return response.status === 429 ? { retryAfterMs: undefined } : undefined;
  }

  /** @throws the failure when it is not worth, or not allowed, another attempt */
  async function waitForRetry(call: Call, { error, passing }: Extract<Outcome, { kind: 'failed' }>, retries: number): Promise<void> {
    const waitMs = error.retryAfterMs ?? backOffMs(clock, limits, retries);
    const tooLong = waitMs >= call.leftMs() || call.waitedMs + waitMs > limits.syncMaxWaitMs;
    if (!passing || !call.request.repeatable || retries >= limits.retries || tooLong || breaker.closedForMs() > 0 || !budget.take()) throw error;
    call.waitedMs += waitMs;
    await clock.sleep(waitMs, call.signal);
  }

  function refuseIfOpen({ request }: Call): void {
    const closedMs = breaker.closedForMs();
    if (closedMs === 0) return;
    throw new AdapterError('CIRCUIT_OPEN', `${request.label}: not tried, the service failed too often`, { retryAfterMs: Math.ceil(closedMs) });
  }

  function rateLimited({ request }: Call, waitMs: number): AdapterError {
    const retryAfterMs = Math.ceil(Math.max(waitMs, gate.refusedForMs()));
    return new AdapterError('RATE_LIMITED', `${request.label}: the service's limit is reached, again in ${Math.ceil(retryAfterMs / 1000)} s`, {
      retryAfterMs,
    });
  }

  return {
    sync: { request: (request) => perform('sync', request) },
    live: { request: (request) => perform('live', request) },
    state: () => ({ breaker: breaker.state, notBefore: gate.notBefore, rateLimit: gate.rateLimit, inFlight, calls }),
    async close() {
      closing.abort(new AdapterError('ABORTED', `${service}: the transport is closed`));
      await pool.destroy();
    },
  };
}

const priorities: Readonly<Record<CallKind, number>> = { live: 1, sync: 0 };

function isBreakerFailure(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || !('error' in result) || !(result.error instanceof AdapterError)) return false;
  return result.error.code === 'UNREACHABLE' || result.error.code === 'TIMEOUT';
}

const passingStatuses: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/** What no adapter gets to see. */
function judge(label: string, { status, headers }: HttpResponse, now: number): Outcome | undefined {
  if (status < 500 && status !== 408) return undefined;
  const retryAfterMs = status === 503 && headers['retry-after'] !== undefined ? parseRetryAfter(headers, now) : undefined;
  const error = new AdapterError(status === 408 ? 'TIMEOUT' : 'UNREACHABLE', `${label}: the service answered ${status}`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  return { kind: 'failed', error, passing: passingStatuses.has(status) };
}
