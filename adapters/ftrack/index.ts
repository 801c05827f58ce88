import { defineAdapter } from '../../src/contract/adapter.ts';
import { settings, type FtrackSettings } from './config.ts';

export const ftrack = defineAdapter<FtrackSettings>({
  type: 'ftrack',
  vendor: 'ftrack',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: ['read User', 'read Group', 'read Project', 'read SecurityRole', 'read UserSecurityRole'],
  // The service documents no limit; it asks for few and large requests (developer.ftrack.com/api/performance).
  manners: { concurrency: 4 },
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
