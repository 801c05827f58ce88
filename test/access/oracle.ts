import type { RoleLevel, ScopeKey } from '../../src/contract/records.ts';
import type { DemoGrant, DemoInstance } from '../../src/contract/sandbox.ts';

/**
 * What each account of a demo service may do, told from the service's own lists: role words by a table of their own, groups by walking from the
 * account upwards. Nothing of the code under test is in here.
 */

const words: Readonly<Record<string, Readonly<Record<string, RoleLevel>>>> = {
  sym: { admin: 'ADMIN', member: 'MEMBER', guest: 'GUEST' },
  slack: {
    primary_owner: 'OWNER',
    owner: 'OWNER',
    admin: 'ADMIN',
    member: 'MEMBER',
    multi_channel_guest: 'GUEST',
    single_channel_guest: 'GUEST',
  },
  pagerduty: {
    owner: 'OWNER',
    admin: 'ADMIN',
    user: 'MANAGER',
    limited_user: 'MEMBER',
    observer: 'READER',
    read_only_user: 'READER',
    read_only_limited_user: 'READER',
    restricted_access: 'GUEST',
  },
  squirro: { reader: 'READER', demo: 'GUEST', user: 'MEMBER', member: 'MEMBER', admin: 'ADMIN' },
  waii: {
    'waii-trial-user': 'GUEST',
    'waii-trial-api-user': 'GUEST',
    'waii-user': 'MEMBER',
    'waii-api-user': 'MEMBER',
    'waii-admin-user': 'ADMIN',
    'waii-org-admin-user': 'ADMIN',
    'waii-super-admin-user': 'OWNER',
  },
};

function levelOf({ type, roles }: DemoInstance, role: string): RoleLevel {
  if (type === 'segment') {
    const name = roles.find(({ externalId }) => externalId === role)?.name ?? '';
    if (name.endsWith('Owner')) return 'OWNER';
    if (name.endsWith('Admin')) return 'ADMIN';
    if (name.endsWith('Read-only')) return 'READER';
    return name.startsWith('Minimal') ? 'GUEST' : 'UNKNOWN';
  }
  return words[type]?.[role.slice(role.indexOf(':') + 1)] ?? 'UNKNOWN';
}

/** Where the base role of an account holds; the others have none. */
function basePlace({ type, serviceId }: DemoInstance): ScopeKey | undefined {
  if (type === 'sym') return { kind: 'SERVICE', externalId: serviceId };
  if (type === 'slack') return { kind: 'WORKSPACE', externalId: serviceId };
  if (type === 'pagerduty') return { kind: 'ORGANIZATION', externalId: serviceId };
  return type === 'squirro' ? { kind: 'WORKSPACE', externalId: serviceId.slice(serviceId.lastIndexOf('/') + 1) } : undefined;
}

/** A place as text: `PROJECT p1`, or `PROJECT *` for every one. */
export const placeText = (kind: string, externalId: string | undefined): string => `${kind} ${externalId ?? '*'}`;

function grantPlace({ type, serviceId }: DemoInstance, { scope }: DemoGrant): string {
  if (scope !== undefined) return placeText(scope.kind, scope.externalId);
  // A Waii role without a place is the super-admin's: the whole server. ftrack's is for all projects.
  return type === 'waii' ? placeText('SERVICE', serviceId) : placeText('PROJECT', undefined);
}

/** Every group that the account is in, directly or not. */
export function groupsAround({ groups }: DemoInstance, account: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const parent of groups.find(({ externalId }) => externalId === id)?.parents ?? []) visit(parent);
  };
  for (const { externalId, members } of groups) if (members.some((member) => member.externalId === account)) visit(externalId);
  return found;
}

export interface Held {
  readonly place: string;
  readonly level: RoleLevel;
  readonly through: string | undefined;
}

/** Roles of the account itself and of its groups; nothing for whom the service has suspended. */
export function heldBy(instance: DemoInstance, accountId: string): readonly Held[] {
  // Slack lists its own bot among the members of every workspace (docs.slack.dev/reference/methods/users.list).
  if (accountId === 'USLACKBOT') return [{ place: placeText('WORKSPACE', instance.serviceId), level: 'MEMBER', through: undefined }];
  const account = instance.accounts.find(({ externalId }) => externalId === accountId);
  if (account === undefined || account.status === 'SUSPENDED') return [];
  const around = groupsAround(instance, accountId);
  const base = basePlace(instance);
  const open = new Set(instance.groups.filter(({ disabled }) => !disabled).map(({ externalId }) => externalId));
  return [
    ...(base === undefined ? [] : [{ place: placeText(base.kind, base.externalId), level: levelOf(instance, account.role), through: undefined }]),
    ...instance.grants.flatMap((grant): Held[] => {
      const { kind, externalId } = grant.principal;
      const mine = kind === 'identity' ? externalId === accountId : around.has(externalId) && open.has(externalId);
      return mine
        ? [{ place: grantPlace(instance, grant), level: levelOf(instance, grant.role), through: kind === 'group' ? externalId : undefined }]
        : [];
    }),
  ];
}

const ladder: readonly RoleLevel[] = ['NONE', 'GUEST', 'READER', 'MEMBER', 'MANAGER', 'ADMIN', 'OWNER'];

/** What is unknown may be as high; to ask for that is to ask for nothing else. */
export const isAtLeast = (level: RoleLevel, least: RoleLevel): boolean =>
  level === 'UNKNOWN' || (least !== 'UNKNOWN' && ladder.indexOf(level) >= ladder.indexOf(least));

/** One line a place for the highest known level, and one for what is unknown. */
export function effective(held: readonly Held[]): readonly string[] {
  return [...Map.groupBy(held, ({ place }) => place)]
    .flatMap(([place, here]) => {
      const known = Math.max(...here.map(({ level }) => ladder.indexOf(level)));
      return [...(known < 0 ? [] : [`${place} ${ladder[known]}`]), ...(here.some(({ level }) => level === 'UNKNOWN') ? [`${place} UNKNOWN`] : [])];
    })
    .toSorted();
}
