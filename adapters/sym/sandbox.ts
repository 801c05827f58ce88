import type { CreateSandbox, DemoAccount, DemoInstance, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { toUsersCsv, toUsersDump, serviceKeysOf } from './sandbox-files.ts';

const token = 'sym-sandbox-token';
/** The application that the organisation's people sign in with; not a secret. */
const clientId = 'sym-sandbox-client';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The key of the matcher by service type; all others say `user_id`. */
const matcherKeys: ReadonlyMap<string, string> = new Map([
  ['aws_sso', 'principal_uuid'],
  ['aws_iam', 'user_arn'],
  ['google', 'email'],
  ['tailscale', 'email'],
  ['auth0', 'idp_id'],
]);

/** The platform API of one Sym organisation, for reading. `files/users.csv` and `files/users.jsonl` hold the same population. */
export const createSymSandbox: CreateSandbox = (instance) => {
  let current = index(instance);
  const population = (): Population => {
    if (current.accounts !== instance.accounts) current = index(instance);
    return current;
  };

  function users(query: URLSearchParams): SandboxResponse {
    const { people, bots, byId, byAddress } = population();
    const [type, id, email] = [query.get('type'), query.get('id'), query.get('email')];
    if (type !== null && type !== 'normal' && type !== 'bot') return refused(400, 'BadRequestError:INVALID_TYPE', 'type must be normal or bot');
    if (id !== null && !uuid.test(id)) return refused(400, 'BadRequestError:INVALID_ID', 'id must be a UUID');
    if (id === null && email === null) return json(type === 'bot' ? bots() : people());
    const found = id === null ? (byAddress.get((email ?? '').toLowerCase()) ?? []) : [byId.get(id)].filter((account) => account !== undefined);
    return { status: 200, body: { users: found.filter((account) => (account.kind === 'BOT') === (type === 'bot')).map(toUser) } };
  }

  function references(path: string): SandboxResponse | undefined {
    const id = /^\/service\/([^/]+)\/references$/.exec(path)?.[1];
    const service = population().services.find((one) => one.id === id);
    if (service === undefined) return undefined;
    const holders = instance.accounts.filter(({ declared }) =>
      declared.some((one) => one.type === service.slug && one.serviceId === service.external_id),
    );
    const identities = service.slug === 'sym' ? instance.accounts : holders;
    return { status: 200, body: { error: 'false', references: { identities: identities.map(({ externalId }) => externalId), integrations: [] } } };
  }

  function tokens(): SandboxResponse {
    const { byId } = population();
    const held = instance.credentials.map((credential) => {
      const user = { id: credential.account, type: byId.get(credential.account)?.kind === 'BOT' ? 'bot' : 'normal' };
      return {
        identifier: credential.externalId,
        user,
        created_by: user,
        expires_at: credential.expiresAt === undefined ? null : new Date(credential.expiresAt).toISOString(),
        updated_at: new Date(credential.createdAt).toISOString(),
        label: credential.name,
      };
    });
    return { status: 200, body: { tokens: held } };
  }

  function services(query: URLSearchParams): SandboxResponse {
    const [type, externalId] = [query.get('service_type'), query.get('external_id')];
    const wanted = population().services.filter(
      (one) => (type === null || one.slug === type) && (externalId === null || one.external_id === externalId),
    );
    return { status: 200, body: { services: wanted } };
  }

  function handle({ method, path, query, headers }: SandboxRequest): SandboxResponse {
    if (method !== 'GET') return refused(404, 'NotFoundError:UNKNOWN_PATH', 'Not found');
    if (path === `/auth/org/${instance.serviceId}`) return { status: 200, body: { slug: instance.serviceId, client_id: clientId } };
    if (headers['authorization'] !== `Bearer ${token}`) return refusals.unauthorized();
    switch (path) {
      case '/users':
        return users(query);
      case '/organizations':
        return { status: 200, body: [{ id: idOf(0), slug: instance.serviceId, name: instance.displayName, domains: population().domains }] };
      case '/services':
        return services(query);
      case '/tokens':
        return tokens();
      case '/files/users.csv':
        return { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body: toUsersCsv(instance) };
      case '/files/users.jsonl':
        return { status: 200, headers: { 'content-type': 'application/jsonl; charset=utf-8' }, body: toUsersDump(instance) };
      default:
        return references(path) ?? refusals['not-found']();
    }
  }

  return {
    basePath: '/api/v1',
    settings: { credentials: { token } },
    handle,
    refuse: (refusal) => refusals[refusal.kind](refusal),
  };
};

interface Population {
  readonly accounts: DemoInstance['accounts'];
  readonly byId: ReadonlyMap<string, DemoAccount>;
  readonly byAddress: ReadonlyMap<string, readonly DemoAccount[]>;
  readonly services: readonly { readonly id: string; readonly slug: string; readonly label: string; readonly external_id: string }[];
  readonly domains: readonly string[];
  /** The whole answers, written once. */
  readonly people: () => string;
  readonly bots: () => string;
}

function index(instance: DemoInstance): Population {
  const { accounts } = instance;
  const list = (kind: DemoAccount['kind']) => {
    let written: string | undefined;
    return () => (written ??= JSON.stringify({ users: accounts.filter((account) => account.kind === kind).map(toUser) }));
  };
  const addressed = accounts.filter((account) => account.email !== undefined);
  const keys = [{ type: 'sym', serviceId: 'cloud' }, ...serviceKeysOf(instance)];
  return {
    accounts,
    byId: new Map(accounts.map((account) => [account.externalId, account])),
    byAddress: Map.groupBy(addressed, ({ email = '' }) => email.toLowerCase()),
    services: keys.map(({ type, serviceId }, at) => ({ id: idOf(at + 1), slug: type, label: `${type} ${serviceId}`, external_id: serviceId })),
    domains: [
      ...new Set(addressed.filter(({ role }) => role !== 'guest').map(({ email = '' }) => email.slice(email.lastIndexOf('@') + 1).toLowerCase())),
    ],
    people: list('HUMAN'),
    bots: list('BOT'),
  };
}

function toUser(account: DemoAccount): object {
  const bot = account.kind === 'BOT';
  const own = {
    service: { slug: 'sym', external_id: 'cloud' },
    matcher: bot ? { username: account.username } : { email: account.email },
    profile: bot ? {} : { first_name: account.firstName, last_name: account.lastName },
  };
  return {
    id: account.externalId,
    type: bot ? 'bot' : 'normal',
    role: account.role || 'member',
    created_at: new Date(account.createdAt).toISOString(),
    identities: [
      own,
      ...account.declared.map(({ type, serviceId, externalId }) => ({
        service: { slug: type, external_id: serviceId },
        matcher: { [matcherKeys.get(type) ?? 'user_id']: externalId },
        profile: {},
      })),
    ],
  };
}

const idOf = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
const json = (text: string): SandboxResponse => ({ status: 200, headers: { 'content-type': 'application/json' }, body: text });

function refused(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): SandboxResponse {
  return { status, headers, body: { error: true, message, code, status_code: status, is_retryable: status === 429 || status >= 500 } };
}

const refusals = {
  unauthorized: () => refused(401, 'AuthenticationError:INVALID_JWT', 'The JWT is not valid'),
  forbidden: () => refused(403, 'AuthorizationError:NOT_ADMIN', 'Only admins may do this'),
  'not-found': () => refused(404, 'NotFoundError:NOT_FOUND', 'Not found'),
  conflict: () => refused(409, 'ConflictError:CONFLICT', 'The object is in use'),
  'rate-limited': (refusal?: Refusal) => {
    const seconds = refusal?.kind === 'rate-limited' ? refusal.retryAfterSeconds : undefined;
    return refused(429, 'RateLimitError:TOO_MANY_REQUESTS', 'Too many requests', seconds === undefined ? {} : { 'retry-after': String(seconds) });
  },
  unavailable: () => refused(503, 'InternalError:UNAVAILABLE', 'Try again later'),
} satisfies Record<Refusal['kind'], (refusal?: Refusal) => SandboxResponse>;
