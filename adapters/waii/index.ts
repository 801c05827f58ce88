import { defineAdapter } from '../../src/contract/adapter.ts';
import type { HttpManners } from '../../src/contract/http.ts';
import { settings, type WaiiSettings } from './config.ts';

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
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
