import type { InterfaceRef, ObjectRef } from '@pothos/core';
import type { View } from '../directory/view.ts';
import type { ServiceView, Slice, Window } from '../model/views.ts';
import { builder, type SchemaTypes } from './builder.ts';
import type { Context } from './context.ts';
import { free } from './cost.ts';
import { asked, byArguments, type Asked } from './loadable.ts';
import { CoverageRef, GrantRef, GroupRef, IdentityRef, MatchCaseRef, OrganizationRef, ProjectRef, RoleRef, UserRef, WorkspaceRef } from './refs.ts';

/** A page of a list and what it stands on. */
export type Connection<T> = ReturnType<typeof toConnection<T>>;

export function toConnection<T>(slice: Slice<T> | undefined, window: Window, services: readonly ServiceView[], total?: () => Promise<number>) {
  const edges = [...(slice?.edges ?? [])];
  return {
    edges,
    pageInfo: {
      hasNextPage: slice?.hasNext ?? false,
      hasPreviousPage: window.after !== undefined,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
    services,
    total,
  };
}

/** How many rows a whole list has. */
export const totalOf = (view: View, what: 'users' | 'identities' | 'cases') => async (): Promise<number> => (await view.counts())[what];

interface Paged<A> {
  readonly args: A;
  readonly window: Window;
}

/** A page that is asked for below another object. */
export interface AskedPage<K, A> extends Asked<K, Paged<A>> {
  readonly services: readonly ServiceView[];
}

export const askedPage = <K, A>(of: K, window: Window, services: readonly ServiceView[], args: A): AskedPage<K, A> => ({
  ...asked(of, { args, window }),
  services,
});

/** For a field that is a connection below another object: one call for each set of arguments. */
export function pagesBy<K, A, T>(
  text: (of: K) => string,
  read: (view: View, keys: readonly K[], args: A, window: Window) => Promise<ReadonlyMap<string, Slice<T>>>,
) {
  const readPages = (view: View, keys: readonly K[], { args, window }: Paged<A>) => read(view, keys, args, window);
  const { loaderOptions, load } = byArguments(text, readPages, undefined);
  return {
    loaderOptions,
    load: async (questions: readonly AskedPage<K, A>[], context: Context): Promise<(Connection<T> | Error)[]> => {
      const slices = await load(questions, context);
      return questions.map(({ args, services }, index) => {
        const slice = slices[index];
        return slice instanceof Error ? slice : toConnection(slice, args.window, services);
      });
    },
  };
}

export function connectionOf<R, T extends object>(
  name: string,
  type: ObjectRef<SchemaTypes, R, T> | InterfaceRef<SchemaTypes, R, T>,
  rows: string,
  covered = true,
) {
  return builder.connectionObject(
    {
      name: `${name}Connection`,
      type,
      description: `A page of a list of ${rows}.`,
      fields: (t) => ({
        totalCount: t.int({
          nullable: true,
          description: 'How many rows the whole list has; null where counting would cost more than the page.',
          resolve: (page) => page.total?.(),
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
    },
    { name: `${name}Edge`, description: `One row of a list of ${rows}, with its cursor.` },
  );
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
