import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { nestedPage, rootPage } from '../cost.ts';
import { GrantFilterRef, pageArgs, ServiceInputRef, toGrantFilter } from '../args.ts';
import { askedPage, GrantConnection, GroupConnection, IdentityConnection, pagesBy, toConnection } from '../connection.ts';
import { findOne } from '../find-one.ts';
import { agedList, agedOnly, FreshnessRef, listFreshness } from '../freshness.ts';
import { listsBy } from '../loadable.ts';
import { GroupRef, SourcedRef } from '../refs.ts';
import { servicesOf, servicesOfOptional, toSelector } from '../selectors.ts';
import { toWindow } from '../window.ts';
import type { GrantFilter, RecordKey } from '../../model/views.ts';
import { keyText } from '../../model/views.ts';

builder.objectType(GroupRef, {
  description: 'A set of accounts and groups of one service: a team, a user group.',
  interfaces: [SourcedRef],
  fields: (t) => ({
    displayName: t.string({ description: 'The name that people see.', resolve: ({ record }) => record.displayName }),
    kind: t.string({ description: 'The service’s word for it: `team`, `user group` …', resolve: ({ record }) => record.groupKind }),
    parents: t.loadableList({
      type: GroupRef,
      description: 'The groups that directly contain this one.',
      ...listsBy(keyText, (view, groups) => view.parentsOfGroups(groups)),
      resolve: (group) => group,
    }),
    children: t.loadableList({
      type: GroupRef,
      description: 'The groups that this one directly contains.',
      ...listsBy(keyText, (view, groups) => view.childrenOfGroups(groups)),
      resolve: (group) => group,
    }),
    members: t.loadable({
      type: IdentityConnection,
      description: 'The accounts in this group.',
      complexity: nestedPage,
      args: {
        transitive: t.arg.boolean({ defaultValue: false, description: 'Also those of the groups within, however deep.' }),
        ...pageArgs(t.arg),
      },
      ...pagesBy(keyText, (view, groups: readonly RecordKey[], transitive: boolean, window) => view.membersOfGroups(groups, transitive, window)),
      resolve: (group, args, context) => askedPage(group, toWindow(args), [serviceOf(context, group.svc)], args.transitive === true),
    }),
    grants: t.loadable({
      type: GrantConnection,
      description: 'What the group itself holds.',
      complexity: nestedPage,
      args: { filter: t.arg({ type: GrantFilterRef, description: 'Which grants.' }), ...pageArgs(t.arg) },
      ...pagesBy(keyText, (view, groups: readonly RecordKey[], filter: GrantFilter, window) => view.grantsOfGroups(groups, filter, window)),
      resolve: (group, args, context) =>
        askedPage(group, toWindow(args), [serviceOf(context, group.svc)], toGrantFilter(context.opened(), args.filter)),
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
      freshness: t.arg({
        type: FreshnessRef,
        description:
          'How old the record may be. No service is asked about a single group: FETCH answers like STALE, and FAIL fails for what is older.',
      }),
    },
    resolve: async (_root, { service, externalId, freshness }, context) => {
      const aged = agedOnly(context, freshness);
      const view = await context.view();
      const found = await findOne(servicesOf(view, service, 'service'), (svc) =>
        GroupRef.getDataloader(context).load(keyText({ svc, key: externalId })),
      );
      return aged(found, view);
    },
  }),
  groups: t.field({
    type: GroupConnection,
    description: 'Groups of all services, or of one.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      search: t.arg.string({ description: 'Part of the name.' }),
      freshness: t.arg(listFreshness),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const aged = agedList(context, args.freshness);
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfOptional(view, args.service, 'service');
      aged(services, view);
      const filter = { service: args.service ? toSelector(args.service) : undefined, search: args.search ?? undefined };
      return toConnection(await view.groups(filter, window), window, services);
    },
  }),
}));
