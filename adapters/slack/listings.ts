import { z, type ZodType } from 'zod';
import type { Cursor, Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { SourceRecord } from '../../src/contract/records.ts';
import type { SlackClient } from './client.ts';
import {
  baseGrantId,
  type Home,
  inviteId,
  organizationGrantId,
  roleRecords,
  toGrants,
  toGroup,
  toIdentity,
  toInvites,
  toMembership,
  toRejected,
} from './map.ts';
import * as wire from './wire.ts';

export type FindHome = (signal: AbortSignal) => Promise<Home>;

const usersCursor = z.object({ team: z.string(), next: z.string().optional() });

const groupsCursor = z.object({
  team: z.string(),
  /** Groups that came without their users and are still to be asked for. */
  pending: z.array(z.string()).optional(),
  /** More such groups follow than `pending` could hold: list again, after this one. */
  after: z.string().optional(),
  more: z.boolean().optional(),
});

/** A cursor is stored and must stay below 64 KiB; a character takes three bytes at most. */
const maxPendingChars = 16_000;

/** The role catalogue is fixed and costs no call. */
export const roles: Listing = {
  name: 'roles',
  yields: ['role'],
  page: async () => ({ records: roleRecords, rejected: [], next: null }),
};

export function users(client: SlackClient, findHome: FindHome): Listing {
  return {
    name: 'users',
    yields: ['identity', 'grant', 'invite'],
    async page(cursor, signal): Promise<Page> {
      const home = await findHome(signal);
      const { team, next: from } = toPosition(usersCursor, cursor, home);
      const { members, next } = await client.listUsers({ team: teamArgument(home, team), cursor: from }, signal);
      const records: SourceRecord[] = [];
      const rejected: RejectedRecord[] = [];
      for (const member of members) {
        const parsed = wire.user.safeParse(member);
        if (parsed.success) {
          const grants = toGrants(parsed.data, home, team);
          records.push(toIdentity(parsed.data, home), ...grants, ...toInvites(parsed.data, grants));
        } else rejected.push(...toRejectedUser(member, parsed.error, home, team));
      }
      return { records, rejected, next: next === undefined ? nextTeam(home, team) : toCursor({ team, next }) };
    },
  };
}

/** usergroups.list tells everything at once and is not paged; a group that comes without its users costs one call more. */
export function userGroups(client: SlackClient, findHome: FindHome): Listing {
  return {
    name: 'user groups',
    yields: ['group', 'membership'],
    async page(cursor, signal): Promise<Page> {
      const home = await findHome(signal);
      const { team, pending, after, more } = toPosition(groupsCursor, cursor, home);
      const [group, ...rest] = pending ?? [];
      if (group !== undefined) {
        const members = toMembers(group, (await client.listUserGroupUsers(group, teamArgument(home, team), signal)) ?? []);
        const again = more === true ? toCursor({ team, after: group }) : nextTeam(home, team);
        return { ...members, next: rest.length > 0 ? toCursor({ team, pending: rest, more }) : again };
      }
      const answer = await client.listUserGroups(teamArgument(home, team), signal);
      const { records, rejected, silent } = readGroups(answer);
      const due = silent.filter((id) => after === undefined || id > after).toSorted((a, b) => (a < b ? -1 : 1));
      const fitting = takeFitting(due);
      return {
        records,
        rejected,
        next: fitting.length === 0 ? nextTeam(home, team) : toCursor({ team, pending: fitting, more: fitting.length < due.length || undefined }),
      };
    },
  };
}

function readGroups(groups: readonly unknown[]): Omit<Page, 'next'> & { readonly silent: readonly string[] } {
  const records: SourceRecord[] = [];
  const rejected: RejectedRecord[] = [];
  const silent = new Set<string>();
  for (const item of groups) {
    const group = wire.userGroup.safeParse(item);
    if (group.success) records.push(toGroup(group.data));
    else rejected.push(toRejected('group', readId(item), group.error));

    const { data: membership } = wire.userGroupMembers.safeParse(item);
    if (membership?.users) {
      const members = toMembers(membership.id, membership.users);
      records.push(...members.records);
      rejected.push(...members.rejected);
    } else if (membership) silent.add(membership.id);
  }
  return { records, rejected, silent: [...silent] };
}

function toMembers(group: string, members: readonly unknown[]): Omit<Page, 'next'> {
  const records: SourceRecord[] = [];
  const rejected: RejectedRecord[] = [];
  for (const member of new Set(members)) {
    const user = wire.memberId.safeParse(member);
    if (user.success) records.push(toMembership(group, user.data));
    else rejected.push(toRejected('membership', undefined, user.error));
  }
  return { records, rejected };
}

/** The grants and the invitation came with the same record: they are as unreadable as the account, not gone. */
function toRejectedUser(member: unknown, error: z.ZodError, home: Home, team: string): RejectedRecord[] {
  const id = readId(member);
  const identity = toRejected('identity', id, error);
  if (id === undefined) return [identity];
  const grants = [baseGrantId(id, home, team)];
  if (typeof member === 'object' && member !== null && 'enterprise_user' in member) grants.push(organizationGrantId(id));
  return [identity, ...grants.map((grant) => toRejected('grant', grant, error)), toRejected('invite', inviteId(id), error)];
}

function readId(item: unknown): string | undefined {
  return z.object({ id: wire.memberId }).safeParse(item).data?.id;
}

function takeFitting(ids: readonly string[]): string[] {
  let chars = 0;
  const end = ids.findIndex((id) => (chars += JSON.stringify(id).length + 1) > maxPendingChars);
  return end === -1 ? [...ids] : ids.slice(0, end);
}

/** An organisation-wide token must name the workspace; for any other the argument has no meaning. */
function teamArgument(home: Home, team: string): string | undefined {
  return home.organizationWide ? team : undefined;
}

function toCursor(position: z.infer<typeof usersCursor> | z.infer<typeof groupsCursor>): Cursor {
  return JSON.stringify(position);
}

function nextTeam({ workspaces }: Home, team: string): Cursor | null {
  const next = workspaces[workspaces.indexOf(team) + 1];
  return next === undefined ? null : toCursor({ team: next });
}

/** A cursor of another version of this adapter, or of a workspace that is no longer read, starts the listing again. */
function toPosition<T extends { readonly team: string }>(schema: ZodType<T>, cursor: Cursor | null, home: Home): T {
  const position = schema.safeParse(cursor === null ? { team: home.workspaces[0] } : parseJson(cursor));
  if (position.success && home.workspaces.includes(position.data.team)) return position.data;
  throw new AdapterError('CURSOR_EXPIRED', 'slack: the page cursor is not of this listing');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
