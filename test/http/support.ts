import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/contract/http.ts';
import type { Clock } from '../../src/http/clock.ts';
import { createTransport, type Transport, type TransportOptions } from '../../src/http/transport.ts';

/** Time that jumps to the next end of a `sleep` as soon as the process has nothing else at hand, or by `advance`. */
export interface VirtualClock extends Clock {
  advance(ms: number): void;
  /** Holds the jumps while this is false. */
  idle: () => boolean;
  readonly slept: readonly number[];
}

export function createVirtualClock(random = 0.5): VirtualClock {
  let now = Date.parse('2026-11-22T08:00:00Z');
  const slept: number[] = [];
  let sleepers: { readonly end: number; readonly wake: () => void }[] = [];
  const jump = (): void => {
    now = Math.max(now, Math.min(...sleepers.map(({ end }) => end)));
    const due = sleepers.filter(({ end }) => end <= now);
    sleepers = sleepers.filter(({ end }) => end > now);
    for (const { wake } of due) wake();
  };
  const jumpWhenIdle = (): void => {
    if (sleepers.length === 0) return;
    if (clock.idle()) jump();
    else setImmediate(jumpWhenIdle);
  };
  const clock: VirtualClock = {
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      await new Promise<void>((resolve) => {
        sleepers.push({ end: now + ms, wake: resolve });
        setImmediate(jumpWhenIdle);
      });
      signal.throwIfAborted();
    },
    random: () => random,
    advance: (ms) => void (now += ms),
    slept,
    idle: () => true,
  };
  return clock;
}

export interface TestServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly seen: IncomingMessage[];
  readonly sockets: ReadonlySet<Socket>;
  stop(): Promise<void>;
}

export async function startHttp(handler: RequestListener): Promise<TestServer> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    seen.push(request);
    handler(request, response);
  });
  return listen(server, seen);
}

export function startTcp(onSocket: (socket: Socket) => void): Promise<TestServer> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
      // a socket that nobody reads never closes
      socket.resume();
    }),
    [],
  );
}

export async function listen(server: Server, seen: IncomingMessage[], scheme = 'http'): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { baseUrl: `${scheme}://127.0.0.1:${address.port}`, seen, sockets, stop, [Symbol.asyncDispose]: stop };
}

export interface TestAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Answers one after the other; the last one stays. */
export function answers(...list: readonly TestAnswer[]): RequestListener {
  let at = 0;
  return (_request, response) => {
    const answer = list[Math.min(at, list.length - 1)]!;
    at += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body ?? '{}');
  };
}

export function openTransport(baseUrl: string, options: Partial<TransportOptions> = {}): Transport & AsyncDisposable {
  const transport = createTransport({ service: 'acme', baseUrl, manners: {}, ...options });
  return { ...transport, [Symbol.asyncDispose]: transport.close };
}

export function get(http: Http, path = 'users', more: Partial<HttpRequest> = {}): Promise<HttpResponse> {
  return http.request({ path, signal: new AbortController().signal, ...more });
}

/** The AdapterError that this must end with. */
export async function refusal(work: Promise<unknown> | (() => unknown)): Promise<AdapterError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof AdapterError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
