import type { Listing, RejectedRecord } from '../../src/contract/adapter.ts';
import type { RecordKind, SourceRecord } from '../../src/contract/records.ts';
import type { SegmentClient, WirePage } from './client.ts';
import { toAccount, toGroup, toGroupAccess, toInvite, toMembership } from './map.ts';
import { toRole } from './permissions.ts';
import { toListing, type Part, type Task } from './walk.ts';
import type { WireGroup, WireUser, WireWorkspace } from './wire.ts';

export type FindWorkspace = (signal: AbortSignal) => Promise<WireWorkspace>;

const nothing: Part = { records: [], rejected: [], next: undefined };

/** The list tells permissions; a user who comes without them is asked for alone. */
export function usersListing(client: SegmentClient, findWorkspace: FindWorkspace): Listing {
  return toListing({
    name: 'users',
    yields: ['identity', 'grant', 'scope', 'role'],
    async list(after, signal) {
      const workspace = await findWorkspace(signal);
      const page = await client.users(after, signal);
      const told = page.items.filter(({ permissions }) => permissions !== undefined);
      const untold = page.items.filter(({ permissions }) => permissions === undefined);
      return { ...toPart(page, ['identity', 'grant'], toUsers(told, workspace)), total: page.total, due: untold.map(({ id }): Task => ['user', id]) };
    },
    async follow([, id], _, signal) {
      const workspace = await findWorkspace(signal);
      const user = await client.user(id, signal);
      return user === undefined ? nothing : { ...toUsers([user], workspace), next: undefined };
    },
  });
}

function toUsers(users: readonly WireUser[], workspace: WireWorkspace): Omit<Part, 'next'> {
  const accounts = users.map((user) => toAccount(user, workspace));
  return {
    records: accounts.flatMap(({ identity, alongside }) => [identity, ...alongside]),
    rejected: accounts.flatMap(({ rejected }) => rejected),
  };
}

/** No answer lists the members of all groups: one request a group, none for a group that is said to be empty. */
export function groupsListing(client: SegmentClient, findWorkspace: FindWorkspace): Listing {
  return toListing({
    name: 'user groups',
    yields: ['group', 'membership', 'grant', 'scope', 'role'],
    async list(after, signal) {
      const workspace = await findWorkspace(signal);
      const page = await client.groups(after, signal);
      const access = page.items.map((group) => toGroupAccess(group, workspace));
      const records = [...page.items.map(toGroup), ...access.flatMap((of) => of.records)];
      const rejected = access.flatMap((of) => of.rejected);
      return { ...toPart(page, ['group', 'membership', 'grant'], { records, rejected }), total: page.total, due: page.items.flatMap(dueOf) };
    },
    async follow([what, id], after, signal) {
      if (what === 'permissions') {
        const workspace = await findWorkspace(signal);
        const group = await client.group(id, signal);
        return group === undefined ? nothing : { ...toGroupAccess(group, workspace), next: undefined };
      }
      const page = await client.members(id, after, signal);
      return page === undefined
        ? nothing
        : toPart(page, ['membership'], { records: page.items.map((user) => toMembership(id, user.id)), rejected: [] });
    },
  });
}

const dueOf = ({ id, memberCount, permissions }: WireGroup): readonly Task[] => [
  ...(permissions === undefined ? [['permissions', id] as const] : []),
  ...(memberCount === 0 ? [] : [['members', id] as const]),
];

export const invitesListing = (client: SegmentClient): Listing => plainListing('invites', 'invite', client.invites, (email) => toInvite(email));

export const rolesListing = (client: SegmentClient): Listing => plainListing('roles', 'role', client.roles, ({ id, name }) => toRole(id, name ?? id));

function plainListing<T>(
  name: string,
  kind: RecordKind,
  read: (after: string | undefined, signal: AbortSignal) => Promise<WirePage<T>>,
  toRecord: (item: T) => SourceRecord,
): Listing {
  return toListing({
    name,
    yields: [kind],
    async list(after, signal) {
      const page = await read(after, signal);
      return { ...toPart(page, [kind], { records: page.items.map(toRecord), rejected: [] }), total: page.total };
    },
  });
}

/** @param lost the kinds of records that an entry without an id would have told: what is stored of them is not gone. */
function toPart<T>(page: WirePage<T>, lost: readonly RecordKind[], { records, rejected }: Omit<Part, 'next'>): Part {
  const unnamed = page.rejected.flatMap((entry) => lost.map((kind): RejectedRecord => ({ kind, ...entry })));
  return { records, rejected: [...unnamed, ...rejected], next: page.next };
}
