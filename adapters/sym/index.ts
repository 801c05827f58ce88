import { defineAdapter } from '../../src/contract/adapter.ts';
import { symSettings } from './config.ts';

export const sym = defineAdapter({
  type: 'sym',
  vendor: 'Sym',
  settings: symSettings,
  baseUrl: (settings) => (settings.credentials.token === undefined ? undefined : settings.baseUrl),
  scopes: ['role admin'],
  // no limits are published, and three calls read everything
  manners: { concurrency: 8 },
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'source' },
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
