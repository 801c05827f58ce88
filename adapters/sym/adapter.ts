import type { Adapter } from '../../src/contract/adapter.ts';
import type { Http } from '../../src/contract/http.ts';
import { createApiAdapter } from './api.ts';
import { createClient } from './client.ts';
import { fileOrganization, type SymSettings } from './config.ts';
import { createCsvAdapter } from './csv.ts';
import { createDumpAdapter } from './dump.ts';

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter({ credentials, organization }: SymSettings, http: Http): Adapter {
  if (credentials.csv !== undefined) return createCsvAdapter({ csv: credentials.csv, users: credentials.users }, organization ?? fileOrganization);
  if (credentials.dump !== undefined) return createDumpAdapter(credentials.dump, organization ?? fileOrganization);
  // the settings' own rule: without a file there is a token
  return createApiAdapter(createClient(http, credentials.token ?? ''), organization);
}
