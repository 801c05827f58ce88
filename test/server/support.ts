import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import type { LinkDesk } from '../../src/directory/link-desk.ts';
import type { Directory, Operator } from '../../src/directory/view.ts';
import type { Log } from '../../src/server/errors.ts';
import { createServer, type Server, type ServerOptions } from '../../src/server/server.ts';
import { openStore } from '../../src/store/open.ts';

export interface Logged {
  readonly level: 'info' | 'warn' | 'error';
  readonly details: object;
  readonly message: string;
}

export function createRecorder(): { readonly log: Log; readonly entries: readonly Logged[] } {
  const entries: Logged[] = [];
  const at = (level: Logged['level']) => (details: object, message: string) => void entries.push({ level, details, message });
  return { log: { info: at('info'), warn: at('warn'), error: at('error') }, entries };
}

/** Nothing to operate on: what an operator says of a service that it does not know. */
export const idle: Operator = { sync: () => Promise.resolve(undefined), acknowledgeQuarantine: () => Promise.resolve(undefined) };

const nothing = { eventId: undefined, userId: undefined, identities: [], cases: [], errors: [] } as const;

/** Where no decision changes anything. */
export const idleDesk: LinkDesk = {
  linkIdentity: () => Promise.resolve(nothing),
  unlinkIdentity: () => Promise.resolve(nothing),
  decideMatches: () => Promise.resolve(nothing),
  mergeUsers: () => Promise.resolve(nothing),
  splitUser: () => Promise.resolve(nothing),
  revertLinkChange: () => Promise.resolve(nothing),
};

export interface EmptyServer extends AsyncDisposable {
  readonly server: Server;
  readonly entries: readonly Logged[];
  readonly statements: () => number;
}

/** A server over a store in which nothing was ever read. */
export async function startEmpty(options: Partial<Omit<ServerOptions, 'log'>> = {}): Promise<EmptyServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-server-'));
  let statements = 0;
  const store = await openStore(folder, { onStatement: () => void statements++ });
  const { log, entries } = createRecorder();
  const directory = createDirectory(store, { now: Date.now, managedDomains: [] });
  const server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), ...options, log });
  return {
    server,
    entries,
    statements: () => statements,
    async [Symbol.asyncDispose]() {
      await server.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** One such server for the tests of a file that leave it as it is. */
export function shareEmpty(): Omit<EmptyServer, typeof Symbol.asyncDispose> {
  let started: EmptyServer | undefined;
  beforeAll(async () => {
    started = await startEmpty();
  });
  afterAll(() => started?.[Symbol.asyncDispose]());
  const ready = (): EmptyServer => {
    if (started === undefined) throw new Error('the server has not started');
    return started;
  };
  return {
    get server() {
      return ready().server;
    },
    get entries() {
      return ready().entries;
    },
    statements: () => ready().statements(),
  };
}

/** A directory that cannot answer, for failures that no store shows on demand. */
export const failing = (error: unknown): Directory => ({
  open: async () => {
    throw error;
  },
});

/** One that answers only when told. */
export function gated(directory: Directory): { readonly directory: Directory; release(): void; readonly asked: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  return {
    directory: {
      open: async () => {
        asked.resolve();
        await gate.promise;
        return directory.open();
      },
    },
    release: gate.resolve,
    asked: asked.promise,
  };
}

export const endpoint = 'http://localhost/graphql';

export interface Reply {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly body: {
    data?: unknown;
    errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
    extensions?: Record<string, unknown>;
  };
}

export async function post(server: Pick<Server, 'fetch'>, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(endpoint, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } });
  return toReply(await server.fetch(request));
}

export async function toReply(response: Response): Promise<Reply> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, type: headers.get('content-type'), body: text === '' ? {} : (JSON.parse(text) as Reply['body']) };
}

export const codesOf = ({ body }: Reply): unknown[] => (body.errors ?? []).map(({ extensions }) => extensions['code']);
