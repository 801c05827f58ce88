// Shapes of the REST API v2: developer.pagerduty.com/api-reference, github.com/PagerDuty/api-schema (reference/REST/openapiv3.json).
// Only what we read. A value of another type than promised counts as absent, except an id: without one there is no record.
import { z } from 'zod';

const text = z
  .string()
  .transform((value) => (value.trim() === '' ? undefined : value))
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const count = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
// An id becomes a part of a path, where dots would leave the folder.
const id = z.string().regex(/^(?!\.{1,2}$)[^]+$/);
const entries = z.array(z.unknown()).catch([]);

/** Entries that fit; others are passed over: used where they add to a record that stands without them. */
const fitting = <T>(entry: z.ZodType<T>) => entries.transform((found) => found.flatMap((value) => entry.safeParse(value).data ?? []));

// Phones and push devices are other types of contact method; they never get past this line.
const emailContactMethod = z.object({ type: z.literal('email_contact_method'), address: z.string().min(1) });

// `http_cal_url` and `web_cal_url` are bearer credentials in the form of an address and are left out here on purpose.
export const user = z.object({
  id,
  name: text,
  summary: text,
  email: text,
  role: text,
  html_url: text,
  job_title: text,
  time_zone: text,
  invitation_sent: flag,
  created_via_sso: flag,
  contact_methods: fitting(emailContactMethod),
  subdomains: fitting(z.string().min(1)),
});
export type WireUser = z.infer<typeof user>;

export const team = z.object({
  id,
  name: text,
  summary: text,
  description: text,
  default_role: text,
  html_url: text,
  parent: z.object({ id }).optional().catch(undefined),
});
export type WireTeam = z.infer<typeof team>;

export const member = z.object({ user: z.object({ id }), role: text });
export type WireMember = z.infer<typeof member>;

/** The summary names the place of the sign-in, and is left out. */
export const session = z.object({ id: z.string().min(1), type: text, created_at: text });
export type WireSession = z.infer<typeof session>;

/** Classic paging: developer.pagerduty.com/docs/pagination. `total` is null unless asked for. */
export const paging = z.object({ limit: count, offset: count, more: flag, total: count });

const someWords = z.union([z.string().transform((value) => [value]), z.array(z.string())]);
const words = someWords.catch([]);

/** `errors` is a list of texts, one text, or an object of lists (github.com/heimweh/go-pagerduty, pagerduty/error_test.go). */
export const failure = z.object({
  error: z.object({
    code: count,
    message: words,
    errors: z.union([someWords, z.record(z.string(), words).transform((lists) => Object.values(lists).flat())]).catch([]),
    required_scopes: words,
  }),
});
