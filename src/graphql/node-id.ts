import { formatNodeId, scopeTypeNames, type SourcedType } from '../model/global-id.ts';
import { serviceOf, type Context } from './context.ts';
import type { AnyNode, SourcedNode } from './refs.ts';

const sourcedTypeNames = { identity: 'Identity', group: 'Group', role: 'Role', grant: 'Grant' } as const;

export type NodeTypeName = 'User' | 'Service' | 'MatchCase' | SourcedType;

export function sourcedTypeName({ record }: SourcedNode): SourcedType {
  return record.kind === 'scope' ? scopeTypeNames[record.scopeKind] : sourcedTypeNames[record.kind];
}

export function nodeTypeName(node: AnyNode): NodeTypeName {
  if ('record' in node) return sourcedTypeName(node);
  if ('candidates' in node) return 'MatchCase';
  return 'capabilities' in node ? 'Service' : 'User';
}

export function nodeId(context: Context, node: AnyNode): string {
  if ('record' in node) {
    const { type, serviceId } = serviceOf(context, node.svc);
    // Whatever has records has answered, and so has said who it is.
    if (serviceId === undefined) throw new Error(`service row ${node.svc} has records but no serviceId`);
    return formatNodeId({ type: sourcedTypeName(node), service: type, serviceId, key: node.record.externalId });
  }
  if ('candidates' in node) return formatNodeId({ type: 'MatchCase', id: node.id });
  return 'capabilities' in node ? formatNodeId({ type: 'Service', name: node.name }) : node.id;
}
