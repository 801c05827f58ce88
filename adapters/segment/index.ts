import { defineAdapter } from '../../src/contract/adapter.ts';
import type { HttpManners } from '../../src/contract/http.ts';
import { settings, type SegmentSettings } from './config.ts';
import { limited, ownerAccess } from './errors.ts';

const manners: HttpManners = {
  limited,
  // Limits are counted by the minute (docs.segmentapis.com, Rate Limits).
  limitedWaitMs: 60_000,
  // No page of the vendor's states the limit of reads; 600 a minute and workspace is what is said of it elsewhere. Less some for others.
  rate: { calls: 500, perMs: 60_000 },
};

export const segment = defineAdapter<SegmentSettings>({
  type: 'segment',
  vendor: 'Segment',
  settings,
  baseUrl: (configured) => configured.baseUrl,
  scopes: [ownerAccess],
  manners,
  defaults: { emailTrust: 'VERIFIED_ONLY', people: 'match' },
  create: async (configured, http) => (await import('./adapter.ts')).createAdapter(configured, http),
});
