import { defineAdapter } from '../../src/contract/adapter.ts';
import type { HttpManners, HttpResponse } from '../../src/contract/http.ts';
import { settings, type PagerDutySettings } from './config.ts';

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
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
