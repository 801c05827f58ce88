import type { ObjectRef } from '@pothos/core';
import type { Edge, ServiceView, Slice, Window } from '../model/views.ts';
import { builder, type SchemaTypes } from './builder.ts';
import type { Context } from './context.ts';
import { free, row } from './cost.ts';
import { CoverageRef, GrantRef, GroupRef, IdentityRef, MatchCaseRef, OrganizationRef, ProjectRef, RoleRef, UserRef, WorkspaceRef } from './refs.ts';

/** A slice of a list and what it stands on. */
export interface Connection<T> extends Slice<T> {
  readonly after: string | undefined;
  readonly services: readonly ServiceView[];
  /** Only where counting is cheap. */
  readonly total?: ((context: Context) => Promise<number | undefined>) | undefined;
}

export function toConnection<T>(
  slice: Slice<T> | undefined,
  window: Window,
  services: readonly ServiceView[],
  total?: Connection<T>['total'],
): Connection<T> {
  return { edges: slice?.edges ?? [], hasNext: slice?.hasNext ?? false, after: window.after, services, total };
}

const PageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  fields: (t) => ({
    hasNextPage: t.boolean({ description: 'Whether more follows: page on with `after: endCursor`.', resolve: (page) => page.hasNext }),
    hasPreviousPage: t.boolean({ description: 'Whether the page was asked for behind a cursor.', resolve: (page) => page.after !== undefined }),
    startCursor: t.string({ nullable: true, description: 'Cursor of the first row.', resolve: (page) => page.edges[0]?.cursor }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last row: the `after` of the next page.',
      resolve: (page) => page.edges.at(-1)?.cursor,
    }),
  }),
});

function connectionOf<T extends object>(name: string, ref: ObjectRef<SchemaTypes, T>, rows: string, covered = true) {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    description: `One row of a list of ${rows}, with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Points behind this row, for `after`.' }),
      node: t.field({ type: ref, description: 'The row.', resolve: (row) => row.node as never }),
    }),
  });
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: `A page of a list of ${rows}.`,
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'The rows with their cursors.', complexity: free, resolve: (page) => [...page.edges] }),
      nodes: t.field({ type: [ref], description: 'The rows.', complexity: row, resolve: (page) => page.edges.map(({ node }) => node) as never }),
      pageInfo: t.field({ type: PageInfo, description: 'Where this page stands in the list.', complexity: free, resolve: (page) => page }),
      totalCount: t.int({
        nullable: true,
        description: 'How many rows the whole list has; null where counting would cost more than the page.',
        resolve: (page, _args, context) => page.total?.(context),
      }),
      ...(covered
        ? {
            coverage: t.field({
              type: [CoverageRef],
              description: 'The services that the list stands on, and how far.',
              complexity: free,
              resolve: (page) => [...page.services],
            }),
          }
        : {}),
    }),
  });
}

export const UserConnection = connectionOf('User', UserRef, 'people');
export const IdentityConnection = connectionOf('Identity', IdentityRef, 'accounts');
export const GroupConnection = connectionOf('Group', GroupRef, 'groups');
export const RoleConnection = connectionOf('Role', RoleRef, 'roles');
export const GrantConnection = connectionOf('Grant', GrantRef, 'grants');
export const OrganizationConnection = connectionOf('Organization', OrganizationRef, 'organizations');
export const WorkspaceConnection = connectionOf('Workspace', WorkspaceRef, 'workspaces');
export const ProjectConnection = connectionOf('Project', ProjectRef, 'projects');
export const MatchCaseConnection = connectionOf('MatchCase', MatchCaseRef, 'match cases', false);
