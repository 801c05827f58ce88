import type { CreateSandbox, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { directoryOf, keyHolder, permissionsOf, rankOf, type Directory, type SandboxUser } from './sandbox-data.ts';

const apiKey = 'sandbox-waii-key-0000';

type Body = Readonly<Record<string, unknown>>;
interface Asked {
  readonly directory: Directory;
  readonly caller: SandboxUser;
  readonly body: Body;
}

/** A server with `--api_key_auth_enabled` and the key of a super admin, who changes nothing. */
export const createWaiiSandbox: CreateSandbox = (instance) => {
  const calls: Readonly<Record<string, (asked: Asked) => SandboxResponse>> = {
    // About the caller: a user_id in the body is not looked at, the SDKs overwrite it.
    'get-user-info': ({ caller }) =>
      ok({
        id: caller.id,
        name: caller.name ?? caller.id,
        email: instance.accounts.find(({ externalId }) => externalId === caller.id)?.email ?? '',
        roles: caller.roles,
        permissions: [...permissionsOf(caller)],
      }),
    'list-orgs': ({ caller, directory }) =>
      may(caller, 'read:org', () => {
        const own = (organization: object) => isSuper(caller) || ('id' in organization && organization.id === caller.org_id);
        return ok({ organizations: directory.organizations.filter(own) });
      }),
    'list-tenants': (asked) =>
      may(asked.caller, 'read:tenant', () =>
        inOrganization(asked, (organization) => ok({ tenants: asked.directory.tenantsByOrganization.get(organization) ?? [] })),
      ),
    'list-users': (asked) =>
      may(asked.caller, 'read:user', () =>
        inOrganization(asked, (organization) => {
          const { lookup_tenant_id: tenant = null, lookup_user_id: id = null } = asked.body;
          const all = asked.directory.usersByOrganization.get(organization) ?? [];
          const one = typeof id === 'string' ? asked.directory.users.get(id) : undefined;
          const found = id === null ? all : one?.org_id === organization ? [one] : [];
          return ok({ users: tenant === null ? found : found.filter(({ tenant_id }) => tenant_id === tenant) });
        }),
      ),
    'list-access-keys': ({ caller }) => {
      const own = instance.credentials.filter(({ kind, account }) => kind === 'ACCESS_KEY' && account === caller.id);
      return ok({
        access_keys: own.map(({ externalId, name, createdAt }, n) => ({
          access_key: `sandbox-waii-secret-${externalId}-${String(1000 + n)}`,
          user_id: caller.id,
          description: null,
          name,
          created_at: createdAt,
        })),
      });
    },
    // Empty, it reads.
    'update-config': ({ body }) => (isEmpty(body['updated']) && isEmpty(body['deleted']) ? ok({ configs: {} }) : forbidden()),
    // What the SDKs ask when they start.
    'update-db-connect-info': ({ body }) =>
      isEmpty(body['updated']) && isEmpty(body['removed'])
        ? ok({ connectors: [], diagnostics: null, default_db_connection_key: null, connector_status: {} })
        : forbidden(),
  };

  function handle(request: SandboxRequest): SandboxResponse {
    const name = request.path.slice(1);
    const known = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (known === undefined && !writes.has(name)) return notFound();
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: { detail: 'Method Not Allowed' } };
    if (request.headers['authorization'] !== `Bearer ${apiKey}`) return unauthorized();
    const body = bodyOf(request);
    if (body === undefined) return invalid('body', 'a JSON object is expected');
    const wrong = ['scope', 'org_id', 'user_id', 'lookup_org_id', 'lookup_tenant_id', 'lookup_user_id'].find(
      (field) => !['string', 'undefined'].includes(typeof (body[field] ?? undefined)),
    );
    if (wrong !== undefined) return invalid(wrong, 'str type expected');
    if (known === undefined) return forbidden();
    const directory = directoryOf(instance);
    const caller = actingCaller(directory, request.headers['x-waii-impersonate-user']);
    return 'status' in caller ? caller : known({ directory, caller, body });
  }

  return { basePath: '/api', settings: { serviceId: instance.serviceId, credentials: { apiKey } }, handle, refuse };
};

const writes: ReadonlySet<string> = new Set([
  'create-key',
  'delete-access-keys',
  ...['user', 'tenant', 'org'].flatMap((noun) => [`create-${noun}`, `update-${noun}`, `delete-${noun}`]),
]);

/** The holder of the key, or the lesser user for whom it acts. */
function actingCaller(directory: Directory, impersonated: string | undefined): SandboxUser | SandboxResponse {
  const holder = keyHolder(directory);
  if (impersonated === undefined || impersonated === '') return holder;
  const target = directory.users.get(impersonated);
  if (target === undefined) return notFound();
  return rankOf(target) <= rankOf(holder) && target.id !== holder.id ? forbidden() : target;
}

const isSuper = ({ roles }: SandboxUser): boolean => roles.includes('waii-super-admin-user');

function may(caller: SandboxUser, permission: string, answer: () => SandboxResponse): SandboxResponse {
  return permissionsOf(caller).has(permission) ? answer() : forbidden();
}

/** The one that is asked about, the caller's own by default; a super admin may ask about any. */
function inOrganization({ directory, caller, body }: Asked, answer: (organization: string) => SandboxResponse): SandboxResponse {
  const asked = body['lookup_org_id'];
  const organization = typeof asked === 'string' && asked !== '' ? asked : (caller.org_id ?? '');
  if (!directory.organizations.some((known) => 'id' in known && known.id === organization)) return asked ? notFound() : answer(organization);
  return isSuper(caller) || organization === caller.org_id ? answer(organization) : forbidden();
}

function bodyOf({ headers, body }: SandboxRequest): Body | undefined {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Body) : undefined;
  } catch {
    return undefined;
  }
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || Object.keys(value).length === 0;

const ok = (body: object): SandboxResponse => ({ status: 200, body });
const failed = (status: number, detail: unknown): SandboxResponse => ({ status, body: { detail } });
const unauthorized = (): SandboxResponse => failed(401, 'Incorrect API key');
const forbidden = (): SandboxResponse => failed(403, 'Permission denied');
const notFound = (): SandboxResponse => failed(404, 'Not Found');
const invalid = (field: string, msg: string): SandboxResponse => failed(422, [{ loc: ['body', field], msg, type: 'value_error' }]);

function refuse(refusal: Refusal): SandboxResponse {
  return refusals[refusal.kind](refusal.kind === 'rate-limited' ? refusal.retryAfterSeconds : undefined);
}

const page = (status: number, title: string, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: `<html><head><title>${status} ${title}</title></head><body><center><h1>${status} ${title}</h1></center><hr><center>nginx</center></body></html>`,
});

const refusals: Readonly<Record<Refusal['kind'], (retryAfterSeconds: number | undefined) => SandboxResponse>> = {
  unauthorized,
  forbidden,
  'not-found': notFound,
  conflict: () => failed(409, 'Already exists'),
  'rate-limited': (seconds) => page(503, 'Service Temporarily Unavailable', seconds === undefined ? {} : { 'retry-after': String(seconds) }),
  unavailable: () => page(502, 'Bad Gateway'),
};
