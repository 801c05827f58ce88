import type {
  CredentialRecord,
  DeclaredAccount,
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  JsonObject,
  MembershipRecord,
  PrincipalKey,
  ScopeKey,
  ScopeRecord,
} from '../../src/contract/records.ts';
import type { SquirroSettings } from './config.ts';
import { levelOf } from './roles.ts';
import type { WireGrant, WireGroup, WireProject, WireProjectMember, WireUser, WireWorkspace, WireWorkspaceUser } from './wire.ts';

const workspaceKey = (domain: string): ScopeKey => ({ kind: 'WORKSPACE', externalId: domain });
export const baseGrantId = (userId: string): string => `base:${userId}`;

export function toIdentity(user: WireUser, settings: Pick<SquirroSettings, 'connections' | 'readSettings'>): IdentityRecord {
  return {
    kind: 'identity',
    externalId: user.id,
    // No field tells people from machines; machines are given no address.
    accountKind: user.email === undefined ? 'UNKNOWN' : 'HUMAN',
    // No field tells whether an account is open: a closed one is not listed.
    status: 'ACTIVE',
    ...(user.fullName !== undefined && { displayName: user.fullName }),
    emails: user.email === undefined ? [] : [{ address: user.email, proof: 'UNKNOWN', primary: true }],
    declared: toDeclared(user, settings.connections),
    roles: user.role === undefined ? [] : [`server:${user.role}`],
    ...(settings.readSettings && Object.keys(user.settings).length > 0 && { settings: user.settings }),
    raw: stated({ role: user.role, tenant: user.tenant }),
  };
}

/** Only for services that the operator has named: an authentication tells the service's name and the user there, not which instance. */
function toDeclared({ authentications }: WireUser, connections: SquirroSettings['connections']): readonly DeclaredAccount[] {
  return authentications.flatMap(({ service, found }) => {
    const target = Object.hasOwn(connections, service) ? connections[service] : undefined;
    // Other states than `ok` are not documented: no evidence.
    if (target === undefined || found?.service_user === undefined || found.state !== 'ok') return [];
    return [{ ...target, externalId: found.service_user, via: 'Squirro authentication' }];
  });
}

/** The server role, keyed by the user: another role changes the grant. */
export function toBaseGrant(user: WireUser, tenant: string): GrantRecord {
  return {
    ...grantOf({ kind: 'identity', externalId: user.id }, 'server', user.role, workspaceKey(tenant)),
    externalId: baseGrantId(user.id),
    permissions: user.rolePermissions,
  };
}

export function toGroup({ id, name }: WireGroup): GroupRecord {
  return { kind: 'group', externalId: id, displayName: name ?? id, groupKind: 'group', status: 'ACTIVE' };
}

export const toMembership = (group: string, member: string): MembershipRecord => ({
  kind: 'membership',
  group,
  member: { kind: 'identity', externalId: member },
});

export function toProject({ id, title, name, type }: WireProject, tenant: string): ScopeRecord {
  return {
    kind: 'scope',
    scopeKind: 'PROJECT',
    externalId: id,
    displayName: title ?? name ?? id,
    parent: workspaceKey(tenant),
    raw: stated({ type }),
  };
}

export function toOrganization(cluster: string): ScopeRecord {
  return { kind: 'scope', scopeKind: 'ORGANIZATION', externalId: cluster, displayName: cluster };
}

export function toWorkspace({ domain, title }: WireWorkspace, cluster: string | undefined): ScopeRecord {
  return {
    kind: 'scope',
    scopeKind: 'WORKSPACE',
    externalId: domain,
    displayName: title ?? domain,
    ...(cluster !== undefined && { parent: { kind: 'ORGANIZATION', externalId: cluster } }),
  };
}

/** The permissions are the service's own result: they depend on the project role and the server role, so the level is the project role's alone. */
export function toProjectGrant(member: WireProjectMember, project: string): GrantRecord {
  const principal: PrincipalKey = { kind: member.member_type.toLowerCase() === 'group' ? 'group' : 'identity', externalId: member.member_id };
  return {
    ...grantOf(principal, 'project', member.project_role, { kind: 'PROJECT', externalId: project }),
    permissions: member.permissions,
    raw: stated({ project_role: member.project_role, server_role: member.server_role }),
  };
}

export const toWorkspaceGrant = ({ id, role }: WireWorkspaceUser, domain: string): GrantRecord =>
  grantOf({ kind: 'identity', externalId: id }, 'workspace', role, workspaceKey(domain));

function grantOf(principal: PrincipalKey, category: 'server' | 'project' | 'workspace', role: string | undefined, scope: ScopeKey): GrantRecord {
  return {
    kind: 'grant',
    externalId: [category, scope.externalId, principal.kind, principal.externalId].map((part) => encodeURIComponent(part.toWellFormed())).join('/'),
    principal,
    ...(role !== undefined && { role: `${category}:${role}` }),
    level: levelOf(role),
    scope,
    scopeKind: scope.kind,
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    immutable: false,
  };
}

/** What the service calls a grant is a token. */
export function toTokenGrant(grant: WireGrant, identity: string): CredentialRecord {
  return {
    ...toCredential('TOKEN_GRANT', grant, identity),
    ...(grant.type !== undefined && { grantType: grant.type }),
    ...(grant.project_permissions !== undefined && { permissions: grant.project_permissions }),
  };
}

export const toSession = (session: WireGrant, identity: string): CredentialRecord => toCredential('SESSION', session, identity);

function toCredential(credentialKind: 'TOKEN_GRANT' | 'SESSION', wire: WireGrant, identity: string): CredentialRecord {
  return {
    kind: 'credential',
    credentialKind,
    externalId: wire.id,
    identity,
    ...(wire.client_id !== undefined && { client: wire.client_id }),
    ...(wire.created_at !== undefined && { createdAt: wire.created_at }),
    ...(wire.valid_to !== undefined && { expiresAt: wire.valid_to }),
  };
}

/** An authentication at another service: who the user is there, without the tokens. One per service. */
export function toConnections({ id, authentications }: WireUser): readonly CredentialRecord[] {
  return authentications.flatMap(({ service, found }): readonly CredentialRecord[] => {
    if (found === undefined) return [];
    const { service_user, display_name, state, access_token_expires } = found;
    return [
      {
        kind: 'credential',
        credentialKind: 'SERVICE_CONNECTION',
        externalId: service,
        identity: id,
        name: service,
        target: service,
        ...(service_user !== undefined && { targetUserId: service_user }),
        ...(display_name !== undefined && { displayName: display_name }),
        ...(state !== undefined && { state }),
        ...(state === 'ok' && { active: true }),
        ...(access_token_expires !== undefined && { expiresAt: access_token_expires }),
      },
    ];
  });
}

const stated = (words: Readonly<Record<string, string | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
