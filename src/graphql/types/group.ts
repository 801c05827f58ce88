import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { nestedPage, rootPage } from '../cost.ts';
import { GrantFilterRef, pageArgs, ServiceInputRef, toGrantFilter } from '../args.ts';
import { GrantConnection, GroupConnection, IdentityConnection, toConnection } from '../connection.ts';
import * as load from '../loaders.ts';
import { findOne } from '../find-one.ts';
import { GroupRef, NodeRef, SourcedRef } from '../refs.ts';
import { servicesOf, servicesOfOptional, toSelector } from '../selectors.ts';
import { toWindow } from '../window.ts';

builder.objectType(GroupRef, {
  description: 'A set of accounts and groups of one service: a team, a user group.',
  interfaces: [NodeRef, SourcedRef],
  fields: (t) => ({
    displayName: t.string({ description: 'The name that people see.', resolve: ({ record }) => record.displayName }),
    kind: t.string({ description: 'The service’s word for it: `team`, `user group` …', resolve: ({ record }) => record.groupKind }),
    parents: t.field({
      type: [GroupRef],
      description: 'The groups that directly contain this one.',
      resolve: async (group, _args, context) => [...((await load.parentsOfGroup(context, group)) ?? [])],
    }),
    children: t.field({
      type: [GroupRef],
      description: 'The groups that this one directly contains.',
      resolve: async (group, _args, context) => [...((await load.childrenOfGroup(context, group)) ?? [])],
    }),
    members: t.field({
      type: IdentityConnection,
      description: 'The accounts in this group.',
      complexity: nestedPage,
      args: {
        transitive: t.arg.boolean({ defaultValue: false, description: 'Also those of the groups within, however deep.' }),
        ...pageArgs(t.arg),
      },
      resolve: async (group, args, context) => {
        const window = toWindow(args);
        return toConnection(await load.membersOfGroup(context, group, args.transitive === true, window), window, [serviceOf(context, group.svc)]);
      },
    }),
    grants: t.field({
      type: GrantConnection,
      description: 'What the group itself holds.',
      complexity: nestedPage,
      args: { filter: t.arg({ type: GrantFilterRef, description: 'Which grants.' }), ...pageArgs(t.arg) },
      resolve: async (group, args, context) => {
        const window = toWindow(args);
        const filter = toGrantFilter(await context.view(), args.filter);
        return toConnection(await load.grantsOfGroup(context, group, filter, window), window, [serviceOf(context, group.svc)]);
      },
    }),
  }),
});

builder.queryFields((t) => ({
  group: t.field({
    type: GroupRef,
    nullable: true,
    description: 'One group by the service’s own id; null when there is none.',
    args: {
      service: t.arg({ type: ServiceInputRef, required: true, description: 'The service that the group belongs to.' }),
      externalId: t.arg.string({ required: true, description: 'The service’s own id of the group.' }),
    },
    resolve: async (_root, { service, externalId }, context) =>
      findOne(servicesOf(await context.view(), service, 'service'), (svc) => load.groupByKey(context, { svc, key: externalId })),
  }),
  groups: t.field({
    type: GroupConnection,
    description: 'Groups of all services, or of one.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      search: t.arg.string({ description: 'Part of the name.' }),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfOptional(view, args.service, 'service');
      const filter = { service: args.service ? toSelector(args.service) : undefined, search: args.search ?? undefined };
      return toConnection(await view.groups(filter, window), window, services);
    },
  }),
}));
