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
];
