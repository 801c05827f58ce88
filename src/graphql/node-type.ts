import type { CredentialRecord, GrantRecord, GroupRecord, InviteRecord, RoleRecord, ScopeRecord } from '../contract/records.ts';
import type { AuditEventView } from '../model/audit.ts';
import { credentialTypeNames, formatNodeId, scopeTypeNames, type SourcedType } from '../model/global-id.ts';
import type { AccountRecord, MatchCaseView, ServiceView, Sourced, UserView } from '../model/views.ts';
import { serviceOf, type Context } from './context.ts';

export type SourcedNode = Sourced<AccountRecord | GroupRecord | RoleRecord | ScopeRecord | GrantRecord | InviteRecord | CredentialRecord>;
export type AnyNode = AuditEventView | UserView | ServiceView | MatchCaseView | SourcedNode;

const sourcedTypeNames = { identity: 'Identity', group: 'Group', role: 'Role', grant: 'Grant', invite: 'Invite' } as const;

export function sourcedTypeName({ record }: SourcedNode): SourcedType {
  if (record.kind === 'scope') return scopeTypeNames[record.scopeKind];
  return record.kind === 'credential' ? credentialTypeNames[record.credentialKind] : sourcedTypeNames[record.kind];
}

export function nodeTypeName(node: AnyNode): 'User' | 'Service' | 'MatchCase' | 'AuditEvent' | SourcedType {
  if ('record' in node) return sourcedTypeName(node);
  if ('candidates' in node) return 'MatchCase';
  if ('outcome' in node) return 'AuditEvent';
  return 'capabilities' in node ? 'Service' : 'User';
}

export function sourcedId(node: SourcedNode, context: Context): string {
  const { type, serviceId } = serviceOf(context, node.svc);
  // Whatever has records has answered, and so has said who it is.
  if (serviceId === undefined) throw new Error(`service row ${node.svc} has records but no serviceId`);
  // A credential's own id says something only beside its account and its kind.
  const key = node.record.kind === 'credential' ? node.key : node.record.externalId;
  return formatNodeId({ type: sourcedTypeName(node), service: type, serviceId, key });
}

export const serviceNodeId = ({ name }: ServiceView): string => formatNodeId({ type: 'Service', name });
