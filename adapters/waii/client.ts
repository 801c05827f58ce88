import type { ZodType } from 'zod';
import type { RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpResponse } from '../../src/contract/http.ts';
import type { RecordKind } from '../../src/contract/records.ts';
import type { WaiiSettings } from './config.ts';
import * as wire from './wire.ts';

export interface WireList<T> {
  readonly items: readonly T[];
  readonly rejected: readonly RejectedRecord[];
}

type Call = 'get-user-info' | 'list-orgs' | 'list-tenants' | 'list-users' | 'list-access-keys';

/** What a refusal may be for want of. Names: github.com/waii-ai/waii-cli, src/common.ts. */
const rights: Partial<Readonly<Record<Call, string>>> = {
  'list-orgs': 'read:org',
  'list-tenants': 'read:tenant',
  'list-users': 'read:user',
};

/** No page is shorter than an organization; a user takes about 150 bytes, and more with variables. */
const maxUsersBytes = 128 * 1024 * 1024;
const nobodysKey = 'rollcall-asks-whether-any-key-opens';

export type WaiiClient = ReturnType<typeof createClient>;

/** `undefined` asks about the caller's own organization. */
export type Organization = string | undefined;

export function createClient(settings: WaiiSettings, http: Http) {
  async function post(call: Call, body: object, signal: AbortSignal, key = settings.credentials.apiKey): Promise<HttpResponse> {
    return http.request({
      method: 'POST',
      path: call,
      headers: { authorization: `Bearer ${key}` },
      // The SDKs put these three into every body, empty unless set; what they would change is not documented.
      body: { json: { ...body, scope: '', org_id: '', user_id: '' } },
      // Reading, although by POST.
      repeatable: true,
      signal,
      ...(call === 'list-users' && { maxBytes: maxUsersBytes }),
    });
  }

  async function ask<T>(call: Call, body: object, shape: ZodType<T>, signal: AbortSignal): Promise<T> {
    const response = await post(call, body, signal);
    if (response.status !== 200) throw toError(call, response.status);
    const parsed = shape.safeParse(response.json());
    if (!parsed.success) throw new AdapterError('BAD_RESPONSE', `Waii ${call}: the answer is not of the documented shape`, { cause: parsed.error });
    return parsed.data;
  }

  return {
    /** Id of the user whose key this is. */
    async caller(signal: AbortSignal): Promise<string> {
      return (await ask('get-user-info', {}, wire.userInfo, signal)).id;
    },

    /** Whether a key that nobody was given works as well. */
    async isOpen(signal: AbortSignal): Promise<boolean> {
      const response = await post('get-user-info', {}, signal, nobodysKey);
      return response.status === 200 && wire.userInfo.safeParse(jsonOf(response)).success;
    },

    async organizations(signal: AbortSignal): Promise<WireList<wire.WireOrganization>> {
      const { organizations } = await ask('list-orgs', {}, wire.listOf('organizations'), signal);
      return toList('scope', organizations, wire.organization);
    },

    async tenants(of: Organization, signal: AbortSignal): Promise<WireList<wire.WireTenant>> {
      const { tenants } = await ask('list-tenants', lookUp(of), wire.listOf('tenants'), signal);
      return toList('scope', tenants, wire.tenant);
    },

    /** Of the whole organization, or the one with this id. Servers that do not know the filter answer with all of them. */
    async users(of: Organization, id: string | undefined, signal: AbortSignal): Promise<WireList<wire.WireUser>> {
      const filter = { ...lookUp(of), ...(id !== undefined && { lookup_user_id: id }) };
      const { users } = await ask('list-users', filter, wire.listOf('users'), signal);
      return toList('identity', users, wire.user);
    },

    /** Of the caller. */
    async accessKeys(signal: AbortSignal): Promise<WireList<wire.WireAccessKey>> {
      const { access_keys: keys } = await ask('list-access-keys', {}, wire.accessKeys, signal);
      return toList('credential', keys, wire.accessKey);
    },
  };
}

const lookUp = (of: Organization): object => (of === undefined ? {} : { lookup_org_id: of });

function toList<T>(kind: RecordKind, entries: readonly unknown[], shape: ZodType<T>): WireList<T> {
  const items: T[] = [];
  const rejected: RejectedRecord[] = [];
  for (const entry of entries) {
    const parsed = shape.safeParse(entry);
    if (parsed.success) items.push(parsed.data);
    else {
      const reason = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'record'}: ${code}`).join('; ');
      rejected.push({ kind, externalId: undefined, reason });
    }
  }
  return { items, rejected };
}

function jsonOf(response: HttpResponse): unknown {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/** By the status alone: the texts of refusals are not documented. */
function toError(call: Call, status: number): AdapterError {
  const at = `Waii ${call}`;
  switch (status) {
    case 401:
      return new AdapterError('AUTH_FAILED', `${at}: the access key is wrong or was deleted; make a new one and set credentials.apiKey`, { status });
    case 403: {
      const missing = rights[call];
      return new AdapterError('FORBIDDEN', `${at}: the user of the access key may not do this`, {
        status,
        ...(missing !== undefined && { missing }),
      });
    }
    case 404:
      return new AdapterError('NOT_FOUND', `${at}: not found; is baseUrl the address that ends in /api/?`, { status });
    case 409:
      return new AdapterError('CONFLICT', `${at}: conflict`, { status });
    default:
      return status >= 400 && status < 500 && status !== 405
        ? new AdapterError('BAD_REQUEST', `${at}: the service refused the input`, { status })
        : new AdapterError('BAD_RESPONSE', `${at}: unexpected status ${status}; is baseUrl the address that ends in /api/?`, { status });
  }
}
