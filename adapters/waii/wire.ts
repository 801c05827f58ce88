// Shapes: github.com/waii-ai/waii-sdk-py, waii_sdk_py/user/user.py; github.com/waii-ai/waii-sdk-js, clients/user/src/User.ts.
// Only what we read. A value of another type than promised counts as absent, except an id: without one there is no record.
import { z } from 'zod';

const word = z.union([z.string(), z.number().transform(String)]);
const id = word.pipe(z.string().regex(/\S/));
const text = word
  .transform((value) => (value.trim() === '' ? undefined : value))
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const variables = z.record(z.string(), z.unknown()).catch({});

// `[""]` stands for no role as `[]` does (github.com/waii-ai/waii-cli, src/database-commands.ts). Without a list nothing is known.
const roles = z
  .array(z.unknown())
  .transform((entries) => entries.flatMap((entry) => text.parse(entry) ?? []))
  .transform((words): readonly string[] | undefined => words)
  .catch(undefined);

export const user = z.object({ id, name: text, tenant_id: text, org_id: text, variables, roles });
export type WireUser = z.infer<typeof user>;

export const tenant = z.object({ id, name: text, org_id: text, variables });
export type WireTenant = z.infer<typeof tenant>;

/** Ids wait in the cursor until their organization is read, and it has room for so much. */
export const organization = z.object({ id: id.pipe(z.string().max(1_000)), name: text, variables });
export type WireOrganization = z.infer<typeof organization>;

/** The last characters alone get past this line: every listing holds the keys themselves. */
const hint = z
  .string()
  .transform((key) => (key.length < 16 ? undefined : key.slice(-4)))
  .optional()
  .catch(undefined);
// Milliseconds: the vendor's command line hands it to Date (github.com/waii-ai/waii-cli, src/user-commands.ts).
const instant = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,16}$/)
      .transform(Number),
  ])
  .pipe(z.int().positive().max(8.64e15))
  .optional()
  .catch(undefined);

export const accessKey = z
  .object({ access_key: hint, user_id: id, name: text, description: text, created_at: instant })
  .transform(({ access_key: lastCharacters, ...rest }) => ({ hint: lastCharacters, ...rest }));
export type WireAccessKey = z.infer<typeof accessKey>;

/** About the caller, whoever was asked for. */
export const userInfo = z.object({ id });

export const listOf = <Name extends string>(name: Name) => z.object({ [name]: z.array(z.unknown()) } as Record<Name, z.ZodArray<z.ZodUnknown>>);

/** `access_keys` alone may be absent or null. */
export const accessKeys = z.object({
  access_keys: z
    .array(z.unknown())
    .nullish()
    .transform((keys) => keys ?? []),
});
