import { builder } from '../builder.ts';
import { free, rootPage } from '../cost.ts';
import { GrantFilterRef, pageArgs, toGrantFilter } from '../args.ts';
import { connectionOf, GrantConnection, toConnection } from '../connection.ts';
import { badInput } from '../errors.ts';
import { CoverageRef, GrantRef } from '../refs.ts';
import { toWindow } from '../window.ts';
import type { AccessDiffView, GrantChangeView } from '../../directory/history-view.ts';

const GrantChangeRef = builder.objectRef<GrantChangeView>('GrantChange').implement({
  description: 'One grant that is not what it was.',
  fields: (t) => ({
    before: t.field({ type: GrantRef, description: 'As it was.', complexity: free, resolve: (change) => change.before }),
    after: t.field({ type: GrantRef, description: 'As it became.', complexity: free, resolve: (change) => change.after }),
  }),
});

const GrantChangeConnection = connectionOf('GrantChange', GrantChangeRef, 'changed grants', false);

const AccessDiffRef = builder.objectRef<AccessDiffView>('AccessDiff').implement({
  description: 'What differs between two moments, of the grants that a filter takes. What grants name (account, role, scope) is shown as it is now.',
  fields: (t) => ({
    added: t.field({
      type: GrantConnection,
      description: 'Grants that the filter takes at the second moment and not at the first.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: async (diff, args) => toConnection(await diff.added(toWindow(args)), toWindow(args), diff.services),
    }),
    removed: t.field({
      type: GrantConnection,
      description: 'Grants that the filter takes at the first moment and not at the second, as they were.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: async (diff, args) => toConnection(await diff.removed(toWindow(args)), toWindow(args), diff.services),
    }),
    changed: t.field({
      type: GrantChangeConnection,
      description: 'Grants that the filter takes at both moments, and that the service tells differently.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: async (diff, args) => toConnection(await diff.changed(toWindow(args)), toWindow(args), diff.services),
    }),
    coverage: t.field({
      type: [CoverageRef],
      description: 'The services compared. One that was not read yet at the first moment is PARTIAL: what it had then shows as added.',
      complexity: free,
      resolve: (diff) => [...diff.services],
    }),
  }),
});

builder.queryFields((t) => ({
  accessDiff: t.field({
    type: AccessDiffRef,
    description: 'Which grants came, went and changed between two moments.',
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'The first moment. Before the first read of a service nothing is known of it.' }),
      to: t.arg({ type: 'DateTime', description: 'The second moment: now, when not given.' }),
      filter: t.arg({ type: GrantFilterRef, description: 'Which grants; `asOf` has no place here.' }),
    },
    resolve: async (_root, { from, to, filter }, context) => {
      if (filter?.asOf != null) throw badInput('filter.asOf', 'leave it out: `from` and `to` are the moments');
      if (to != null && to < from) throw badInput('to', 'must not be before `from`');
      const view = await context.view();
      return view.accessDiff(from, to ?? undefined, toGrantFilter(view, filter));
    },
  }),
}));
