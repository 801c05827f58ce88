// Shapes: the vendor's Python client (PyPI squirro-client: user.py, base.py) and docs.squirro.com. Only what we read. A value of another type than
// promised counts as absent, except an id: without one there is no record.
import { z } from 'zod';
import type { JsonObject } from '../../src/contract/records.ts';
import { parseInstant } from './instant.ts';
import { publicValues } from './public-values.ts';

const text = z
  .string()
  .transform((value) => (value.trim() === '' ? undefined : value))
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
// Opaque; below a length that a path carries. Dots would leave the folder that an id stands in.
const id = z.union([z.string(), z.int().transform(String)]).pipe(
  z
    .string()
    .max(1_000)
    .regex(/^(?!\.{1,2}$)[^]+$/),
);
const words = z
  .array(z.unknown())
  .catch([])
  .transform((found) => found.flatMap((word) => (typeof word === 'string' && word !== '' ? [word] : [])));
const instant = z
  .string()
  .transform(parseInstant)
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const splitWords = (list: string): string[] => list.split(',').flatMap((word) => word.trim() || []);
const object = z.record(z.string(), z.unknown()).catch({});

/** The tokens live here and nowhere else. */
export const session = z
  .object({
    access_token: z.string().min(1),
    refresh_token: text,
    tenant: id,
    user_id: id.optional().catch(undefined),
    session_id: id.optional().catch(undefined),
  })
  .transform((reply) => ({
    accessToken: reply.access_token,
    refreshToken: reply.refresh_token,
    tenant: reply.tenant,
    userId: reply.user_id,
    sessionId: reply.session_id,
  }));
export type Session = z.infer<typeof session>;

/** What an authentication is about; its tokens never get past this line. */
const authentication = z.object({
  service_user: z
    .union([z.string(), z.int().transform(String)])
    .transform((value) => (value.trim() === '' ? undefined : value))
    .optional()
    .catch(undefined),
  display_name: text,
  state: text,
  access_token_expires: instant,
});

/** Any further key on the top level is a custom value. */
export const user = z
  .looseObject({
    id,
    email: text,
    full_name: text,
    role: text,
    role_permissions: words,
    tenant: text,
    config: object,
    authentications: object,
    // Told by the members of the projects, with more detail.
    projects: z
      .unknown()
      .transform(() => undefined)
      .optional(),
  })
  .transform(({ id: externalId, email, full_name, role, role_permissions, tenant, config, authentications, ...custom }) => {
    const shown = publicValues(config);
    const settings: JsonObject = { ...publicValues(custom), ...(Object.keys(shown).length > 0 && { config: shown }) };
    return {
      id: externalId,
      email,
      fullName: full_name,
      role,
      rolePermissions: role_permissions,
      tenant,
      settings,
      authentications: Object.entries(authentications).map(([service, value]) => ({ service, found: authentication.safeParse(value).data })),
    };
  });
export type WireUser = z.infer<typeof user>;

/** Its keys are in no public source: numbers and flags are rules whatever they are called, and nobody knows what texts may hold. */
export const passwordPolicy = z
  .record(z.string(), z.unknown())
  .transform((found) =>
    Object.fromEntries(
      Object.entries(found).flatMap(([key, value]) => (typeof value === 'number' || typeof value === 'boolean' ? [[key, value] as const] : [])),
    ),
  );
export type WirePasswordPolicy = z.infer<typeof passwordPolicy>;

export const group = z.object({ id, name: text, members: z.array(z.unknown()).catch([]) });
export type WireGroup = z.infer<typeof group>;

export const groupMember = z.object({ id });

export const project = z.object({ id, title: text, name: text, type: text });
export type WireProject = z.infer<typeof project>;

/** `member_type` is "user" or "group"; the vendor's documentation shows "admin" in one example. Without it nobody knows whose the id is. */
const memberType = z.string().regex(/^(?:user|group|admin)$/i);
export const projectMember = z.object({ member_id: id, member_type: memberType, server_role: text, project_role: text, permissions: words });
export type WireProjectMember = z.infer<typeof projectMember>;

export const workspace = z.object({ domain: id, title: text });
export type WireWorkspace = z.infer<typeof workspace>;

export const workspaceUser = z.object({ id, role: text });
export type WireWorkspaceUser = z.infer<typeof workspaceUser>;

/** A token, despite its name. Where it carries its `refresh_token`, that is left out here. The permissions come as a list or as one text with commas. */
export const grant = z.object({
  id,
  type: text,
  client_id: text,
  project_permissions: z
    .union([z.string().transform(splitWords), words])
    .nullish()
    .transform((found) => found ?? undefined),
  created_at: instant,
  valid_to: instant,
});
export type WireGrant = z.infer<typeof grant>;
