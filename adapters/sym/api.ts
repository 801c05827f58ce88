import type { Adapter, Listing, LiveIdentity, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import type { SymClient, SymOrganization } from './client.ts';
import { addressKey, sameAddress } from './address.ts';
import { toLive, toRecords, toRoles } from './map.ts';
import { parseApiUser, type SymUser } from './wire.ts';

/** How many users are mapped before other work gets its turn. */
const sliceSize = 2_000;
/** Look-ups by id at once: each is a request of its own. */
const lanes = 8;

/** The way by the platform API. */
export function createApiAdapter(client: SymClient, organization: string | undefined): Adapter {
  // part of what the token means, and never another for one token
  let known: SymOrganization | undefined;

  const serviceId = async (signal: AbortSignal): Promise<string> => {
    known ??= await findOrganization(client, organization, signal);
    return known.slug;
  };

  const listing = (name: string, query: { readonly type?: 'bot' }): Listing => ({
    name,
    yields: ['identity', 'grant', 'role'],
    page: async (_cursor, signal) => toPage(await client.users(query, signal), await serviceId(signal), signal),
  });

  async function byId(id: string, signal: AbortSignal): Promise<SymUser | undefined> {
    // without a type the service may answer for people only, so nobody is absent before the bots were asked too
    for (const query of [{ id }, { id, type: 'bot' }] as const) {
      const user = toUsers(await orNone(client.users(query, signal), id)).find((one) => one.id === id);
      if (user !== undefined) return user;
    }
    return undefined;
  }

  return {
    async describe(signal) {
      known = await findOrganization(client, organization, signal);
      return { serviceId: known.slug, displayName: known.name, scopes: [] };
    },
    listings: [
      { name: 'roles', yields: ['role'], page: () => Promise.resolve({ records: toRoles(), rejected: [], next: null }) },
      listing('users', {}),
      listing('bots', { type: 'bot' }),
    ],
    async getIdentities(externalIds, signal) {
      const found = new Map<string, LiveIdentity>();
      if (externalIds.length === 0) return found;
      const service = await serviceId(signal);
      const waiting = new Set(externalIds).values();
      const lane = async (): Promise<void> => {
        for (const id of waiting) {
          const user = await byId(id, signal);
          if (user !== undefined) found.set(id, toLive(user, service));
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      return found;
    },
    async findByEmail(address, signal) {
      // whether the service minds the case of what it is asked is not documented: the lower-case spelling gets a second chance
      for (const email of new Set([address, addressKey(address)])) {
        const hits = toUsers(await client.users({ email }, signal)).filter((user) => user.email !== undefined && sameAddress(user.email, address));
        if (hits.length > 0) {
          const service = await serviceId(signal);
          return hits.map((user) => toLive(user, service));
        }
      }
      return [];
    },
  };
}

async function findOrganization(client: SymClient, slug: string | undefined, signal: AbortSignal): Promise<SymOrganization> {
  let listed: readonly SymOrganization[];
  try {
    listed = await client.organizations(signal);
  } catch (error) {
    if (!(error instanceof AdapterError) || (error.code !== 'FORBIDDEN' && error.code !== 'NOT_FOUND')) throw error;
    if (slug === undefined) {
      const code = error.code === 'FORBIDDEN' ? 'FORBIDDEN' : 'MISCONFIGURED';
      const details = { status: error.status, missing: error.missing, cause: error };
      throw new AdapterError(code, `${error.message}; check \`baseUrl\`, or set \`organization\` to the organisation's slug`, withoutGaps(details));
    }
    // the organisation stays unseen, so something else must prove the credential; the bots are few
    await client.users({ type: 'bot' }, signal);
    return { slug, name: slug };
  }
  const [only, ...others] = listed;
  const wanted = slug === undefined ? undefined : listed.find((one) => one.slug.toLowerCase() === slug.toLowerCase());
  if (wanted !== undefined) return wanted;
  if (only === undefined || others.length > 0) {
    throw new AdapterError('BAD_RESPONSE', `sym GET organizations: expected exactly one organisation, found ${listed.length}`);
  }
  if (slug !== undefined)
    throw new AdapterError('MISCONFIGURED', 'sym: `organization` names another organisation than the one that the token belongs to');
  return only;
}

function withoutGaps(details: { readonly status: number | undefined; readonly missing: string | undefined; readonly cause: unknown }) {
  const { status, missing, cause } = details;
  return { cause, ...(status === undefined ? {} : { status }), ...(missing === undefined ? {} : { missing }) };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Sym's ids are UUIDs: whatever else is asked for does not exist, also where the service calls it a bad request. */
async function orNone(asked: Promise<readonly unknown[]>, id: string): Promise<readonly unknown[]> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AdapterError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST') && !uuid.test(id)) return [];
    throw error;
  }
}

/** A user who is there but cannot be read is not absent. */
function toUsers(values: readonly unknown[]): readonly SymUser[] {
  return values.map((value) => {
    const parsed = parseApiUser(value);
    if (!parsed.ok) throw new AdapterError('BAD_RESPONSE', `sym GET users: ${parsed.reason}`);
    return parsed.user;
  });
}

async function toPage(users: readonly unknown[], serviceId: string, signal: AbortSignal): Promise<Page> {
  const records: SourceRecord[] = [];
  const rejected: RejectedRecord[] = [];
  for (const [index, value] of users.entries()) {
    if (index > 0 && index % sliceSize === 0) await turn(signal);
    const parsed = parseApiUser(value);
    if (parsed.ok) records.push(...toRecords(parsed.user, serviceId));
    else rejected.push({ kind: 'identity', externalId: parsed.externalId, reason: parsed.reason });
  }
  return { records, rejected, next: null };
}

async function turn(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new AdapterError('ABORTED', 'sym GET users: given up while its answer was read');
}
