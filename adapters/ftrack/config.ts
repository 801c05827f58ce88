import { z } from 'zod';

export const settings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).describe('Address of the ftrack site, without `/api`: https://studio.ftrackapp.com.'),
  site: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/, 'expected a host name in lower case')
    .optional()
    .describe("Host name of the site, the service id. Default: the host of `baseUrl`; give it where `baseUrl` is a gateway's address."),
  credentials: z
    .strictObject({
      apiUser: z
        .string()
        .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'expected printable ASCII without spaces around it')
        .describe("User name that calls are made as: the key's owner, or with a global key any active user."),
      apiKey: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
        .describe('API key: a global one with a role of type API that may only read is enough. Secret.'),
    })
    .describe('What this service asks for.'),
});

export type FtrackSettings = z.infer<typeof settings>;
