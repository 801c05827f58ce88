import { defineAdapter, type Adapter, type LiveIdentity } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpManners, HttpResponse } from '../../src/contract/http.ts';
import { createClient, type PagerDutyClient } from './client.ts';
import { settings, type PagerDutySettings } from './config.ts';
import { toAlongside, toIdentity, toRoles, toSubdomain } from './map.ts';
import { foldCase } from './fold-case.ts';
import { sessionsListing } from './sessions.ts';
import { teamsListing } from './teams.ts';
import { usersListing } from './users.ts';
import type { WireUser } from './wire.ts';

const manners: HttpManners = {
  limited,
  // Refusals without the headers happen; the vendor's Terraform client waits 5 s then (github.com/heimweh/go-pagerduty).
  limitedWaitMs: 5_000,
  // 960 a minute (same client, enablement tests), less some for others: limits count per key and, for older ones, per account.
  rate: { calls: 900, perMs: 60_000 },
};

/** `ratelimit-reset`: seconds to wait (support.pagerduty.com, rest-api-rate-limits). */
function limited(response: HttpResponse): { readonly retryAfterMs: number | undefined } | undefined {
  if (response.status !== 429) return undefined;
  const seconds = response.headers['ratelimit-reset']?.trim() ?? '';
  return { retryAfterMs: /^\d{1,9}(?:\.\d+)?$/.test(seconds) ? Math.ceil(Number(seconds) * 1000) : undefined };
}

export const pagerduty = defineAdapter<PagerDutySettings>({
  type: 'pagerduty',
  vendor: 'PagerDuty',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: ['users.read', 'users:contact_methods.read', 'teams.read'],
  manners,
  // Administrators and the identity provider enter login addresses, and nobody proves one: an asserted address counts within the company's domains.
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: (configured: PagerDutySettings, http: Http): Adapter => createAdapter(createClient(configured, http), configured.readSessions),
});

function createAdapter(client: PagerDutyClient, readSessions: boolean): Adapter {
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
    async getIdentities(externalIds, signal) {
      const found = new Map<string, LiveIdentity>();
      const ids = new Set(externalIds).values();
      async function lookUpRest(): Promise<void> {
        for (const id of ids) {
          const user = await client.user(id, signal);
          if (user !== undefined) found.set(id, toLive(user));
        }
      }
      await Promise.all(Array.from({ length: lookUpsAtOnce }, lookUpRest));
      return found;
    },

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
