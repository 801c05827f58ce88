import type { ZodType } from 'zod';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest } from '../../src/contract/http.ts';
import type { SlackSettings } from './config.ts';
import { toRefusal, toStatusError } from './errors.ts';
import * as wire from './wire.ts';

export type SlackClient = ReturnType<typeof createClient>;

/**
 * One call of the Web API a function. `team` goes out as `team_id`: an organisation-wide token must name the workspace
 * (https://docs.slack.dev/enterprise/organization-ready-apps).
 */
export function createClient(settings: SlackSettings, http: Http) {
  const headers = { authorization: `Bearer ${settings.credentials.token}` };

  // GET with a query: reading methods do not see the arguments of a JSON body (https://docs.slack.dev/apis/web-api).
  async function call<T>(method: string, schema: ZodType<T>, signal: AbortSignal, query: HttpRequest['query'] = {}): Promise<T> {
    const response = await http.request({ path: method, query, headers, signal });
    if (response.status !== 200) throw toStatusError(method, response.status);
    const body = response.json();
    const { ok, ...refusal } = parse(method, wire.envelope, body);
    if (!ok) throw toRefusal(method, { ok, ...refusal });
    return parse(method, schema, body);
  }

  return {
    authTest: (signal: AbortSignal) => call('auth.test', wire.authTest, signal),

    teamInfo: async (team: string | undefined, signal: AbortSignal) => (await call('team.info', wire.teamInfo, signal, { team })).team,

    async listUsers(page: { team: string | undefined; cursor: string | undefined }, signal: AbortSignal) {
      const query = { limit: settings.pageSize, cursor: page.cursor, team_id: page.team };
      const { members, response_metadata: metadata } = await call('users.list', wire.usersList, signal, query);
      // A page may be shorter than asked for though more follow: the cursor alone tells the end (https://docs.slack.dev/apis/web-api/pagination).
      return { members, next: metadata?.next_cursor };
    },

    getUser: (user: string, signal: AbortSignal) => unlessAbsent(call('users.info', wire.userAnswer, signal, { user }).then(toUser('users.info'))),

    findUser: (email: string, signal: AbortSignal) =>
      unlessAbsent(call('users.lookupByEmail', wire.userAnswer, signal, { email }).then(toUser('users.lookupByEmail'))),

    async listUserGroups(team: string | undefined, signal: AbortSignal) {
      const query = { include_users: true, include_disabled: true, team_id: team };
      return (await call('usergroups.list', wire.userGroupsList, signal, query)).usergroups;
    },

    async listUserGroupUsers(usergroup: string, team: string | undefined, signal: AbortSignal) {
      const query = { usergroup, include_disabled: true, team_id: team };
      return (await unlessAbsent(call('usergroups.users.list', wire.userGroupUsers, signal, query)))?.users;
    },
  };
}

const toUser =
  (method: string) =>
  (answer: { readonly user?: unknown }): wire.User =>
    parse(method, wire.user, answer.user);

function parse<T>(method: string, schema: ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AdapterError('BAD_RESPONSE', `slack ${method}: unexpected shape`, { cause: parsed.error });
}

async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
