import { builder } from '../builder.ts';
import { nestedPage } from '../cost.ts';
import { GrantFilterRef, pageArgs, toGrantFilter } from '../args.ts';
import { askedPage, GrantConnection, GroupConnection, pagesBy } from '../connection.ts';
import { AccountStatusEnum, PrincipalKindEnum, RoleLevelEnum } from '../enums.ts';
import { asked, byArguments, listsBy } from '../loadable.ts';
import { groupsOfUser, identitiesOfUser } from '../loaders.ts';
import { CoverageRef, EmailRef, IdentityRef, UserRef } from '../refs.ts';
import { servicesOf, servicesOfAll, toScopeRef } from '../selectors.ts';
import { badInput } from '../errors.ts';
import { toWindow } from '../window.ts';
import { covering } from '../../directory/covering.ts';
import type { View } from '../../directory/view.ts';
import type { GrantFilter, IdentityView, ServiceView } from '../../model/views.ts';

const itself = (id: string): string => id;

builder.objectType(UserRef, {
  description: 'The canonical person or bot, over all services. What it says is derived from the accounts that are linked to it.',
  fields: (t) => ({
    retiredIds: t.loadableList({
      type: 'ID',
      description: 'Ids of people that were merged into this one; they keep resolving.',
      ...listsBy(itself, (view, ids) => view.retiredIds(ids)),
      resolve: ({ id }) => id,
    }),
    kind: t.expose('kind', { type: PrincipalKindEnum, description: 'A person, a bot …' }),
    status: t.expose('status', { type: AccountStatusEnum, description: 'Worked out from the accounts.' }),
    displayName: t.exposeString('displayName', { nullable: true, description: 'The name that people see.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: 'Given name.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'Family name.' }),
    username: t.exposeString('username', { nullable: true, description: 'The name to sign in or to be mentioned with.' }),
    primaryEmail: t.exposeString('primaryEmail', { nullable: true, description: 'The address to write to.' }),
    emails: t.loadableList({
      type: EmailRef,
      description: 'All addresses, each with the strongest proof that any account gives it.',
      ...listsBy(itself, (view, ids) => view.emailsOfUsers(ids)),
      resolve: ({ id }) => id,
    }),
    identities: t.field({
      type: [IdentityRef],
      description: 'The accounts of this person, primary accounts first.',
      args: {
        service: t.arg.string({ description: 'Only in services of this kind.' }),
        serviceId: t.arg.string({ description: 'Only in this instance; together with `service`.' }),
        includeDeleted: t.arg.boolean({ defaultValue: false, description: 'Also tombstones of accounts that are gone.' }),
      },
      resolve: ({ id }, args, context) => {
        const view = context.opened();
        const within = servicesOfType(view, args);
        const all = identitiesOfUser(context, id, args.includeDeleted === true);
        if (within === view.services) return all;
        return all instanceof Promise ? all.then((found) => ofServices(found, within)) : ofServices(all, within);
      },
    }),
    identity: t.field({
      type: IdentityRef,
      nullable: true,
      description: 'The primary account in a service: a pinned one, else an active one, else the one linked first. Null when there is none.',
      args: {
        service: t.arg.string({ required: true, description: 'The kind of service: `slack`, `pagerduty` …' }),
        serviceId: t.arg.string({ description: 'The instance. Without it: any of that kind.' }),
      },
      resolve: async ({ id }, args, context) => {
        const within = servicesOfType(context.opened(), args);
        const [primary] = ofServices(await identitiesOfUser(context, id, false), within);
        return primary;
      },
    }),
    level: t.loadable({
      type: RoleLevelEnum,
      description: 'The highest level in this person’s effective access. UNKNOWN when only unmapped roles are held; NONE when there is none.',
      complexity: 1,
      args: {
        service: t.arg.string({ description: 'Only in services of this kind.' }),
        scope: t.arg.id({
          description: 'Only on this scope, by its id: grants on every scope of its kind count, and administrators of what is around it.',
        }),
      },
      ...byArguments(itself, (view, ids: readonly string[], where: LevelWhere) => view.levelsOfUsers(ids, where), 'NONE' as const),
      resolve: ({ id }, args, context) => {
        const view = context.opened();
        servicesOfType(view, args);
        const scope = args.scope == null ? undefined : toScopeRef(view, args.scope, 'scope');
        return asked(id, { service: args.service ?? undefined, scope });
      },
    }),
    groups: t.field({
      type: GroupConnection,
      description: 'The groups that any account of this person is in.',
      complexity: nestedPage,
      args: {
        service: t.arg.string({ description: 'Only in services of this kind.' }),
        transitive: t.arg.boolean({ defaultValue: false, description: 'Also the groups that contain those, however far up.' }),
        ...pageArgs(t.arg),
      },
      resolve: ({ id }, args, context) => {
        const within = { service: args.service ?? undefined, transitive: args.transitive === true };
        return groupsOfUser(context, id, within, toWindow(args), servicesOfType(context.opened(), args));
      },
    }),
    grants: t.loadable({
      type: GrantConnection,
      description: 'What the person’s accounts hold, and the groups that they are in, directly or through groups.',
      complexity: nestedPage,
      args: { filter: t.arg({ type: GrantFilterRef, description: 'Which grants.' }), ...pageArgs(t.arg) },
      ...pagesBy(itself, (view, ids: readonly string[], filter: GrantFilter, window) => view.grantsOfUsers(ids, filter, window)),
      resolve: ({ id }, args, context) => {
        const view = context.opened();
        const services = servicesOfAll(view, args.filter?.services, 'filter.services');
        return askedPage(id, toWindow(args), services, toGrantFilter(view, args.filter));
      },
    }),
    lastActiveAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The newest sign of use in any account, where services tell.',
      resolve: (user) => user.lastActiveAt,
    }),
    coverage: t.field({
      type: [CoverageRef],
      description: 'The services that this answer stands on.',
      args: {
        operation: t.arg.string({
          description: 'For a part of the answer, by the name of its capability, such as `count events`: services without it are UNSUPPORTED.',
        }),
      },
      resolve: async (_user, { operation }, context) => {
        const { services } = await context.view();
        return [...(operation == null ? services : covering(services, known(services, operation)))];
      },
    }),
  }),
});

type LevelWhere = Parameters<View['levelsOfUsers']>[1];

function known(services: readonly ServiceView[], operation: string): string {
  const operations = new Set(services.flatMap(({ capabilities }) => capabilities.map((each) => each.operation)));
  if (!operations.has(operation)) throw badInput('operation', `no such capability; there are: ${[...operations].join(', ')}`);
  return operation;
}

interface OfType {
  readonly service?: string | null | undefined;
  readonly serviceId?: string | null | undefined;
}

function ofServices(identities: readonly IdentityView[], services: readonly ServiceView[]): IdentityView[] {
  return identities.filter(({ svc }) => services.some((service) => service.svc === svc));
}

function servicesOfType(view: View, { service, serviceId }: OfType): readonly ServiceView[] {
  if (service !== null && service !== undefined) return servicesOf(view, { type: service, serviceId }, 'service');
  if (serviceId !== null && serviceId !== undefined)
    throw badInput('serviceId', 'give `service` too: the same id may exist in several kinds of service');
  return view.services;
}
