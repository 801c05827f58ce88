import type { CredentialKind, ScopeKind } from '../contract/records.ts';

/**
 * Ids of the API. A person's id is a UUIDv7 of our own and stands as it is; every other id is the base64url of a JSON array that starts with the
 * type's name: injective, and readable by nobody but us.
 */
export type NodeKey =
  | { readonly type: 'User'; readonly id: string }
  | { readonly type: 'Service'; readonly name: string }
  | { readonly type: SourcedType; readonly service: string; readonly serviceId: string; readonly key: string }
  | { readonly type: 'MatchCase' | 'ServicePrincipal' | 'AuditEvent'; readonly id: string };

export const sourcedTypes = [
  'Identity',
  'Group',
  'Role',
  'Grant',
  'Organization',
  'Workspace',
  'Project',
  'Resource',
  'Invite',
  'AccessKey',
  'TokenGrant',
  'Session',
  'ServiceConnection',
] as const;
export type SourcedType = (typeof sourcedTypes)[number];

export const scopeTypeNames = {
  ORGANIZATION: 'Organization',
  WORKSPACE: 'Workspace',
  PROJECT: 'Project',
  RESOURCE: 'Resource',
} as const satisfies Record<Exclude<ScopeKind, 'SERVICE'>, SourcedType>;

export const credentialTypeNames = {
  ACCESS_KEY: 'AccessKey',
  TOKEN_GRANT: 'TokenGrant',
  SESSION: 'Session',
  SERVICE_CONNECTION: 'ServiceConnection',
} as const satisfies Record<CredentialKind, SourcedType>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function formatNodeId(key: NodeKey): string {
  if (key.type === 'User') return key.id;
  const parts = 'name' in key ? [key.type, key.name] : 'id' in key ? [key.type, key.id] : [key.type, key.service, key.serviceId, key.key];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @returns undefined for anything that `formatNodeId` did not make. */
export function parseNodeId(id: string): NodeKey | undefined {
  if (uuid.test(id)) return { type: 'User', id };
  if (id.length > 8192 || !/^[\w-]+$/.test(id)) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(id, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return undefined;
  const key = toNodeKey(parts);
  return key !== undefined && formatNodeId(key) === id ? key : undefined;
}

function toNodeKey(parts: readonly string[]): NodeKey | undefined {
  const [type, first, second, third] = parts;
  if (type === undefined || first === undefined) return undefined;
  if (parts.length === 2 && type === 'Service') return { type, name: first };
  if (parts.length === 2 && (type === 'MatchCase' || type === 'ServicePrincipal' || type === 'AuditEvent')) return { type, id: first };
  const sourced = sourcedTypes.find((name) => name === type);
  if (parts.length === 4 && sourced !== undefined && second !== undefined && third !== undefined) {
    return { type: sourced, service: first, serviceId: second, key: third };
  }
  return undefined;
}
