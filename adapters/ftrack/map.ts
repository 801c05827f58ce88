import type { RejectedRecord } from '../../src/contract/adapter.ts';
import type {
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  JsonObject,
  MembershipRecord,
  PrincipalKind,
  RoleRecord,
  ScopeKind,
  ScopeRecord,
} from '../../src/contract/records.ts';
import { toGrants } from './grants.ts';
import { readAll } from './read.ts';
import { membership, userSecurityRole, type WireGroup, type WireProject, type WireSecurityRole, type WireUser } from './wire.ts';

/** One user with all that the same entity tells. */
export interface UserRecords {
  readonly identity: IdentityRecord;
  readonly alongside: readonly (MembershipRecord | GrantRecord)[];
  readonly rejected: readonly RejectedRecord[];
}

export function toUserRecords(user: WireUser): UserRecords {
  const groups = readAll(membership, 'membership', user.memberships);
  const rows = readAll(userSecurityRole, 'grant', user.user_security_roles);
  const grants = rows.items.map((row) => toGrants(user.id, row));
  const usesApi = rows.items.some((row) => row.security_role?.type === 'API');
  const roles = new Set(rows.items.flatMap((row) => row.security_role_id ?? []));
  const groupIds = new Set(groups.items.map(({ group_id: groupId }) => groupId));
  return {
    identity: toIdentity(user, [...roles], usesApi),
    alongside: [
      ...Array.from(groupIds, (group): MembershipRecord => ({ kind: 'membership', group, member: { kind: 'identity', externalId: user.id } })),
      ...grants.flatMap(({ records }) => records),
    ],
    rejected: [...groups.rejected, ...rows.rejected, ...grants.flatMap(({ rejected }) => rejected)],
  };
}

function toIdentity(user: WireUser, roles: readonly string[], usesApi: boolean): IdentityRecord {
  const { id, username, email, first_name: firstName, last_name: lastName, is_active: isActive } = user;
  const displayName =
    firstName === undefined && lastName === undefined ? username : [firstName, lastName].filter((part) => part !== undefined).join(' ');
  const secondFactors = [user.is_otp_enabled, user.is_totp_enabled].filter((enabled) => enabled !== undefined);
  return {
    kind: 'identity',
    externalId: id,
    accountKind: usesApi ? 'SERVICE' : kindOf(user.user_type?.name),
    status: isActive === undefined ? 'UNKNOWN' : isActive ? 'ACTIVE' : 'SUSPENDED',
    ...(username !== undefined && { username }),
    ...(displayName !== undefined && { displayName }),
    ...(firstName !== undefined && { firstName }),
    ...(lastName !== undefined && { lastName }),
    // Nothing says who proved an address.
    emails: email === undefined ? [] : [{ address: email, proof: 'UNKNOWN', primary: true }],
    declared: [],
    roles,
    ...(secondFactors.length > 0 && { mfaEnabled: secondFactors.includes(true) }),
    raw: stated({
      user_type: user.user_type?.name,
      is_active: isActive,
      is_otp_enabled: user.is_otp_enabled,
      is_totp_enabled: user.is_totp_enabled,
    }),
  };
}

/** Names of user types that mark no person: github.com/ynput/ayon-ftrack (action_sync_users.py). The others are the site's own. */
function kindOf(userType: string | undefined): PrincipalKind {
  if (userType === 'service') return 'SERVICE';
  return userType === 'demo' ? 'BOT' : 'HUMAN';
}

export function toGroup({ id, name, local }: WireGroup): GroupRecord {
  return {
    kind: 'group',
    externalId: id,
    displayName: name ?? id,
    groupKind: 'group',
    status: 'ACTIVE',
    raw: stated({ local }),
  };
}

/** A group below another is its member. */
export function toNesting({ id, parent_id: parent }: WireGroup): readonly MembershipRecord[] {
  return parent === undefined ? [] : [{ kind: 'membership', group: parent, member: { kind: 'group', externalId: id } }];
}

/** Names are free text and roles are made by each site, so no name tells a level. */
export function toRole({ id, name, type }: WireSecurityRole): RoleRecord {
  return {
    kind: 'role',
    externalId: id,
    name: name ?? id,
    level: 'UNKNOWN',
    ...(type !== undefined && { category: type }),
    appliesTo: scopesOf(type),
    permissions: [],
    custom: true,
    raw: stated({ type }),
  };
}

/** PROJECT and ASSIGNED roles hold on projects (of these, the latter on assigned tasks only); API roles belong to the keys of the site. */
function scopesOf(type: string | undefined): readonly ScopeKind[] {
  if (type === 'PROJECT' || type === 'ASSIGNED') return ['PROJECT'];
  return type === 'API' ? ['WORKSPACE'] : [];
}

export function toProject(site: string, { id, name, full_name: fullName, ...rest }: WireProject): ScopeRecord {
  return {
    kind: 'scope',
    scopeKind: 'PROJECT',
    externalId: id,
    displayName: fullName ?? name ?? id,
    parent: { kind: 'WORKSPACE', externalId: site },
    raw: stated({ name, status: rest.status, is_private: rest.is_private, is_global: rest.is_global }),
  };
}

const stated = (words: Readonly<Record<string, string | boolean | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
