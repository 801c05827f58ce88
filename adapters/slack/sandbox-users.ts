import type { DemoAccount, DemoGrant, DemoGroup, DemoInstance } from '../../src/contract/sandbox.ts';

/** The demo company's accounts and groups as Slack's objects. */
export interface Directory {
  /** Every user id, Slackbot's too, in code unit order. */
  readonly ids: readonly string[];
  /** The bot that the token belongs to. */
  readonly botId: string;
  readonly groups: readonly DemoGroup[];
  user(id: string): object | undefined;
  /** `address` in lower case. A confirmed account comes before an unconfirmed one, a deactivated one is not found. */
  userByEmail(address: string): object | undefined;
  profile(id: string): object | undefined;
  group(id: string): DemoGroup | undefined;
  toUserGroup(group: DemoGroup, withUsers: boolean, withCount: boolean): object;
}

const slackbotId = 'USLACKBOT';
const slackbot: DemoAccount = {
  externalId: slackbotId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  emailProven: false,
  sso: false,
  firstName: 'slackbot',
  lastName: '',
  displayName: 'Slackbot',
  username: 'slackbot',
  role: 'member',
  mfa: false,
  createdAt: 0,
  updatedAt: 0,
  declared: [],
};

export function createDirectory(instance: DemoInstance): Directory {
  const { ids, byId, byEmail, botId } = indexAccounts(instance.accounts);
  const groups = indexGroups(instance.groups);
  const organizationRoles = indexOrganizationRoles(instance.grants);
  const enterprise = instance.scopes.find(({ kind }) => kind === 'ORGANIZATION');

  const toUser = (account: DemoAccount | undefined): object | undefined => {
    if (!account) return undefined;
    if (!enterprise || account.externalId === slackbotId) return toSlackUser(account, instance.serviceId, {});
    const roles = organizationRoles.get(account.externalId) ?? new Set();
    const enterpriseUser = {
      id: account.externalId,
      enterprise_id: enterprise.externalId,
      enterprise_name: enterprise.name,
      is_admin: roles.size > 0,
      is_owner: roles.has('owner') || roles.has('primary_owner'),
      is_primary_owner: roles.has('primary_owner'),
      teams: [instance.serviceId],
    };
    return toSlackUser(account, instance.serviceId, { enterprise_user: enterpriseUser });
  };

  return {
    ids,
    botId,
    groups: instance.groups,
    user: (id) => toUser(byId.get(id)),
    userByEmail: (address) => toUser(byEmail.get(address)),
    profile(id) {
      const account = byId.get(id);
      return account && { ...toProfile(account, instance.serviceId), fields: { Xf0SANDBOX: { value: 'Custom field', alt: '' } } };
    },
    group: (id) => groups.get(id),
    toUserGroup: (group, withUsers, withCount) => toSlackGroup(group, instance.serviceId, withUsers, withCount),
  };
}

interface AccountIndex {
  readonly ids: readonly string[];
  readonly byId: ReadonlyMap<string, DemoAccount>;
  readonly byEmail: ReadonlyMap<string, DemoAccount>;
  readonly botId: string;
}

const indexAccounts = oncePerArray((accounts: readonly DemoAccount[]): AccountIndex => {
  const byId = new Map([slackbot, ...accounts].map((account) => [account.externalId, account]));
  const byEmail = new Map<string, DemoAccount>();
  for (const account of accounts) {
    if (account.email === undefined || account.status === 'SUSPENDED') continue;
    const address = asciiLower(account.email);
    const other = byEmail.get(address);
    if (!other || (account.emailProven && !other.emailProven)) byEmail.set(address, account);
  }
  const ids = [...byId.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  return { ids, byId, byEmail, botId: accounts.find(({ kind }) => kind === 'BOT')?.externalId ?? slackbotId };
});

const indexGroups = oncePerArray((groups: readonly DemoGroup[]) => new Map(groups.map((group) => [group.externalId, group])));

const indexOrganizationRoles = oncePerArray((grants: readonly DemoGrant[]) => {
  const roles = new Map<string, Set<string>>();
  for (const { principal, role, scope } of grants) {
    if (scope?.kind !== 'ORGANIZATION' || !['primary_owner', 'owner', 'admin'].includes(role)) continue;
    roles.set(principal.externalId, new Set([...(roles.get(principal.externalId) ?? []), role]));
  }
  return roles;
});

function oncePerArray<T, Index>(build: (items: readonly T[]) => Index): (items: readonly T[]) => Index {
  const indexes = new WeakMap<readonly T[], { readonly index: Index }>();
  return (items) => {
    const entry = indexes.get(items) ?? { index: build(items) };
    indexes.set(items, entry);
    return entry.index;
  };
}

/** Deactivated users come without time zone and role flags; `is_invited_user` is there only while it is true. */
function toSlackUser(account: DemoAccount, teamId: string, extra: object): object {
  const { role, status } = account;
  const isOwner = role === 'owner' || role === 'primary_owner';
  const flags = {
    tz: 'Europe/Berlin',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    is_admin: role === 'admin' || isOwner,
    is_owner: isOwner,
    is_primary_owner: role === 'primary_owner',
    is_restricted: role === 'multi_channel_guest' || role === 'single_channel_guest',
    is_ultra_restricted: role === 'single_channel_guest',
    ...(status === 'INVITED' ? { is_invited_user: true } : {}),
    ...(account.kind === 'HUMAN' && account.externalId !== slackbotId ? { has_2fa: account.mfa } : {}),
  };
  return {
    id: account.externalId,
    team_id: teamId,
    name: account.username,
    deleted: status === 'SUSPENDED',
    color: '9f69e7',
    real_name: account.displayName,
    ...(status === 'SUSPENDED' ? {} : flags),
    profile: toProfile(account, teamId),
    is_bot: account.kind === 'BOT',
    is_app_user: false,
    updated: Math.floor(account.updatedAt / 1000),
    is_email_confirmed: account.emailProven,
    who_can_share_contact_card: 'EVERYONE',
    ...extra,
  };
}

function toProfile(account: DemoAccount, teamId: string): object {
  const avatar = 'https://avatars.slack.example/0.png';
  return {
    title: account.title ?? '',
    phone: account.kind === 'HUMAN' ? '+1 555 0100' : '',
    skype: account.kind === 'HUMAN' ? `skype.${account.username}` : '',
    real_name: account.displayName,
    real_name_normalized: account.displayName,
    display_name: account.username,
    display_name_normalized: account.username,
    first_name: account.firstName,
    last_name: account.lastName,
    ...(account.email === undefined ? {} : { email: account.email }),
    avatar_hash: '0',
    image_24: avatar,
    image_512: avatar,
    status_text: 'At lunch',
    status_emoji: ':bento:',
    status_expiration: 0,
    team: teamId,
    ...(account.kind === 'BOT' ? { bot_id: `B${account.externalId.slice(1)}`, api_app_id: `A${account.externalId.slice(1)}` } : {}),
  };
}

function toSlackGroup(group: DemoGroup, teamId: string, withUsers: boolean, withCount: boolean): object {
  return {
    id: group.externalId,
    team_id: teamId,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: '',
    handle: group.handle,
    is_external: false,
    date_create: 1_600_000_000,
    date_update: 1_700_000_000,
    date_delete: group.disabled ? 1_700_000_000 : 0,
    auto_type: null,
    auto_provision: false,
    created_by: slackbotId,
    updated_by: slackbotId,
    deleted_by: group.disabled ? slackbotId : null,
    prefs: { channels: [], groups: [] },
    channel_count: 0,
    ...(withUsers ? { users: group.members.map(({ externalId }) => externalId) } : {}),
    ...(withCount ? { user_count: group.members.length } : {}),
  };
}

export function asciiLower(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
