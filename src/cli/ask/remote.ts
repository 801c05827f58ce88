import { hostName, isLoopback } from '../../server/loopback.ts';
import { exitCodes, UserError } from '../exit.ts';
import type { Gateway } from './question.ts';
import { readReply } from './reply.ts';

const timeoutMs = 30_000;

export interface RemoteOptions {
  /** Address of a running server, with or without `/graphql`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly key: string | undefined;
  warn(message: string): void;
}

/** Asks a running server over HTTP. @throws UserError for an address that is none. */
export function openRemote({ url, key, warn }: RemoteOptions): Gateway {
  const endpoint = toEndpoint(url);
  const from = endpoint.origin;
  if (key !== undefined && endpoint.protocol === 'http:' && !isLoopback(hostName(endpoint.host))) {
    warn(`ROLLCALL_KEY travels to ${from} unencrypted: use https`);
  }
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  return {
    async ask(question, variables) {
      const body = JSON.stringify({ query: question.document, variables });
      const response = await reached(from, () =>
        // The key goes to this address and to no other.
        fetch(endpoint, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }),
      );
      const text = await reached(from, () => response.text());
      return readReply(question, parseJson(text), from);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function toEndpoint(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UserError('--url must be an address such as http://127.0.0.1:4000');
  if (url.username !== '' || url.password !== '') throw new UserError('--url must hold no user and no password: put an API key into ROLLCALL_KEY');
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
}

async function reached<T>(from: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw new UserError(`${from} did not answer within ${timeoutMs / 1000} s`, exitCodes.failed);
    }
    const why = codeOf(error);
    throw new UserError(
      `no server answers at ${from}${why === undefined ? '' : ` (${why})`}: is \`rollcall start\` running there, and the address right?`,
      exitCodes.failed,
    );
  }
}

/** fetch says why in the cause of its TypeError. */
function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
