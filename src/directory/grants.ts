import { scopeKeyText, type GrantRecord } from '../contract/records.ts';
import { keyText, type GrantView } from '../model/views.ts';
import { grantsOfGroups, grantsOfPeople, grantsOnScopes, listGrants } from '../store/read/grants.ts';
import type { RecordRow } from '../store/read/records.ts';
import { effectiveGrantsOnScopes } from '../store/read/scope-grants.ts';
import { toPlace } from './access-place.ts';
import { narrowed, toSourced, type ViewContext } from './context.ts';
import { contextAt, heldAt } from './moment.ts';
import { byKey } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toSlices, toStretch } from './slice.ts';
import { scopeText, type View } from './view.ts';

type GrantQuestions = 'grantsByKeys' | 'grants' | 'grantsOfUsers' | 'grantsOfGroups' | 'grantsOnScopes' | 'effectiveGrantsOnScopes';

export function createGrants(context: ViewContext): Pick<View, GrantQuestions> {
  const { at } = context;
  const toGrant = (row: RecordRow): GrantView => toSourced<GrantRecord>(context, row);
  return {
    grantsByKeys: readByKeys<GrantRecord>(context, 'access_grant'),
    grants: async ({ services, asOf, ...filter }, window) => {
      const then = await contextAt(context, asOf);
      const rows = await listGrants(narrowed(then, services), filter, toStretch('grants', byKey, window));
      return toSlice('grants', byKey, window, rows, (row) => heldAt(toGrant(row), asOf));
    },
    grantsOfUsers: async (userIds, { services, asOf, ...filter }, window) => {
      const then = await contextAt(context, asOf);
      const list = 'grants of a user';
      const rows = await grantsOfPeople(narrowed(then, services), userIds, filter, toStretch(list, byKey, window));
      return toSlices(
        list,
        byKey,
        window,
        rows,
        ({ parent }) => parent,
        (row) => heldAt(toGrant(row), asOf),
      );
    },
    grantsOfGroups: async (groups, { services, asOf, ...filter }, window) => {
      const then = await contextAt(context, asOf);
      const list = 'grants of a group';
      const rows = await grantsOfGroups(narrowed(then, services), groups, filter, toStretch(list, byKey, window));
      return toSlices(
        list,
        byKey,
        window,
        rows,
        ({ svc, parent }) => keyText({ svc, key: parent }),
        (row) => heldAt(toGrant(row), asOf),
      );
    },
    grantsOnScopes: async (scopes, level, window) => {
      const list = 'grants on a scope';
      const texts = new Map(scopes.map((scope) => [keyText({ svc: scope.svc, key: scopeKeyText(scope) }), scopeText(scope)]));
      const rows = await grantsOnScopes(at, scopes, { minLevel: level }, toStretch(list, byKey, window));
      return toSlices(list, byKey, window, rows, ({ svc, parent }) => texts.get(keyText({ svc, key: parent })) ?? parent, toGrant);
    },
    effectiveGrantsOnScopes: async (scopes, level, window) => {
      const list = 'effective grants on a scope';
      const places = scopes.map((scope) => toPlace(context, scope));
      const texts = new Map(scopes.map((scope) => [keyText({ svc: scope.svc, key: scopeKeyText(scope) }), scopeText(scope)]));
      const rows = await effectiveGrantsOnScopes({ at, now: context.now, filter: { minLevel: level } }, places, toStretch(list, byKey, window));
      return toSlices(list, byKey, window, rows, ({ svc, parent }) => texts.get(keyText({ svc, key: parent })) ?? parent, toGrant);
    },
  };
}
