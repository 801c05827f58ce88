import type { Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { RecordKind, ScopeRecord, SourceRecord } from '../../src/contract/records.ts';
import type { Organization, WaiiClient, WireList } from './client.ts';
import { formatCursor, parseCursor, takeFitting, type State } from './cursor.ts';
import { toAccount, toOrganization, toTenant, type Place } from './map.ts';
import type { WireOrganization } from './wire.ts';

/** What one request told, and where the next one goes on. */
interface Step {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRecord[];
  readonly next: State | undefined;
}

/** Whether this answer means: not for this key. */
export const isForbidden = (error: unknown): error is AdapterError => error instanceof AdapterError && error.code === 'FORBIDDEN';
const isGone = (error: unknown): boolean => error instanceof AdapterError && error.code === 'NOT_FOUND';

// An organization may be empty, and a page of nothing looks like a service that leads in circles.
const maxEmptyAnswers = 50;

/** Organizations, then the tenants and the users of each of them: no call lists those of all. */
export function directoryListing(client: WaiiClient, place: Place): Listing {
  async function organizations(after: string | undefined, readable: boolean, signal: AbortSignal): Promise<Step> {
    const { items, rejected } = await readableOrganizations(client, signal);
    const sorted = sortedById(items).filter(({ id }) => after === undefined || id > after);
    if (items.length === 0 && after === undefined) return { records: [], rejected, next: { queue: [null], step: 'tenants', readable } };
    const taken = takeFitting(sorted);
    const last = taken.at(-1);
    const more = last !== undefined && taken.length < sorted.length ? { after: last.id } : {};
    return {
      records: taken.map((organization) => toOrganization(organization, place)),
      // Those without a readable id come again with every further call.
      rejected: after === undefined ? rejected : [],
      next: nextOf({ queue: taken.map(({ id }) => id), step: 'tenants', readable, ...more }),
    };
  }

  async function tenants(at: State, of: Organization, signal: AbortSignal): Promise<Step> {
    const { items, rejected } = await orRejected('scope', 'the tenants', of, () => client.tenants(of, signal));
    const records = items.map((tenant) => toTenant(tenant, of, place));
    const named = of === undefined ? namedOrganizations(items.map(({ org_id }) => org_id)) : [];
    return { records: [...named, ...records], rejected, next: { ...at, step: 'users' } };
  }

  async function users(at: State, of: Organization, signal: AbortSignal): Promise<Step> {
    const { items, rejected, forbidden } = await orRejected('identity', 'the users', of, () => client.users(of, undefined, signal));
    const readable = at.readable || forbidden === undefined;
    const next = nextOf({ ...at, queue: at.queue.slice(1), step: 'tenants', readable });
    if (next === undefined && !readable && forbidden !== undefined) throw forbidden;
    const unknownRoles = new Map<string, SourceRecord>();
    const records: SourceRecord[] = of === undefined ? namedOrganizations(items.map(({ org_id }) => org_id)) : [];
    for (const user of items) {
      const { identity, alongside } = toAccount(user, of, place);
      records.push(identity);
      for (const record of alongside) {
        if (record.kind === 'role') unknownRoles.set(record.externalId, record);
        else records.push(record);
      }
    }
    return { records: [...records, ...unknownRoles.values()], rejected, next };
  }

  async function step(at: State | undefined, signal: AbortSignal): Promise<Step> {
    const [present] = at?.queue ?? [];
    if (at === undefined || present === undefined) return organizations(at?.after, at?.readable ?? false, signal);
    return at.step === 'tenants' ? tenants(at, present ?? undefined, signal) : users(at, present ?? undefined, signal);
  }

  return {
    name: 'organizations, tenants and users',
    yields: ['identity', 'grant', 'role', 'scope'],
    async page(cursor, signal): Promise<Page> {
      let at = cursor === null ? undefined : parseCursor(cursor);
      for (let answers = 1; ; answers += 1) {
        const { records, rejected, next } = await step(at, signal);
        const worthAPage = records.length > 0 || rejected.length > 0 || answers === maxEmptyAnswers;
        if (next === undefined || worthAPage) return { records, rejected, next: next === undefined ? null : formatCursor(next) };
        at = next;
      }
    },
  };
}

const nextOf = (at: State): State | undefined => (at.queue.length === 0 && at.after === undefined ? undefined : at);

/** None for a key that may not list them: it still may read its own. */
export async function readableOrganizations(client: WaiiClient, signal: AbortSignal): Promise<WireList<WireOrganization>> {
  try {
    return await client.organizations(signal);
  } catch (error) {
    if (isForbidden(error)) return { items: [], rejected: [] };
    throw error;
  }
}

function sortedById(organizations: readonly WireOrganization[]): readonly WireOrganization[] {
  return [...new Map(organizations.map((organization) => [organization.id, organization])).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

type ListOrRefusal<T> = WireList<T> & { readonly forbidden?: AdapterError };

/** An organization that the key sees but may not look into leaves the others readable, and nothing of it counts as gone. */
async function orRejected<T>(kind: RecordKind, what: string, of: Organization, read: () => Promise<WireList<T>>): Promise<ListOrRefusal<T>> {
  try {
    return await read();
  } catch (error) {
    // Deleted since it was listed, or a server in between that knows no such path: the next read tells, until then nothing of it is gone.
    if (of !== undefined && isGone(error))
      return { items: [], rejected: [{ kind, externalId: undefined, reason: `${what} of an organization: not found` }] };
    if (!isForbidden(error)) throw error;
    return { items: [], rejected: [{ kind, externalId: undefined, reason: `the key may not list ${what} of an organization` }], forbidden: error };
  }
}

/** For a key that may not list organizations, they are what the others name. */
function namedOrganizations(ids: readonly (string | undefined)[]): ScopeRecord[] {
  return [...new Set(ids.filter((id) => id !== undefined))].map((id) => ({
    kind: 'scope',
    scopeKind: 'ORGANIZATION',
    externalId: id,
    displayName: id,
  }));
}
