import { z } from 'zod';
import type { LiveIdentity } from '../../src/contract/adapter.ts';
import type {
  CredentialRecord,
  EmailEvidence,
  GrantRecord,
  IdentityRecord,
  JsonObject,
  RoleLevel,
  RoleRecord,
  ScopeKey,
  ScopeKind,
  ScopeRecord,
} from '../../src/contract/records.ts';
import type { Organization } from './client.ts';
import { byRank, isKnownRole, roleOf } from './roles.ts';
import type { WireAccessKey, WireOrganization, WireTenant, WireUser } from './wire.ts';

/** What the records of an instance depend on besides its answers. */
export interface Place {
  readonly serviceId: string;
  /** Names of the variables that may be shown. */
  readonly shown: readonly string[];
}

/** An account with its grants and with the roles that no catalogue lists. `asked`: the organization whose users were asked for. */
export function toAccount(user: WireUser, asked: Organization, place: Place): LiveIdentity {
  return { identity: toIdentity(user, asked, place), alongside: [...toGrants(user, asked, place), ...toUnknownRoles(user)] };
}

function toIdentity(user: WireUser, asked: Organization, { shown }: Place): IdentityRecord {
  const { id, name, tenant_id, org_id, roles } = user;
  return {
    kind: 'identity',
    externalId: id,
    // There is no notion of another kind, nor of a state: who is listed can log in.
    accountKind: 'HUMAN',
    status: 'ACTIVE',
    username: id,
    emails: toEmails(id),
    declared: [],
    roles: byRank(roles ?? []),
    ...known({ displayName: name, organization: org_id ?? asked, settings: toSettings(user.variables, shown) }),
    raw: known({ tenant_id, org_id, roles }),
  };
}

// Whoever makes a user types the id, which may be an address: nobody proves or denies that it is theirs.
function toEmails(id: string): EmailEvidence[] {
  return id.length <= 254 && /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@\p{C}]+$/u.test(id) ? [{ address: id, proof: 'UNKNOWN', primary: true }] : [];
}

/** Each role holds where its name says; a user without any is still one of a tenant. */
function toGrants(user: WireUser, asked: Organization, { serviceId }: Place): GrantRecord[] {
  const places = new Set<string>();
  function toGrant(role: string | undefined, reach: ScopeKind, level: RoleLevel): GrantRecord {
    const scope = toScope(reach, user, asked, serviceId);
    const key = [scope.kind, scope.externalId, user.id].map(encode).join('/');
    // The highest role of a place is its base, whichever it is now.
    const externalId = places.has(key) && role !== undefined ? `${key}/${encode(role)}` : key;
    places.add(key);
    return {
      kind: 'grant',
      externalId,
      principal: { kind: 'identity', externalId: user.id },
      ...known({ role }),
      // Less than the whole server is never taken for it.
      level: scope.kind === 'SERVICE' && reach !== 'SERVICE' && level !== 'NONE' ? 'UNKNOWN' : level,
      scope,
      scopeKind: scope.kind,
      allScopes: false,
      permissions: [],
      source: 'DIRECT',
      immutable: false,
    };
  }
  if (user.roles === undefined) return [toGrant(undefined, 'WORKSPACE', 'UNKNOWN')];
  if (user.roles.length === 0) return [toGrant(undefined, 'WORKSPACE', 'NONE')];
  return byRank(user.roles).map((word) => {
    const { level, appliesTo } = roleOf(word);
    return toGrant(word, appliesTo[0] ?? 'WORKSPACE', level);
  });
}

/** The next wider place where the user names none of the kind. */
function toScope(reach: ScopeKind, user: WireUser, asked: Organization, serviceId: string): ScopeKey {
  const organization = user.org_id ?? asked;
  if (reach === 'WORKSPACE' && user.tenant_id !== undefined) return { kind: 'WORKSPACE', externalId: user.tenant_id };
  if (reach !== 'SERVICE' && organization !== undefined) return { kind: 'ORGANIZATION', externalId: organization };
  return { kind: 'SERVICE', externalId: serviceId };
}

function toUnknownRoles({ roles = [] }: WireUser): RoleRecord[] {
  return byRank(roles)
    .filter((word) => !isKnownRole(word))
    .map(roleOf);
}

export function toOrganization({ id, name, variables }: WireOrganization, { shown }: Place): ScopeRecord {
  return { kind: 'scope', scopeKind: 'ORGANIZATION', externalId: id, displayName: name ?? id, ...known({ settings: toSettings(variables, shown) }) };
}

export function toTenant({ id, name, org_id, variables }: WireTenant, asked: Organization, { shown }: Place): ScopeRecord {
  const organization = org_id ?? asked;
  const parent = organization === undefined ? undefined : ({ kind: 'ORGANIZATION', externalId: organization } as const);
  return {
    kind: 'scope',
    scopeKind: 'WORKSPACE',
    externalId: id,
    displayName: name ?? id,
    ...known({ parent, settings: toSettings(variables, shown) }),
  };
}

/** Undefined when nothing tells the key from others. */
export function toAccessKey({ name, description, hint, user_id, created_at }: WireAccessKey): CredentialRecord | undefined {
  const externalId = name ?? (created_at === undefined ? undefined : `created:${created_at}`);
  if (externalId === undefined) return undefined;
  return {
    kind: 'credential',
    credentialKind: 'ACCESS_KEY',
    externalId,
    identity: user_id,
    ...known({ name, displayName: description, hint, createdAt: created_at }),
  };
}

function toSettings(variables: WireUser['variables'], shown: readonly string[]): JsonObject | undefined {
  const entries = shown.flatMap((name) => {
    const value = Object.hasOwn(variables, name) ? z.json().safeParse(variables[name]).data : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const encode = (part: string): string => encodeURIComponent(part.toWellFormed());

/** Leaves out what is undefined. */
function known<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
