import { defineAdapter } from '../../src/contract/adapter.ts';
import { slackSettings } from './config.ts';
import { limited } from './errors.ts';

export const slack = defineAdapter({
  type: 'slack',
  vendor: 'Slack',
  settings: slackSettings,
  baseUrl: (settings) => settings.baseUrl,
  scopes: ['users:read', 'users:read.email', 'usergroups:read', 'team:read'],
  // Slack's limits are per method and tolerate bursts, so no steady rate is set: Retry-After is obeyed instead.
  manners: { limited, limitedWaitMs: 30_000 },
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'source' },
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
