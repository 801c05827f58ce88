import { defineAdapter } from '../../src/contract/adapter.ts';
import { createApiAdapter } from './api.ts';
import { createClient } from './client.ts';
import { fileOrganization, symSettings } from './config.ts';
import { createCsvAdapter } from './csv.ts';
import { createDumpAdapter } from './dump.ts';

export const sym = defineAdapter({
  type: 'sym',
  vendor: 'Sym',
  settings: symSettings,
  baseUrl: (settings) => (settings.credentials.token === undefined ? undefined : settings.baseUrl),
  scopes: ['role admin'],
  // no limits are published, and three calls read everything
  manners: { concurrency: 8 },
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'source' },
  create({ credentials, organization }, http) {
    if (credentials.csv !== undefined) return createCsvAdapter({ csv: credentials.csv, users: credentials.users }, organization ?? fileOrganization);
    if (credentials.dump !== undefined) return createDumpAdapter(credentials.dump, organization ?? fileOrganization);
    // the settings' own rule: without a file there is a token
    return createApiAdapter(createClient(http, credentials.token ?? ''), organization);
  },
});
