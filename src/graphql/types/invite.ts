import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { free, rootPage } from '../cost.ts';
import { pageArgs, ServiceInputRef } from '../args.ts';
import { toConnection } from '../connection.ts';
import { InviteStatusEnum } from '../enums.ts';
import { listsBy } from '../loadable.ts';
import { loadKnown } from '../loaders.ts';
import { IntendedGrantRef, InviteConnection, InviteRef } from '../record-refs.ts';
import { ActorUnion, IdentityRef, RoleRef, ScopeRef, scopeKey, SourcedRef, UserRef } from '../refs.ts';
import { servicesOfOptional, toSelector } from '../selectors.ts';
import { toWindow } from '../window.ts';
import { covering } from '../../directory/covering.ts';
import { keyText } from '../../model/views.ts';

const itself = (text: string): string => text;

builder.objectType(InviteRef, {
  description: 'A request to join a service, sent to an address.',
  interfaces: [SourcedRef],
  fields: (t) => ({
    email: t.string({ description: 'Where it was sent.', resolve: ({ record }) => record.email }),
    status: t.field({ type: InviteStatusEnum, description: 'What became of it.', resolve: ({ record }) => record.status }),
    user: t.loadable({
      type: UserRef,
      nullable: true,
      description: 'The person for whom alone the address is proven by another account; null where nobody is, or several are.',
      loaderOptions: { cacheKeyFn: itself },
      load: async (emails: readonly string[], context) => {
        const holders = await (await context.view()).usersByProvenEmails(emails);
        return emails.map((email) => holders.get(email));
      },
      resolve: ({ record }) => record.email,
    }),
    grants: t.field({
      type: [IntendedGrantRef],
      description: 'What whoever accepts will hold, where the service tells.',
      resolve: async ({ svc, record }, _args, context) => {
        const roles = await loadKnown(
          RoleRef.getDataloader(context),
          [...new Set(record.grants.map(({ role }) => role))].map((key) => keyText({ svc, key })),
        );
        // A role that the service does not list cannot be shown.
        return roles.map((role) => ({
          svc,
          role,
          scopes: record.grants.flatMap((grant) => (grant.role === role.key ? grant.scopes : [])),
        }));
      },
    }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, description: 'When it ends, if it does.', resolve: ({ record }) => record.expiresAt }),
    invitedBy: t.field({
      type: ActorUnion,
      nullable: true,
      description: 'The account that sent it, where the service tells.',
      resolve: ({ svc, record: { invitedBy } }, _args, context) =>
        invitedBy?.kind === 'identity' ? IdentityRef.getDataloader(context).load(keyText({ svc, key: invitedBy.externalId })) : undefined,
    }),
  }),
});

builder.objectType(IntendedGrantRef, {
  description: 'A role that is given when an invitation is accepted, and where.',
  fields: (t) => ({
    role: t.field({ type: RoleRef, description: 'The role.', complexity: free, resolve: ({ role }) => role }),
    scopes: t.field({
      type: [ScopeRef],
      description: 'Where it will hold; empty where the service does not tell.',
      resolve: async ({ svc, scopes }, _args, context) => {
        const found = await loadKnown(
          ScopeRef.getDataloader(context),
          scopes.filter(({ kind }) => kind !== 'SERVICE').map((scope) => scopeKey(svc, scope)),
        );
        return scopes.some(({ kind }) => kind === 'SERVICE') ? [serviceOf(context, svc), ...found] : found;
      },
    }),
  }),
});

builder.objectField(UserRef, 'invites', (t) =>
  t.loadableList({
    type: InviteRef,
    description: 'Invitations that were sent to an address which is proven for this person and for nobody else.',
    ...listsBy(itself, (view, ids) => view.invitesOfUsers(ids)),
    resolve: ({ id }) => id,
  }),
);

builder.queryFields((t) => ({
  invites: t.field({
    type: InviteConnection,
    description: 'Invitations that services know.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      email: t.arg.string({ description: 'Only to this address; case of A–Z does not matter.' }),
      status: t.arg({ type: InviteStatusEnum, description: 'Only in this state.' }),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfOptional(view, args.service, 'service');
      const filter = {
        service: args.service ? toSelector(args.service) : undefined,
        email: args.email ?? undefined,
        status: args.status ?? undefined,
      };
      return toConnection(await view.invites(filter, window), window, covering(services, 'read invites'));
    },
  }),
}));
