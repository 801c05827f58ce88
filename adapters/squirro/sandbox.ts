import type { CreateSandbox, DemoAccount, DemoScope, Refusal, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { conflict, failed, inFormat, notFound, ok, segmentsOf, unauthorized } from './sandbox-answer.ts';
import { authentication, createViews, directoryOf, passwordPolicy, type Directory } from './sandbox-data.ts';
import { client, createSandboxSignIn, type SandboxSession } from './sandbox-sign-in.ts';

/** User and topic service of a cluster with workspaces, for an administrator who reads. */
export const createSquirroSandbox: CreateSandbox = (instance) => {
  const { serviceId } = instance;
  const slash = serviceId.indexOf('/');
  const [cluster, tenant] = [serviceId.slice(0, slash), serviceId.slice(slash + 1)];
  const views = createViews(tenant);
  const signIn = createSandboxSignIn(ownSession);

  /** Of an administrator, rather one who has a session. */
  function ownSession(): SandboxSession {
    const directory = directoryOf(instance);
    const admins = directory.accounts.filter(({ role }) => role === 'admin');
    const withSession = (accounts: readonly DemoAccount[]) => accounts.find((account) => sessionsOf(account, directory).length > 0);
    const account = withSession(admins) ?? withSession(directory.accounts) ?? admins[0];
    return {
      tenant,
      user_id: account?.externalId ?? 'sandbox-user',
      session_id: (account && sessionsOf(account, directory)[0]?.externalId) ?? 'sandbox-session',
      role_permissions: directory.permissions.get('server:admin') ?? ['admin'],
    };
  }

  function handle(request: SandboxRequest): SandboxResponse {
    return inFormat(answer(request), request);
  }

  function answer(request: SandboxRequest): SandboxResponse {
    const [api, service, ...rest] = segmentsOf(request.path);
    if (api !== 'api') return nowhere();
    if (service === 'user' && rest.join('/') === 'oauth2/token') return signIn.signIn(request);
    const [version, named, ...parts] = rest;
    const route =
      service === 'user' && version !== undefined ? userRoute(version, parts) : service === 'topic' ? topicRoute(version, parts) : undefined;
    if (route === undefined) return nowhere();
    if (!signIn.accepts(request)) return unauthorized();
    if (named !== tenant) return notFound();
    return request.method === 'GET' ? (route(request) ?? notFound()) : failed(403, 'Forbidden');
  }

  type Route = (request: SandboxRequest) => SandboxResponse | undefined;

  function userRoute(version: string, [resource, id, part, partId, ...rest]: readonly string[]): Route | undefined {
    if (rest.length > 0 || (version !== 'v0' && !(version === 'v1' && resource === 'users' && part === undefined))) return undefined;
    const directory = directoryOf(instance);
    switch (resource) {
      case 'users':
        if (id === undefined) return version === 'v0' ? listUsers : undefined;
        return userPart(version, id, part, partId);
      case 'authentications':
        return part === undefined || partId !== undefined ? undefined : () => oneAuthentication(id, directory.accountsById.get(part));
      case 'groups': {
        if (id === undefined) return () => ok(instance.groups.map((group) => views.group(group, directory)));
        const group = directory.groupsById.get(id);
        return part === undefined ? () => group && ok(views.group(group, directory)) : undefined;
      }
      case 'password_policy':
        return id === undefined ? () => ok(passwordPolicy) : undefined;
      case 'projects':
        return part === 'members' && partId === undefined ? () => members(directory.scopes.get(id ?? ''), directory) : undefined;
      case 'workspaces':
        if (id === undefined) return () => ok(scopesOf('WORKSPACE').map(({ externalId, name }) => ({ domain: externalId, title: name })));
        return part === 'users' && partId === undefined ? () => workspaceUsers(directory.scopes.get(id), directory) : undefined;
      default:
        return undefined;
    }
  }

  function topicRoute(version: string | undefined, [resource, id, ...rest]: readonly string[]): Route | undefined {
    if (version !== 'v0' || resource !== 'projects' || rest.length > 0) return undefined;
    if (id === undefined) return () => ok(scopesOf('PROJECT').map(views.project));
    const project = directoryOf(instance).scopes.get(id);
    return () => (project?.kind === 'PROJECT' ? ok(views.project(project)) : undefined);
  }

  function listUsers({ query }: SandboxRequest): SandboxResponse {
    const included = query.get('include_config') ?? 'true';
    if (!/^(?:true|false)$/i.test(included)) return failed(400, `include_config value ${included} does not validate.`);
    const directory = directoryOf(instance);
    return ok({ users: directory.accounts.map((account) => views.user(account, directory, included.toLowerCase() === 'true')) });
  }

  function userPart(version: string, id: string, part: string | undefined, partId: string | undefined): Route | undefined {
    const directory = directoryOf(instance);
    const account = directory.accountsById.get(id);
    if (part === undefined) return () => account && ok(oneUser(version, account, directory));
    if (part === 'grants' && partId === undefined) return ({ query }) => account && grantsOf(account, directory, query);
    if (part !== 'sessions' || partId === undefined) return undefined;
    const session = account && sessionsOf(account, directory).find(({ externalId }) => externalId === partId);
    return () => session && ok(views.session(session));
  }

  const oneUser = (version: string, account: DemoAccount, directory: Directory) => ({
    ...views.user(account, directory, true),
    ...(version === 'v1' && { authentications: views.authentications(account, directory) }),
  });

  function grantsOf(account: DemoAccount, { credentials }: Directory, query: URLSearchParams): SandboxResponse {
    for (const field of ['client_id', 'client_secret']) if (!query.get(field)) return failed(400, `Value for ${field} must not be empty.`);
    if (query.get('client_id') !== client.clientId || query.get('client_secret') !== client.clientSecret) return failed(403, 'Forbidden');
    const tokens = (credentials.get(account.externalId) ?? []).filter(({ kind }) => kind === 'TOKEN_GRANT');
    return ok({ grants: tokens.map(views.grant) });
  }

  function oneAuthentication(service: string | undefined, account: DemoAccount | undefined): SandboxResponse | undefined {
    const credentials = account && directoryOf(instance).credentials.get(account.externalId);
    const found = credentials?.find(({ kind, externalId }) => kind === 'SERVICE_CONNECTION' && externalId === service);
    return account && found && ok(authentication(account, found));
  }

  function members(project: DemoScope | undefined, directory: Directory): SandboxResponse | undefined {
    if (project?.kind !== 'PROJECT') return undefined;
    const grants = directory.grants.get(project.externalId) ?? [];
    return ok({ members: grants.flatMap((grant) => views.projectMember(grant, directory) ?? []) });
  }

  function workspaceUsers(workspace: DemoScope | undefined, directory: Directory): SandboxResponse | undefined {
    if (workspace?.kind !== 'WORKSPACE') return undefined;
    const grants = directory.grants.get(workspace.externalId) ?? [];
    return ok(grants.flatMap((grant) => views.workspaceUser(grant, directory) ?? []));
  }

  const scopesOf = (kind: DemoScope['kind']) => instance.scopes.filter((scope) => scope.kind === kind);

  /** A refused token has expired: signing in gives another one. */
  function refuse(refusal: Refusal, request: SandboxRequest): SandboxResponse {
    if (refusal.kind === 'unauthorized') signIn.expire(request);
    return inFormat(refusals[refusal.kind](refusal.kind === 'rate-limited' ? refusal.retryAfterSeconds : undefined), request);
  }

  return { basePath: '', settings: { cluster, credentials: client }, handle, refuse };
};

const sessionsOf = (account: DemoAccount, { credentials }: Directory) =>
  (credentials.get(account.externalId) ?? []).filter(({ kind }) => kind === 'SESSION');

const nowhere = (): SandboxResponse => failed(404, 'The requested resource does not exist.');

const refusals: Readonly<Record<Refusal['kind'], (retryAfterSeconds: number | undefined) => SandboxResponse>> = {
  unauthorized,
  forbidden: () => failed(403, 'Forbidden'),
  'not-found': notFound,
  conflict,
  // No limit of the service itself is documented: this one speaks as a proxy before it does.
  'rate-limited': (seconds) => ({
    status: 429,
    headers: { 'content-type': 'text/html', ...(seconds !== undefined && { 'retry-after': String(seconds) }) },
    body: '<h1>429 Too Many Requests</h1>',
  }),
  unavailable: () => ({ status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>503 Service Unavailable</h1>' }),
};
