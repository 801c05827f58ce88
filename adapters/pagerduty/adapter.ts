import type { Adapter, LiveIdentity } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http } from '../../src/contract/http.ts';
import { lookUpEach } from '../../src/contract/look-ups.ts';
import { createClient } from './client.ts';
import type { PagerDutySettings } from './config.ts';
import { toAlongside, toIdentity, toRoles, toSubdomain } from './map.ts';
import { foldCase } from './fold-case.ts';
import { sessionsListing } from './sessions.ts';
import { teamsListing } from './teams.ts';
import { usersListing } from './users.ts';
import type { WireUser } from './wire.ts';

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(configured: PagerDutySettings, http: Http): Adapter {
  const client = createClient(configured, http);
  const { readSessions } = configured;
  return {
    async describe(signal) {
      const user = await client.anyUser(signal);
      if (user === undefined) throw new AdapterError('BAD_RESPONSE', 'PagerDuty users: no user, so nothing names the account');
      const subdomain = toSubdomain(user);
      if (subdomain === undefined)
        throw new AdapterError('BAD_RESPONSE', 'PagerDuty users: html_url names no account (expected https://SUBDOMAIN.pagerduty.com/…)');
      return {
        serviceId: subdomain,
        displayName: subdomain,
        scopes: [{ kind: 'scope', scopeKind: 'ORGANIZATION', externalId: subdomain, displayName: subdomain }],
      };
    },

    listings: [
      usersListing(client),
      teamsListing(client),
      { name: 'roles', yields: ['role'], page: () => Promise.resolve({ records: toRoles(), rejected: [], next: null }) },
      ...(readSessions ? [sessionsListing(client)] : []),
    ],

    // No batch: one request per id.
    getIdentities: (externalIds, signal) =>
      lookUpEach(externalIds, lookUpsAtOnce, async (id) => {
        const user = await client.user(id, signal);
        return user && toLive(user);
      }),

    // The service matches parts of names and addresses; equality is ours.
    async findByEmail(address, signal) {
      const wanted = foldCase(address);
      const found: LiveIdentity[] = [];
      if (wanted === '') return found;
      for (let offset: number | null = 0, pages = 0; offset !== null; pages += 1) {
        if (pages === maxSearchPages) throw new AdapterError('BAD_RESPONSE', 'PagerDuty users: the search by address is too wide to be one');
        const page = await client.users({ offset, query: address }, signal);
        found.push(...page.items.filter((user) => foldCase(user.email ?? '') === wanted).map(toLive));
        offset = page.next;
      }
      return found;
    },
  };
}

/** Calls of one batch: it leaves room in the queue for the batches of others. */
const lookUpsAtOnce = 8;
/** Thousands who contain one whole address are no answer to the search. */
const maxSearchPages = 10;

function toLive(user: WireUser): LiveIdentity {
  const subdomain = toSubdomain(user);
  return { identity: toIdentity(user), alongside: subdomain === undefined ? [] : toAlongside(user, subdomain) };
}
