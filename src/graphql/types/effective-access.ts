import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { free, nestedPage, rootPage } from '../cost.ts';
import { AccessPathRef, EffectiveAccessConnection, EffectiveAccessRef, HopRef, scopeAt, scopeOfPlace, type HopNode } from '../access-refs.ts';
import { GrantFilterRef, pageArgs, toGrantFilter } from '../args.ts';
import { askedPage, pagesBy, toConnection } from '../connection.ts';
import { RoleLevelEnum, ScopeKindEnum } from '../enums.ts';
import { agedList, listFreshness } from '../freshness.ts';
import { asked, byArguments, loaderOf } from '../loadable.ts';
import { GrantRef, GroupRef, IdentityRef, RoleRef, ScopeRef, ServiceRef, UserRef } from '../refs.ts';
import { servicesOfAll } from '../selectors.ts';
import { toPathCount, toWindow } from '../window.ts';
import { accessText } from '../../directory/effective.ts';
import { keyText, type GrantFilter } from '../../model/views.ts';
import type { AccessBehind, AccessPathView, EffectiveAccessView } from '../../model/access.ts';
import type { Context } from '../context.ts';

const behind = byArguments(
  accessText,
  (view, rows: readonly EffectiveAccessView[], filter: GrantFilter): Promise<ReadonlyMap<string, AccessBehind>> => view.accessBehind(rows, filter),
  undefined,
);
// A loader of its own, for four fields read it.
const behindLoader = loaderOf(behind);
const behindOf = (context: Context, row: EffectiveAccessView): Promise<AccessBehind | undefined> =>
  behindLoader(context).load(asked(row, row.filter));

builder.objectType(EffectiveAccessRef, {
  description:
    'What a person may do in one place, over all accounts and groups: the highest level that is known. A level that nobody mapped is a row of its own beside it.',
  fields: (t) => ({
    user: t.field({ type: UserRef, description: 'The person.', resolve: ({ userId }) => userId }),
    service: t.field({
      type: ServiceRef,
      description: 'The service that it is in.',
      complexity: free,
      resolve: ({ place }, _args, context) => serviceOf(context, place.svc),
    }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description: 'The role that gives the level; of several the one that lasts longest.',
      resolve: async (row, _args, context) => {
        const role = (await behindOf(context, row))?.role;
        return role === undefined ? undefined : keyText(role);
      },
    }),
    level: t.field({ type: RoleLevelEnum, description: 'How much that is, relative to the scope.', resolve: ({ level }) => level }),
    scope: t.field({
      type: ScopeRef,
      nullable: true,
      description: 'Where; null: on every scope of the kind, now and later.',
      resolve: ({ place }, _args, context) => scopeOfPlace(context, place),
    }),
    scopeKind: t.field({ type: ScopeKindEnum, description: 'The kind of scope.', resolve: ({ place }) => place.kind }),
    allScopes: t.boolean({ description: 'On every scope of the kind, now and later.', resolve: ({ place }) => place.key === undefined }),
    permissions: t.stringList({
      description: 'Permissions of all the grants together, as the service worked them out, where it tells.',
      resolve: async (row, _args, context) => [...((await behindOf(context, row))?.permissions ?? [])],
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the level ends: the latest end among the grants that give it. Null: it does not.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
    paths: t.field({
      type: [AccessPathRef],
      description: 'The ways that lead there, of every grant that the filter takes, shortest first for each grant.',
      complexity: nestedPage,
      args: { first: t.arg.int({ description: 'How many: 1 to 100, 20 when not given.' }) },
      resolve: async (row, args, context) => (await behindOf(context, row))?.paths.slice(0, toPathCount(args)) ?? [],
    }),
    morePaths: t.boolean({
      description: 'Whether there are more than `paths(first: 100)` tells.',
      resolve: async (row, _args, context) => (await behindOf(context, row))?.more ?? false,
    }),
  }),
});

builder.objectType(AccessPathRef, {
  description: 'One way from an account to a scope.',
  fields: (t) => ({
    hops: t.field({
      type: [HopRef],
      description: 'The account, the groups from the inside out, and the scopes from the grant’s own down.',
      resolve: toHops,
    }),
    grant: t.field({ type: GrantRef, description: 'What the service stores.', resolve: ({ grant }) => grant }),
  }),
});

function toHops({ account, groups, grant, scopes, everyScope }: AccessPathView): HopNode[] {
  const kind = grant.record.scopeKind.toLowerCase();
  const holds = everyScope ? `the grant is for every ${kind}, now and later` : `the grant is on this ${kind}`;
  return [
    { identity: account, reason: 'an account of the person' },
    ...groups.map((group, n) => ({ group, reason: n === 0 ? 'the account is a member' : 'the group before lies within this one' })),
    ...(scopes.length === 0 ? [{ reason: holds }] : []),
    ...scopes.map((scope, n) => ({
      scope,
      reason: n === 0 ? holds : 'within the scope before, whose administrators may do here what they may do there',
    })),
  ];
}

builder.objectType(HopRef, {
  description: 'One step of a path; at most one of `identity`, `group` and `scope` is there.',
  fields: (t) => ({
    identity: t.field({
      type: IdentityRef,
      nullable: true,
      description: 'The account that the path starts from.',
      resolve: ({ identity }) => identity && keyText(identity),
    }),
    group: t.field({
      type: GroupRef,
      nullable: true,
      description: 'A group; null also where the service names one that it does not list.',
      resolve: ({ group }) => group && keyText(group),
    }),
    scope: t.field({
      type: ScopeRef,
      nullable: true,
      description: 'A scope; null also where the service names one that it does not list.',
      resolve: ({ scope }, _args, context) => scope && scopeAt(context, scope),
    }),
    reason: t.exposeString('reason', { description: 'Why this step follows from the one before.' }),
  }),
});

builder.objectField(UserRef, 'effectiveAccess', (t) =>
  t.loadable({
    type: EffectiveAccessConnection,
    description: 'What the person may do, and where: the highest level in each place, over all accounts and groups.',
    complexity: nestedPage,
    args: { filter: t.arg({ type: GrantFilterRef, description: 'From which grants it is worked out.' }), ...pageArgs(t.arg) },
    ...pagesBy(
      (id: string) => id,
      (view, ids: readonly string[], filter: GrantFilter, window) => view.effectiveAccessOfUsers(ids, filter, window),
    ),
    resolve: ({ id }, args, context) => {
      const view = context.opened();
      const services = servicesOfAll(view, args.filter?.services, 'filter.services');
      return askedPage(id, toWindow(args), services, toGrantFilter(view, args.filter));
    },
  }),
);

builder.queryFields((t) => ({
  effectiveAccess: t.field({
    type: EffectiveAccessConnection,
    description:
      'What people may do, and where, person by person. With `filter.scope`, grants on every scope of its kind count too, and those of administrators of what is around it.',
    complexity: rootPage,
    args: {
      filter: t.arg({ type: GrantFilterRef, required: true, description: 'From which grants it is worked out.' }),
      freshness: t.arg(listFreshness),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const aged = agedList(context, args.freshness);
      const window = toWindow(args);
      const view = await context.view();
      const filter = toGrantFilter(view, args.filter);
      const services = servicesOfAll(view, args.filter.services, 'filter.services');
      aged(services, view);
      return toConnection(await view.effectiveAccess(filter, window), window, services);
    },
  }),
}));
