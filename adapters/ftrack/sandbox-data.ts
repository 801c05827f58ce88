import { createHash } from 'node:crypto';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import type { Relation } from './sandbox-schema.ts';

export type Value = string | boolean | null;
export interface Row {
  readonly type: string;
  readonly id: string;
  readonly values: Readonly<Record<string, Value>>;
}

export interface Table {
  readonly rows: readonly Row[];
  get(id: string): Row | undefined;
  sortedById(): readonly Row[];
  /** Rows with this value; the index of an attribute is built when it is first asked for. */
  having(attribute: string, value: Value): readonly Row[];
}

export type Tables = (type: string) => Table;

const emptyTable = createTable([]);
const remembered = new WeakMap<object, ReadonlyMap<string, Table>>();

/** The instance as the service stores it. Tables live as long as the arrays that they were made from. */
export function tablesOf(instance: DemoInstance): Tables {
  return (type) => {
    const source = sources[type];
    if (source === undefined) return emptyTable;
    const key = source.from(instance);
    let tables = remembered.get(key);
    if (tables === undefined) remembered.set(key, (tables = source.build(instance)));
    return tables.get(type) ?? emptyTable;
  };
}

export function related(tables: Tables, row: Row, relation: Relation): readonly Row[] {
  if (relation.kind === 'many') return tables(relation.to).having(relation.by, row.id);
  if (relation.kind === 'through') return related(tables, row, relation.first).flatMap((between) => related(tables, between, relation.second));
  const id = row.values[relation.by];
  const found = typeof id === 'string' ? tables(relation.to).get(id) : undefined;
  return found === undefined ? [] : [found];
}

function createTable(rows: readonly Row[]): Table {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const indexes = new Map<string, Map<Value, Row[]>>();
  let sorted: readonly Row[] | undefined;
  return {
    rows,
    get: (id) => byId.get(id),
    sortedById: () => (sorted ??= rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))),
    having(attribute, value) {
      let index = indexes.get(attribute);
      if (index === undefined) {
        index = Map.groupBy(rows, (row) => row.values[attribute] ?? null);
        indexes.set(attribute, index);
      }
      return index.get(value) ?? [];
    },
  };
}

interface Source {
  from(instance: DemoInstance): object;
  build(instance: DemoInstance): ReadonlyMap<string, Table>;
}

const users: Source = { from: ({ accounts }) => accounts, build: ({ accounts }) => tables(accounts.map(toUser)) };
const groups: Source = { from: (instance) => instance.groups, build: (instance) => tables(toGroupRows(instance)) };
const userRoles: Source = { from: (instance) => instance.grants, build: (instance) => tables(toUserRoleRows(instance)) };
const projects: Source = {
  from: ({ scopes }) => scopes,
  build: ({ scopes }) => tables(scopes.filter(({ kind }) => kind === 'PROJECT').map(toProject)),
};
const roles: Source = {
  from: (instance) => instance.roles,
  build: (instance) =>
    tables(instance.roles.map(({ externalId, name, category }) => row('SecurityRole', externalId, { name, type: category ?? 'PROJECT' }))),
};
const keys: Source = {
  from: ({ credentials }) => credentials,
  build: ({ credentials }) =>
    tables(
      credentials.map(({ externalId, account }) =>
        row('ApiKey', externalId, { identifier: `sandbox-identifier-${externalId}`, prefix: externalId.slice(0, 4), resource_id: account }),
      ),
    ),
};
const userTypeIds = { person: madeId('user type person'), service: madeId('user type service'), demo: madeId('user type demo') };
const userTypeRows = Object.entries(userTypeIds).map(([name, id]) => row('UserType', id, { name }));
const userTypes: Source = { from: () => userTypeRows, build: () => tables(userTypeRows) };

const sources: Readonly<Record<string, Source>> = {
  User: users,
  UserType: userTypes,
  Group: groups,
  Membership: groups,
  Project: projects,
  SecurityRole: roles,
  UserSecurityRole: userRoles,
  UserSecurityRoleProject: userRoles,
  ApiKey: keys,
};

function tables(rows: readonly Row[]): ReadonlyMap<string, Table> {
  const byType = Map.groupBy(rows, ({ type }) => type);
  return new Map(Array.from(byType, ([type, own]) => [type, createTable(own)]));
}

function row(type: string, id: string, values: Readonly<Record<string, Value>>): Row {
  return { type, id, values: { id, ...values } };
}

function toUser(account: DemoInstance['accounts'][number]): Row {
  return row('User', account.externalId, {
    username: account.username,
    email: account.email ?? null,
    first_name: account.firstName,
    last_name: account.lastName,
    is_active: account.status !== 'SUSPENDED',
    is_otp_enabled: false,
    is_totp_enabled: account.mfa,
    user_type_id: account.kind === 'BOT' ? userTypeIds.service : userTypeIds.person,
    resource_type: 'user',
  });
}

function toGroupRows(instance: DemoInstance): readonly Row[] {
  return instance.groups.flatMap(({ externalId, name, parents, members }) => [
    row('Group', externalId, { name, local: false, parent_id: parents[0] ?? null, resource_type: 'group' }),
    ...members.map((member) => row('Membership', madeId(`${externalId} ${member.externalId}`), { group_id: externalId, user_id: member.externalId })),
  ]);
}

function toProject({ externalId, name }: DemoInstance['scopes'][number]): Row {
  return row('Project', externalId, {
    name: name.toLowerCase().replaceAll(/\W+/g, '_'),
    full_name: name,
    status: 'active',
    is_private: false,
    is_global: false,
    context_type: 'show',
  });
}

/** ftrack keeps one row a user and role, with its projects beside it. */
function toUserRoleRows(instance: DemoInstance): readonly Row[] {
  const byHolder = Map.groupBy(instance.grants, ({ principal, role }) => `${principal.externalId} ${role}`);
  return Array.from(byHolder, ([holder, grants]) => {
    const everywhere = grants.find(({ scope }) => scope === undefined);
    const id = everywhere?.externalId ?? madeId(holder);
    const [first] = grants;
    return [
      row('UserSecurityRole', id, {
        user_id: first?.principal.externalId ?? null,
        security_role_id: first?.role ?? null,
        is_all_projects: everywhere !== undefined,
        is_all_open_projects: everywhere !== undefined,
      }),
      ...grants.flatMap(({ externalId, scope }) =>
        scope === undefined ? [] : [row('UserSecurityRoleProject', externalId, { user_security_role_id: id, project_id: scope.externalId })],
      ),
    ];
  }).flat();
}

/** Ids of rows that the demo company does not name. */
function madeId(of: string): string {
  const hex = createHash('md5').update(of).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
