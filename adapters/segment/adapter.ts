import type { Adapter } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http } from '../../src/contract/http.ts';
import { lookUpEach } from '../../src/contract/look-ups.ts';
import { createClient } from './client.ts';
import type { SegmentSettings } from './config.ts';
import { groupsListing, invitesListing, rolesListing, usersListing, type FindWorkspace } from './listings.ts';
import { toAccount, toWorkspaceScope } from './map.ts';
import type { WireUser, WireWorkspace } from './wire.ts';

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(configured: SegmentSettings, http: Http): Adapter {
  const client = createClient(configured, http);
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
      if (externalIds.length === 0) return new Map();
      const workspace = await findWorkspace(signal);
      return lookUpEach(externalIds, lookUpsAtOnce, async (id) => {
        const user = await lookUp(id, signal);
        if (user === undefined) return undefined;
        const { identity, alongside } = toAccount(user, workspace);
        return { identity, alongside };
      });
    },
  };
}

/** Calls of one batch: it leaves room in the queue for the batches of others. */
const lookUpsAtOnce = 8;
