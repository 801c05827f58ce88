import type { GroupRecord, MembershipRecord } from '../contract/records.ts';
import { keyText, type GroupView, type RecordKey } from '../model/views.ts';
import { groupsBeside, listGroups, membersOfGroups } from '../store/read/groups.ts';
import type { OfParent } from '../store/read/each-parent.ts';
import type { RecordRow } from '../store/read/records.ts';
import { narrowed, selectorsOf, toAccount, toSourced, type ViewContext } from './context.ts';
import { byName } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toSlices, toStretch } from './slice.ts';
import type { GroupsWithin } from './people-source.ts';
import type { GroupsOfUsers, View } from './view.ts';

type GroupQuestions =
  'groupsByKeys' | 'membershipsByKeys' | 'groups' | 'groupsOfUsers' | 'groupsAtHand' | 'membersOfGroups' | 'parentsOfGroups' | 'childrenOfGroups';

export function createGroups(context: ViewContext): Pick<View, GroupQuestions> {
  const { at, people } = context;
  const toGroup = (row: RecordRow): GroupView => toSourced<GroupRecord>(context, row);
  const beside = async (groups: readonly RecordKey[], side: 'parents' | 'children') => {
    const byGroup = Map.groupBy(await groupsBeside(at, groups, side), parentKey);
    return new Map([...byGroup].map(([group, rows]) => [group, rows.map(toGroup)]));
  };
  const within = ({ service, transitive }: GroupsOfUsers): GroupsWithin => ({
    svcs: narrowed(context, selectorsOf(service === undefined ? undefined : { type: service })).svcs,
    transitive,
  });
  return {
    groupsByKeys: readByKeys<GroupRecord>(context, 'user_group'),
    membershipsByKeys: readByKeys<MembershipRecord>(context, 'membership'),
    groups: async ({ service, search }, window) => {
      const rows = await listGroups(narrowed(context, selectorsOf(service)), search, toStretch('groups', byName, window));
      return toSlice('groups', byName, window, rows, toGroup);
    },
    groupsOfUsers: (userIds, options, window) => people.groupsOfPeople(userIds, within(options), window),
    groupsAtHand: (userId, options, window) => people.groupsAtHand(userId, within(options), window),
    membersOfGroups: async (groups, transitive, window) => {
      const list = transitive ? 'all members of a group' : 'members of a group';
      const rows = await membersOfGroups(at, groups, transitive, toStretch(list, byName, window));
      return toSlices(list, byName, window, rows, parentKey, (row) => toAccount(context, row));
    },
    parentsOfGroups: (groups) => beside(groups, 'parents'),
    childrenOfGroups: (groups) => beside(groups, 'children'),
  };
}

/** What belongs to a record is of its service. */
const parentKey = ({ svc, parent }: OfParent<RecordRow>): string => keyText({ svc, key: parent });
