import { z } from 'zod';
import type { Listing, Page } from '../../src/contract/adapter.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import type { FtrackClient, Query, WirePage } from './client.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { toGroup, toNesting, toProject, toRole, toUserRecords } from './map.ts';
import { readAll } from './read.ts';
import { group, project, securityRole, user } from './wire.ts';

const offset = z.int().nonnegative();

/** Users with their memberships and roles: one query has it all. */
export function usersListing(client: FtrackClient): Listing {
  const state = z.object({ offset });
  return {
    name: 'users',
    yields: ['identity', 'membership', 'grant'],
    async page(cursor, signal): Promise<Page> {
      const from = cursor === null ? 0 : parseCursor(cursor, state).offset;
      const [page] = await client.query([{ type: 'User', offset: from }], signal);
      const { items, rejected } = readAll(user, 'identity', page?.items ?? []);
      const users = items.map(toUserRecords);
      return {
        records: users.flatMap(({ identity, alongside }) => [identity, ...alongside]),
        rejected: [...rejected, ...users.flatMap((found) => found.rejected)],
        next: page === undefined || page.next === null ? null : formatCursor({ offset: page.next }),
      };
    },
  };
}

/** Groups, roles and projects: three queries of one request, each with its own offset. */
export function catalogueListing(client: FtrackClient, site: string): Listing {
  const state = z.object({ Group: offset.nullable(), SecurityRole: offset.nullable(), Project: offset.nullable() });
  const kinds = [
    { type: 'Group', read: (items: WirePage['items']) => mapped(readAll(group, 'group', items), (found) => [toGroup(found), ...toNesting(found)]) },
    { type: 'SecurityRole', read: (items: WirePage['items']) => mapped(readAll(securityRole, 'role', items), (found) => [toRole(found)]) },
    { type: 'Project', read: (items: WirePage['items']) => mapped(readAll(project, 'scope', items), (found) => [toProject(site, found)]) },
  ] as const;
  return {
    name: 'groups, roles and projects',
    yields: ['group', 'role', 'scope', 'membership'],
    async page(cursor, signal): Promise<Page> {
      const at = cursor === null ? { Group: 0, SecurityRole: 0, Project: 0 } : parseCursor(cursor, state);
      const open = kinds.filter(({ type }) => at[type] !== null);
      const pages = await client.query(
        open.map(({ type }): Query => ({ type, offset: at[type] ?? 0 })),
        signal,
      );
      const parts = open.map(({ type, read }, n) => ({ type, ...read(pages[n]?.items ?? []), next: pages[n]?.next ?? null }));
      const next = { Group: null, SecurityRole: null, Project: null, ...Object.fromEntries(parts.map((part) => [part.type, part.next])) };
      return {
        records: parts.flatMap((part) => part.records),
        rejected: parts.flatMap((part) => part.rejected),
        next: parts.every((part) => part.next === null) ? null : formatCursor(next),
      };
    },
  };
}

type Part = Pick<Page, 'records' | 'rejected'>;

function mapped<T>(
  found: { readonly items: readonly T[]; readonly rejected: Page['rejected'] },
  toRecords: (item: T) => readonly SourceRecord[],
): Part {
  return { records: found.items.flatMap(toRecords), rejected: found.rejected };
}
