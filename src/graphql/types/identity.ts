import { builder } from '../builder.ts';
import { free, rootPage } from '../cost.ts';
import { IdentityInputRef, pageArgs } from '../args.ts';
import { IdentityConnection, toConnection, totalOf } from '../connection.ts';
import { AccountStatusEnum, EmailProofEnum, LinkStateEnum, PrincipalKindEnum } from '../enums.ts';
import { detailsOf, holderOf, loadKnown } from '../loaders.ts';
import { findOne } from '../find-one.ts';
import { answerable, FreshnessRef, freshIdentities, liveCost } from '../freshness.ts';
import { IdentityFilterRef, toIdentityFilter } from '../identity-filter.ts';
import { ActorUnion, EmailRef, IdentityRef, LinkRef, OrganizationRef, RoleRef, scopeKey, SourcedRef, UserRef } from '../refs.ts';
import { servicesOf, servicesOfAll, toSelector } from '../selectors.ts';
import { toWindow } from '../window.ts';
import { keyText } from '../../model/views.ts';

builder.objectType(IdentityRef, {
  description: 'One account in one service.',
  interfaces: [SourcedRef],
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person who holds it; null while nobody is known to.',
      resolve: (identity, _args, context) => holderOf(context, identity),
    }),
    link: t.field({
      type: LinkRef,
      description: 'How the account and its person were brought together, and on what evidence.',
      resolve: (identity) => keyText(identity),
    }),
    kind: t.field({ type: PrincipalKindEnum, description: 'A person, a bot …', resolve: ({ record }) => record.accountKind }),
    status: t.field({ type: AccountStatusEnum, description: 'Whether the account can be used.', resolve: ({ record }) => record.status }),
    username: t.string({ nullable: true, description: 'The name to sign in or to be mentioned with.', resolve: ({ record }) => record.username }),
    displayName: t.string({ nullable: true, description: 'The name that people see.', resolve: ({ record }) => record.displayName }),
    emails: t.field({
      type: [EmailRef],
      description: 'Its addresses, as the service spells them.',
      complexity: free,
      resolve: (identity) => identity.record.emails.map((email) => ({ ...email, seenIn: [identity] })),
    }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description: 'The base role, in services where an account carries one.',
      resolve: ({ svc, record: { roles } }, _args, context) => {
        const [base] = roles;
        if (base === undefined) return undefined;
        const key = { svc, key: base };
        return context.opened().roleAtHand(key) ?? keyText(key);
      },
    }),
    roles: t.field({
      type: [RoleRef],
      description: 'All roles that the account itself carries, the base role first. What it holds on single scopes: `grants`.',
      resolve: ({ svc, record }, _args, context) => {
        const view = context.opened();
        const atHand = record.roles.map((key) => view.roleAtHand({ svc, key }));
        if (isWhole(atHand)) return atHand;
        return loadKnown(
          RoleRef.getDataloader(context),
          record.roles.map((key) => keyText({ svc, key })),
        );
      },
    }),
    organization: t.field({
      type: OrganizationRef,
      nullable: true,
      description: 'The organization that the account belongs to, where that differs by account.',
      resolve: ({ svc, record: { organization } }) =>
        organization === undefined ? undefined : scopeKey(svc, { kind: 'ORGANIZATION', externalId: organization }),
    }),
    settings: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Settings of the account, in the service’s words.',
      resolve: async (identity, _args, context) => (await detailsOf(context, identity)).settings,
    }),
    lastActiveAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the account was last used, where the service tells.',
      resolve: ({ record }) => record.lastActiveAt,
    }),
    mfaEnabled: t.boolean({
      nullable: true,
      description: 'Whether a second factor is set up, where the service tells.',
      resolve: ({ record }) => record.mfaEnabled,
    }),
    raw: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The service’s own words, without secrets.',
      resolve: async (identity, _args, context) => (await detailsOf(context, identity)).raw,
    }),
  }),
});

builder.objectType(EmailRef, {
  description: 'An address and how well it is known to be its holder’s.',
  fields: (t) => ({
    address: t.exposeString('address', { description: 'As the service spells it.' }),
    proof: t.expose('proof', { type: EmailProofEnum, description: 'What is known about who holds it.' }),
    primary: t.exposeBoolean('primary', { description: 'The one to write to.' }),
    seenIn: t.field({
      type: [IdentityRef],
      description: 'The accounts that carry it.',
      resolve: ({ seenIn }, _args, context) => loadKnown(IdentityRef.getDataloader(context), seenIn.map(keyText)),
    }),
  }),
});

builder.queryFields((t) => ({
  identity: t.field({
    type: IdentityRef,
    nullable: true,
    description: 'One account by the service’s own id; null when there is none.',
    complexity: ({ freshness }) => ({ field: 1 + liveCost(freshness, 1), multiplier: 1 }),
    args: {
      by: t.arg({ type: IdentityInputRef, required: true, description: 'Which account.' }),
      freshness: t.arg({ type: FreshnessRef, description: 'How old the record may be.' }),
    },
    resolve: async (_root, { by, freshness }, context) => {
      const { externalId, ...service } = { ...by, type: by.service };
      const freshened = freshIdentities(context, freshness, (view) => {
        servicesOf(view, service, 'by.service');
        return [{ by: 'identity', service: toSelector(service), externalId }];
      });
      const view = await context.view();
      const found = await findOne(servicesOf(view, service, 'by.service'), (svc) =>
        IdentityRef.getDataloader(context).load(keyText({ svc, key: externalId })),
      );
      return answerable(found, (await freshened)?.misses[0], freshness, view.now);
    },
  }),
  identities: t.field({
    type: IdentityConnection,
    description: 'Accounts of all services.',
    complexity: rootPage,
    args: { filter: t.arg({ type: IdentityFilterRef, description: 'Which accounts.' }), ...pageArgs(t.arg) },
    resolve: async (_root, args, context) => {
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfAll(view, args.filter?.services, 'filter.services');
      const wanted = toIdentityFilter(args.filter ?? {});
      return toConnection(await view.identities(wanted, window), window, services, args.filter ? undefined : totalOf(view, 'identities'));
    },
  }),
}));

builder.objectType(LinkRef, {
  description: 'Why an account counts as a certain person’s, or as nobody’s.',
  fields: (t) => ({
    state: t.expose('state', { type: LinkStateEnum, description: 'Linked, suggested, in conflict …' }),
    rule: t.exposeString('rule', { nullable: true, description: 'The rule that decided.' }),
    confidence: t.exposeFloat('confidence', { nullable: true, description: 'From 0 to 1.' }),
    evidence: t.stringList({ description: 'What speaks for it, in sentences.', resolve: (link) => [...link.evidence] }),
    decidedBy: t.field({
      type: ActorUnion,
      nullable: true,
      description: 'Who decided; null for a rule.',
      resolve: ({ decidedBy }, _args, context) => (decidedBy?.kind === 'user' ? UserRef.getDataloader(context).load(decidedBy.id) : decidedBy),
    }),
    decidedAt: t.field({ type: 'DateTime', nullable: true, description: 'When it was decided.', resolve: (link) => link.decidedAt }),
    note: t.exposeString('note', { nullable: true, description: 'What whoever decided wrote about it.' }),
  }),
});

const isWhole = <T>(found: (T | undefined)[]): found is T[] => !found.includes(undefined);
