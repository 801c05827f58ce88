import { builder } from '../builder.ts';
import { nestedPage, rootPage } from '../cost.ts';
import { pageArgs, ServiceInputRef } from '../args.ts';
import { askedPage, connectionOf, pagesBy, toConnection } from '../connection.ts';
import { showSide, targetIds } from '../audit-json.ts';
import { StepStatusEnum } from '../enums.ts';
import { ActorUnion, AuditEventRef, ServiceRef, UserRef } from '../refs.ts';
import { servicesOfOptional, toSelector, toUserId } from '../selectors.ts';
import { toWindow } from '../window.ts';
import type { Instant } from '../../contract/records.ts';
import { auditOperations } from '../../model/audit.ts';

const words = Object.entries(auditOperations)
  .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
  .join('; ');

builder.objectType(AuditEventRef, {
  description:
    'Somebody decided something, or a read of a service or a rule of linking found that something has changed. Decisions are chained by their hashes; what was found is worked out from what is held.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When.', resolve: (event) => event.at }),
    actor: t.field({
      type: ActorUnion,
      nullable: true,
      description: 'Who. Null when it was a person who is not known any more.',
      resolve: ({ actor }, _args, context) => (actor.kind === 'user' ? UserRef.getDataloader(context).load(actor.id) : actor),
    }),
    operation: t.exposeString('operation', { description: `What. ${words}.` }),
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'The service concerned, where it is one.',
      resolve: ({ svc }, _args, context) => context.opened().services.find((service) => service.svc === svc),
    }),
    targets: t.idList({
      description: 'Ids of the people, accounts, groups, grants, cases and services concerned. What is gone keeps its id.',
      resolve: ({ targets }, _args, context) => targetIds(context, targets),
    }),
    outcome: t.field({
      type: StepStatusEnum,
      description: 'What came of it: APPLIED for decisions, VERIFIED for what was found.',
      resolve: (event) => event.outcome,
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'What whoever decided wrote about it.' }),
    requestId: t.exposeString('requestId', { nullable: true, description: 'The request that asked for it.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it changed, as it stood before; of a changed record only what differs.',
      resolve: ({ before }, _args, context) => showSide(context, before),
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The same as it stood after.',
      resolve: ({ after }, _args, context) => showSide(context, after),
    }),
    reverts: t.field({
      type: AuditEventRef,
      nullable: true,
      description: 'The decision that this one took back.',
      resolve: ({ reverts }) => reverts,
    }),
  }),
});

export const AuditEventConnection = connectionOf('AuditEvent', AuditEventRef, 'events', false);

builder.queryFields((t) => ({
  auditEvents: t.field({
    type: AuditEventConnection,
    description: 'Decisions, the newest first: those about links, and about quarantines. What reads and rules found: `User.history`, `accessDiff`.',
    complexity: rootPage,
    args: {
      user: t.arg.id({ description: 'Only about this person, under any id.' }),
      service: t.arg({ type: ServiceInputRef, description: 'Only about this one service.' }),
      operation: t.arg.string({ description: 'Only of this kind, by the word of `AuditEvent.operation`.' }),
      since: t.arg({ type: 'DateTime', description: 'Only from this moment on.' }),
      until: t.arg({ type: 'DateTime', description: 'Only before this moment.' }),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, { user, service, operation, since, until, ...page }, context) => {
      const window = toWindow(page);
      const view = await context.view();
      const services = servicesOfOptional(view, service, 'service');
      const filter = {
        userId: user == null ? undefined : toUserId(user, 'user'),
        service: service == null ? undefined : toSelector(service),
        operation: operation ?? undefined,
        since: since ?? undefined,
        until: until ?? undefined,
      };
      return toConnection(await view.auditEvents(filter, window), window, services);
    },
  }),
}));

builder.objectFields(UserRef, (t) => ({
  history: t.loadable({
    type: AuditEventConnection,
    description:
      'What happened to this person, the newest first: decisions and rules about whose accounts are whose, and what reads found of the accounts, their own grants and their memberships while these were this person’s. Grants of groups count by the memberships.',
    complexity: nestedPage,
    args: { since: t.arg({ type: 'DateTime', description: 'Only from this moment on.' }), ...pageArgs(t.arg) },
    ...pagesBy(
      (id: string) => id,
      (view, ids: readonly string[], since: Instant | undefined, window) => view.historyOfUsers(ids, since, window),
    ),
    resolve: ({ id }, args, context) => askedPage(id, toWindow(args), context.opened().services, args.since ?? undefined),
  }),
}));
