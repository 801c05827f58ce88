import type {
  DeclaredAccount,
  EmailProof,
  GrantRecord,
  IdentityRecord,
  JsonObject,
  PrincipalKind,
  RoleLevel,
  RoleRecord,
  SourceRecord,
} from '../../src/contract/records.ts';
import type { LiveIdentity } from '../../src/contract/adapter.ts';
import { given, type SymIdentity, type SymUser } from './wire.ts';

/** The roles of Sym, which are fixed, with their permission levels (sym-sdk, sym/sdk/user.py `UserRole.permission_levels`). */
const roles: ReadonlyMap<string, { readonly level: RoleLevel; readonly permissions: readonly string[] }> = new Map([
  ['admin', { level: 'ADMIN', permissions: ['ADMIN', 'MEMBER', 'ALL_USERS'] }],
  ['member', { level: 'MEMBER', permissions: ['MEMBER', 'ALL_USERS'] }],
  ['guest', { level: 'GUEST', permissions: ['ALL_USERS'] }],
]);

export function toRoles(): readonly RoleRecord[] {
  return [...roles.keys()].map((word) => toRole(word));
}

/** Every record that one user gives: the account, its base grant where the role is known, and the role where it is none of Sym's own three. */
export function toRecords(user: SymUser, serviceId: string): readonly SourceRecord[] {
  return [toIdentity(user), ...alongside(user, serviceId)];
}

export function toLive(user: SymUser, serviceId: string): LiveIdentity {
  return { identity: toIdentity(user), alongside: alongside(user, serviceId) };
}

function toIdentity(user: SymUser): IdentityRecord {
  const role = roleOf(user);
  const fullName = [user.firstName, user.lastName].filter((part) => part !== undefined).join(' ');
  const accountKind = toKind(user.type);
  const displayName = user.displayName ?? (fullName || (accountKind === 'BOT' ? user.username : undefined));
  return {
    kind: 'identity',
    externalId: user.id,
    accountKind,
    // people who leave vanish from the answers; there is no flag
    status: 'ACTIVE',
    emails: user.email === undefined ? [] : [{ address: user.email, proof: toProof(role), primary: true }],
    declared: user.identities.flatMap(toDeclared),
    roles: role === undefined ? [] : [role],
    ...given({
      username: user.username,
      displayName,
      firstName: user.firstName,
      lastName: user.lastName,
      createdAt: parseInstant(user.createdAt),
    }),
    raw: toRaw(user),
  };
}

function alongside(user: SymUser, serviceId: string): readonly SourceRecord[] {
  const role = roleOf(user);
  if (role === undefined) return [];
  const grant: GrantRecord = {
    kind: 'grant',
    externalId: `base:${user.id}`,
    principal: { kind: 'identity', externalId: user.id },
    role,
    level: roles.get(role)?.level ?? 'UNKNOWN',
    scope: { kind: 'SERVICE', externalId: serviceId },
    scopeKind: 'SERVICE',
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    immutable: false,
  };
  return roles.has(role) ? [grant] : [grant, toRole(role)];
}

function toRole(word: string): RoleRecord {
  const known = roles.get(word);
  return {
    kind: 'role',
    externalId: word,
    name: word,
    level: known?.level ?? 'UNKNOWN',
    appliesTo: ['SERVICE'],
    permissions: (known?.permissions ?? []).map((key) => ({ key })),
    custom: known === undefined,
  };
}

/** Sym's own word; its three in lower case, whatever the spelling. */
function roleOf({ role }: SymUser): string | undefined {
  const lower = role?.toLowerCase();
  return lower !== undefined && roles.has(lower) ? lower : role;
}

function toKind(type: string | undefined): PrincipalKind {
  if (type === 'bot') return 'BOT';
  return type === 'normal' ? 'HUMAN' : 'UNKNOWN';
}

/**
 * Who merely talks to the Slack app is added with the address that Slack has, as a guest when its domain is not the organisation's
 * (docs.symops.com, User Roles): nobody proved it. For the others Sym keeps no word about it.
 */
function toProof(role: string | undefined): EmailProof {
  return role === 'guest' ? 'UNVERIFIED' : 'UNKNOWN';
}

/** Accounts that Sym itself manages are no accounts elsewhere. */
const managed: ReadonlySet<string> = new Set(['sym', 'auth0']);

function toDeclared({ service, serviceId, userId }: SymIdentity): readonly DeclaredAccount[] {
  const type = service.toLowerCase();
  return managed.has(type) ? [] : [{ type, serviceId: toServiceId(type, serviceId), externalId: userId, via: 'Sym identity' }];
}

/** One spelling for the ids that occur in several: PagerDuty's with and without the domain (the Terraform provider's examples), Slack's in any case. */
function toServiceId(type: string, serviceId: string): string {
  if (type === 'slack') return serviceId.toUpperCase();
  if (type !== 'pagerduty') return serviceId;
  return serviceId
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
    .replace(/\.pagerduty\.com$/, '');
}

/** AWS principals (ARNs, principal ids) are for linking only: not for every reader of `raw`. */
const withheld: ReadonlySet<string> = new Set(['aws_iam', 'aws_sso']);

function toRaw(user: SymUser): JsonObject {
  const identities = user.identities.map(({ service, serviceId, userId }) => ({
    service,
    service_id: serviceId,
    ...(withheld.has(service.toLowerCase()) ? {} : { user_id: userId }),
  }));
  const eventCounts = user.eventCounts?.map((count) => given(count));
  return {
    ...given({ type: user.type, role: user.role, created_at: user.createdAt, event_counts: eventCounts, dumped_at: user.dumpedAt }),
    identities,
  };
}

/** Instants with their zone only: a time without one may be hours off, so it stays a word of `raw`. */
function parseInstant(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)) return undefined;
  const instant = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  // years such as 0001 and 9999 stand for "no date"
  return instant > 0 && instant < Date.UTC(2100, 0) ? instant : undefined;
}
