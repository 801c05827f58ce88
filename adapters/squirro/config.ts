import { z } from 'zod';

const headerSafe = z.string().regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces');
const pathBelow = z.string().regex(/^[\w-]+(?:\/[\w-]+)*$/, 'expected a path such as api/user, without a slash at either end');

export const settings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .describe('Address of the cluster, such as https://squirro.acme.example. There is no default: every customer has another.'),
  cluster: z
    .string()
    .regex(/^[^\s/]+$/, 'expected a host name such as squirro.acme.example')
    .optional()
    .describe(
      "The cluster's host name as it stands in ids, where baseUrl goes by another one (a proxy, an inner address). Default: the host of baseUrl.",
    ),
  tenant: z
    .string()
    .min(1)
    .optional()
    .describe('Tenant (workspace) to sign in to, where the account has several. Default: the one that the refresh token is for.'),
  userPath: pathBelow.default('api/user').describe('Where the user service answers, below baseUrl.'),
  topicPath: pathBelow.default('api/topic').describe('Where the topic service (projects) answers, below baseUrl.'),
  readSettings: z
    .boolean()
    .default(true)
    .describe("Whether to read each user's configuration and custom values. Keys that look like secrets are dropped either way."),
  readCredentials: z
    .boolean()
    .default(true)
    .describe(
      'Whether to read the metadata of tokens and connected services. It costs two calls per user: turn it off for tenants of many thousands.',
    ),
  connections: z
    .record(
      z.string().min(1),
      z.strictObject({
        type: z.string().min(1).describe('Adapter type of that service, such as slack.'),
        serviceId: z.string().min(1).describe('Its instance, such as T123ABC.'),
      }),
    )
    .default({})
    .describe(
      'Names of authentication services and the instance that each stands for: its account at that service is then evidence of who a user is. ' +
        'Only for services to which this cluster itself connects by OAuth. It costs one call per user.',
    ),
  credentials: z
    .strictObject({
      clientId: headerSafe.optional().describe('Id of the API client. A service account needs none.'),
      clientSecret: headerSafe.optional().describe('Its secret.'),
      refreshToken: headerSafe.describe('Refresh token of an administrator of the tenant.'),
    })
    .describe('What this service asks for.'),
});

export type SquirroSettings = z.infer<typeof settings>;
