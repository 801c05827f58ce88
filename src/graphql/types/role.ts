import { builder } from '../builder.ts';
import { free, rootPage } from '../cost.ts';
import { pageArgs, ServiceInputRef } from '../args.ts';
import { RoleConnection, toConnection } from '../connection.ts';
import { RoleLevelEnum, ScopeKindEnum } from '../enums.ts';
import { PermissionRef, RoleRef, SourcedRef } from '../refs.ts';
import { servicesOfOptional, toSelector } from '../selectors.ts';
import { toWindow } from '../window.ts';

builder.objectType(RoleRef, {
  description: 'A named bundle of permissions of one service.',
  interfaces: [SourcedRef],
  fields: (t) => ({
    name: t.string({ description: 'The service’s own word.', resolve: ({ record }) => record.name }),
    level: t.field({
      type: RoleLevelEnum,
      description: 'What it compares to in other services; UNKNOWN when nobody mapped it.',
      resolve: ({ record }) => record.level,
    }),
    category: t.string({
      nullable: true,
      description: 'The service’s own class of roles, where it has some.',
      resolve: ({ record }) => record.category,
    }),
    appliesTo: t.field({ type: [ScopeKindEnum], description: 'Kinds of scope that it can hold on.', resolve: ({ record }) => [...record.appliesTo] }),
    permissions: t.field({
      type: [PermissionRef],
      description: 'What it allows, where the service tells.',
      complexity: free,
      resolve: ({ record }) => [...record.permissions],
    }),
    custom: t.boolean({ description: 'Made by the customer, not by the vendor.', resolve: ({ record }) => record.custom }),
  }),
});

builder.objectType(PermissionRef, {
  description: 'One thing that a role allows, in the service’s words.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The service’s name of it.' }),
    description: t.exposeString('description', { nullable: true, description: 'What the service says about it.' }),
  }),
});

builder.queryFields((t) => ({
  roles: t.field({
    type: RoleConnection,
    description: 'The roles that services know.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      category: t.arg.string({ description: 'Only of this class, in the service’s words.' }),
      level: t.arg({ type: RoleLevelEnum, description: 'Only of this level.' }),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfOptional(view, args.service, 'service');
      const filter = {
        service: args.service ? toSelector(args.service) : undefined,
        category: args.category ?? undefined,
        level: args.level ?? undefined,
      };
      return toConnection(await view.roles(filter, window), window, services);
    },
  }),
}));
