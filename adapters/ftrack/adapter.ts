import type { Adapter, LiveIdentity } from '../../src/contract/adapter.ts';
import type { Http } from '../../src/contract/http.ts';
import { createClient } from './client.ts';
import type { FtrackSettings } from './config.ts';
import { foldCase } from './fold-case.ts';
import { catalogueListing, usersListing } from './listings.ts';
import { toUserRecords } from './map.ts';
import { hasAddress, isOneOf } from './query.ts';
import { readAll } from './read.ts';
import { user, type WireUser } from './wire.ts';

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(configured: FtrackSettings, http: Http): Adapter {
  const client = createClient(configured, http);
  const site = configured.site ?? new URL(configured.baseUrl).host;
  return {
    async describe(signal) {
      await client.learn(signal);
      return { serviceId: site, displayName: site, scopes: [{ kind: 'scope', scopeKind: 'WORKSPACE', externalId: site, displayName: site }] };
    },

    listings: [catalogueListing(client, site), usersListing(client)],

    async getIdentities(externalIds, signal) {
      const wanted = new Set(externalIds);
      wanted.delete('');
      const found = new Map<string, LiveIdentity>();
      for (const chunk of chunksOf([...wanted], idsPerQuery * queriesPerRequest)) {
        const conditions = chunksOf(chunk, idsPerQuery).map((ids) => isOneOf('id', ids));
        for (const entry of readAll(user, 'identity', await client.users(conditions, signal)).items) {
          // The service may compare more loosely than we do.
          if (wanted.has(entry.id)) found.set(entry.id, toLive(entry));
        }
      }
      return found;
    },

    async findByEmail(address, signal) {
      if (address === '') return [];
      const wanted = foldCase(address);
      const { items } = readAll(user, 'identity', await client.users([hasAddress(address)], signal));
      const found = new Map(items.filter(({ email }) => email !== undefined && foldCase(email) === wanted).map((entry) => [entry.id, toLive(entry)]));
      return [...found.values()];
    },
  };
}

/** What a tool in production asks for at once (github.com/ynput/ayon-ftrack, action_sync_users.py). */
const idsPerQuery = 200;
const queriesPerRequest = 10;

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function toLive(entry: WireUser): LiveIdentity {
  const { identity, alongside } = toUserRecords(entry);
  return { identity, alongside };
}
