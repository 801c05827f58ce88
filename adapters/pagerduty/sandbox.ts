import type { CreateSandbox, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createViews, directoryOf } from './sandbox-data.ts';

const token = 'u+sandbox-PagerDuty-key';
const versionType = 'application/vnd.pagerduty+json;version=2';
const wall = 10_000;
const userIncludes = ['contact_methods', 'notification_rules', 'teams', 'subdomains'];

/** REST API v2 with a read-only account key. The same token is accepted as an OAuth token. */
export const createPagerDutySandbox: CreateSandbox = (instance, options = {}) => {
  const pageSize = Math.min(100, options.maxPageSize ?? 100);
  const views = createViews(instance);

  function handle(request: SandboxRequest): SandboxResponse {
    const { authorization } = request.headers;
    if (authorization !== `Token token=${token}` && authorization !== `Bearer ${token}`) return unauthorized();
    const misspoken = checkHeaders(request);
    if (misspoken !== undefined) return misspoken;
    if (request.method !== 'GET') return failed(403, 2010, 'Access Denied', 'Your API key is read only.');
    return answer(segmentsOf(request.path), request) ?? notFound();
  }

  function answer([resource, id, part, partId, ...rest]: readonly string[], request: SandboxRequest): SandboxResponse | undefined {
    if (rest.length > 0) return undefined;
    if (resource === 'abilities' && id === undefined) return ok({ abilities: ['teams', 'read_only_users', 'advanced_permissions'] });
    if (resource === 'users') {
      if (id === undefined) return listUsers(request);
      if (id === 'me' && part === undefined) return currentUser(request);
      return oneUser(id, part, partId, request);
    }
    if (resource === 'teams' && partId === undefined) return id === undefined ? listTeams(request) : oneTeam(id, part, request);
    return undefined;
  }

  function listUsers(request: SandboxRequest): SandboxResponse {
    const directory = directoryOf(instance);
    const include = includesOf(request, userIncludes);
    if (include === undefined) return invalid(['Include is not valid']);
    const query = request.query.get('query') ?? '';
    const teamIds = request.query.getAll('team_ids[]');
    const found = query === '' ? directory.accounts : directory.accountsMatching(query);
    const onTeams = new Set(teamIds.flatMap((id) => directory.teamsById.get(id)?.members ?? []).map((member) => member.externalId));
    const matching = teamIds.length === 0 ? found : found.filter((account) => onTeams.has(account.externalId));
    return page(request, pageSize, 'users', matching, (account) => views.user(account, include, directory));
  }

  function oneUser(id: string, part: string | undefined, partId: string | undefined, request: SandboxRequest): SandboxResponse | undefined {
    const directory = directoryOf(instance);
    const account = directory.accountsById.get(id);
    if (account === undefined) return undefined;
    if (part === 'contact_methods') {
      const methods = views.contactMethods(account);
      if (partId === undefined) return ok({ contact_methods: methods });
      const method = methods.find((entry) => entry.id === partId);
      return method && ok({ contact_method: method });
    }
    if (part === 'sessions' && partId === undefined) {
      const own = instance.credentials.filter((each) => each.kind === 'SESSION' && each.account === id);
      return ok({ user_sessions: own.map(views.session) });
    }
    if (part !== undefined) return undefined;
    const include = includesOf(request, [...userIncludes, 'calendar_urls']);
    return include === undefined ? invalid(['Include is not valid']) : ok({ user: views.user(account, include, directory) });
  }

  /** The key of an account belongs to no user. */
  function currentUser(request: SandboxRequest): SandboxResponse {
    const directory = directoryOf(instance);
    const [first] = directory.accounts;
    if (first === undefined || !request.headers['authorization']?.startsWith('Bearer ')) return invalid(['User token required']);
    return ok({ user: views.user(first, new Set(), directory) });
  }

  function listTeams(request: SandboxRequest): SandboxResponse {
    const query = request.query.get('query')?.toLowerCase() ?? '';
    const teams = directoryOf(instance).teams.filter((team) => team.name.toLowerCase().includes(query));
    return page(request, pageSize, 'teams', teams, views.team);
  }

  function oneTeam(id: string, part: string | undefined, request: SandboxRequest): SandboxResponse | undefined {
    const directory = directoryOf(instance);
    const team = directory.teamsById.get(id);
    if (team === undefined) return undefined;
    if (part === undefined) return ok({ team: views.team(team) });
    if (part !== 'members') return undefined;
    const include = includesOf(request, ['users']);
    if (include === undefined) return invalid(['Include is not valid']);
    return page(request, pageSize, 'members', team.members, ({ externalId, role }) => {
      const account = directory.accountsById.get(externalId);
      const user = account && (include.has('users') ? views.user(account, new Set(), directory) : views.userReference(account));
      return { user: user ?? { id: externalId, type: 'user_reference' }, role: role ?? 'manager' };
    });
  }

  return { basePath: '', settings: { credentials: { token } }, handle, refuse };
};

function checkHeaders({ headers }: SandboxRequest): SandboxResponse | undefined {
  if (headers['accept']?.replaceAll(' ', '') !== versionType) return failed(406, 2001, 'Not Acceptable', `Accept must be ${versionType}`);
  if (!/^application\/json\b/.test(headers['content-type'] ?? ''))
    return failed(415, 2001, 'Unsupported Media Type', 'Content-Type must be application/json');
  return undefined;
}

/** No segment at all for a path that is no text. */
function segmentsOf(path: string): readonly string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return [];
  }
}

function includesOf(request: SandboxRequest, known: readonly string[]): ReadonlySet<string> | undefined {
  const include = request.query.getAll('include[]');
  return include.every((name) => known.includes(name)) ? new Set(include) : undefined;
}

function page<T>(request: SandboxRequest, pageSize: number, name: string, entries: readonly T[], view: (entry: T) => object): SandboxResponse {
  const asked = numberOf(request, 'limit', 25);
  const offset = numberOf(request, 'offset', 0);
  if (asked === undefined || asked === 0 || offset === undefined) return invalid(['Limit and offset must be whole numbers']);
  const limit = Math.min(asked, pageSize);
  if (offset + limit > wall) return invalid(['Offset and limit must not exceed 10000']);
  const total = request.query.get('total') === 'true' ? entries.length : null;
  return ok({
    [name]: entries.slice(offset, offset + limit).map(view),
    limit,
    offset,
    more: offset + limit < entries.length,
    total,
  });
}

function numberOf(request: SandboxRequest, name: string, otherwise: number): number | undefined {
  const text = request.query.get(name);
  if (text === null) return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function refuse(refusal: Refusal): SandboxResponse {
  return refusals[refusal.kind](refusal.kind === 'rate-limited' ? refusal.retryAfterSeconds : undefined);
}

const ok = (body: object): SandboxResponse => ({ status: 200, body });
const notFound = (): SandboxResponse => failed(404, 2100, 'Not Found');
const invalid = (errors: readonly string[]): SandboxResponse => failed(400, 2001, 'Invalid Input Provided', errors);

// Not JSON: github.com/PagerDuty/go-pagerduty, issues 469 and 553.
const unauthorized = (): SandboxResponse => ({
  status: 401,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: 'HTTP Token: Access denied.\n',
});

function failed(
  status: number,
  code: number,
  message: string,
  errors?: string | readonly string[] | Readonly<Record<string, readonly string[]>>,
): SandboxResponse {
  return { status, body: { error: { message, code, ...(errors !== undefined && { errors }) } } };
}

const refusals: Readonly<Record<Refusal['kind'], (retryAfterSeconds: number | undefined) => SandboxResponse>> = {
  unauthorized,
  forbidden: () => failed(403, 2010, 'Access Denied', 'The token lacks the scope users.read'),
  'not-found': notFound,
  conflict: () => failed(409, 2001, 'Conflict', { user: ['changed meanwhile'] }),
  'rate-limited': (seconds) => ({
    ...failed(429, 2020, 'Rate Limit Exceeded'),
    ...(seconds !== undefined && { headers: { 'ratelimit-limit': '960', 'ratelimit-remaining': '0', 'ratelimit-reset': String(seconds) } }),
  }),
  unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>503 Service Temporarily Unavailable</h1>' }),
};
