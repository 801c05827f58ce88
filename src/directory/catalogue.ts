import type { RoleRecord, ScopeRecord } from '../contract/records.ts';
import { keyText, type ScopeView } from '../model/views.ts';
import type { RecordRow } from '../store/read/records.ts';
import { listRoles } from '../store/read/roles.ts';
import { listScopes, scopesUnder } from '../store/read/scopes.ts';
import { narrowed, selectorsOf, toSourced, type ViewContext } from './context.ts';
import { byName } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toSlices, toStretch } from './slice.ts';
import type { View } from './view.ts';

/** Roles, and the places where they hold. */
export function createCatalogue(
  context: ViewContext,
): Pick<View, 'rolesByKeys' | 'roleAtHand' | 'roles' | 'scopesByKeys' | 'scopes' | 'scopesUnder'> {
  const { at, people } = context;
  const toScope = (row: RecordRow): ScopeView => toSourced<ScopeRecord>(context, row);
  return {
    rolesByKeys: (keys) => people.rolesByKeys(keys),
    roleAtHand: (key) => people.roleAtHand(key),
    roles: async ({ service, ...filter }, window) => {
      const rows = await listRoles(narrowed(context, selectorsOf(service)), filter, toStretch('roles', byName, window));
      return toSlice('roles', byName, window, rows, (row) => toSourced<RoleRecord>(context, row));
    },
    scopesByKeys: readByKeys<ScopeRecord>(context, 'scope'),
    scopes: async ({ service, ...filter }, window) => {
      const list = `scopes ${filter.kind}`;
      const rows = await listScopes(narrowed(context, selectorsOf(service)), filter, toStretch(list, byName, window));
      return toSlice(list, byName, window, rows, toScope);
    },
    scopesUnder: async (parents, kind, window) => {
      const list = `scopes ${kind} of a scope`;
      const rows = await scopesUnder(at, parents, kind, toStretch(list, byName, window));
      return toSlices(list, byName, window, rows, ({ svc, parent }) => keyText({ svc, key: parent }), toScope);
    },
  };
}
