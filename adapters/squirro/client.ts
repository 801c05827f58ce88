import type { ZodType } from 'zod';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest } from '../../src/contract/http.ts';
import type { SquirroSettings } from './config.ts';
import { refused, switchedOff, toRefusal, unless } from './errors.ts';
import { createPaths, type Endpoint } from './paths.ts';
import { createSignIn } from './sign-in.ts';
import * as wire from './wire.ts';

/** Nothing is paged: a tenant's users or groups come in one answer. 100,000 users with their configuration are some 50 MB. */
const maxListBytes = 256 * 1024 * 1024;

export interface WireList<T> {
  readonly items: readonly T[];
  readonly rejected: readonly { readonly externalId: string | undefined; readonly reason: string }[];
}

export type SquirroClient = ReturnType<typeof createClient>;

export function createClient(settings: SquirroSettings, http: Http) {
  const paths = createPaths(settings);
  const signIn = createSignIn(settings, paths.token, http);
  const { clientId, clientSecret } = settings.credentials;

  async function get(endpoint: Endpoint, signal: AbortSignal, query: HttpRequest['query'] = {}): Promise<unknown> {
    const ask = ({ accessToken, tenant }: wire.Session) =>
      http.request({
        path: endpoint.path(tenant),
        query,
        // Without this word, and with */*, the services answer XML (github.com/pneff/wsgiservice, which they are built on).
        headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
        signal,
        maxBytes: maxListBytes,
      });
    const session = await signIn.session(signal);
    let response = await ask(session);
    if (response.status === 401) response = await ask(await signIn.session(signal, session.accessToken));
    if (response.status !== 200) throw toRefusal(endpoint.name, response.status);
    return response.json();
  }

  async function list<T>(
    endpoint: Endpoint,
    name: string,
    item: ZodType<T>,
    signal: AbortSignal,
    query?: HttpRequest['query'],
  ): Promise<WireList<T>> {
    return toList(await get(endpoint, signal, query), endpoint, name, item);
  }

  async function oneUser(endpoint: Endpoint, id: string, signal: AbortSignal): Promise<wire.WireUser | undefined> {
    const body = await unless(get(endpoint, signal));
    if (body === undefined) return undefined;
    const parsed = wire.user.safeParse(body);
    if (!parsed.success) throw new AdapterError('BAD_RESPONSE', `Squirro ${endpoint.name}: the answer holds no user`, { cause: parsed.error });
    return parsed.data.id === id ? parsed.data : undefined;
  }

  return {
    /** Signs in when that has not been done yet. */
    session: (signal: AbortSignal): Promise<wire.Session> => signIn.session(signal),

    users: (signal: AbortSignal, withConfig: boolean) =>
      list(paths.users, 'users', wire.user, signal, { include_config: withConfig ? undefined : false }),

    /** Undefined when there is no user with exactly this id. */
    user: (id: string, signal: AbortSignal) => oneUser(paths.user(id), id, signal),

    userWithAuthentications: (id: string, signal: AbortSignal) => oneUser(paths.userWithAuthentications(id), id, signal),

    /** Tokens of one user; undefined when the user is gone. This call wants the client's id and secret in the query (squirro_client, user.py). */
    grants: (id: string, signal: AbortSignal) =>
      unless(list(paths.grants(id), 'grants', wire.grant, signal, { client_id: clientId, client_secret: clientSecret })),

    /** Undefined when the cluster does not tell. There is no list of sessions. */
    async ownSession(session: { readonly userId: string; readonly sessionId: string }, signal: AbortSignal): Promise<wire.WireGrant | undefined> {
      const body = await unless(get(paths.assumed.session(session.userId, session.sessionId), signal), refused);
      const parsed = wire.grant.safeParse({ id: session.sessionId, ...(typeof body === 'object' ? body : undefined) });
      return body === undefined || parsed.data?.id !== session.sessionId ? undefined : parsed.data;
    },

    /** Undefined when the cluster does not tell. */
    async passwordPolicy(signal: AbortSignal): Promise<wire.WirePasswordPolicy | undefined> {
      const body = await unless(get(paths.assumed.passwordPolicy, signal), refused);
      return body === undefined ? undefined : wire.passwordPolicy.safeParse(body).data;
    },

    groups: (signal: AbortSignal) => list(paths.groups, 'groups', wire.group, signal),

    projects: (signal: AbortSignal) => list(paths.projects, 'projects', wire.project, signal),

    /** Undefined when the project is gone. */
    projectMembers: (id: string, signal: AbortSignal) => unless(list(paths.projectMembers(id), 'members', wire.projectMember, signal)),

    /** Undefined when the cluster has no workspaces. */
    workspaces: (signal: AbortSignal) => unless(list(paths.assumed.workspaces, 'workspaces', wire.workspace, signal), switchedOff),

    workspaceUsers: (domain: string, signal: AbortSignal) =>
      unless(list(paths.assumed.workspaceUsers(domain), 'users', wire.workspaceUser, signal), switchedOff),
  };
}

/** Some lists come bare and some wrapped in their name (users and members are, groups are not): either is taken anywhere. */
function toList<T>(body: unknown, endpoint: Endpoint, name: string, item: ZodType<T>): WireList<T> {
  const entries = Array.isArray(body) ? body : property(body, name);
  if (!Array.isArray(entries)) throw new AdapterError('BAD_RESPONSE', `Squirro ${endpoint.name}: the answer holds no list \`${name}\``);
  return parseEntries(entries, item);
}

export function parseEntries<T>(entries: readonly unknown[], item: ZodType<T>): WireList<T> {
  const items: T[] = [];
  const rejected: WireList<T>['rejected'][number][] = [];
  for (const entry of entries) {
    const parsed = item.safeParse(entry);
    if (parsed.success) items.push(parsed.data);
    else {
      const id = property(entry, 'id');
      rejected.push({
        externalId: typeof id === 'string' && id !== '' ? id : undefined,
        reason: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; '),
      });
    }
  }
  return { items, rejected };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
