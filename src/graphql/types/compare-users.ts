import { builder } from '../builder.ts';
import { EffectiveAccessConnection } from '../access-refs.ts';
import { GrantFilterRef, pageArgs, toGrantFilter } from '../args.ts';
import { toConnection } from '../connection.ts';
import { free, rootPage } from '../cost.ts';
import { apiError, badInput } from '../errors.ts';
import { CoverageRef } from '../refs.ts';
import { servicesOfAll, toUserId } from '../selectors.ts';
import { toWindow } from '../window.ts';
import { ComparisonTooLongError, type UserComparisonView } from '../../directory/compare.ts';
import type { ServiceView } from '../../model/views.ts';

interface UserComparison extends UserComparisonView {
  readonly services: readonly ServiceView[];
}

const UserComparisonRef = builder.objectRef<UserComparison>('UserComparison').implement({
  description: 'What two people may do, place by place. Another level in the same place is another row on either side.',
  fields: (t) => ({
    onlyA: t.field({
      type: EffectiveAccessConnection,
      description: 'What the first may do and the second may not.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: (comparison, args) => toConnection(comparison.onlyA(toWindow(args)), toWindow(args), comparison.services),
    }),
    onlyB: t.field({
      type: EffectiveAccessConnection,
      description: 'What the second may do and the first may not.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: (comparison, args) => toConnection(comparison.onlyB(toWindow(args)), toWindow(args), comparison.services),
    }),
    both: t.field({
      type: EffectiveAccessConnection,
      description: 'What both may do at the same level, as the first may.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: (comparison, args) => toConnection(comparison.both(toWindow(args)), toWindow(args), comparison.services),
    }),
    coverage: t.field({
      type: [CoverageRef],
      description: 'The services that the comparison stands on.',
      complexity: free,
      resolve: (comparison) => [...comparison.services],
    }),
  }),
});

builder.queryFields((t) => ({
  compareUsers: t.field({
    type: UserComparisonRef,
    description: 'What two people may do, side by side.',
    args: {
      a: t.arg.id({ required: true, description: 'The first person.' }),
      b: t.arg.id({ required: true, description: 'The second person.' }),
      filter: t.arg({ type: GrantFilterRef, description: 'From which grants it is worked out.' }),
    },
    resolve: async (_root, args, context) => {
      const view = await context.view();
      const [a, b] = [toUserId(args.a, 'a'), toUserId(args.b, 'b')];
      const people = await view.usersByIds([a, b]);
      const [first, second] = [people.get(a), people.get(b)];
      if (first === undefined || second === undefined) throw apiError('NOT_FOUND', `${first === undefined ? 'a' : 'b'}: nobody has this id`);
      const filter = toGrantFilter(view, args.filter);
      const services = servicesOfAll(view, args.filter?.services, 'filter.services');
      try {
        return { ...(await view.compareUsers(first.id, second.id, filter)), services };
      } catch (error) {
        if (error instanceof ComparisonTooLongError) throw badInput('filter', error.message);
        throw error;
      }
    },
  }),
}));
