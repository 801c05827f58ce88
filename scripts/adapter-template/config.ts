import { z } from 'zod';

export const settings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.vendor.example/v1')
    .describe('Address of the API.'),
  credentials: z
    .strictObject({
      token: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
        .describe('API token with the right to read users.'),
    })
    .describe('What this service asks for.'),
});

export type NewServiceSettings = z.infer<typeof settings>;
