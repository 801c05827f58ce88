import { z } from 'zod';

const token = z.string().regex(/^[\x21-\x7e]+$/, 'expected a token: printable ASCII without spaces');
const teamId = z.string().regex(/^[A-Za-z0-9]{1,64}$/, 'expected a workspace (team) id such as T123ABC');

export const slackSettings = z.object({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://slack.com/api')
    .describe('Address of the Web API; another one only for GovSlack (https://slack-gov.com/api) or a sandbox.'),
  credentials: z
    .object({
      token: token.describe('Bot (xoxb-…) or user (xoxp-…) token with users:read, users:read.email, usergroups:read and team:read.'),
      adminToken: token.optional().describe('Organisation token for admin.* methods. Accepted, not used for reading yet.'),
      scimToken: token.optional().describe('Token with the scope admin for SCIM. Accepted, not used for reading yet.'),
    })
    .describe('What this service asks for.'),
  pageSize: z
    .int()
    .min(1)
    .max(1000)
    .default(999)
    .describe(
      'Members asked for in one users.list call. Slack wants fewer than 1000 and recommends at most 200; larger pages mean fewer calls of the twenty a minute. Lower it if a large workspace answers with errors.',
    ),
  workspaces: z
    .tuple([teamId], teamId)
    .optional()
    .describe('Only for an organisation-wide token: the ids (T…) of the workspaces to read. Default: the workspace that auth.test names.'),
});

export type SlackSettings = z.infer<typeof slackSettings>;
