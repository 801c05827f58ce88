import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { nestedPage, rootPage } from '../cost.ts';
import { pageArgs, ServiceInputRef } from '../args.ts';
import { askedPage, OrganizationConnection, pagesBy, ProjectConnection, toConnection, WorkspaceConnection, type Connection } from '../connection.ts';
import { RoleLevelEnum } from '../enums.ts';
import { badInput } from '../errors.ts';
import { OrganizationRef, ProjectRef, ResourceRef, ScopeRef, SourcedRef, WorkspaceRef } from '../refs.ts';
import { servicesOfOptional, toScopeRef, toSelector, type ServiceInput } from '../selectors.ts';
import { toWindow, type PageArgs } from '../window.ts';
import type { Context } from '../context.ts';
import { scopeKeyText } from '../../contract/records.ts';
import { keyText, type RecordKey, type ScopeView } from '../../model/views.ts';

const scopesUnder = pagesBy(keyText, (view, parents: readonly RecordKey[], kind: 'WORKSPACE' | 'PROJECT', window) =>
  view.scopesUnder(parents, kind, window),
);

builder.objectType(OrganizationRef, {
  description: 'Holds workspaces: a Slack enterprise, a PagerDuty account, a Waii org.',
  interfaces: [SourcedRef, ScopeRef],
  fields: (t) => ({
    settings: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its settings, in the service’s words.',
      resolve: ({ record }) => record.settings,
    }),
    workspaces: t.loadable({
      type: WorkspaceConnection,
      description: 'The workspaces within.',
      complexity: nestedPage,
      args: pageArgs(t.arg),
      ...scopesUnder,
      resolve: (scope, args, context) => askedPage(scope, toWindow(args), [serviceOf(context, scope.svc)], 'WORKSPACE' as const),
    }),
  }),
});

builder.objectType(WorkspaceRef, {
  description: 'A tenancy boundary: a Slack workspace, a Squirro or Waii tenant, a Segment workspace.',
  interfaces: [SourcedRef, ScopeRef],
  fields: (t) => ({
    settings: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Its settings, in the service’s words.',
      resolve: ({ record }) => record.settings,
    }),
    projects: t.loadable({
      type: ProjectConnection,
      description: 'The projects within.',
      complexity: nestedPage,
      args: pageArgs(t.arg),
      ...scopesUnder,
      resolve: (scope, args, context) => askedPage(scope, toWindow(args), [serviceOf(context, scope.svc)], 'PROJECT' as const),
    }),
  }),
});

builder.objectType(ProjectRef, {
  description: 'A unit of work inside a workspace.',
  interfaces: [SourcedRef, ScopeRef],
});

builder.objectType(ResourceRef, {
  description: 'Anything finer than a project that a role can hold on: a source, a warehouse, a space, a flow.',
  interfaces: [SourcedRef, ScopeRef],
  fields: (t) => ({
    type: t.string({
      nullable: true,
      description: 'The service’s word for what it is, such as `SOURCE`.',
      resolve: ({ record }) => record.resourceType,
    }),
  }),
});

interface ScopeArgs extends PageArgs {
  readonly service?: ServiceInput | null | undefined;
}

async function scopes(
  context: Context,
  kind: 'ORGANIZATION' | 'WORKSPACE' | 'PROJECT',
  args: ScopeArgs,
  parent?: { readonly id: string | null | undefined; readonly where: string; readonly kind: 'ORGANIZATION' | 'WORKSPACE' },
): Promise<Connection<ScopeView>> {
  const window = toWindow(args);
  const view = await context.view();
  const services = servicesOfOptional(view, args.service, 'service');
  const within = parent?.id == null ? undefined : toScopeRef(view, parent.id, parent.where, [parent.kind]);
  const filter = {
    kind,
    service: args.service ? toSelector(args.service) : undefined,
    parent: within === undefined ? undefined : { svc: within.svc, key: scopeKeyText(within) },
  };
  const concerned = within === undefined ? services : services.filter((service) => service.svc === within.svc);
  return toConnection(await view.scopes(filter, window), window, concerned);
}

const nobodySignedIn =
  'asks where you hold a level, and nobody is signed in as a person; ask for one person’s by `user { grants(filter: { scopeKind: WORKSPACE, minLevel: ADMIN }) }`';

builder.queryFields((t) => ({
  organizations: t.field({
    type: OrganizationConnection,
    description: 'Organizations of all services, or of one.',
    complexity: rootPage,
    args: { service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }), ...pageArgs(t.arg) },
    resolve: (_root, args, context) => scopes(context, 'ORGANIZATION', args),
  }),
  workspaces: t.field({
    type: WorkspaceConnection,
    description: 'Workspaces of all services, or of one.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      organization: t.arg.id({ description: 'Only within this organization, by its id.' }),
      viewerLevel: t.arg({
        type: RoleLevelEnum,
        description: 'Only where you hold at least this level. Refused while nobody is signed in as a person: ask for `User.grants` instead.',
      }),
      ...pageArgs(t.arg),
    },
    resolve: (_root, args, context) => {
      if (args.viewerLevel != null) throw badInput('viewerLevel', nobodySignedIn);
      return scopes(context, 'WORKSPACE', args, { id: args.organization, where: 'organization', kind: 'ORGANIZATION' });
    },
  }),
  projects: t.field({
    type: ProjectConnection,
    description: 'Projects of all services, or of one.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      workspace: t.arg.id({ description: 'Only within this workspace, by its id.' }),
      ...pageArgs(t.arg),
    },
    resolve: (_root, args, context) => scopes(context, 'PROJECT', args, { id: args.workspace, where: 'workspace', kind: 'WORKSPACE' }),
  }),
}));
