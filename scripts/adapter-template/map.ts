import type { GrantRecord, IdentityRecord, JsonObject, RoleLevel, RoleRecord, SourceRecord } from '../../src/contract/records.ts';
import type { WireUser } from './wire.ts';

/** The service's words, from the vendor's page on roles. */
const levels: ReadonlyMap<string, RoleLevel> = new Map([
  ['admin', 'ADMIN'],
  ['member', 'MEMBER'],
]);

export const knownRoles: readonly RoleRecord[] = [...levels].map(([word, level]) => toRole(word, level));

function toRole(word: string, level: RoleLevel): RoleRecord {
  return { kind: 'role', externalId: word, name: word, level, appliesTo: ['SERVICE'], permissions: [], custom: false };
}

export function toIdentity(user: WireUser): IdentityRecord {
  const createdAt = toInstant(user.created_at);
  return {
    kind: 'identity',
    externalId: user.id,
    accountKind: 'HUMAN',
    status: user.active === undefined ? 'UNKNOWN' : user.active ? 'ACTIVE' : 'SUSPENDED',
    ...(user.name !== undefined && { displayName: user.name }),
    emails: user.email === undefined ? [] : [{ address: user.email, proof: toProof(user.email_verified), primary: true }],
    declared: [],
    roles: user.role === undefined ? [] : [user.role],
    ...(createdAt !== undefined && { createdAt }),
    raw: toRaw(user),
  };
}

/** The base grant, keyed by the account so that another role changes it and makes no second one, and the role when it is none of the known ones. */
export function toAlongside(user: WireUser, serviceId: string): readonly SourceRecord[] {
  const { id, role } = user;
  if (role === undefined) return [];
  const grant: GrantRecord = {
    kind: 'grant',
    externalId: `base:${id}`,
    principal: { kind: 'identity', externalId: id },
    role,
    level: levels.get(role) ?? 'UNKNOWN',
    scope: { kind: 'SERVICE', externalId: serviceId },
    scopeKind: 'SERVICE',
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    immutable: false,
  };
  return levels.has(role) ? [grant] : [grant, toRole(role, 'UNKNOWN')];
}

const toProof = (verified: boolean | undefined) => (verified === undefined ? 'UNKNOWN' : verified ? 'VERIFIED' : 'UNVERIFIED');

/** Only what is read, so that no secret of tomorrow's answer is kept. */
function toRaw({ role, active, email_verified }: WireUser): JsonObject {
  return {
    ...(role !== undefined && { role }),
    ...(active !== undefined && { active }),
    ...(email_verified !== undefined && { email_verified }),
  };
}

/** Instants with their zone only, and no date that stands for "none". */
function toInstant(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const instant = Date.parse(text);
  return instant > 0 && instant < Date.UTC(2100, 0) ? instant : undefined;
}
