import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox, SandboxRequest, SandboxResponse } from '../contract/sandbox.ts';
import { createFaultPlan, type Effect, type FaultRule } from './faults.ts';

export interface SandboxCall {
  /** Arrival, by `performance.now()`. */
  readonly at: number;
  readonly method: string;
  /** Below the base path; the whole path when the call missed it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `null` while, or because, no answer was sent. */
  readonly status: number | null;
}

/** A sandbox on a loopback port. */
export interface SandboxServer extends AsyncDisposable {
  readonly baseUrl: string;
  /** Every call in order of arrival. */
  readonly calls: readonly SandboxCall[];
  /** Replaces the faults to play. */
  play(rules: readonly FaultRule[]): void;
  /** Rules of the last `play` that never fired. */
  unfired(): readonly FaultRule[];
  /** Forgets calls and faults. */
  reset(): void;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** Puts a sandbox on 127.0.0.1; port 0, the default, takes a free one. */
export async function serveSandbox(sandbox: Sandbox, options: { readonly port?: number } = {}): Promise<SandboxServer> {
  const calls: { -readonly [Key in keyof SandboxCall]: SandboxCall[Key] }[] = [];
  let plan = createFaultPlan([]);

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { inside, ...head } = readHead(incoming, sandbox.basePath);
    const call = { at: performance.now(), ...head, body: '', status: null as number | null };
    calls.push(call);
    call.body = await text(incoming);
    const request: SandboxRequest = { method: call.method, path: call.path, query: call.query, headers: call.headers, body: call.body };
    const send = async (response: SandboxResponse, manner?: Effect): Promise<void> => {
      call.status = response.status;
      await sendResponse(outgoing, response, manner);
    };
    if (!inside) return send({ status: 404, body: null });

    const effect = plan.next(request);
    if (effect === undefined) return send(sandbox.handle(request));
    if ('swallow' in effect) return;
    if ('reset' in effect) return void incoming.socket.resetAndDestroy();
    if ('refuse' in effect) return send(sandbox.refuse(effect.refuse, request));
    if ('respond' in effect) return send(effect.respond);
    const response = sandbox.handle(request);
    if ('alter' in effect) return send(effect.alter(response, request));
    if ('delayMs' in effect) await pause(effect.delayMs, outgoing);
    return outgoing.destroyed ? undefined : send(response, effect);
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent || outgoing.destroyed) return outgoing.destroy();
      // a sandbox that throws is a bug of ours; whoever runs the test must see it
      return outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(`sandbox failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('sandbox: not listening on a port');

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    baseUrl: `http://127.0.0.1:${address.port}${sandbox.basePath}`,
    calls,
    play(rules) {
      plan = createFaultPlan(rules);
    },
    unfired: () => plan.unfired(),
    reset() {
      calls.length = 0;
      plan = createFaultPlan([]);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function readHead(incoming: IncomingMessage, basePath: string) {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const inside = path === basePath || path.startsWith(`${basePath}/`);
  return {
    inside,
    method: incoming.method ?? 'GET',
    path: inside ? path.slice(basePath.length) || '/' : path,
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')])),
  };
}

async function sendResponse(outgoing: ServerResponse, response: SandboxResponse, manner: Effect = { delayMs: 0 }): Promise<void> {
  const headers = Object.fromEntries(Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  if (typeof response.body === 'object' && response.body !== null) headers['content-type'] ??= 'application/json';
  const body = Buffer.from(typeof response.body === 'string' ? response.body : response.body === null ? '' : JSON.stringify(response.body));

  if ('cutAfterBytes' in manner) {
    headers['content-length'] = String(Math.max(body.length, manner.cutAfterBytes + 1));
    outgoing.writeHead(response.status, headers).flushHeaders();
    outgoing.write(body.subarray(0, manner.cutAfterBytes));
    outgoing.socket?.destroySoon();
    return;
  }
  if ('dripMs' in manner) {
    headers['content-length'] ??= String(body.length);
    outgoing.writeHead(response.status, headers).flushHeaders();
    for (let at = 0; at < body.length && !outgoing.destroyed; at += 1) {
      await pause(manner.dripMs, outgoing);
      outgoing.write(body.subarray(at, at + 1));
    }
    outgoing.end();
    return;
  }
  outgoing.writeHead(response.status, headers).end(body);
}

/** Ends early when the other side leaves. */
async function pause(ms: number, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  outgoing.once('close', leave);
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  outgoing.off('close', leave);
}
