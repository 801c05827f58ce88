import { builder } from '../builder.ts';
import { GrantFilterRef, toGrantFilter } from '../args.ts';
import { badInput } from '../errors.ts';
import { AuditEventRef } from '../refs.ts';
import type { AuditEventView } from '../../model/audit.ts';

builder.subscriptionType({
  description: 'What happens from now on, told by server-sent events: send the operation by POST and accept `text/event-stream`.',
});

builder.subscriptionFields((t) => ({
  accessChanged: t.field({
    type: AuditEventRef,
    description:
      'Grants, memberships and links that came, went or changed, as soon as a read or a decision shows them. A change of a membership or a link is told whenever it may concern such grants.',
    args: { filter: t.arg({ type: GrantFilterRef, description: 'Only about such grants; `asOf` has no place here.' }) },
    subscribe: async (_root, { filter }, context) => {
      if (filter?.asOf != null) throw badInput('filter.asOf', 'leave it out: only what happens from now on is told');
      const view = await context.view();
      return context.watchAccess(toGrantFilter(view, filter), view.revision);
    },
    resolve: async (event: AuditEventView, _args, context) => {
      await context.view();
      return event;
    },
  }),
}));
