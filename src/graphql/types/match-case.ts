import { builder } from '../builder.ts';
import { rootPage } from '../cost.ts';
import { pageArgs, ServiceInputRef } from '../args.ts';
import { MatchCaseConnection, toConnection, totalOf } from '../connection.ts';
import { MatchDecisionEnum } from '../enums.ts';
import { IdentityRef, MatchCandidateRef, MatchCaseRef, UserRef } from '../refs.ts';
import { servicesOfOptional, toSelector } from '../selectors.ts';
import { toWindow } from '../window.ts';
import { keyText } from '../../model/views.ts';

builder.objectType(MatchCaseRef, {
  description: 'An account whose holder the evidence does not settle: somebody has to decide.',
  fields: (t) => ({
    identity: t.field({
      type: IdentityRef,
      description: 'The account in question.',
      resolve: ({ identity }) => keyText(identity),
    }),
    reason: t.exposeString('reason', { description: 'Why it was not decided by rule.' }),
    candidates: t.field({ type: [MatchCandidateRef], description: 'Who may hold it.', resolve: (each) => [...each.candidates] }),
    openedAt: t.field({ type: 'DateTime', description: 'When the evidence first called for a decision.', resolve: (each) => each.openedAt }),
    decision: t.field({
      type: MatchDecisionEnum,
      nullable: true,
      description: 'What was decided; null while it is open.',
      resolve: (each) => each.decision,
    }),
  }),
});

builder.objectType(MatchCandidateRef, {
  description: 'Somebody who may hold the account.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ userId }) => userId,
    }),
    confidence: t.exposeFloat('confidence', { description: 'From 0 to 1.' }),
    rule: t.exposeString('rule', { description: 'The rule that found them.' }),
    evidence: t.stringList({ description: 'What speaks for it.', resolve: (candidate) => [...candidate.evidence] }),
    against: t.stringList({ description: 'What speaks against it.', resolve: (candidate) => [...candidate.against] }),
  }),
});

builder.queryFields((t) => ({
  matchCases: t.field({
    type: MatchCaseConnection,
    description: 'Accounts that wait for a decision about their holder.',
    complexity: rootPage,
    args: { service: t.arg({ type: ServiceInputRef, description: 'Only accounts of this service.' }), ...pageArgs(t.arg) },
    resolve: async (_root, args, context) => {
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfOptional(view, args.service, 'service');
      const slice = await view.matchCases({ service: args.service ? toSelector(args.service) : undefined }, window);
      return toConnection(slice, window, services, args.service ? undefined : totalOf(view, 'cases'));
    },
  }),
}));
