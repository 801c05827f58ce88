import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { free, keyed, nestedPage } from '../cost.ts';
import { pageArgs } from '../args.ts';
import { GrantConnection, toConnection } from '../connection.ts';
import { OriginEnum, RoleLevelEnum, ScopeKindEnum } from '../enums.ts';
import { badInput } from '../errors.ts';
import * as load from '../loaders.ts';
import { nodeId, nodeTypeName, sourcedTypeName } from '../node-id.ts';
import { getNodes } from '../nodes.ts';
import { NodeRef, ScopeRef, ServiceRef, SourcedRef, type ScopeNode } from '../refs.ts';
import { maxPageSize, toWindow } from '../window.ts';
import { scopeKeyText, type ScopeKind } from '../../contract/records.ts';

builder.interfaceType(NodeRef, {
  description: 'Anything that can be fetched again by its id.',
  resolveType: nodeTypeName,
  fields: (t) => ({
    id: t.id({ description: 'Opaque, stable, unique over all types.', resolve: (node, _args, context) => nodeId(context, node) }),
  }),
});

builder.interfaceType(SourcedRef, {
  description: 'A record that a service owns, and how fresh it is.',
  resolveType: sourcedTypeName,
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      description: 'The service that owns the record.',
      complexity: free,
      resolve: (node, _args, context) => serviceOf(context, node.svc),
    }),
    externalId: t.string({ description: 'The service’s own immutable id.', resolve: (node) => node.record.externalId }),
    origin: t.field({ type: OriginEnum, description: 'Where this answer comes from.', resolve: (node) => node.origin }),
    asOf: t.field({ type: 'DateTime', description: 'When the service last said so.', resolve: (node) => node.asOf }),
    stale: t.boolean({ description: 'True when that is longer ago than the staleness budget.', resolve: (node) => node.stale }),
  }),
});

builder.interfaceType(ScopeRef, {
  description: 'A place where a role holds.',
  resolveType: (scope) => ('record' in scope ? sourcedTypeName(scope) : 'Service'),
  fields: (t) => ({
    id: t.id({ description: 'Opaque, stable, unique over all types.', resolve: (scope, _args, context) => nodeId(context, scope) }),
    kind: t.field({ type: ScopeKindEnum, description: 'What kind of place it is.', resolve: kindOf }),
    displayName: t.string({
      description: 'The name that people see.',
      resolve: (scope) => ('record' in scope ? scope.record.displayName : scope.displayName),
    }),
    parent: t.field({
      type: ScopeRef,
      nullable: true,
      description: 'The scope that holds this one, where the service has one.',
      resolve: (scope, _args, context) => {
        const parent = 'record' in scope ? scope.record.parent : undefined;
        if (parent === undefined) return undefined;
        return parent.kind === 'SERVICE' ? serviceOf(context, scope.svc) : load.scopeByKey(context, { svc: scope.svc, key: scopeKeyText(parent) });
      },
    }),
    members: t.field({
      type: GrantConnection,
      description: 'The grants on this scope, as the service stores them.',
      complexity: nestedPage,
      args: {
        level: t.arg({ type: RoleLevelEnum, description: 'At least this level; UNKNOWN levels are included, for they may be as high.' }),
        ...pageArgs(t.arg),
      },
      resolve: async (scope, args, context) => {
        const window = toWindow(args);
        const externalId = 'record' in scope ? scope.record.externalId : scope.serviceId;
        const ref = { svc: scope.svc, kind: kindOf(scope), externalId };
        const slice =
          externalId === undefined ? undefined : await load.grantsOnScope(context, { ...ref, externalId }, args.level ?? undefined, window);
        return toConnection(slice, window, ['record' in scope ? serviceOf(context, scope.svc) : scope]);
      },
    }),
  }),
});

function kindOf(scope: ScopeNode): ScopeKind {
  return 'record' in scope ? scope.record.scopeKind : 'SERVICE';
}

builder.queryFields((t) => ({
  node: t.field({
    type: NodeRef,
    nullable: true,
    description: 'Whatever has this id; null when nothing has it.',
    args: { id: t.arg.id({ required: true, description: 'An `id` of an earlier answer.' }) },
    resolve: async (_root, { id }, context) => (await getNodes(context, [id]))[0],
  }),
  nodes: t.field({
    type: [NodeRef],
    nullable: { list: false, items: true },
    description: 'Whatever has these ids, in their order; null in the place of an id that nothing has.',
    complexity: ({ ids }) => keyed(ids.length),
    args: { ids: t.arg.idList({ required: true, description: 'At most 100.' }) },
    resolve: (_root, { ids }, context) => {
      if (ids.length > maxPageSize) throw badInput('ids', `${ids.length} are too many: ask for at most ${maxPageSize} at once`);
      return getNodes(context, ids);
    },
  }),
}));
