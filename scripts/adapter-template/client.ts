import type { ZodType } from 'zod';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/contract/http.ts';
import type { NewServiceSettings } from './config.ts';
import * as wire from './wire.ts';

const pageSize = 100;

export type NewServiceClient = ReturnType<typeof createClient>;

/** One call a function. The token goes nowhere else than into this header. */
export function createClient({ credentials }: NewServiceSettings, http: Http) {
  const headers = { authorization: `Bearer ${credentials.token}`, accept: 'application/json' };

  /** @param name what messages call it: paths hold ids */
  async function get<T>(name: string, shape: ZodType<T>, request: Pick<HttpRequest, 'path' | 'query' | 'signal'>): Promise<T> {
    const response = await http.request({ ...request, headers });
    if (response.status !== 200) throw toError(name, response);
    const parsed = shape.safeParse(response.json());
    if (!parsed.success) throw new AdapterError('BAD_RESPONSE', `New Service ${name}: unexpected shape`, { cause: parsed.error });
    return parsed.data;
  }

  return {
    account: (signal: AbortSignal) => get('account', wire.account, { path: 'account', signal }),

    users: (cursor: string | undefined, signal: AbortSignal) =>
      get('users', wire.usersPage, { path: 'users', query: { limit: pageSize, cursor }, signal }),

    /** Undefined when the service has nobody with this id. */
    async user(id: string, signal: AbortSignal) {
      // dots would leave the folder
      if (['', '.', '..'].includes(id)) return undefined;
      try {
        const answer = await get('users/{id}', wire.userAnswer, { path: `users/${encodeURIComponent(id.toWellFormed())}`, signal });
        return answer.user.id === id ? answer : undefined;
      } catch (error) {
        if (error instanceof AdapterError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },
  };
}

/** Messages say what to do next, and repeat nothing of the answer. */
function toError(name: string, response: HttpResponse): AdapterError {
  const { status } = response;
  const at = `New Service ${name}`;
  switch (status) {
    case 400:
      return readWord(response) === 'invalid_cursor'
        ? new AdapterError('CURSOR_EXPIRED', `${at}: the page cursor is no longer accepted; the listing starts again`, { status })
        : new AdapterError('BAD_REQUEST', `${at}: the service refused the input`, { status });
    case 401:
      return new AdapterError('AUTH_FAILED', `${at}: the token is wrong, expired or revoked; make a new one and set credentials.token`, { status });
    case 403:
      return new AdapterError('FORBIDDEN', `${at}: the token may not do this`, { status, missing: 'users.read' });
    case 404:
      return new AdapterError('NOT_FOUND', `${at}: not found`, { status });
    case 409:
      return new AdapterError('CONFLICT', `${at}: conflict`, { status });
    default:
      return new AdapterError('BAD_RESPONSE', `${at}: unexpected status ${status}; is baseUrl the address of the API?`, { status });
  }
}

function readWord(response: HttpResponse): string | undefined {
  try {
    return wire.failure.safeParse(response.json()).data?.error;
  } catch {
    return undefined;
  }
}
