import type { Adapter, Listing, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http } from '../../src/contract/http.ts';
import { createClient, type WaiiClient } from './client.ts';
import { serviceIdOf, type WaiiSettings } from './config.ts';
import { directoryListing } from './directory.ts';
import { lookUp } from './look-up.ts';
import { toAccessKey } from './map.ts';
import { knownRoles } from './roles.ts';

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(configured: WaiiSettings, http: Http): Adapter {
  const client = createClient(configured, http);
  const serviceId = serviceIdOf(configured);
  const place = { serviceId, shown: configured.variables };
  return {
    async describe(signal) {
      await client.caller(signal);
      if (!configured.allowOpenServer && (await client.isOpen(signal))) {
        throw new AdapterError(
          'MISCONFIGURED',
          'Waii: this server answers whatever the key is, so anybody can make users there. Start it with --api_key_auth_enabled; to read it all the same set allowOpenServer',
        );
      }
      return { serviceId, displayName: serviceId, scopes: [] };
    },

    listings: [
      directoryListing(client, place),
      { name: 'roles', yields: ['role'], page: () => Promise.resolve({ records: knownRoles, rejected: [], next: null }) },
      ownAccessKeysListing(client),
    ],

    getIdentities: (externalIds, signal) => lookUp(client, place, externalIds, signal),
  };
}

/** Keys of the user whose key is configured: nobody else's can be listed, save by acting as them. */
function ownAccessKeysListing(client: WaiiClient): Listing {
  return {
    name: 'own access keys',
    yields: ['credential'],
    own: ['ACCESS_KEY'],
    async page(_cursor, signal) {
      const { items, rejected } = await client.accessKeys(signal);
      const records = items.map(toAccessKey);
      const nameless = records.flatMap((record): RejectedRecord[] =>
        record === undefined ? [{ kind: 'credential', externalId: undefined, reason: 'name: missing' }] : [],
      );
      return { records: records.filter((record) => record !== undefined), rejected: [...rejected, ...nameless], next: null };
    },
  };
}
