import { LRUCache } from 'lru-cache';
import type { GroupRecord, RoleRecord } from '../contract/records.ts';
import {
  keyText,
  type GroupView,
  type IdentityView,
  type RecordKey,
  type RoleView,
  type ServiceView,
  type Slice,
  type UserView,
  type Window,
} from '../model/views.ts';
import { accountsOfPeople, peopleOfAccounts, type AccountRow } from '../store/read/accounts.ts';
import { holdersOfAddresses } from '../store/read/emails.ts';
import { groupsOfPeople } from '../store/read/groups.ts';
import { peopleByIds } from '../store/read/people.ts';
import { recordsByKeys } from '../store/read/records.ts';
import type { Snapshot } from '../store/read/snapshot.ts';
import { parsed, parsedAccount, unshared, type Ages, type Sharing } from './ages.ts';
import { holderOf } from './holder.ts';
import { byName } from './orders.ts';
import { toSlices, toStretch } from './slice.ts';
import { toUserView } from './user-view.ts';
import type { Ambiguous } from './view.ts';

/** What look-ups of single people are answered from; Maps answer by id, by `keyText` and by `EmailKey.exact`. */
export interface PeopleSource {
  /** Retired ids answer with the living person, under the asked id. */
  peopleByIds(ids: readonly string[]): Promise<ReadonlyMap<string, UserView>>;
  /** Who is meant by addresses. */
  holdersOfAddresses(exact: readonly string[]): Promise<ReadonlyMap<string, string | Ambiguous>>;
  /** Ids of people. */
  holdersOfAccounts(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, string>>;
  /** Primary accounts first, tombstones last. */
  accountsOfPeople(ids: readonly string[]): Promise<ReadonlyMap<string, Accounts>>;
  groupsOfPeople(ids: readonly string[], within: GroupsWithin, window: Window): Promise<ReadonlyMap<string, Slice<GroupView>>>;
  rolesByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, RoleView>>;
  /** Without waiting, of what is remembered; undefined says nothing. */
  accountsAtHand(id: string): Accounts | undefined;
  groupsAtHand(id: string, within: GroupsWithin, window: Window): Slice<GroupView> | undefined;
  roleAtHand(key: RecordKey): RoleView | undefined;
}

/** The accounts of one person. */
export interface Accounts {
  readonly all: readonly IdentityView[];
  /** Without tombstones. */
  readonly living: readonly IdentityView[];
}

export function toAccounts(all: readonly IdentityView[]): Accounts {
  const isLiving = ({ record }: IdentityView): boolean => record.status !== 'DELETED';
  return { all, living: all.every(isLiving) ? all : all.filter(isLiving) };
}

export interface GroupsWithin {
  readonly svcs: readonly number[];
  /** Also the groups that contain those. */
  readonly transitive: boolean;
}

/** Reads from the store: one statement a question. */
export function createPeopleSource(
  at: Snapshot,
  services: readonly ServiceView[],
  ages: Ages,
  roles: Sharing['roles'] = unshared.roles,
): PeopleSource {
  return {
    async peopleByIds(ids) {
      const rows = await peopleByIds(at, ids);
      // Someone who was alive at this revision answers in person, whatever a merge was undone or done later.
      return new Map(rows.toSorted((a, b) => Number(a.asked === a.id) - Number(b.asked === b.id)).map((row) => [row.asked, toUserView(row)]));
    },
    async holdersOfAddresses(exact) {
      const rows = Map.groupBy(await holdersOfAddresses(at, { exact, spelled: [] }), (row) => row.exact);
      return new Map(
        exact.flatMap((address) => {
          const holder = holderOf(rows.get(address) ?? [], services);
          return holder === undefined ? [] : [[address, holder]];
        }),
      );
    },
    async holdersOfAccounts(keys) {
      return new Map((await peopleOfAccounts(at, keys)).map((row) => [keyText(row), row.user_id]));
    },
    async accountsOfPeople(ids) {
      const rows = await accountsOfPeople(at, ids);
      const byPerson = Map.groupBy(rows.toSorted(byPrimacy), ({ user_id }) => user_id);
      // Somebody has much the same names and addresses everywhere.
      const sharing = { text: shareTexts(), roles };
      return new Map([...byPerson].map(([id, own]) => [id, toAccounts(own.map((row) => ages.of(parsedAccount(row, sharing))))]));
    },
    async groupsOfPeople(ids, { svcs, transitive }, window) {
      const list = transitive ? 'all groups of a user' : 'groups of a user';
      const rows = await groupsOfPeople({ ...at, svcs }, ids, transitive, toStretch(list, byName, window));
      return toSlices(
        list,
        byName,
        window,
        rows,
        ({ parent }) => parent,
        (row) => ages.of(parsed<GroupRecord>(row)),
      );
    },
    async rolesByKeys(keys) {
      return new Map((await recordsByKeys(at, 'role', keys)).map((row) => [keyText(row), ages.of(parsed<RoleRecord>(row))]));
    },
    accountsAtHand: () => undefined,
    groupsAtHand: () => undefined,
    roleAtHand: () => undefined,
  };
}

function shareTexts(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => known.get(text) ?? (known.set(text, text), text);
}

/** Many accounts hold the same few roles. */
export function shareRoles(): Sharing['roles'] {
  const known = new LRUCache<string, readonly string[]>({ max: 10_000 });
  return (roles) => {
    const text = JSON.stringify(roles);
    const same = known.get(text);
    if (same === undefined) known.set(text, roles);
    return same ?? roles;
  };
}

const statusPlaces = ['ACTIVE', 'INVITED', 'UNKNOWN', 'SUSPENDED', 'DELETED'];

/** A choice that somebody made by hand is pinned. */
function byPrimacy(a: AccountRow, b: AccountRow): number {
  const place = ({ state, status }: AccountRow): readonly number[] => [
    Number(status === 'DELETED'),
    Number(state !== 'LINKED_MANUAL'),
    statusPlaces.indexOf(status),
  ];
  const difference = place(a).map((each, n) => each - (place(b)[n] ?? 0));
  return difference.find((each) => each !== 0) ?? (a.decided_at - b.decided_at || a.svc - b.svc || (a.key < b.key ? -1 : 1));
}
