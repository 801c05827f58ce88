import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { rootPage } from '../cost.ts';
import { GrantFilterRef, pageArgs, toGrantFilter } from '../args.ts';
import { GrantConnection, toConnection } from '../connection.ts';
import { GrantSourceEnum, RoleLevelEnum } from '../enums.ts';
import { agedList, listFreshness } from '../freshness.ts';
import { holderOf } from '../loaders.ts';
import {
  ActorUnion,
  GrantRef,
  GroupRef,
  IdentityRef,
  PrincipalUnion,
  RoleRef,
  ScopeRef,
  scopeKey,
  ServicePrincipalRef,
  SourcedRef,
  UserRef,
} from '../refs.ts';
import { servicesOfAll } from '../selectors.ts';
import { toWindow } from '../window.ts';
import { formatNodeId } from '../../model/global-id.ts';
import { keyText } from '../../model/views.ts';

builder.objectType(GrantRef, {
  description: 'Access as a service stores it: a principal holds a role on a scope. (A Squirro “grant” is a token, and not meant here.)',
  interfaces: [SourcedRef],
  fields: (t) => ({
    principal: t.field({
      type: PrincipalUnion,
      nullable: true,
      description: 'The account or the group that holds it; null when the service names one that it does not list.',
      resolve: ({ svc, record: { principal } }, _args, context) => {
        const ref = principal.kind === 'identity' ? IdentityRef : GroupRef;
        return ref.getDataloader(context).load(keyText({ svc, key: principal.externalId }));
      },
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person behind the account that holds it; null for a group.',
      resolve: ({ svc, record: { principal } }, _args, context) =>
        principal.kind === 'identity' ? holderOf(context, { svc, key: principal.externalId }) : undefined,
    }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description: 'What is held; null where the service gives permissions without a role.',
      resolve: ({ svc, record: { role } }) => (role === undefined ? undefined : keyText({ svc, key: role })),
    }),
    level: t.field({ type: RoleLevelEnum, description: 'How much that is, relative to the scope.', resolve: ({ record }) => record.level }),
    scope: t.field({
      type: ScopeRef,
      nullable: true,
      description: 'Where it holds. Null with `allScopes`: on every scope of its kind, now and later.',
      resolve: ({ svc, record: { scope } }, _args, context) => {
        if (scope === undefined) return undefined;
        return scope.kind === 'SERVICE' ? serviceOf(context, svc) : scopeKey(svc, scope);
      },
    }),
    allScopes: t.boolean({ description: 'Holds on every scope of its kind, now and later.', resolve: ({ record }) => record.allScopes }),
    permissions: t.stringList({
      description: 'Permissions as the service worked them out, where it tells.',
      resolve: ({ record }) => [...record.permissions],
    }),
    source: t.field({ type: GrantSourceEnum, description: 'How the principal came to it.', resolve: ({ record }) => record.source }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was given, where the service tells.',
      resolve: ({ record }) => record.createdAt,
    }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, description: 'When it ends, if it does.', resolve: ({ record }) => record.expiresAt }),
    grantedBy: t.field({
      type: ActorUnion,
      nullable: true,
      description: 'The account that gave it, where the service tells.',
      resolve: ({ svc, record: { grantedBy } }, _args, context) =>
        grantedBy?.kind === 'identity' ? IdentityRef.getDataloader(context).load(keyText({ svc, key: grantedBy.externalId })) : undefined,
    }),
    immutable: t.boolean({ description: 'True when the service refuses to change it.', resolve: ({ record }) => record.immutable }),
  }),
});

builder.objectType(ServicePrincipalRef, {
  description: 'A technical actor of ours: an API key, the scheduler.',
  fields: (t) => ({
    id: t.id({ description: 'Opaque and stable.', resolve: (principal) => formatNodeId({ type: 'ServicePrincipal', id: principal.id }) }),
    displayName: t.exposeString('displayName', { description: 'The name that its operator gave it.' }),
  }),
});

builder.queryFields((t) => ({
  grants: t.field({
    type: GrantConnection,
    description: 'Grants of all services, as they store them.',
    complexity: rootPage,
    args: { filter: t.arg({ type: GrantFilterRef, description: 'Which grants.' }), freshness: t.arg(listFreshness), ...pageArgs(t.arg) },
    resolve: async (_root, args, context) => {
      const aged = agedList(context, args.freshness);
      const window = toWindow(args);
      const view = await context.view();
      const filter = toGrantFilter(view, args.filter);
      const services = servicesOfAll(view, args.filter?.services, 'filter.services');
      aged(services, view);
      return toConnection(await view.grants(filter, window), window, services);
    },
  }),
}));
