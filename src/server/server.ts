import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LinkDesk } from '../directory/link-desk.ts';
import type { Directory, Operator } from '../directory/view.ts';
import { schema } from '../graphql/schema.ts';
import { createEngine } from './engine.ts';
import { createExports, type WriteReport } from './exports.ts';
import type { Log } from './errors.ts';
import { createConsole, type Example } from './graphiql.ts';
import type { Readiness } from './health.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { isLoopback } from './loopback.ts';
import { createRespond, type PlainRequest, type PlainResponse } from './respond.ts';

export interface ServerOptions {
  readonly directory: Directory;
  readonly operator: Operator;
  readonly desk: LinkDesk;
  /** Works exports out elsewhere; without it the directory's view does. */
  readonly writeReport?: WriteReport | undefined;
  /** Asked at each `/ready`. The detail is shown as it is: states and codes, nothing secret. */
  ready(): Readiness | Promise<Readiness>;
  /** Tabs that GraphiQL opens with; asked at each visit. */
  examples?(): readonly Example[];
  readonly log: Log;
  readonly limits?: Partial<Limits> | undefined;
  readonly patience?: Partial<Patience> | undefined;
}

/** How long a connection may take to say what it wants. */
interface Patience {
  readonly headersMs: number;
  /** The whole request, with its body. */
  readonly requestMs: number;
  /** How often both are looked at. */
  readonly sweepMs: number;
}

// Node's own are 60 s and 300 s.
const defaultPatience: Patience = { headersMs: 10_000, requestMs: 15_000, sweepMs: 2_000 };

export interface Server {
  /**
   * @param port 0 takes a free one.
   * @throws RangeError for a host beyond loopback: anybody who reaches the server may ask it.
   */
  listen(host: string, port: number): Promise<{ readonly url: string }>;
  /** Answers as a listening server would, without a socket. */
  fetch(request: Request): Promise<Response>;
  /** Takes no new requests, lets running ones end for at most ten seconds, then cuts them. */
  close(): Promise<void>;
}

const drainMs = 10_000;
/** A caller who takes nothing of a file for so long has gone. */
const stalledMs = 60_000;

/** The API over HTTP: `/graphql` with GraphiQL, `/live`, `/ready`. */
export function createServer(options: ServerOptions): Server {
  const { directory, operator, desk, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  let closing = false;
  const ending = new AbortController();
  const console = createConsole(() => options.examples?.() ?? []);
  const respond = createRespond({
    engine: createEngine({ schema, directory, operator, desk, limits, log }),
    console,
    exports: createExports(directory, options.writeReport),
    ready: () => options.ready(),
    limits,
    log,
    closing: () => closing,
    ending: ending.signal,
  });
  const { headersMs, requestMs, sweepMs } = { ...defaultPatience, ...options.patience };
  const http = createHttpServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: sweepMs,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => void serve(request, response),
  );
  // Node knows no limit by itself.
  http.maxConnections = 20_000;

  // Browsers and pools open connections ahead of what they may ask. Node does not count these as idle: they would hold up the end.
  const unasked = new Set<Socket>();
  http.on('connection', (socket) => {
    unasked.add(socket);
    socket.once('close', () => unasked.delete(socket));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    unasked.delete(request.socket);
    const { status, headers, body } = await respond(fromNode(request, response));
    if (response.destroyed) return;
    // What is left of a refused body is not read: the connection cannot be used again.
    const last = closing || !request.complete;
    const connection = last ? { connection: 'close' } : {};
    if (typeof body === 'string' || Buffer.isBuffer(body)) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      response.writeHead(status, { ...headers, 'content-length': bytes.length, ...connection });
      response.end(bytes);
    } else {
      response.writeHead(status, { ...headers, ...connection });
      response.setTimeout(stalledMs, () => response.destroy());
      // What ends early ends without its last chunk: the caller's client says so.
      await pipeline(Readable.from(body), response).catch((error: unknown) => log.warn({ error }, 'an answer in pieces ended early'));
    }
  }

  return {
    async listen(host, port) {
      if (!isLoopback(host)) throw new RangeError(`cannot listen on ${host}: without keys only 127.0.0.1, ::1 or localhost may be listened on`);
      http.listen(port, host);
      await once(http, 'listening');
      const address = http.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}` };
    },
    fetch: async (request) => toResponse(await respond(fromFetch(request))),
    async close() {
      closing = true;
      ending.abort();
      if (!http.listening) return;
      const closed = once(http, 'close');
      http.close();
      http.closeIdleConnections();
      for (const socket of unasked) socket.destroy();
      const cut = setTimeout(() => http.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function fromNode(request: IncomingMessage, response: ServerResponse): PlainRequest {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    read: (maxBytes) => readBody(request, maxBytes),
    onGone: (callback) => response.once('close', () => void (response.writableFinished || callback())),
  };
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        request.pause();
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

function fromFetch(request: Request): PlainRequest {
  const { pathname, search, host } = new URL(request.url);
  return {
    method: request.method,
    target: `${pathname}${search}`,
    header: (name) => request.headers.get(name) ?? (name === 'host' ? host : undefined),
    read: async (maxBytes) => {
      const body = Buffer.from(await request.arrayBuffer());
      return body.length > maxBytes ? undefined : body;
    },
    onGone: (callback) => request.signal.addEventListener('abort', callback, { once: true }),
  };
}

function toResponse({ status, headers, body }: PlainResponse): Response {
  const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
  return new Response(status === 302 ? null : isWhole ? body : toStream(body), { status, headers });
}

function toStream(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(pieces, { objectMode: false })) as ReadableStream<Uint8Array>;
}
