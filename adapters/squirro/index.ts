import { defineAdapter } from '../../src/contract/adapter.ts';
import { settings, type SquirroSettings } from './config.ts';
import { callsAtOnce } from './queue.ts';

export const squirro = defineAdapter<SquirroSettings>({
  type: 'squirro',
  vendor: 'Squirro',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: ['server role admin'],
  manners: { concurrency: callsAtOnce },
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
