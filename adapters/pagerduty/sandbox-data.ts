import type { DemoAccount, DemoCredential, DemoGroup, DemoInstance } from '../../src/contract/sandbox.ts';

/** The instance as the service looks things up: built once for each array of it. */
export interface Directory {
  /** By name, as the service lists. */
  readonly accounts: readonly DemoAccount[];
  readonly accountsById: ReadonlyMap<string, DemoAccount>;
  readonly teams: readonly DemoGroup[];
  readonly teamsById: ReadonlyMap<string, DemoGroup>;
  readonly teamsByAccount: ReadonlyMap<string, readonly DemoGroup[]>;
  /** Accounts whose name or address contains the text, whatever its case. */
  accountsMatching(query: string): readonly DemoAccount[];
}

const byAccounts = new WeakMap<readonly DemoAccount[], ReturnType<typeof indexAccounts>>();
const byGroups = new WeakMap<readonly DemoGroup[], ReturnType<typeof indexGroups>>();

export function directoryOf(instance: DemoInstance): Directory {
  return {
    ...remembered(byAccounts, instance.accounts, indexAccounts),
    ...remembered(byGroups, instance.groups, indexGroups),
  };
}

function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, build: (key: K) => V): V {
  const value = known.get(key) ?? build(key);
  known.set(key, value);
  return value;
}

function indexAccounts(unsorted: readonly DemoAccount[]) {
  const accounts = sortedByName(unsorted, (account) => account.displayName);
  const texts = accounts.map((account) => `${account.displayName}\n${account.email ?? ''}`.toLowerCase());
  let last: { readonly query: string; readonly matching: readonly DemoAccount[] } = { query: '', matching: accounts };
  return {
    accounts,
    accountsById: new Map(accounts.map((account) => [account.externalId, account])),
    // The pages of one search follow each other.
    accountsMatching(text: string): readonly DemoAccount[] {
      const query = text.toLowerCase();
      if (query !== last.query) last = { query, matching: accounts.filter((_, at) => texts[at]?.includes(query)) };
      return last.matching;
    },
  };
}

function indexGroups(unsorted: readonly DemoGroup[]) {
  const teams = sortedByName(unsorted, (group) => group.name);
  const teamsByAccount = new Map<string, DemoGroup[]>();
  for (const team of teams) {
    for (const { externalId } of team.members) {
      const of = teamsByAccount.get(externalId);
      if (of === undefined) teamsByAccount.set(externalId, [team]);
      else of.push(team);
    }
  }
  return { teams, teamsById: new Map(teams.map((team) => [team.externalId, team])), teamsByAccount };
}

function sortedByName<T extends { readonly externalId: string }>(unsorted: readonly T[], nameOf: (entry: T) => string): readonly T[] {
  return unsorted
    .map((entry) => ({ entry, key: `${nameOf(entry).toLowerCase()}\n${entry.externalId}` }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry);
}

/** What PagerDuty shows of each thing. */
export function createViews(instance: DemoInstance) {
  const api = 'https://api.pagerduty.com';
  const web = `https://${instance.serviceId}.pagerduty.com`;
  const reference = (type: string, id: string, summary: string, path: string) => ({
    id,
    type: `${type}_reference`,
    summary,
    self: `${api}/${path}/${id}`,
    html_url: `${web}/${path}/${id}`,
  });

  const userReference = (account: DemoAccount) => reference('user', account.externalId, account.displayName, 'users');
  const teamReference = (group: DemoGroup) => reference('team', group.externalId, group.name, 'teams');

  function contactMethods(account: DemoAccount) {
    const self = (id: string) => `${api}/users/${account.externalId}/contact_methods/${id}`;
    const method = (letter: string, type: string, rest: object) => {
      const id = `${account.externalId}${letter}`;
      return { id, type, summary: 'Default', self: self(id), html_url: null, label: 'Default', ...rest };
    };
    return [
      ...(account.email === undefined ? [] : [method('E', 'email_contact_method', { address: account.email, send_short_email: false })]),
      method('S', 'sms_contact_method', { address: phoneOf(account), country_code: 1, enabled: true, blacklisted: false }),
    ];
  }

  function team(group: DemoGroup) {
    const [parent] = group.parents;
    return {
      ...teamReference(group),
      type: 'team',
      name: group.name,
      description: null,
      default_role: 'manager',
      parent: parent === undefined ? null : { id: parent, type: 'team_reference' },
    };
  }

  function user(account: DemoAccount, include: ReadonlySet<string>, directory: Directory) {
    const { externalId } = account;
    const teams = directory.teamsByAccount.get(externalId) ?? [];
    return {
      ...userReference(account),
      type: 'user',
      name: account.displayName,
      email: account.email ?? null,
      time_zone: 'Etc/UTC',
      color: 'purple',
      role: account.role,
      avatar_url: `https://secure.gravatar.com/avatar/${externalId}.png?d=mm&r=PG`,
      description: null,
      invitation_sent: account.status === 'INVITED',
      created_via_sso: account.sso,
      job_title: account.title ?? null,
      teams: teams.map(include.has('teams') ? team : teamReference),
      contact_methods: contactMethods(account).map((method) =>
        include.has('contact_methods')
          ? method
          : { id: method.id, type: `${method.type}_reference`, summary: method.summary, self: method.self, html_url: null },
      ),
      notification_rules: [],
      ...(include.has('subdomains') && { subdomains: [instance.serviceId] }),
      ...(include.has('calendar_urls') && {
        http_cal_url: `https://${instance.serviceId}.pagerduty.com/private/${externalId}-calendar-secret/feed`,
        web_cal_url: `webcal://${instance.serviceId}.pagerduty.com/private/${externalId}-calendar-secret/feed`,
      }),
    };
  }

  const session = ({ externalId, account, name, createdAt }: DemoCredential) => ({
    id: externalId,
    user_id: account,
    created_at: new Date(createdAt).toISOString(),
    type: name,
    summary: `${name} session from 192.0.2.7`,
  });

  return { user, userReference, team, contactMethods, session };
}

/** Made up, one for each account, so that it can be searched for wherever it should not be. */
const phoneOf = (account: DemoAccount): string =>
  `555${account.externalId.split('').reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 10_000_000, 7)}`;
