/** Slack's Web API over one service of the demo company, as its method pages on https://docs.slack.dev/reference/methods describe it. */
import type { CreateSandbox, DemoInstance, Refusal, SandboxOptions, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { asciiLower, createDirectory, type Directory } from './sandbox-users.ts';

interface Call {
  readonly args: ReadonlyMap<string, string>;
  readonly directory: Directory;
}
type Answer =
  { readonly ok: true; readonly [field: string]: unknown } | { readonly ok: false; readonly error: string; readonly [field: string]: unknown };

const grantedScopes = 'users:read,users:read.email,users.profile:read,usergroups:read,team:read';
/** users.list gives no more than this in one page, and without `limit` refuses a larger workspace. */
const maxMembers = 1000;

export const createSlackSandbox: CreateSandbox = (instance, options = {}) => {
  // Has the form of a token and none of the digits of a real one.
  const token = `xoxb-sandbox-${instance.serviceId.replace(/[^A-Za-z0-9]/g, '-')}`;
  const methods = createMethods(instance, options);

  function handle(request: SandboxRequest): SandboxResponse {
    const name = request.path.slice(1);
    const method = request.method === 'GET' || request.method === 'POST' ? methods.get(name) : undefined;
    if (!method) return respond(name, refusal('unknown_method'));
    const form = readForm(request);
    const given = readToken(request, form);
    if (given === undefined) return respond(name, refusal('not_authed'));
    if (given !== token) return respond(name, refusal('invalid_auth'));
    return respond(name, method.run({ args: new Map([...request.query, ...form]), directory: createDirectory(instance) }), method.scope);
  }

  function refuse(kind: Refusal, request: SandboxRequest): SandboxResponse {
    const name = request.path.slice(1);
    const method = methods.get(name);
    if (kind.kind === 'unavailable') return { ...respond(name, refusal('service_unavailable')), status: 503 };
    if (kind.kind === 'rate-limited') {
      const limited = respond(name, refusal('ratelimited'));
      if (kind.retryAfterSeconds === undefined) return limited;
      return { ...limited, status: 429, headers: { ...limited.headers, 'retry-after': String(kind.retryAfterSeconds) } };
    }
    const answers = {
      unauthorized: refusal('invalid_auth'),
      forbidden: refusal('missing_scope', { needed: method?.scope || 'users:read', provided: 'identify' }),
      'not-found': refusal(method?.absent ?? 'user_not_found'),
      conflict: refusal('name_already_exists'),
    };
    return respond(name, answers[kind.kind]);
  }

  return { basePath: '/api', settings: { credentials: { token } }, handle, refuse };
};

interface Method {
  /** What the token must be allowed; empty: any token will do. */
  readonly scope: string;
  /** The word for a thing that is not there. */
  readonly absent?: string;
  run(call: Call): Answer;
}

function createMethods(instance: DemoInstance, options: SandboxOptions): ReadonlyMap<string, Method> {
  const enterprise = instance.scopes.find(({ kind }) => kind === 'ORGANIZATION');
  const enterpriseFields = enterprise ? { enterprise_id: enterprise.externalId, enterprise_name: enterprise.name } : {};
  const domain = instance.displayName.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const url = `https://${domain}.slack.example/`;

  const isOurTeam = (team: string): boolean =>
    team === instance.serviceId || instance.scopes.some(({ kind, externalId }) => kind === 'WORKSPACE' && externalId === team);
  /** `team_id` may only name a workspace that the token reaches. */
  const ofTeam =
    (run: Method['run']): Method['run'] =>
    (call) =>
      isOurTeam(call.args.get('team_id') ?? instance.serviceId) ? run(call) : refusal('team_access_not_granted');

  return new Map<string, Method>([
    [
      'auth.test',
      {
        scope: '',
        run: ({ directory }) => ({
          ok: true,
          url,
          team: instance.displayName,
          user: 'rollcall',
          team_id: instance.serviceId,
          user_id: directory.botId,
          bot_id: 'B0SANDBOX',
          ...(enterprise ? { enterprise_id: enterprise.externalId } : {}),
          is_enterprise_install: false,
        }),
      },
    ],
    [
      'team.info',
      {
        scope: 'team:read',
        absent: 'team_not_found',
        run({ args }) {
          const id = args.get('team') ?? instance.serviceId;
          if (!isOurTeam(id)) return refusal('team_not_found');
          const name = instance.scopes.find(({ externalId }) => externalId === id)?.name ?? instance.displayName;
          return { ok: true, team: { id, name, domain, email_domain: '', url, icon: { image_default: true }, ...enterpriseFields } };
        },
      },
    ],
    ['users.list', { scope: 'users:read', run: ofTeam((call) => listUsers(call, options.maxPageSize ?? maxMembers)) }],
    [
      'users.info',
      {
        scope: 'users:read',
        absent: 'user_not_found',
        run: ({ args, directory }) => userOr('user_not_found', directory.user(args.get('user') ?? '')),
      },
    ],
    [
      'users.lookupByEmail',
      {
        scope: 'users:read.email',
        absent: 'users_not_found',
        run({ args, directory }) {
          const email = args.get('email');
          if (!email) return refusal('invalid_arguments');
          return userOr('users_not_found', directory.userByEmail(asciiLower(email)));
        },
      },
    ],
    [
      'users.profile.get',
      {
        scope: 'users.profile:read',
        absent: 'user_not_found',
        run({ args, directory }) {
          const profile = directory.profile(args.get('user') ?? directory.botId);
          return profile ? { ok: true, profile } : refusal('user_not_found');
        },
      },
    ],
    ['usergroups.list', { scope: 'usergroups:read', run: ofTeam(listUserGroups) }],
    [
      'usergroups.users.list',
      {
        scope: 'usergroups:read',
        absent: 'no_such_subteam',
        run: ofTeam(({ args, directory }) => {
          const group = directory.group(args.get('usergroup') ?? '');
          if (!group || (group.disabled && !isTrue(args.get('include_disabled')))) return refusal('no_such_subteam');
          return { ok: true, users: group.members.map(({ externalId }) => externalId) };
        }),
      },
    ],
  ]);
}

function listUsers({ args, directory }: Call, maxPageSize: number): Answer {
  const asked = args.get('limit') ?? '';
  if (!/^\d*$/.test(asked)) return refusal('invalid_arguments');
  if (Number(asked) === 0 && directory.ids.length > maxMembers) return refusal('limit_required');
  const start = findStart(directory.ids, args.get('cursor') ?? '');
  if (start === undefined) return refusal('invalid_cursor');
  const end = start + Math.min(Number(asked) || maxMembers, maxMembers, maxPageSize);
  const next = directory.ids[end];
  return {
    ok: true,
    members: directory.ids.slice(start, end).map((id) => directory.user(id)),
    cache_ts: 1_790_000_000,
    response_metadata: { next_cursor: next === undefined ? '' : Buffer.from(`user:${next}`).toString('base64') },
  };
}

/** The cursor names the first user of its page: who comes or goes meanwhile shifts nobody else. */
function findStart(ids: readonly string[], cursor: string): number | undefined {
  if (cursor === '') return 0;
  const text = Buffer.from(cursor, 'base64').toString();
  if (!text.startsWith('user:') || Buffer.from(text).toString('base64') !== cursor) return undefined;
  const from = text.slice('user:'.length);
  let low = 0;
  for (let high = ids.length; low < high;) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? '') < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function listUserGroups({ args, directory }: Call): Answer {
  const withUsers = isTrue(args.get('include_users'));
  const withCount = isTrue(args.get('include_count'));
  const shown = directory.groups.filter(({ disabled }) => !disabled || isTrue(args.get('include_disabled')));
  return { ok: true, usergroups: shown.map((group) => directory.toUserGroup(group, withUsers, withCount)) };
}

const isTrue = (argument: string | undefined): boolean => argument === 'true' || argument === '1';

const refusal = (error: string, details: Readonly<Record<string, string>> = {}): Answer => ({ ok: false, error, ...details });

const userOr = (absent: string, user: object | undefined): Answer => (user ? { ok: true, user } : refusal(absent));

function respond(name: string, body: Answer, acceptedScopes = ''): SandboxResponse {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-oauth-scopes': grantedScopes, 'x-slack-req-id': `sandbox-${name}` };
  return { status: 200, headers: acceptedScopes ? { ...headers, 'x-accepted-oauth-scopes': acceptedScopes } : headers, body };
}

/** The arguments of a JSON body are not seen by reading methods. */
function readForm({ method, headers, body }: SandboxRequest): URLSearchParams {
  const isForm = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  return new URLSearchParams(method === 'POST' && isForm ? body : '');
}

/** In the header or as a POST field; a token in the address is not seen. */
function readToken({ headers }: SandboxRequest, form: URLSearchParams): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? form.get('token') ?? undefined;
}
