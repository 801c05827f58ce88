import type { CreateSandbox, DemoAccount, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';

const token = 'new-service-sandbox-token';
const largestPage = 100;

/** The service as its documentation describes it: as strict, with its errors and its page limits. */
export const createNewServiceSandbox: CreateSandbox = (instance, { maxPageSize = largestPage } = {}) => {
  const account = { id: instance.serviceId, name: instance.displayName };

  function handle({ method, path, query, headers }: SandboxRequest): SandboxResponse {
    if (headers['authorization'] !== `Bearer ${token}`) return refusals.unauthorized();
    if (method !== 'GET') return failed(405, 'method_not_allowed');
    if (path === '/account') return { status: 200, body: account };
    if (path === '/users') return users(query);
    const id = /^\/users\/([^/]+)$/.exec(path)?.[1];
    const found = id === undefined ? undefined : instance.accounts.find(({ externalId }) => externalId === decode(id));
    return found === undefined ? refusals['not-found']() : { status: 200, body: { account, user: toUser(found) } };
  }

  function users(query: URLSearchParams): SandboxResponse {
    const limit = Number(query.get('limit') ?? largestPage);
    if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) return failed(400, 'invalid_limit');
    const start = readCursor(query.get('cursor'));
    if (start === undefined) return failed(400, 'invalid_cursor');
    const end = start + Math.min(limit, maxPageSize);
    const next_cursor = end < instance.accounts.length ? `after-${end}` : null;
    return { status: 200, body: { account, users: instance.accounts.slice(start, end).map(toUser), next_cursor } };
  }

  return {
    basePath: '/v1',
    settings: { credentials: { token } },
    handle,
    refuse: (refusal) => refusals[refusal.kind](refusal),
  };
};

function readCursor(cursor: string | null): number | undefined {
  if (cursor === null) return 0;
  const digits = /^after-(\d{1,9})$/.exec(cursor)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

const toUser = (account: DemoAccount): object => ({
  id: account.externalId,
  name: account.displayName,
  email: account.email ?? null,
  email_verified: account.emailProven,
  active: account.status === 'ACTIVE',
  role: account.role,
  created_at: new Date(account.createdAt).toISOString(),
});

const failed = (status: number, error: string, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
  status,
  headers,
  body: { error },
});

const refusals = {
  unauthorized: () => failed(401, 'invalid_token'),
  forbidden: () => failed(403, 'missing_right'),
  'not-found': () => failed(404, 'not_found'),
  conflict: () => failed(409, 'conflict'),
  'rate-limited': (refusal?: Refusal) => {
    const seconds = refusal?.kind === 'rate-limited' ? refusal.retryAfterSeconds : undefined;
    return failed(429, 'too_many_requests', seconds === undefined ? {} : { 'retry-after': String(seconds) });
  },
  unavailable: () => failed(503, 'unavailable'),
} satisfies Record<Refusal['kind'], (refusal?: Refusal) => SandboxResponse>;
