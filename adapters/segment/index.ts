import { defineAdapter, type Adapter, type LiveIdentity } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpManners } from '../../src/contract/http.ts';
import { createClient, type SegmentClient } from './client.ts';
import { settings, type SegmentSettings } from './config.ts';
import { limited, ownerAccess } from './errors.ts';
import { groupsListing, invitesListing, rolesListing, usersListing, type FindWorkspace } from './listings.ts';
import { toAccount, toWorkspaceScope } from './map.ts';
import type { WireUser, WireWorkspace } from './wire.ts';

const manners: HttpManners = {
  limited,
  // Limits are counted by the minute (docs.segmentapis.com, Rate Limits).
  limitedWaitMs: 60_000,
  // No page of the vendor's states the limit of reads; 600 a minute and workspace is what is said of it elsewhere. Less some for others.
  rate: { calls: 500, perMs: 60_000 },
};

export const segment = defineAdapter<SegmentSettings>({
  type: 'segment',
  vendor: 'Segment',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: [ownerAccess],
  manners,
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: (configured: SegmentSettings, http: Http): Adapter => createAdapter(createClient(configured, http)),
});

function createAdapter(client: SegmentClient): Adapter {
  // A token belongs to one workspace for ever; what roles hold on lies within it.
  let known: WireWorkspace | undefined;
  const findWorkspace: FindWorkspace = async (signal) => (known ??= await client.workspace(signal));

  async function lookUp(id: string, signal: AbortSignal): Promise<WireUser | undefined> {
    try {
      return await client.user(id, signal);
    } catch (error) {
      // The id is the only input: one that the service refuses belongs to nobody.
      if (error instanceof AdapterError && error.code === 'BAD_REQUEST') return undefined;
      throw error;
    }
  }

  return {
    async describe(signal) {
      known = await client.workspace(signal);
      const scope = toWorkspaceScope(known);
      return { serviceId: known.id, displayName: scope.displayName, scopes: [scope] };
    },

    // Roles come last: the catalogue has the final word on their names.
    listings: [usersListing(client, findWorkspace), groupsListing(client, findWorkspace), invitesListing(client), rolesListing(client)],

    // No batch: one request per id.
    async getIdentities(externalIds, signal) {
      const found = new Map<string, LiveIdentity>();
      if (externalIds.length === 0) return found;
      const workspace = await findWorkspace(signal);
      const ids = new Set(externalIds).values();
      async function lookUpRest(): Promise<void> {
        for (const id of ids) {
          const user = await lookUp(id, signal);
          if (user === undefined) continue;
          const { identity, alongside } = toAccount(user, workspace);
          found.set(id, { identity, alongside });
        }
      }
      await Promise.all(Array.from({ length: lookUpsAtOnce }, lookUpRest));
      return found;
    },
  };
}

/** Calls of one batch: it leaves room in the queue for the batches of others. */
const lookUpsAtOnce = 8;
