import { builder } from '../builder.ts';
import { EventCountFilterEnum } from '../enums.ts';
import { badInput } from '../errors.ts';
import { detailsOf, identitiesOfUser } from '../loaders.ts';
import { UserRef } from '../refs.ts';
import { countEvents } from '../../model/event-counts.ts';

builder.objectField(UserRef, 'eventCount', (t) =>
  t.int({
    nullable: true,
    description:
      'How many events occurred on runs that this person asked for, as a service counted them. Null where nothing was counted to exactly this question; ' +
      '`coverage(operation: "count events")` tells which services count at all.',
    args: {
      event: t.arg.string({ required: true, description: 'Name of the event, such as `escalate`.' }),
      since: t.arg({ type: 'DateTime', description: 'Events at or after this moment; only where exactly this stretch was counted.' }),
      until: t.arg({ type: 'DateTime', description: 'Events at or before this moment; only where exactly this stretch was counted.' }),
      filterOn: t.arg({ type: EventCountFilterEnum, defaultValue: 'FLOW', description: 'Counted by flow, or by target; the counts are added up.' }),
      includeErrored: t.arg.boolean({ defaultValue: false, description: 'Counted with events that were ignored or failed.' }),
    },
    resolve: async ({ id }, { event, since, until, filterOn, includeErrored }, context) => {
      if (since != null && until != null && since > until) throw badInput('until', 'lies before `since`');
      const counting = (await context.view()).services.filter(({ capabilities }) =>
        capabilities.some(({ operation, supported }) => operation === 'count events' && supported),
      );
      if (counting.length === 0) return undefined;
      const accounts = await identitiesOfUser(context, id, false);
      const counted = accounts.filter(({ svc }) => counting.some((service) => service.svc === svc));
      const raws = (await Promise.all(counted.map((account) => detailsOf(context, account)))).map(({ raw }) => raw);
      return countEvents(raws, {
        event,
        since: since ?? undefined,
        until: until ?? undefined,
        filterOn: filterOn ?? 'FLOW',
        includeErrored: includeErrored === true,
      });
    },
  }),
);
