import type { GrantRecord, GroupRecord, IdentityRecord, RoleRecord, ScopeRecord } from '../contract/records.ts';
import { formatNodeId, scopeTypeNames, type SourcedType } from '../model/global-id.ts';
import type { MatchCaseView, ServiceView, Sourced, UserView } from '../model/views.ts';
import { serviceOf, type Context } from './context.ts';

export type SourcedNode = Sourced<IdentityRecord | GroupRecord | RoleRecord | ScopeRecord | GrantRecord>;
export type AnyNode = UserView | ServiceView | MatchCaseView | SourcedNode;

const sourcedTypeNames = { identity: 'Identity', group: 'Group', role: 'Role', grant: 'Grant' } as const;

export function sourcedTypeName({ record }: SourcedNode): SourcedType {
  return record.kind === 'scope' ? scopeTypeNames[record.scopeKind] : sourcedTypeNames[record.kind];
}

export function nodeTypeName(node: AnyNode): 'User' | 'Service' | 'MatchCase' | SourcedType {
  if ('record' in node) return sourcedTypeName(node);
  if ('candidates' in node) return 'MatchCase';
  return 'capabilities' in node ? 'Service' : 'User';
}

export function sourcedId(node: SourcedNode, context: Context): string {
  const { type, serviceId } = serviceOf(context, node.svc);
  // Whatever has records has answered, and so has said who it is.
  if (serviceId === undefined) throw new Error(`service row ${node.svc} has records but no serviceId`);
  return formatNodeId({ type: sourcedTypeName(node), service: type, serviceId, key: node.record.externalId });
}

export const serviceNodeId = ({ name }: ServiceView): string => formatNodeId({ type: 'Service', name });
