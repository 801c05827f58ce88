/**
 * What an adapter returns: one service's own view at this moment, in our words. Records carry evidence, never decisions.
 * Absent means unknown: no empty strings, no invented `false`. Times are epoch milliseconds (`Instant`). No field ever holds a secret.
 */

export type Instant = number;
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

export const principalKinds = ['HUMAN', 'BOT', 'SERVICE', 'AGENT', 'UNKNOWN'] as const;
export type PrincipalKind = (typeof principalKinds)[number];

/** DELETED is a tombstone of ours; a service that only deactivates people reports SUSPENDED. */
export const accountStatuses = ['INVITED', 'ACTIVE', 'SUSPENDED', 'DELETED', 'UNKNOWN'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** VERIFIED: the holder proved it, says the service. ASSERTED: an administrator vouched for it. UNVERIFIED: denied. UNKNOWN: no word. */
export const emailProofs = ['VERIFIED', 'ASSERTED', 'UNVERIFIED', 'UNKNOWN'] as const;
export type EmailProof = (typeof emailProofs)[number];

/** Ladder from NONE to OWNER, relative to a scope; UNKNOWN stands outside the order and is never treated as low. */
export const roleLevels = ['NONE', 'GUEST', 'READER', 'MEMBER', 'MANAGER', 'ADMIN', 'OWNER', 'UNKNOWN'] as const;
export type RoleLevel = (typeof roleLevels)[number];

export const scopeKinds = ['ORGANIZATION', 'WORKSPACE', 'PROJECT', 'RESOURCE', 'SERVICE'] as const;
export type ScopeKind = (typeof scopeKinds)[number];

export const inviteStatuses = ['PENDING', 'ACCEPTED', 'EXPIRED', 'CANCELLED', 'UNKNOWN'] as const;
export type InviteStatus = (typeof inviteStatuses)[number];

export const credentialKinds = ['ACCESS_KEY', 'TOKEN_GRANT', 'SESSION', 'SERVICE_CONNECTION'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** A place within one service. `SERVICE` is the service itself; its externalId is the serviceId. */
export interface ScopeKey {
  readonly kind: ScopeKind;
  readonly externalId: string;
}

/** Who holds a grant or a membership, within one service. */
export interface PrincipalKey {
  readonly kind: 'identity' | 'group';
  readonly externalId: string;
}

export interface EmailEvidence {
  /** As the service spells it. */
  readonly address: string;
  readonly proof: EmailProof;
  readonly primary: boolean;
}

/** An account that this account names elsewhere, by id. */
export interface DeclaredAccount {
  /** Adapter type of the named service, such as `slack`. */
  readonly type: string;
  readonly serviceId: string;
  readonly externalId: string;
  /** How the service knows, in a few words for the evidence list. */
  readonly via: string;
}

/** One account. */
export interface IdentityRecord {
  readonly kind: 'identity';
  /** The service's immutable id; never an address where the service has anything better. */
  readonly externalId: string;
  readonly accountKind: PrincipalKind;
  readonly status: AccountStatus;
  readonly username?: string;
  readonly displayName?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly emails: readonly EmailEvidence[];
  readonly declared: readonly DeclaredAccount[];
  /** externalIds of the roles that the account itself carries, base role first. Their grants are GrantRecords of their own. */
  readonly roles: readonly string[];
  /** externalId of the organization that the account belongs to, where it differs by account. */
  readonly organization?: string;
  readonly settings?: JsonObject;
  readonly mfaEnabled?: boolean;
  readonly createdAt?: Instant;
  readonly updatedAt?: Instant;
  readonly lastActiveAt?: Instant;
  /** The service's own words, without secrets and without contact data nobody asked for. */
  readonly raw?: JsonObject;
}

export interface GroupRecord {
  readonly kind: 'group';
  readonly externalId: string;
  readonly displayName: string;
  /** The service's word: `team`, `user group` … */
  readonly groupKind: string;
  readonly status: AccountStatus;
  readonly raw?: JsonObject;
}

/** Also how a group lies within another: the inner one is a member. */
export interface MembershipRecord {
  readonly kind: 'membership';
  /** externalId of the group. */
  readonly group: string;
  readonly member: PrincipalKey;
  /** The service's word for the role within the group, if it has any. */
  readonly role?: string;
}

export interface PermissionRecord {
  readonly key: string;
  readonly description?: string;
}

export interface RoleRecord {
  readonly kind: 'role';
  readonly externalId: string;
  /** The service's own word, always shown. */
  readonly name: string;
  readonly level: RoleLevel;
  readonly category?: string;
  readonly appliesTo: readonly ScopeKind[];
  readonly permissions: readonly PermissionRecord[];
  readonly custom: boolean;
  readonly raw?: JsonObject;
}

export interface ScopeRecord {
  readonly kind: 'scope';
  readonly scopeKind: Exclude<ScopeKind, 'SERVICE'>;
  readonly externalId: string;
  readonly displayName: string;
  readonly parent?: ScopeKey;
  /** For RESOURCE: the service's word, such as `SOURCE`. */
  readonly resourceType?: string;
  readonly settings?: JsonObject;
  readonly raw?: JsonObject;
}

/** principal × role × scope as the service stores it. */
export interface GrantRecord {
  readonly kind: 'grant';
  /** The service's id, or a key made of what the service treats as one: changing the role of a base grant must not change it. */
  readonly externalId: string;
  readonly principal: PrincipalKey;
  /** externalId of a RoleRecord. */
  readonly role?: string;
  readonly level: RoleLevel;
  /** Absent with `allScopes`: every scope of `scopeKind`, now and later. */
  readonly scope?: ScopeKey;
  readonly scopeKind: ScopeKind;
  readonly allScopes: boolean;
  readonly permissions: readonly string[];
  readonly source: 'DIRECT' | 'VIA_GROUP' | 'INHERITED' | 'UNKNOWN';
  readonly createdAt?: Instant;
  readonly expiresAt?: Instant;
  readonly grantedBy?: PrincipalKey;
  /** True when the service refuses to change it. */
  readonly immutable: boolean;
  readonly raw?: JsonObject;
}

export interface InviteRecord {
  readonly kind: 'invite';
  readonly externalId: string;
  readonly email: string;
  readonly status: InviteStatus;
  readonly grants: readonly { readonly role: string; readonly scopes: readonly ScopeKey[] }[];
  readonly createdAt?: Instant;
  readonly expiresAt?: Instant;
  readonly invitedBy?: PrincipalKey;
  readonly raw?: JsonObject;
}

/** Metadata only: no token, key or password, and no part of one beyond `hint`. */
export interface CredentialRecord {
  readonly kind: 'credential';
  readonly credentialKind: CredentialKind;
  readonly externalId: string;
  /** externalId of the account that holds it. */
  readonly identity: string;
  readonly name?: string;
  /** At most the last four characters. */
  readonly hint?: string;
  readonly client?: string;
  readonly grantType?: string;
  readonly permissions?: readonly string[];
  readonly target?: string;
  readonly targetUserId?: string;
  readonly displayName?: string;
  readonly state?: string;
  readonly active?: boolean;
  readonly createdAt?: Instant;
  readonly expiresAt?: Instant;
  readonly lastUsedAt?: Instant;
}

export type SourceRecord = IdentityRecord | GroupRecord | MembershipRecord | RoleRecord | ScopeRecord | GrantRecord | InviteRecord | CredentialRecord;
export type RecordKind = SourceRecord['kind'];
export const recordKinds = [
  'scope',
  'role',
  'identity',
  'group',
  'membership',
  'grant',
  'invite',
  'credential',
] as const satisfies readonly RecordKind[];

/** The key of a record among those of its kind in one service: injective, whatever characters the ids hold. */
export function recordKey(record: SourceRecord): string {
  switch (record.kind) {
    case 'scope':
      return scopeKeyText({ kind: record.scopeKind, externalId: record.externalId });
    case 'membership':
      return [record.group, record.member.kind, record.member.externalId].map(encodeKeyPart).join('/');
    case 'credential':
      return [record.credentialKind, record.identity, record.externalId].map(encodeKeyPart).join('/');
    default:
      return record.externalId;
  }
}

export function scopeKeyText(scope: ScopeKey): string {
  return `${scope.kind}/${encodeKeyPart(scope.externalId)}`;
}

// encodeURIComponent refuses lone surrogates, which a hostile id may hold.
const encodeKeyPart = (part: string): string => encodeURIComponent(part.toWellFormed());
