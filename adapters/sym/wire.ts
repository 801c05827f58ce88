import { z } from 'zod';

/**
 * What the platform API, the CSV and the dump say, read down to one shape. Shapes: the Python packages `sym-flow-cli`
 * (helpers/api.py, models/user.py, models/service_type.py) and `sym-sdk` (sym/sdk/user.py). Only fields that we read.
 */
export interface SymUser {
  readonly id: string;
  /** `normal` or `bot`. */
  readonly type?: string;
  /** Absent: this source does not tell. */
  readonly role?: string;
  readonly email?: string;
  readonly username?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly displayName?: string;
  readonly createdAt?: string;
  readonly identities: readonly SymIdentity[];
  readonly eventCounts?: readonly EventCount[];
  readonly dumpedAt?: string | number;
}

/** One entry of `identities`; the SDK's names are service, service_id, user_id. */
export interface SymIdentity {
  readonly service: string;
  readonly serviceId: string;
  readonly userId: string;
}

/** Service type → the key of its matcher that holds the person's id there (sym-flow-cli, models/service_type.py). */
const matcherKeys: ReadonlyMap<string, string> = new Map([
  ['sym', 'email'],
  ['slack', 'user_id'],
  ['pagerduty', 'user_id'],
  ['aws_sso', 'principal_uuid'],
  ['aws_iam', 'user_arn'],
  ['okta', 'user_id'],
  ['onelogin', 'user_id'],
  ['google', 'email'],
  ['github', 'user_id'],
  ['aptible', 'user_id'],
  ['boundary', 'user_id'],
  ['auth0', 'idp_id'],
  ['tailscale', 'email'],
  ['custom', 'user_id'],
]);

/** The adapter's reader of JSON turns unsafe integers into text already; the others are exact. */
const scalar = z.union([z.string(), z.number().transform(String)]);
const text = z.string().nullish();
const matcher = z.record(z.string(), z.unknown()).nullish();

const entry = z.object({
  service: z.union([z.string(), z.object({ slug: text, service_type: text, external_id: scalar.nullish() })]).nullish(),
  service_type: text,
  external_id: scalar.nullish(),
  service_id: scalar.nullish(),
  user_id: scalar.nullish(),
  matcher,
  profile: z.object({ first_name: text, last_name: text }).nullish(),
});
type Entry = z.output<typeof entry>;

/** `{"users": […]}`; each user is parsed apart, so that a bad one spoils only itself. */
export const usersAnswer = z.object({ users: z.array(z.unknown()) });

/** GET organizations: a list of exactly one. */
export const organizationsAnswer = z.array(z.object({ slug: z.string().min(1), name: z.string().nullish().catch(undefined) }));

const apiUser = z.object({
  id: z.string().min(1),
  type: text,
  role: text,
  is_admin: z.boolean().nullish(),
  created_at: z.union([z.string(), z.number()]).nullish(),
  identities: z.array(entry).nullable(),
});

const eventCount = z.object({
  event_name: z.string().min(1),
  filter_on: text,
  flow: text,
  target: text,
  since: text,
  until: text,
  include_errored: z.boolean().nullish(),
  count: z.int().nonnegative(),
});
export type EventCount = z.output<typeof eventCount>;

const dumpUser = z.object({
  id: z.string().min(1),
  username: text,
  type: text,
  email: text,
  first_name: text,
  last_name: text,
  role: text,
  identities: z.union([z.array(entry), z.record(z.string(), z.array(entry))]).nullish(),
  event_counts: z.array(eventCount).nullish(),
  dumped_at: z.union([z.string(), z.number()]).nullish(),
});

type Parsed =
  { readonly ok: true; readonly user: SymUser } | { readonly ok: false; readonly externalId: string | undefined; readonly reason: string };

/** One user as the platform API sends it. */
export function parseApiUser(value: unknown): Parsed {
  const parsed = apiUser.safeParse(value);
  if (!parsed.success) return refused(value, parsed.error);
  const { id, type, role, is_admin, created_at, identities } = parsed.data;
  const sym = symEntry(identities ?? []);
  const email = filled(sym?.matcher?.['email']);
  const name = filled(sym?.matcher?.['username']);
  return {
    ok: true,
    user: {
      id,
      ...given({
        // a page of docs.symops.com older than roles says "admin or null"; null stands for member
        role: filled(role) ?? (is_admin === true ? 'admin' : 'member'),
        type: filled(type) ?? (email !== undefined ? 'normal' : name === undefined ? undefined : 'bot'),
        email,
        username: name ?? email,
        firstName: filled(sym?.profile?.first_name),
        lastName: filled(sym?.profile?.last_name),
        createdAt: created_at === null || created_at === undefined ? undefined : String(created_at),
      }),
      identities: toIdentities((identities ?? []).map((one) => [one, undefined])),
    },
  };
}

/** One line of a dump. `null` for the role means member; a line without it says nothing: `User.dict()` leaves empty fields out. */
export function parseDumpUser(value: unknown): Parsed {
  const parsed = dumpUser.safeParse(value);
  if (!parsed.success) return refused(value, parsed.error);
  const { id, type, role, identities, event_counts, dumped_at, ...names } = parsed.data;
  const bot = type === 'bot';
  const entries: (readonly [Entry, string | undefined])[] = Array.isArray(identities)
    ? identities.map((one) => [one, undefined])
    : Object.entries(identities ?? {}).flatMap(([service, list]) => list.map((one) => [one, service] as const));
  const username = filled(names.username);
  return {
    ok: true,
    user: {
      id,
      ...given({
        type: filled(type),
        role: role === undefined ? undefined : (filled(role) ?? 'member'),
        // the SDK: a person's username is the address
        email: filled(names.email) ?? (type === 'normal' && username?.includes('@') === true ? username : undefined),
        username: username ?? (bot ? undefined : filled(names.email)),
        firstName: filled(names.first_name),
        lastName: filled(names.last_name),
        eventCounts: event_counts ?? undefined,
        dumpedAt: dumped_at ?? undefined,
      }),
      identities: toIdentities(entries),
    },
  };
}

/** A service key, `TYPE:EXTERNAL_ID`. Split at the first colon: ARNs and URLs hold more. */
export function parseServiceKey(key: string): { readonly service: string; readonly serviceId: string } | undefined {
  const colon = key.indexOf(':');
  const service = key.slice(0, Math.max(colon, 0)).trim();
  const serviceId = key.slice(colon + 1).trim();
  return service === '' || serviceId === '' ? undefined : { service, serviceId };
}

/** Text that says something: neither absent, nor of another type, nor blank. */
export function filled(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Drops what is undefined, so that absent stays absent. */
export function given<T extends object>(values: T): Partial<T> {
  const kept: Partial<T> = { ...values };
  for (const key in kept) if (kept[key] === undefined) delete kept[key];
  return kept;
}

function symEntry(entries: readonly Entry[]): Entry | undefined {
  const own = entries.filter((one) => serviceOf(one) === 'sym');
  return own.find((one) => serviceIdOf(one) === 'cloud') ?? own[0];
}

function serviceOf({ service, service_type }: Entry): string | undefined {
  if (typeof service === 'string') return filled(service);
  return filled(service?.slug) ?? filled(service?.service_type) ?? filled(service_type);
}

function serviceIdOf({ service, external_id, service_id }: Entry): string | undefined {
  const nested = typeof service === 'object' ? filled(service?.external_id) : undefined;
  return nested ?? filled(external_id) ?? filled(service_id);
}

/** Entries without a service, its id or a value name nobody: they are left out. */
function toIdentities(entries: readonly (readonly [Entry, string | undefined])[]): readonly SymIdentity[] {
  return entries.flatMap(([one, group]) => {
    const service = serviceOf(one) ?? group;
    const serviceId = serviceIdOf(one);
    if (service === undefined || serviceId === undefined) return [];
    const userId = filled(one.user_id) ?? matched(service, one.matcher ?? {});
    return userId === undefined ? [] : [{ service, serviceId, userId }];
  });
}

function matched(service: string, found: Readonly<Record<string, unknown>>): string | undefined {
  const key = matcherKeys.get(service.toLowerCase());
  if (key !== undefined) return filled(found[key]) ?? (service === 'sym' ? filled(found['username']) : undefined);
  const values = Object.values(found);
  return filled(found['user_id']) ?? (values.length === 1 ? filled(values[0]) : undefined);
}

function refused(value: unknown, error: z.ZodError): Parsed {
  const id: unknown = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  const [issue] = error.issues;
  return {
    ok: false,
    externalId: typeof id === 'string' && id !== '' ? id : undefined,
    reason: `${issue?.path.join('.') || 'user'}: ${issue?.message ?? 'unexpected'}`,
  };
}
