import { z } from 'zod';

export const settings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.segmentapis.com')
    .describe('Address of the Public API. Workspaces in the EU: https://eu1.api.segmentapis.com.'),
  credentials: z
    .strictObject({
      token: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
        .describe('A Public API token with the access Workspace Owner, from Settings > Workspace settings > Access Management > Tokens.'),
    })
    .describe('What this service asks for.'),
});

export type SegmentSettings = z.infer<typeof settings>;
