import type { DemoAccount, DemoCredential, DemoGrant, DemoGroup, DemoInstance, DemoRole, DemoScope } from '../../src/contract/sandbox.ts';

/** The instance as the service looks things up: built once for each array of it. */
export interface Directory {
  /** A closed account is one that is not listed. */
  readonly accounts: readonly DemoAccount[];
  readonly accountsById: ReadonlyMap<string, DemoAccount>;
  readonly groupsById: ReadonlyMap<string, DemoGroup>;
  readonly scopes: ReadonlyMap<string, DemoScope>;
  /** By the external id of the scope. */
  readonly grants: ReadonlyMap<string, readonly DemoGrant[]>;
  readonly credentials: ReadonlyMap<string, readonly DemoCredential[]>;
  readonly permissions: ReadonlyMap<string, readonly string[]>;
}

const caches = {
  accounts: new WeakMap<readonly DemoAccount[], Pick<Directory, 'accounts' | 'accountsById'>>(),
  groups: new WeakMap<readonly DemoGroup[], ReadonlyMap<string, DemoGroup>>(),
  scopes: new WeakMap<readonly DemoScope[], ReadonlyMap<string, DemoScope>>(),
  grants: new WeakMap<readonly DemoGrant[], ReadonlyMap<string, readonly DemoGrant[]>>(),
  credentials: new WeakMap<readonly DemoCredential[], ReadonlyMap<string, readonly DemoCredential[]>>(),
  roles: new WeakMap<readonly DemoRole[], ReadonlyMap<string, readonly string[]>>(),
};

export function directoryOf(instance: DemoInstance): Directory {
  return {
    ...remembered(caches.accounts, instance.accounts, (all) => {
      const accounts = all.filter(({ status }) => status !== 'SUSPENDED');
      return { accounts, accountsById: byId(accounts) };
    }),
    groupsById: remembered(caches.groups, instance.groups, byId),
    scopes: remembered(caches.scopes, instance.scopes, byId),
    grants: remembered(caches.grants, instance.grants, (grants) => Map.groupBy(grants, ({ scope }) => scope?.externalId ?? '')),
    credentials: remembered(caches.credentials, instance.credentials, (credentials) => Map.groupBy(credentials, ({ account }) => account)),
    permissions: remembered(caches.roles, instance.roles, (roles) => new Map(roles.map((role) => [role.externalId, role.permissions]))),
  };
}

function remembered<K extends object, V>(known: WeakMap<K, V>, key: K, build: (key: K) => V): V {
  const value = known.get(key) ?? build(key);
  known.set(key, value);
  return value;
}

const byId = <T extends { readonly externalId: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
  new Map(entries.map((entry) => [entry.externalId, entry]));

/** What Squirro shows of each thing. */
export function createViews(tenant: string) {
  const shortUser = (account: DemoAccount, { permissions }: Directory) => ({
    id: account.externalId,
    email: account.email ?? null,
    full_name: account.displayName,
    role: account.role,
    role_permissions: permissions.get(`server:${account.role}`) ?? [account.role],
    tenant,
  });

  return {
    shortUser,

    /** `job_title` is a custom value, which comes back on the top level; the configuration holds a secret, as anything can be stored in it. */
    user: (account: DemoAccount, directory: Directory, withConfig: boolean) => ({
      ...shortUser(account, directory),
      ...(account.title !== undefined && { job_title: account.title }),
      ...(withConfig && { config: { language: 'en', digest: { weekly: true }, app_password: `sandbox-secret-of-${account.externalId}` } }),
    }),

    authentications: (account: DemoAccount, { credentials }: Directory) =>
      Object.fromEntries(
        (credentials.get(account.externalId) ?? [])
          .filter(({ kind }) => kind === 'SERVICE_CONNECTION')
          .map((credential) => [credential.externalId, authentication(account, credential)]),
      ),

    group: (group: DemoGroup, directory: Directory) => ({
      id: group.externalId,
      name: group.name,
      members: group.members.flatMap(({ externalId }) => {
        const account = directory.accountsById.get(externalId);
        return account === undefined ? [] : [shortUser(account, directory)];
      }),
    }),

    project: (scope: DemoScope) => ({ id: scope.externalId, title: scope.name, type: 'default' }),

    projectMember(grant: DemoGrant, directory: Directory): object | undefined {
      const { kind, externalId } = grant.principal;
      const account = kind === 'identity' ? directory.accountsById.get(externalId) : undefined;
      const group = kind === 'group' ? directory.groupsById.get(externalId) : undefined;
      if (account === undefined && group === undefined) return undefined;
      return {
        ...(account === undefined
          ? { name: group?.name }
          : { email: account.email ?? null, full_name: account.displayName, server_role: account.role }),
        member_id: externalId,
        member_type: account === undefined ? 'group' : 'user',
        project_role: wordOf(grant.role),
        project_id: grant.scope?.externalId,
        permissions: directory.permissions.get(grant.role) ?? [],
      };
    },

    workspaceUser({ principal, role }: DemoGrant, { accountsById }: Directory): object | undefined {
      const account = accountsById.get(principal.externalId);
      return account && { id: account.externalId, email: account.email ?? null, role: wordOf(role), full_name: account.displayName };
    },

    grant: (credential: DemoCredential) => ({
      id: credential.externalId,
      type: credential.name,
      created_at: dateTime(credential.createdAt),
      valid_to: credential.expiresAt === undefined ? null : dateTime(credential.expiresAt),
      refresh_token: `sandbox-secret-${credential.externalId}`,
      ...(credential.name === 'service' && { client_id: 'indexer', project_permissions: ['items.read'] }),
    }),

    session: (credential: DemoCredential) => ({ id: credential.externalId, user_id: credential.account, created_at: dateTime(credential.createdAt) }),
  };
}

/** An account that the demo company declares at that service, else one made up of the service's name. */
export function authentication(account: DemoAccount, { name, externalId }: DemoCredential) {
  return {
    service_user: account.declared.find(({ type }) => type === name)?.externalId ?? `${name}-${account.externalId}`,
    display_name: account.displayName,
    state: 'ok',
    access_token: `sandbox-secret-${externalId}-${account.externalId}`,
    access_token_expires: '2027-01-09T08:40:00',
    access_secret: `sandbox-secret-${externalId}`,
    access_secret_expires: '2027-01-09T08:40:00',
  };
}

/** Made up: the vendor's pages tell that there is a policy, not what it looks like. */
export const passwordPolicy = { min_length: 10, require_digit: true, require_upper_case: true };

/** Roles of the demo company are keyed `category:word`. */
const wordOf = (role: string): string => role.slice(role.indexOf(':') + 1);
const dateTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
