import { builder } from '../builder.ts';
import { nestedPage, rootPage } from '../cost.ts';
import { IdentityInputRef, pageArgs, ServiceInputRef } from '../args.ts';
import { askedPage, pagesBy, toConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { findOne } from '../find-one.ts';
import { CredentialConnection, CredentialRef } from '../record-refs.ts';
import { UserRef } from '../refs.ts';
import { servicesOf, servicesOfOptional, toSelector, toUserId } from '../selectors.ts';
import { toWindow } from '../window.ts';
import { credentialKinds, recordKey, type CredentialKind } from '../../contract/records.ts';
import { coveringCredentials } from '../../directory/covering.ts';
import { keyText } from '../../model/views.ts';

const kindNames = credentialKinds.map((kind) => `\`${kind}\``).join(', ');

function toKind(name: string, where: string): CredentialKind {
  const kind = credentialKinds.find((known) => known === name);
  if (kind === undefined) throw badInput(where, `no such kind of credential; there are: ${credentialKinds.join(', ')}`);
  return kind;
}

const toKinds = (names: readonly string[] | null | undefined): readonly CredentialKind[] | undefined =>
  names?.map((name, index) => toKind(name, `kinds[${index}]`));

const credentialsOfUsers = pagesBy(
  (id: string) => id,
  (view, ids: readonly string[], kinds: readonly CredentialKind[] | undefined, window) => view.credentialsOfUsers(ids, kinds, window),
);

builder.objectField(UserRef, 'credentials', (t) =>
  t.loadable({
    type: CredentialConnection,
    description: 'Keys, tokens, sessions and connections of the person’s accounts: metadata only.',
    complexity: nestedPage,
    args: {
      kinds: t.arg.stringList({ description: `Only of these kinds: ${kindNames}.` }),
      ...pageArgs(t.arg),
    },
    loaderOptions: credentialsOfUsers.loaderOptions,
    load: async (questions: Parameters<typeof credentialsOfUsers.load>[0], context) => {
      const pages = await credentialsOfUsers.load(questions, context);
      return pages.map((page, index) => {
        if (page instanceof Error) return page;
        const nodes = page.edges.map(({ node }) => node);
        return { ...page, services: coveringCredentials(page.services, questions[index]?.args.args, nodes) };
      });
    },
    resolve: ({ id }, args, context) => askedPage(id, toWindow(args), context.opened().services, toKinds(args.kinds)),
  }),
);

builder.queryFields((t) => ({
  credentials: t.field({
    type: CredentialConnection,
    description: 'Keys, tokens, sessions and connections that services tell of: metadata only.',
    complexity: rootPage,
    args: {
      service: t.arg({ type: ServiceInputRef, description: 'Only of this service.' }),
      kinds: t.arg.stringList({ description: `Only of these kinds: ${kindNames}.` }),
      user: t.arg.id({ description: 'Only of this person’s accounts.' }),
      expiresBefore: t.arg({ type: 'DateTime', description: 'Only those that end before this moment.' }),
      unusedSince: t.arg({
        type: 'DateTime',
        description: 'Only those that were not used since this moment. Where the service does not tell the last use, that is not known: left out.',
      }),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfOptional(view, args.service, 'service');
      const filter = {
        services: args.service ? [toSelector(args.service)] : undefined,
        kinds: toKinds(args.kinds),
        userId: args.user == null ? undefined : toUserId(args.user, 'user'),
        expiresBefore: args.expiresBefore ?? undefined,
        unusedSince: args.unusedSince ?? undefined,
      };
      const slice = await view.credentials(filter, window);
      const ofPerson = filter.userId === undefined ? undefined : slice.edges.map(({ node }) => node);
      return toConnection(slice, window, coveringCredentials(services, filter.kinds, ofPerson));
    },
  }),
  credential: t.field({
    type: CredentialRef,
    nullable: true,
    description: 'One credential of an account by the service’s own id of it; null when there is none, or the service does not tell.',
    args: {
      kind: t.arg.string({ required: true, description: `One of ${kindNames}.` }),
      identity: t.arg({ type: IdentityInputRef, required: true, description: 'The account that it belongs to.' }),
      key: t.arg.string({ required: true, description: 'The id of a token or session, the name of a key, the target of a connection.' }),
    },
    resolve: async (_root, { kind, identity, key }, context) => {
      const credentialKind = toKind(kind, 'kind');
      const { service: type, serviceId, externalId } = identity;
      const services = servicesOf(await context.view(), { type, serviceId }, 'identity.service');
      const sought = recordKey({ kind: 'credential', credentialKind, identity: externalId, externalId: key });
      return findOne(services, (svc) => CredentialRef.getDataloader(context).load(keyText({ svc, key: sought })));
    },
  }),
}));
