import type { View } from './view.ts';

type Scanned =
  | 'users'
  | 'identities'
  | 'groups'
  | 'membersOfGroups'
  | 'grants'
  | 'grantsOnScopes'
  | 'effectiveGrantsOnScopes'
  | 'effectiveAccess'
  | 'reportSummary'
  | 'reportRows'
  | 'invites'
  | 'credentials'
  | 'matchCases'
  | 'counts'
  | 'auditEvents'
  | 'historyOfUsers'
  | 'accessDiff'
  | 'compareUsers'
  | 'accessEvents';

/** A view that knows one door of the store. */
export type PlainView = Omit<View, 'scanning'>;

/**
 * The view with the questions that may walk much of the store put to another one, which answers them beside. Everything about single people and
 * records stays, and so do lists in their own order: a filter is put to row after row until the page is full.
 */
export function withScans(view: PlainView, open: () => PlainView): View {
  let opened: View | undefined;
  const scanning = (): View => (opened ??= { ...open(), scanning });
  const listing = (filter: object): PlainView => (isBare(filter) ? view : scanning());
  const ofSomebody = (filter: { readonly userId?: string | undefined }): PlainView => (filter.userId === undefined ? listing(filter) : view);
  const scanned: Pick<View, Scanned> = {
    users: (filter, order, window) => {
      const inOrder = order.field === 'displayName' ? listing(filter) : scanning();
      return (filter.email === undefined ? inOrder : view).users(filter, order, window);
    },
    identities: (filter, window) => listing(filter).identities(filter, window),
    groups: (filter, window) => listing(filter).groups(filter, window),
    membersOfGroups: (groups, transitive, window) => scanning().membersOfGroups(groups, transitive, window),
    grants: (filter, window) => ofSomebody(filter).grants(filter, window),
    grantsOnScopes: (scopes, level, window) => scanning().grantsOnScopes(scopes, level, window),
    effectiveGrantsOnScopes: (scopes, level, window) => scanning().effectiveGrantsOnScopes(scopes, level, window),
    effectiveAccess: (filter, window) => (filter.userId === undefined ? scanning() : view).effectiveAccess(filter, window),
    reportSummary: (filter, findings, by) => scanning().reportSummary(filter, findings, by),
    reportRows: (filter, findings, window) => scanning().reportRows(filter, findings, window),
    invites: (filter, window) => listing(filter).invites(filter, window),
    credentials: (filter, window) => listing(filter).credentials(filter, window),
    matchCases: (filter, window) => listing(filter).matchCases(filter, window),
    counts: () => scanning().counts(),
    auditEvents: (filter, window) => listing(filter).auditEvents(filter, window),
    historyOfUsers: (userIds, since, window) => scanning().historyOfUsers(userIds, since, window),
    accessDiff: (from, to, filter) => scanning().accessDiff(from, to, filter),
    compareUsers: (a, b, filter) => scanning().compareUsers(a, b, filter),
    accessEvents: (after, filter, limit) => scanning().accessEvents(after, filter, limit),
  };
  return { ...view, ...scanned, scanning };
}

const isBare = (filter: object): boolean => Object.values(filter).every((value) => value === undefined);
