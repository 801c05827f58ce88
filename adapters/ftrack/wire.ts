// Shapes of the batch API: developer.ftrack.com/api/endpoint; the answers' form: github.com/ftrackhq/ftrack-javascript (source/session.ts),
// the attributes: github.com/ftrackhq/ftrack-ts-schema-generator (query_schemas of a real server).
// Only what we read. A value of another type than promised counts as absent, except an id: without one there is no record.
import { z } from 'zod';

const text = z.string().regex(/\S/).optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const id = z.union([z.string().min(1), z.int().transform(String)], 'expected an id');
const reference = id.optional().catch(undefined);
const entries = z.array(z.unknown()).catch([]);

export const user = z.object({
  id,
  username: text,
  email: text,
  first_name: text,
  last_name: text,
  is_active: flag,
  is_otp_enabled: flag,
  is_totp_enabled: flag,
  user_type: z.object({ name: text }).optional().catch(undefined),
  memberships: entries,
  user_security_roles: entries,
});
export type WireUser = z.infer<typeof user>;

export const membership = z.object({ group_id: id });

/** In today's shape the projects hang on `user_security_role_projects`; the older documentation has `projects` itself. */
export const userSecurityRole = z.object({
  id,
  security_role_id: reference,
  security_role: z.object({ type: text }).optional().catch(undefined),
  is_all_open_projects: flag,
  is_all_projects: flag,
  user_security_role_projects: entries,
  projects: entries,
});
export type WireUserSecurityRole = z.infer<typeof userSecurityRole>;

export const userSecurityRoleProject = z.object({ id: reference, project_id: id });
export const projectMention = z.object({ id });

export const group = z.object({ id, name: text, local: flag, parent_id: reference });
export type WireGroup = z.infer<typeof group>;

export const securityRole = z.object({ id, name: text, type: text });
export type WireSecurityRole = z.infer<typeof securityRole>;

export const project = z.object({ id, name: text, full_name: text, status: text, is_private: flag, is_global: flag });
export type WireProject = z.infer<typeof project>;

/** `offset` is null on the last page. */
export const page = z.object({
  data: z.array(z.unknown()),
  metadata: z
    .object({ next: z.object({ offset: z.int().nonnegative().nullable() }).nullable() })
    .optional()
    .catch(undefined),
});

const schema = z.object({ id: z.string(), properties: z.record(z.string(), z.unknown()) });
export const schemas = z.array(z.unknown()).transform((found) => found.flatMap((entry) => schema.safeParse(entry).data ?? []));
export type WireSchemas = z.infer<typeof schemas>;

/** One object instead of the list; the status may still be 200. */
export const failure = z.object({ exception: z.string(), error_code: z.string().optional().catch(undefined) });
export type WireFailure = z.infer<typeof failure>;

/** Kept when the rest of a record cannot be read. */
export const identified = z.object({ id });
