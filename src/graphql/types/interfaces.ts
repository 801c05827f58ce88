import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { free, nestedPage } from '../cost.ts';
import { pageArgs } from '../args.ts';
import { askedPage, GrantConnection, pagesBy } from '../connection.ts';
import { OriginEnum, RoleLevelEnum, ScopeKindEnum } from '../enums.ts';
import { serviceNodeId, sourcedId, sourcedTypeName } from '../node-type.ts';
import { ScopeRef, scopeKey, ServiceRef, SourcedRef, type ScopeNode } from '../refs.ts';
import { toWindow } from '../window.ts';
import { scopeText } from '../../directory/view.ts';
import type { RoleLevel, ScopeKind } from '../../contract/records.ts';
import type { ScopeRef as ScopeRecordRef } from '../../model/views.ts';

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

ScopeRef.implement({
  description: 'A place where a role holds.',
  resolveType: (scope) => ('record' in scope ? sourcedTypeName(scope) : 'Service'),
  fields: (t) => ({
    id: t.id({
      description: 'Opaque, stable, unique over all types.',
      resolve: (scope, _args, context) => ('record' in scope ? sourcedId(scope, context) : serviceNodeId(scope)),
    }),
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
        return parent.kind === 'SERVICE' ? serviceOf(context, scope.svc) : scopeKey(scope.svc, parent);
      },
    }),
    members: t.loadable({
      type: GrantConnection,
      description: 'The grants on this scope, as the service stores them; or all that count on it.',
      complexity: nestedPage,
      args: {
        level: t.arg({ type: RoleLevelEnum, description: 'At least this level; UNKNOWN levels are included, for they may be as high.' }),
        effective: t.arg.boolean({
          defaultValue: false,
          description:
            'Also grants on every scope of this kind, and those of administrators of what is around it; not what has ended, nor what is held by a suspended account or group.',
        }),
        ...pageArgs(t.arg),
      },
      ...pagesBy(scopeText, (view, scopes: readonly ScopeRecordRef[], { level, effective }: Members, window) =>
        effective ? view.effectiveGrantsOnScopes(scopes, level, window) : view.grantsOnScopes(scopes, level, window),
      ),
      resolve: (scope, args, context) => {
        // A service that has not said who it is holds nothing yet, under whatever id.
        const externalId = 'record' in scope ? scope.record.externalId : (scope.serviceId ?? '');
        const ref = { svc: scope.svc, kind: kindOf(scope), externalId };
        return askedPage(ref, toWindow(args), ['record' in scope ? serviceOf(context, scope.svc) : scope], {
          level: args.level ?? undefined,
          effective: args.effective === true,
        });
      },
    }),
  }),
});

interface Members {
  readonly level: RoleLevel | undefined;
  readonly effective: boolean;
}

function kindOf(scope: ScopeNode): ScopeKind {
  return 'record' in scope ? scope.record.scopeKind : 'SERVICE';
}
