// Shapes of the Public API v1: docs.segmentapis.com (IAM Users, IAM Groups, IAM Roles, Workspaces), github.com/segmentio/public-api-sdk-typescript.
// Only what we read. A value of another type than promised counts as absent, except an id: without one there is no record.
import { z } from 'zod';

const text = z
  .string()
  .transform((value) => (value.trim() === '' ? undefined : value))
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const count = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const anyId = z.union([z.string(), z.int().transform(String)]).pipe(z.string().min(1));

/** Ids that become a part of a path: 1 to 255 characters, says the reference, and dots alone would leave the folder. */
export const pathId = anyId.pipe(z.string().regex(/^(?!\.{1,2}$)[^]{1,255}$/));

/** Undefined where the service leaves them out: that says nothing, an empty list does. */
const permissions = z
  .array(z.unknown())
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);

export const user = z.object({ id: pathId, name: text, email: text, permissions });
export type WireUser = z.infer<typeof user>;

export const group = z.object({ id: pathId, name: text, memberCount: count, permissions });
export type WireGroup = z.infer<typeof group>;

export const member = z.object({ id: pathId });

export const role = z.object({ id: anyId, name: text });

export const workspace = z.object({ id: anyId, name: text, slug: text });
export type WireWorkspace = z.infer<typeof workspace>;

/** Invites are listed as addresses and nothing else. */
export const invite = z.string().regex(/\S/);

const label = z.object({ key: z.string(), value: z.string() });
const labels = z
  .array(z.unknown())
  .catch([])
  .transform((entries) => entries.flatMap((entry) => label.safeParse(entry).data ?? []));
export type WireLabel = z.infer<typeof label>;

export const permission = z.object({ roleId: anyId, roleName: text, resources: z.array(z.unknown()).nullish(), labels });
export const resource = z.object({ id: anyId, type: text, labels });

/** Success is wrapped in `data`, and so is everything within by its name. */
export const envelope = z.object({ data: z.record(z.string(), z.unknown()) });

/** `next` is absent or null on the last page; of another type it would be a listing cut short. */
const cursor = z
  .union([z.string(), z.int().transform(String)])
  .nullish()
  .transform((value) => (value == null || value === '' ? undefined : value));
export const paging = z.object({ next: cursor, totalEntries: count });

const failureEntry = z.object({
  field: text,
  data: z
    .object({ msBeforeNext: z.number().nonnegative().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});
export const failure = z.object({ errors: z.array(failureEntry) });

/** Fields and shapes, no values. */
export const describeIssues = (name: string, issues: readonly { readonly path: readonly PropertyKey[]; readonly code: string }[]): string =>
  issues.map(({ path, code }) => `${[name, ...path].map(String).join('.')}: ${code}`).join('; ');
