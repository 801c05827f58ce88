import type {
  EmailEvidence,
  EmailProof,
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  InviteRecord,
  JsonObject,
  MembershipRecord,
  RoleLevel,
  RoleRecord,
  SourceRecord,
} from '../../src/contract/records.ts';
import { foldCase } from './fold-case.ts';
import type { WireMember, WireTeam, WireUser } from './wire.ts';

// Words: support.pagerduty.com, user-roles and advanced-permissions. The web names `Manager` and `Responder` read `User` and `Limited User` on basic plans.
const baseRoles: Readonly<Record<string, readonly [name: string, level: RoleLevel]>> = {
  owner: ['Account Owner', 'OWNER'],
  admin: ['Global Admin', 'ADMIN'],
  user: ['Manager', 'MANAGER'],
  limited_user: ['Responder', 'MEMBER'],
  observer: ['Observer', 'READER'],
  restricted_access: ['Restricted Access', 'GUEST'],
  read_only_user: ['Full Stakeholder', 'READER'],
  read_only_limited_user: ['Limited Stakeholder', 'READER'],
};
const teamRoles: Readonly<Record<string, readonly [name: string, level: RoleLevel]>> = {
  manager: ['Manager', 'ADMIN'],
  responder: ['Responder', 'MEMBER'],
  observer: ['Observer', 'READER'],
};

/** The fixed catalogue: the service has no list of roles. `observer` is a word of both kinds, so team roles carry a prefix. */
export function toRoles(): readonly RoleRecord[] {
  return [
    ...Object.entries(baseRoles).map(([word, [name, level]]) => toBaseRole(word, name, level)),
    ...Object.entries(teamRoles).map(([word, [name, level]]): RoleRecord => ({
      kind: 'role',
      externalId: `team:${word}`,
      name,
      level,
      category: 'team',
      appliesTo: [],
      permissions: [],
      custom: false,
    })),
  ];
}

const toBaseRole = (externalId: string, name: string, level: RoleLevel): RoleRecord => ({
  kind: 'role',
  externalId,
  name,
  level,
  category: 'base',
  appliesTo: ['ORGANIZATION'],
  permissions: [],
  custom: false,
});

const levelOf = (role: string | undefined): RoleLevel =>
  (role !== undefined && Object.hasOwn(baseRoles, role) ? baseRoles[role]?.[1] : undefined) ?? 'UNKNOWN';

/**
 * Subdomain of the account, from an address of the web application (`https://acme.pagerduty.com/users/P1`, in the EU `https://acme.eu.pagerduty.com/…`)
 * or, where that is missing, from the included subdomains.
 */
export function toSubdomain(user: WireUser): string | undefined {
  const host = URL.canParse(user.html_url ?? '') ? new URL(user.html_url ?? '').hostname : undefined;
  const named = host?.endsWith('.pagerduty.com') ? host : user.subdomains[0]?.toLowerCase();
  const subdomain = named?.replace(/(?:\.eu)?\.pagerduty\.com$/, '');
  return subdomain !== undefined && /^[a-z0-9][a-z0-9-]*$/.test(subdomain) ? subdomain : undefined;
}

export function toIdentity(user: WireUser): IdentityRecord {
  const displayName = user.name ?? user.summary;
  return {
    kind: 'identity',
    externalId: user.id,
    accountKind: 'HUMAN',
    // Users cannot be deactivated: whoever is gone is deleted.
    status: user.invitation_sent ? 'INVITED' : 'ACTIVE',
    ...(displayName !== undefined && { displayName }),
    emails: toEmails(user),
    declared: [],
    roles: user.role === undefined ? [] : [user.role],
    raw: stated({
      role: user.role,
      job_title: user.job_title,
      time_zone: user.time_zone,
      html_url: user.html_url,
      invitation_sent: user.invitation_sent,
      created_via_sso: user.created_via_sso,
    }),
  };
}

function toEmails(user: WireUser): readonly EmailEvidence[] {
  const found = new Map<string, EmailEvidence>();
  if (user.email !== undefined) found.set(foldCase(user.email), { address: user.email, proof: proofOf(user), primary: true });
  for (const { address } of user.contact_methods) {
    const key = foldCase(address);
    // Contact methods are free text.
    if (!found.has(key)) found.set(key, { address, proof: 'UNVERIFIED', primary: false });
  }
  return [...found.values()];
}

/** While an invitation is open nobody has proved the address; afterwards it is as good as the administrator or the identity provider that entered it. */
function proofOf(user: WireUser): EmailProof {
  if (user.invitation_sent === true) return 'UNVERIFIED';
  return user.invitation_sent === false || user.created_via_sso === true ? 'ASSERTED' : 'UNKNOWN';
}

/** What one user tells besides the identity: the base grant, the open invitation, and the role when it is none of the known ones. */
export function toAlongside(user: WireUser, subdomain: string): readonly SourceRecord[] {
  const scope = { kind: 'ORGANIZATION', externalId: subdomain } as const;
  const grant: GrantRecord = {
    kind: 'grant',
    externalId: `base:${user.id}`,
    principal: { kind: 'identity', externalId: user.id },
    ...(user.role !== undefined && { role: user.role }),
    level: levelOf(user.role),
    scope,
    scopeKind: 'ORGANIZATION',
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    immutable: false,
  };
  const invite: InviteRecord | undefined =
    user.invitation_sent && user.email !== undefined
      ? {
          kind: 'invite',
          externalId: `invitation:${user.id}`,
          email: user.email,
          status: 'PENDING',
          grants: user.role === undefined ? [] : [{ role: user.role, scopes: [scope] }],
        }
      : undefined;
  const role = user.role !== undefined && !Object.hasOwn(baseRoles, user.role) ? toBaseRole(user.role, user.role, 'UNKNOWN') : undefined;
  return [grant, ...(invite ? [invite] : []), ...(role ? [role] : [])];
}

export function toGroup(team: WireTeam): GroupRecord {
  return {
    kind: 'group',
    externalId: team.id,
    displayName: team.name ?? team.summary ?? team.id,
    groupKind: 'team',
    status: 'ACTIVE',
    raw: stated({ description: team.description, default_role: team.default_role, html_url: team.html_url }),
  };
}

/** A sub-team is a member of the team above it. */
export function toNesting({ id, parent }: WireTeam): readonly MembershipRecord[] {
  return parent ? [{ kind: 'membership', group: parent.id, member: { kind: 'group', externalId: id } }] : [];
}

/** A user may be on a team twice, by a sub-team: the higher role stands. */
export function toMemberships(teamId: string, members: readonly WireMember[]): readonly MembershipRecord[] {
  const ranks = Object.keys(teamRoles).toReversed();
  const rank = (role: string | undefined): number => ranks.indexOf(role ?? '');
  const roles = new Map<string, string | undefined>();
  for (const { user, role } of members) {
    if (!roles.has(user.id) || rank(role) > rank(roles.get(user.id))) roles.set(user.id, role);
  }
  return [...roles].map(([id, role]) => ({
    kind: 'membership',
    group: teamId,
    member: { kind: 'identity', externalId: id },
    ...(role !== undefined && { role }),
  }));
}

const stated = (words: Readonly<Record<string, string | boolean | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
