/**
 * Answers of Slack's Web API, only the fields that are read.
 * Method pages: https://docs.slack.dev/reference/methods/users.list, …/users.info, …/users.lookupByEmail, …/usergroups.list, …/usergroups.users.list,
 * …/auth.test, …/team.info. User object: https://docs.slack.dev/reference/objects/user-object
 */
import { z } from 'zod';

// "Data that has not been supplied may not be present at all, may be null or may contain the empty string" (users.info).
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
/** Slack's ids have about eleven characters and no promised form. */
const id = z.string().min(1).max(255);

/** Every answer, with HTTP status 200, whether the call went well or not. */
export const envelope = z.object({ ok: z.boolean(), error: text, needed: text });
export type Envelope = z.infer<typeof envelope>;

export const authTest = z.object({ team_id: text, team: text, enterprise_id: text, is_enterprise_install: flag });
export type AuthTest = z.infer<typeof authTest>;

export const teamInfo = z.object({
  team: z.object({ id, name: text, domain: text, email_domain: text, url: text, enterprise_id: text, enterprise_name: text }),
});
export type Team = z.infer<typeof teamInfo>['team'];

export const usersList = z.object({
  members: z.array(z.unknown()),
  response_metadata: z
    .object({
      next_cursor: z
        .string()
        .max(16_384)
        .nullish()
        .transform((value) => value || undefined),
    })
    .nullish(),
});

/** users.info and users.lookupByEmail. */
export const userAnswer = z.object({ user: z.unknown() });

export const user = z.object({
  id,
  team_id: text,
  name: text,
  real_name: text,
  // "Otherwise the value is false, or the field may not appear at all" (user object).
  deleted: flag,
  is_primary_owner: flag,
  is_owner: flag,
  is_admin: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_app_user: flag,
  is_stranger: flag,
  is_invited_user: flag,
  is_email_confirmed: flag,
  has_2fa: flag,
  tz: text,
  updated: z.unknown().optional(),
  profile: z
    .object({ email: text, title: text, real_name: text, display_name: text, first_name: text, last_name: text })
    .nullish()
    .transform((value) => value ?? undefined),
  enterprise_user: z
    .object({
      id: text,
      enterprise_id: text,
      is_primary_owner: flag,
      is_owner: flag,
      is_admin: flag,
      teams: z
        .array(z.string())
        .nullish()
        .transform((value) => value ?? undefined),
    })
    .nullish()
    .transform((value) => value ?? undefined),
});
export type User = z.infer<typeof user>;

export const userGroupsList = z.object({ usergroups: z.array(z.unknown()) });

export const userGroup = z.object({
  id,
  team_id: text,
  name: text,
  handle: text,
  description: text,
  is_external: flag,
  is_idp_group: flag,
  is_org_level: flag,
  auto_type: text,
  // Seconds since 1970 of the disabling; 0 while the group is enabled.
  date_delete: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
});
export type UserGroup = z.infer<typeof userGroup>;

/** The part of a user group that must survive when the rest of it cannot be read; anything but a list counts as not told. */
export const userGroupMembers = z.object({ id, users: z.array(z.unknown()).optional().catch(undefined) });

export const userGroupUsers = z.object({ users: z.array(z.unknown()) });

export const memberId = id;
