import type { RejectedRecord } from '../../src/contract/adapter.ts';
import type {
  AccountStatus,
  EmailEvidence,
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  Instant,
  InviteRecord,
  JsonObject,
  MembershipRecord,
  RecordKind,
  RoleRecord,
  ScopeKey,
  ScopeRecord,
} from '../../src/contract/records.ts';
import type { ZodError } from 'zod';
import type { Team, User, UserGroup } from './wire.ts';

/** What the token belongs to. */
export interface Home {
  readonly organizationWide: boolean;
  readonly enterpriseId: string | undefined;
  /** Team ids that are read; one, unless the token is organisation-wide. */
  readonly workspaces: readonly [string, ...string[]];
}

const everywhere = ['WORKSPACE', 'ORGANIZATION'] as const;
/** Slack stores flags, not roles; these are its words for what the flags mean, from the top down. */
export const roleRecords = [
  toRoleRecord('primary_owner', 'Primary Owner', 'OWNER', everywhere),
  toRoleRecord('owner', 'Owner', 'OWNER', everywhere),
  toRoleRecord('admin', 'Admin', 'ADMIN', everywhere),
  toRoleRecord('member', 'Member', 'MEMBER', ['WORKSPACE']),
  toRoleRecord('multi_channel_guest', 'Multi-Channel Guest', 'GUEST', ['WORKSPACE']),
  toRoleRecord('single_channel_guest', 'Single-Channel Guest', 'GUEST', ['WORKSPACE']),
  toRoleRecord('bot', 'Bot', 'MEMBER', ['WORKSPACE']),
] as const;

function toRoleRecord<Id extends string>(externalId: Id, name: string, level: RoleRecord['level'], appliesTo: RoleRecord['appliesTo']) {
  return { kind: 'role', externalId, name, level, appliesTo, permissions: [], custom: false } as const satisfies RoleRecord;
}

type RoleWord = (typeof roleRecords)[number]['externalId'];
const levels = new Map<RoleWord, RoleRecord['level']>(roleRecords.map(({ externalId, level }) => [externalId, level]));

export function toIdentity(user: User, home: Home): IdentityRecord {
  const { profile, enterprise_user: enterprise } = user;
  const role = isMember(user, home) ? toRole(user) : undefined;
  return {
    kind: 'identity',
    externalId: user.id,
    accountKind: isBot(user) ? 'BOT' : 'HUMAN',
    status: toStatus(user),
    emails: toEmails(user, home),
    declared: [],
    roles: role === undefined ? [] : [role],
    ...known({
      username: user.name,
      displayName: profile?.real_name ?? user.real_name ?? profile?.display_name,
      firstName: profile?.first_name,
      lastName: profile?.last_name,
      organization: enterprise?.enterprise_id,
      settings: toSettings({ title: profile?.title, tz: user.tz }),
      mfaEnabled: user.has_2fa,
      updatedAt: toInstant(user.updated),
    }),
    raw: toRaw(user),
  };
}

function toStatus(user: User): AccountStatus {
  if (user.deleted) return 'SUSPENDED';
  return user.is_invited_user ? 'INVITED' : 'ACTIVE';
}

// is_bot is false for Slackbot, and is_app_user marks people who authorised the calling app (user object).
function isBot(user: User): boolean {
  return user.is_bot === true || user.is_workflow_bot === true || user.id === 'USLACKBOT';
}

/**
 * Whether the account is of our workspaces or organisation at all. `is_stranger` is absent on people of other companies with whom a channel is
 * shared (user object): their `team_id` tells.
 */
function isOurs(user: User, home: Home): boolean {
  if (user.is_stranger) return false;
  if (user.team_id === undefined || home.workspaces.includes(user.team_id)) return true;
  return home.enterpriseId !== undefined && (user.team_id === home.enterpriseId || user.enterprise_user?.enterprise_id === home.enterpriseId);
}

function isMember(user: User, home: Home): boolean {
  return !user.deleted && isOurs(user, home);
}

/** `true` alone is a proof: false comes with people who were only invited, changed their address, or came in by single sign-on. */
function toEmails(user: User, home: Home): EmailEvidence[] {
  const address = user.profile?.email;
  if (address === undefined) return [];
  const isGuest = user.is_restricted === true || user.is_ultra_restricted === true;
  const proven = user.is_email_confirmed === true && isMember(user, home) && !isBot(user) && !isGuest;
  return [{ address, proof: proven ? 'VERIFIED' : 'UNKNOWN', primary: true }];
}

/** From the top down: an owner is an admin too. Undefined when Slack sent none of the flags. */
function toRole(user: User): RoleWord | undefined {
  if (user.is_primary_owner) return 'primary_owner';
  if (user.is_owner) return 'owner';
  if (user.is_admin) return 'admin';
  if (user.is_ultra_restricted) return 'single_channel_guest';
  if (user.is_restricted) return 'multi_channel_guest';
  if (isBot(user)) return 'bot';
  const flags = [user.is_primary_owner, user.is_owner, user.is_admin, user.is_restricted, user.is_ultra_restricted];
  return flags.every((flag) => flag === undefined) ? undefined : 'member';
}

/** The account's place on `workspace` (undefined: the answer does not tell which) and in the organisation. Deactivated and foreign accounts hold none. */
export function toGrants(user: User, home: Home, workspace: string | undefined): GrantRecord[] {
  if (!isMember(user, home)) return [];
  const grants: GrantRecord[] = [];
  const teams = user.enterprise_user?.teams ?? [];
  if (workspace !== undefined && (teams.length === 0 || teams.includes(workspace) || user.team_id === workspace)) {
    grants.push(toGrant(user.id, baseGrantId(user.id, home, workspace), toRole(user), { kind: 'WORKSPACE', externalId: workspace }));
  }
  const enterpriseId = user.enterprise_user?.enterprise_id ?? home.enterpriseId;
  const role = toOrganizationRole(user);
  if (role !== undefined && enterpriseId !== undefined) {
    grants.push(toGrant(user.id, organizationGrantId(user.id), role, { kind: 'ORGANIZATION', externalId: enterpriseId }));
  }
  return grants;
}

/** One base role an account and workspace, whichever it is now. */
export function baseGrantId(user: string, home: Home, workspace: string): string {
  return home.organizationWide ? `base:${workspace}:${user}` : `base:${user}`;
}

export function organizationGrantId(user: string): string {
  return `organization:${user}`;
}

function toOrganizationRole({ enterprise_user: enterprise }: User): RoleWord | undefined {
  if (enterprise?.is_primary_owner) return 'primary_owner';
  if (enterprise?.is_owner) return 'owner';
  return enterprise?.is_admin ? 'admin' : undefined;
}

function toGrant(user: string, externalId: string, role: RoleWord | undefined, scope: ScopeKey): GrantRecord {
  return {
    kind: 'grant',
    externalId,
    principal: { kind: 'identity', externalId: user },
    ...known({ role }),
    level: (role === undefined ? undefined : levels.get(role)) ?? 'UNKNOWN',
    scope,
    scopeKind: scope.kind,
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    // Primary ownership is handed on by its holder alone, never through the API (slack.com/help/articles/204475027).
    immutable: role === 'primary_owner',
  };
}

/** The open invitation of somebody who has not signed in yet; Slack lists it as an account. */
export function toInvites(user: User, grants: readonly GrantRecord[]): InviteRecord[] {
  const email = user.profile?.email;
  if (toStatus(user) !== 'INVITED' || email === undefined) return [];
  const intended = grants.flatMap(({ role, scope }) => (role === undefined || scope === undefined ? [] : [{ role, scopes: [scope] }]));
  return [{ kind: 'invite', externalId: inviteId(user.id), email, status: 'PENDING', grants: intended }];
}

export function inviteId(user: string): string {
  return `invitation:${user}`;
}

export function toGroup(group: UserGroup): GroupRecord {
  const { id, name, handle, date_delete: disabledAt } = group;
  return {
    kind: 'group',
    externalId: id,
    displayName: name ?? handle ?? id,
    groupKind: 'user group',
    status: disabledAt === 0 ? 'ACTIVE' : 'SUSPENDED',
    raw: known({ ...group }),
  };
}

export function toMembership(group: string, user: string): MembershipRecord {
  return { kind: 'membership', group, member: { kind: 'identity', externalId: user } };
}

/** `team` is undefined when the token may not read team.info; `name` is then auth.test's. */
export function toWorkspaceScope(id: string, team: Team | undefined, name: string | undefined, enterpriseId: string | undefined): ScopeRecord {
  return {
    kind: 'scope',
    scopeKind: 'WORKSPACE',
    externalId: id,
    displayName: team?.name ?? name ?? id,
    ...known({
      parent: enterpriseId === undefined ? undefined : ({ kind: 'ORGANIZATION', externalId: enterpriseId } as const),
      raw: team && known({ domain: team.domain, email_domain: team.email_domain, url: team.url }),
    }),
  };
}

/** Names the field and the type found, never a value: the messages are zod's, which quote types and bounds only. */
export function toRejected(kind: RecordKind, externalId: string | undefined, error: ZodError): RejectedRecord {
  const [issue] = error.issues;
  return { kind, externalId, reason: `${issue?.path.join('.') || 'record'}: ${issue?.message ?? 'unexpected shape'}` };
}

/** Seconds since 1970; a value beyond the year 3000 is no such time (milliseconds, or a mark for "never"). */
function toInstant(seconds: unknown): Instant | undefined {
  return typeof seconds === 'number' && seconds > 0 && seconds < 32_503_680_000 ? Math.round(seconds * 1000) : undefined;
}

function toSettings(settings: { title: string | undefined; tz: string | undefined }): JsonObject | undefined {
  return settings.title === undefined && settings.tz === undefined ? undefined : known(settings);
}

/** Without contact data and status texts. Names and addresses have fields of their own. */
function toRaw({ name: _name, real_name: _realName, tz: _tz, updated, profile, enterprise_user: enterprise, ...flags }: User): JsonObject {
  return known({
    ...flags,
    display_name: profile?.display_name,
    updated: isShort(updated) ? updated : undefined,
    enterprise_user: enterprise && known(enterprise),
  });
}

function isShort(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value.length <= 64);
}

/** Leaves out what is undefined. */
function known<T extends object>(fields: T): Partial<T> {
  const copy = { ...fields };
  for (const [key, value] of Object.entries(copy)) if (value === undefined) Reflect.deleteProperty(copy, key);
  return copy;
}
