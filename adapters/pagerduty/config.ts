import { z } from 'zod';

export const settings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.pagerduty.com')
    .describe('Address of the REST API v2. Accounts of the EU service region: https://api.eu.pagerduty.com.'),
  tokenType: z
    .enum(['key', 'bearer'])
    .default('key')
    .describe('`key`: a REST API key of the account or of a user (a read-only account key is enough). `bearer`: an OAuth token with scopes.'),
  readSessions: z
    .boolean()
    .default(false)
    .describe('Whether to read who is signed in and how (metadata only). It costs one call per user, and an OAuth token needs users:sessions.read.'),
  credentials: z
    .strictObject({
      token: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
        .describe('The REST API key, or the OAuth token.'),
      from: z
        .email()
        .optional()
        .describe('Login address of a user of the account, in whose name an account key makes changes. Reading does not send it.'),
    })
    .describe('What this service asks for.'),
});

export type PagerDutySettings = z.infer<typeof settings>;
