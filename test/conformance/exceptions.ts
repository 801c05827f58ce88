/** Where a check does not apply to an adapter, and why. Everything else that is left out follows from the adapter itself. */
export interface Exception {
  readonly type: string;
  readonly check: string;
  readonly why: string;
}

export const exceptions: readonly Exception[] = [];

/** Accounts that a service has besides those of the demo company. */
export const extraAccounts: ReadonlyMap<string, { readonly ids: readonly string[]; readonly why: string }> = new Map([
  ['slack', { ids: ['USLACKBOT'], why: 'every Slack workspace has Slackbot' }],
]);

/** Fields besides ids without which an entry is refused: reading on would say something wrong. */
export const requiredFields: readonly { readonly type: string; readonly field: string; readonly why: string }[] = [
  { type: 'sym', field: 'identities', why: 'without the list of accounts elsewhere, every link that stands on it would be taken away' },
  { type: 'squirro', field: 'member_type', why: 'without it nobody knows whether the id is one of a user or of a group' },
];

/** Fields whose absence has a meaning of its own, so that other records come of it. */
export const widerFields: readonly { readonly type: string; readonly field: string; readonly why: string }[] = [
  { type: 'segment', field: 'permissions.0.resources', why: 'a role that names no resource is not narrowed: it holds on the workspace' },
];

/** Services that store whatever fields people make up, and whose adapters show them, save secrets. */
export const freeForm: ReadonlyMap<string, string> = new Map([['squirro', 'anything can be stored in the values of a user']]);

/** Services that list no scopes by themselves: they are seen where a grant names them. */
export const scopesByGrants: ReadonlyMap<string, string> = new Map([['segment', 'the API tells resources only where a permission names them']]);

/** Listings whose answer may lack its list. */
export const emptyAnswers: readonly { readonly type: string; readonly listing: string; readonly why: string }[] = [
  { type: 'waii', listing: 'own access keys', why: 'the API leaves `access_keys` out when there are none' },
];

/** Services whose lists come bare or wrapped, by version: an empty list is a lawful answer to every call. */
export const bareLists: ReadonlyMap<string, string> = new Map([['squirro', 'lists come bare or wrapped, by version of the cluster']]);

/** Listings that a service may not have: 404 then says that there is nothing. */
export const optionalListings: readonly { readonly type: string; readonly listing: string; readonly why: string }[] = [
  { type: 'squirro', listing: 'workspaces', why: 'a cluster without workspaces has no list of them' },
];
