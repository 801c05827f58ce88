import { AdapterError, type AdapterErrorCode } from '../../src/contract/errors.ts';
import type { Http, HttpRequest } from '../../src/contract/http.ts';
import { organizationsAnswer, usersAnswer } from './wire.ts';

export interface SymOrganization {
  readonly slug: string;
  readonly name: string;
}

/**
 * The platform API as the vendor's command line speaks it (Python package `sym-flow-cli`, helpers/api.py; GitHub `symopsio/terraform-provider-sym`,
 * sym/client/client.go). Everybody comes in one answer; there are no pages.
 */
export interface SymClient {
  organizations(signal: AbortSignal): Promise<readonly SymOrganization[]>;
  /** Unparsed users. Without a type: people only. */
  users(query: { readonly type?: 'bot'; readonly id?: string; readonly email?: string }, signal: AbortSignal): Promise<readonly unknown[]>;
}

/** 56,000 users take tens of MB; this is room for about 200,000. */
const listMaxBytes = 128 * 1024 * 1024;

export function createClient(http: Http, token: string): SymClient {
  async function get(path: string, request: Pick<HttpRequest, 'query' | 'maxBytes' | 'signal'>): Promise<unknown> {
    // made up by the caller, and what support asks for (terraform-provider-sym, sym/client/http.go)
    const requestId = crypto.randomUUID();
    const response = await http.request({
      ...request,
      path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json', 'x-sym-request-id': requestId },
    });
    if (response.status < 200 || response.status > 299) throw refusal(path, response.status, requestId);
    const body = response.json();
    // the error form says its status again; believed when it comes with a 200
    if (typeof body === 'object' && body !== null && 'error' in body && body.error === true) {
      throw refusal(path, 'status_code' in body && typeof body.status_code === 'number' ? body.status_code : response.status, requestId);
    }
    return body;
  }

  return {
    async organizations(signal) {
      const parsed = organizationsAnswer.safeParse(await get('organizations', { signal }));
      if (!parsed.success) throw new AdapterError('BAD_RESPONSE', 'sym GET organizations: expected a list of organisations with their slugs');
      return parsed.data.map(({ slug, name }) => ({ slug, name: name || slug }));
    },
    async users(query, signal) {
      const list = query.id === undefined && query.email === undefined;
      const parsed = usersAnswer.safeParse(await get('users', { query, signal, ...(list ? { maxBytes: listMaxBytes } : {}) }));
      if (!parsed.success) throw new AdapterError('BAD_RESPONSE', 'sym GET users: expected an object with a list `users`');
      return parsed.data.users;
    },
  };
}

const codes: ReadonlyMap<number, AdapterErrorCode> = new Map([
  [400, 'BAD_REQUEST'],
  [401, 'AUTH_FAILED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
  [422, 'BAD_REQUEST'],
]);

const hints: ReadonlyMap<number, string> = new Map([
  [401, ': the token is wrong, expired or revoked; issue one with `symflow tokens issue`'],
  [403, ': the token needs a bot with the role admin'],
]);

function refusal(path: string, status: number, requestId: string): AdapterError {
  const code = codes.get(status) ?? (status >= 500 ? 'UNREACHABLE' : 'BAD_RESPONSE');
  const message = `sym GET ${path}: status ${status}${hints.get(status) ?? ''} (X-Sym-Request-ID ${requestId})`;
  return new AdapterError(code, message, { status, ...(code === 'FORBIDDEN' ? { missing: 'role admin' } : {}) });
}
