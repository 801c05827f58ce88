import { z, type ZodType } from 'zod';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/contract/http.ts';
import type { PagerDutySettings } from './config.ts';
import { failure, member, paging, session, team, user, type WireMember, type WireSession, type WireTeam, type WireUser } from './wire.ts';

/** `limit` is cut to 100 by the service (developer.pagerduty.com/docs/pagination). */
const maxPageSize = 100;
/** `offset + limit` beyond this is refused with 400 (PagerDuty/python-pagerduty, rest_api_v2_base_client.py, ITERATION_LIMIT). */
export const wall = 10_000;

/** One page of a classic listing. */
export interface WirePage<T> {
  readonly items: readonly T[];
  readonly rejected: readonly { readonly externalId: string | undefined; readonly reason: string }[];
  /** Offset of the next page; null at the end. May lie at the wall, where no page can be had. */
  readonly next: number | null;
  /** Of the whole listing; only when asked for. */
  readonly total: number | undefined;
}

interface PageRequest {
  readonly offset: number;
  readonly limit?: number;
  /** Contained in the name or the address, as the service sees it. */
  readonly query?: string;
  readonly total?: boolean;
}

export type PagerDutyClient = ReturnType<typeof createClient>;

export function createClient(settings: PagerDutySettings, http: Http) {
  const { token } = settings.credentials;
  const headers = {
    accept: 'application/vnd.pagerduty+json;version=2',
    'content-type': 'application/json',
    authorization: settings.tokenType === 'bearer' ? `Bearer ${token}` : `Token token=${token}`,
  };

  async function call(path: string, query: HttpRequest['query'], signal: AbortSignal): Promise<HttpResponse> {
    const response = await http.request({ path, headers, signal, ...(query && { query }) });
    if (response.status !== 200) throw toError(response, path);
    return response;
  }

  async function page<T>(
    path: string,
    name: string,
    item: ZodType<T>,
    request: PageRequest,
    include: readonly string[],
    signal: AbortSignal,
  ): Promise<WirePage<T>> {
    const limit = Math.min(request.limit ?? maxPageSize, wall - request.offset);
    const query = {
      limit,
      offset: request.offset,
      total: request.total ? true : undefined,
      query: request.query,
      'include[]': include,
    };
    return toPage((await call(path, query, signal)).json(), { path, name, item, limit, offset: request.offset });
  }

  return {
    users: (request: PageRequest, signal: AbortSignal): Promise<WirePage<WireUser>> =>
      page('users', 'users', user, request, ['contact_methods'], signal),

    /** One user with the account's subdomains: the API has no account object. */
    anyUser: async (signal: AbortSignal): Promise<WireUser | undefined> =>
      (await page('users', 'users', user, { offset: 0, limit: 1 }, ['subdomains'], signal)).items[0],

    /** Undefined when the account has no user with this id. */
    async user(id: string, signal: AbortSignal): Promise<WireUser | undefined> {
      // `me` is the owner of the key, and dots would leave the folder: no ids of users.
      if (['', '.', '..', 'me'].includes(id)) return undefined;
      const path = `users/${encodeURIComponent(id.toWellFormed())}`;
      try {
        const parsed = user.safeParse(wrapped((await call(path, { 'include[]': ['contact_methods'] }, signal)).json(), 'user'));
        if (!parsed.success) throw new AdapterError('BAD_RESPONSE', 'PagerDuty users/{id}: the answer holds no user', { cause: parsed.error });
        return parsed.data.id === id ? parsed.data : undefined;
      } catch (error) {
        if (error instanceof AdapterError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },

    teams: (request: PageRequest, signal: AbortSignal): Promise<WirePage<WireTeam>> => page('teams', 'teams', team, request, [], signal),

    /** All of one user; none when there is no such user. */
    async sessions(userId: string, signal: AbortSignal): Promise<Pick<WirePage<WireSession>, 'items' | 'rejected'>> {
      const path = `users/${encodeURIComponent(userId.toWellFormed())}/sessions`;
      try {
        const body = (await call(path, undefined, signal)).json();
        return toPage(body, { path, name: 'user_sessions', item: session, limit: Infinity, offset: 0 });
      } catch (error) {
        if (error instanceof AdapterError && error.code === 'NOT_FOUND') return { items: [], rejected: [] };
        throw error;
      }
    },

    members: (teamId: string, request: PageRequest, signal: AbortSignal): Promise<WirePage<WireMember>> =>
      page(`teams/${encodeURIComponent(teamId.toWellFormed())}/members`, 'members', member, request, [], signal),
  };
}

interface Expected<T> {
  readonly path: string;
  readonly name: string;
  readonly item: ZodType<T>;
  readonly limit: number;
  readonly offset: number;
}

function toPage<T>(body: unknown, expected: Expected<T>): WirePage<T> {
  const list = wrapped(body, expected.name);
  if (!Array.isArray(list))
    throw new AdapterError('BAD_RESPONSE', `PagerDuty ${shown(expected.path)}: the answer holds no list \`${expected.name}\``);
  const { more, total, limit, offset } = paging.parse(body);
  // The same page for every offset would be read for ever.
  if (offset !== undefined && offset !== expected.offset)
    throw new AdapterError('BAD_RESPONSE', `PagerDuty ${shown(expected.path)}: the answer is another page than the one asked for`);
  const items: T[] = [];
  const rejected: WirePage<T>['rejected'][number][] = [];
  for (const entry of list) {
    const parsed = expected.item.safeParse(entry);
    if (parsed.success) items.push(parsed.data);
    else rejected.push({ externalId: idOf(entry), reason: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ') });
  }
  const end = expected.offset + list.length;
  // `more` is promised; when it is missing, the total or a full page has to say it.
  const goesOn = more ?? (total === undefined ? list.length > 0 && list.length >= Math.min(expected.limit, limit ?? maxPageSize) : end < total);
  // Counted by what came, so that a page shorter than its limit is read twice rather than skipped.
  return { items, rejected, total, next: goesOn ? (list.length > 0 ? end : end + expected.limit) : null };
}

/** Bodies are wrapped in the name of what they hold: `users` in lists, `user` in single answers. */
const wrapped = (body: unknown, name: string): unknown => anObject.safeParse(body).data?.[name];
const anObject = z.record(z.string(), z.unknown());

function idOf(entry: unknown): string | undefined {
  const id = wrapped(entry, 'id') ?? wrapped(wrapped(entry, 'user'), 'id');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Paths appear in messages without their ids. */
const shown = (path: string): string => path.replace(/^(\w+)\/[^/]+/, '$1/{id}');

// Scope names such as `users:contact_methods.read`; nothing else of a refusal's text is repeated.
const scopeName = /\b[a-z_]+(?::[a-z_]+)*\.(?:read|write)\b/g;

function toError(response: HttpResponse, path: string): AdapterError {
  const { status } = response;
  const at = `PagerDuty ${shown(path)}`;
  const refusal = readFailure(response);
  // Code 2012: github.com/heimweh/go-pagerduty, pagerduty/error_test.go.
  if (refusal?.code === 2012) return new AdapterError('AUTH_FAILED', `${at}: the account has expired`, { status });
  switch (status) {
    case 400:
      return new AdapterError('BAD_REQUEST', `${at}: the service refused the input (code ${refusal?.code ?? 'unknown'})`, { status });
    case 401:
      return new AdapterError('AUTH_FAILED', `${at}: the token is wrong, expired or revoked`, { status });
    case 402: {
      const missing = path.startsWith('teams') ? 'teams' : undefined;
      return new AdapterError('UNSUPPORTED', `${at}: the account's plan lacks this ability`, { status, ...(missing && { missing }) });
    }
    case 403: {
      const missing = [
        ...new Set([...(refusal?.required_scopes ?? []), ...(refusal?.message ?? []), ...(refusal?.errors ?? [])].join(' ').match(scopeName)),
      ];
      return new AdapterError('FORBIDDEN', `${at}: the token may not do this`, { status, ...(missing.length > 0 && { missing: missing.join(' ') }) });
    }
    case 404:
      return new AdapterError('NOT_FOUND', `${at}: not found`, { status });
    case 409:
      return new AdapterError('CONFLICT', `${at}: conflict`, { status });
    default:
      return new AdapterError('BAD_RESPONSE', `${at}: unexpected status ${status}`, { status });
  }
}

/** 401 comes without JSON (github.com/PagerDuty/go-pagerduty, issues 469 and 553): read only what says that it is. */
function readFailure(response: HttpResponse) {
  if (!/\bjson\b/.test(response.headers['content-type'] ?? '')) return undefined;
  try {
    return failure.safeParse(response.json()).data?.error;
  } catch {
    return undefined;
  }
}
