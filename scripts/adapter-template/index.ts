import { defineAdapter } from '../../src/contract/adapter.ts';
import { settings, type NewServiceSettings } from './config.ts';

export const newService = defineAdapter<NewServiceSettings>({
  type: 'new-service',
  vendor: 'New Service',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: ['users.read'],
  manners: { concurrency: 8 },
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
