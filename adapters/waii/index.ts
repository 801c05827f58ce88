import { defineAdapter, type Adapter, type Listing, type RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpManners } from '../../src/contract/http.ts';
import { createClient, type WaiiClient } from './client.ts';
import { serviceIdOf, settings, type WaiiSettings } from './config.ts';
import { directoryListing } from './directory.ts';
import { lookUp } from './look-up.ts';
import { toAccessKey } from './map.ts';
import { knownRoles } from './roles.ts';

const manners: HttpManners = {
  // nginx stands in front and refuses with its default, 503 (github.com/waii-ai/waii-helm-chart, waii/values.yaml; nginx.org, limit_req_status).
  limited: ({ status }) => (status === 429 || status === 503 ? { retryAfterMs: undefined } : undefined),
  limitedWaitMs: 5_000,
  // Its rate of 75 requests, less some for others.
  rate: { calls: 60, perMs: 1_000 },
  concurrency: 8,
};

export const waii = defineAdapter<WaiiSettings>({
  type: 'waii',
  vendor: 'Waii',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: ['read:org', 'read:tenant', 'read:user'],
  manners,
  // An id may be an address that whoever made the user typed: it ties nobody until the operator says that only administrators type them.
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: (configured: WaiiSettings, http: Http): Adapter => createAdapter(configured, createClient(configured, http)),
});

function createAdapter(configured: WaiiSettings, client: WaiiClient): Adapter {
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
