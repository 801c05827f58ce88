import { z } from 'zod';
import { emailTrusts } from '../contract/adapter.ts';
import { roleLevels } from '../contract/records.ts';
import { domainKey } from '../model/email-key.ts';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'expected a duration such as 30s, 15m, 2h or 1d')
  .transform((text) => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units]);

const domain = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .refine((text) => domainKey(text) === text, 'expected a domain name such as acme.example');

/** What every service has, whatever its type; the rest of the entry belongs to the adapter. */
export const commonServiceSettings = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, such as slack-main')
    .describe('Your name for this service, unique in the file; shown in answers and logs.'),
  type: z.string().describe('The kind of service.'),
  emailTrust: z
    .enum(emailTrusts)
    .optional()
    .describe(
      'When an e-mail address of this service may tie accounts by itself. NEVER; VERIFIED_ONLY: when the service says the holder proved it; ' +
        'MANAGED_DOMAINS: also without its word, within managedDomains (only where administrators alone enter addresses); ALWAYS: needs unsafeTrustAllEmails.',
    ),
  unsafeTrustAllEmails: z
    .boolean()
    .optional()
    .describe('Must be true for emailTrust ALWAYS: whoever can set an address there can then take over a person.'),
  people: z
    .enum(['source', 'match'])
    .optional()
    .describe('source: its accounts make new people. match: they only join people known from elsewhere; what joins nobody is an orphan.'),
  levels: z
    .record(z.string(), z.enum(roleLevels))
    .default({})
    .describe('Your table from a role (its id or name) to a level; wins over the built-in one.'),
  sync: z
    .strictObject({ every: duration.prefault('15m').describe('Time between two reads: 30s, 15m, 2h …') })
    .prefault({})
    .describe('How often this service is read.'),
});

export const commonServiceKeys: readonly string[] = Object.keys(commonServiceSettings.shape);

/** The file as a whole. Entries of `services` are read by `commonServiceSettings` and by their adapter's own schema. */
export const configFile = z.strictObject({
  listen: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Without keys configured only a loopback address is accepted.'),
      port: z.int().min(0).max(65_535).default(4000).describe('Port; 0 takes a free one.'),
    })
    .prefault({})
    .describe('Where the API answers.'),
  store: z.string().min(1).default('./rollcall-data').describe('A folder (relative to this file), or postgres://user@host/database.'),
  managedDomains: z
    .array(domain)
    .default([])
    .describe('Mail domains that your company alone controls. Within them a +tag and a second domain name the same mailbox.'),
  services: z.array(z.record(z.string(), z.unknown())).min(1, 'name at least one service').describe('The services to read.'),
});
