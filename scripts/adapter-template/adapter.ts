import type { Adapter, Listing, RejectedRecord } from '../../src/contract/adapter.ts';
import type { Http } from '../../src/contract/http.ts';
import { lookUpEach } from '../../src/contract/look-ups.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import { createClient, type NewServiceClient } from './client.ts';
import type { NewServiceSettings } from './config.ts';
import { knownRoles, toAlongside, toIdentity } from './map.ts';
import { user } from './wire.ts';

/** Calls of one batch: it leaves room for the batches of others. */
const lookUpsAtOnce = 8;

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(configured: NewServiceSettings, http: Http): Adapter {
  const client = createClient(configured, http);
  return {
    async describe(signal) {
      const { id, name } = await client.account(signal);
      return { serviceId: id, displayName: name ?? id, scopes: [] };
    },

    listings: [
      usersListing(client),
      { name: 'roles', yields: ['role'], page: () => Promise.resolve({ records: knownRoles, rejected: [], next: null }) },
    ],

    // No batch: one request an id.
    getIdentities: (externalIds, signal) =>
      lookUpEach(externalIds, lookUpsAtOnce, async (id) => {
        const answer = await client.user(id, signal);
        return answer && { identity: toIdentity(answer.user), alongside: toAlongside(answer.user, answer.account.id) };
      }),
  };
}

function usersListing(client: NewServiceClient): Listing {
  return {
    name: 'users',
    yields: ['identity', 'grant', 'role'],
    async page(cursor, signal) {
      const page = await client.users(cursor ?? undefined, signal);
      const records: SourceRecord[] = [];
      const rejected: RejectedRecord[] = [];
      for (const entry of page.users) {
        const parsed = user.safeParse(entry);
        if (parsed.success) records.push(toIdentity(parsed.data), ...toAlongside(parsed.data, page.account.id));
        else
          rejected.push({
            kind: 'identity',
            externalId: undefined,
            reason: parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join('; '),
          });
      }
      return { records, rejected, next: page.next_cursor ?? null };
    },
  };
}
