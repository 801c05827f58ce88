import { scopeKeyText, type GrantRecord, type RoleLevel } from '../contract/records.ts';
import { levelOfRank } from '../model/levels.ts';
import { keyText, type GrantView } from '../model/views.ts';
import { grantsOfGroups, grantsOfPeople, grantsOnScopes, highestRanks, listGrants } from '../store/read/grants.ts';
import type { RecordRow } from '../store/read/records.ts';
import { narrowed, selectorsOf, toSourced, type ViewContext } from './context.ts';
import { byKey } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toSlices, toStretch } from './slice.ts';
import { scopeText, type View } from './view.ts';

type GrantQuestions = 'grantsByKeys' | 'grants' | 'grantsOfUsers' | 'grantsOfGroups' | 'grantsOnScopes' | 'levelsOfUsers';

export function createGrants(context: ViewContext): Pick<View, GrantQuestions> {
  const { at } = context;
  const toGrant = (row: RecordRow): GrantView => toSourced<GrantRecord>(context, row);
  return {
    grantsByKeys: readByKeys<GrantRecord>(context, 'access_grant'),
    grants: async ({ services, ...filter }, window) => {
      const rows = await listGrants(narrowed(context, services), filter, toStretch('grants', byKey, window));
      return toSlice('grants', byKey, window, rows, toGrant);
    },
    grantsOfUsers: async (userIds, { services, ...filter }, window) => {
      const list = 'grants of a user';
      const rows = await grantsOfPeople(narrowed(context, services), userIds, filter, toStretch(list, byKey, window));
      return toSlices(list, byKey, window, rows, ({ parent }) => parent, toGrant);
    },
    grantsOfGroups: async (groups, { services, ...filter }, window) => {
      const list = 'grants of a group';
      const rows = await grantsOfGroups(narrowed(context, services), groups, filter, toStretch(list, byKey, window));
      return toSlices(list, byKey, window, rows, ({ svc, parent }) => keyText({ svc, key: parent }), toGrant);
    },
    grantsOnScopes: async (scopes, level, window) => {
      const list = 'grants on a scope';
      const texts = new Map(scopes.map((scope) => [keyText({ svc: scope.svc, key: scopeKeyText(scope) }), scopeText(scope)]));
      const rows = await grantsOnScopes(at, scopes, { minLevel: level }, toStretch(list, byKey, window));
      return toSlices(list, byKey, window, rows, ({ svc, parent }) => texts.get(keyText({ svc, key: parent })) ?? parent, toGrant);
    },
    levelsOfUsers: async (userIds, { service, scope }) => {
      const seen = narrowed(context, selectorsOf(service === undefined ? undefined : { type: service }));
      const ranks = new Map((await highestRanks(seen, userIds, scope)).map(({ user_id, level }) => [user_id, levelOfRank(level)]));
      return new Map(userIds.map((userId): [string, RoleLevel] => [userId, ranks.get(userId) ?? 'NONE']));
    },
  };
}
