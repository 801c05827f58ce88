import { z } from 'zod';

const ways = ['token', 'csv', 'dump'] as const;

const credentials = z
  .strictObject({
    token: z
      .string()
      .trim()
      .regex(/^[\x21-\x7e]+$/, 'expected one word of printable ASCII')
      .optional()
      .describe('Bearer token of a bot with the role admin (`symflow bots create`, then `symflow tokens issue -u NAME -e EXPIRY`). Secret.'),
    csv: z.string().min(1).optional().describe('Path of the file that `symflow users list-identities -o FILE` writes; instead of `token`.'),
    users: z
      .string()
      .min(1)
      .optional()
      .describe('With `csv`: path of what `symflow users list` prints (or the same columns as CSV): adds roles and names, joined on the address.'),
    dump: z.string().min(1).optional().describe('Path of a file of JSON lines that a Flow writes, one user a line; instead of `token`.'),
  })
  .superRefine((given, context) => {
    const named = ways.filter((way) => given[way] !== undefined);
    if (named.length !== 1) {
      context.addIssue({
        code: 'custom',
        message: `give exactly one of \`token\` (platform API), \`csv\` (path) or \`dump\` (path); found ${named.length === 0 ? 'none' : named.join(' and ')}`,
      });
    }
    if (given.users !== undefined && given.csv === undefined) {
      context.addIssue({ code: 'custom', path: ['users'], message: '`users` only completes `csv`: give `csv` too, or leave `users` out' });
    }
  });

export const symSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.symops.com/api/v1')
    .describe('Address of the platform API; used with `token` only.'),
  credentials: credentials.describe('Exactly one way in: `token`, `csv` or `dump`.'),
  organization: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe(
      'Slug of the Sym organisation: the service id. With `token` the API tells it, and another slug given here is refused; a file does not tell it: default `sym`.',
    ),
});

export type SymSettings = z.infer<typeof symSettings>;

/** Files name no organisation; one file is one organisation, so any fixed word keeps the ids stable. */
export const fileOrganization = 'sym';
