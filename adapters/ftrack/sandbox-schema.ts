/** The part of the data model that the sandbox holds, after query_schemas of a real server (github.com/ftrackhq/ftrack-ts-schema-generator). */
interface DirectRelation {
  readonly kind: 'one' | 'many';
  readonly to: string;
  /** The attribute that names the other side: on this side of a `one`, on the other of a `many`. */
  readonly by: string;
}
export type Relation =
  DirectRelation | { readonly kind: 'through'; readonly to: string; readonly first: DirectRelation; readonly second: DirectRelation };

export interface EntitySchema {
  readonly attributes: Readonly<Record<string, 'string' | 'boolean'>>;
  readonly relations: Readonly<Record<string, Relation>>;
  /** Sent beside whatever was asked for. */
  readonly system: readonly string[];
}
export type Schemas = ReadonlyMap<string, EntitySchema>;

/** `today`: is_all_open_projects and user_security_role_projects; `document`: is_all_projects and projects, as the vendor's guide has it. */
export type ProjectRoleShape = 'today' | 'document';

export function schemasOf(shape: ProjectRoleShape): Schemas {
  return new Map([
    ['User', entity(userAttributes, userRelations, ['resource_type'])],
    ['UserType', entity(strings('name'), {})],
    ['Group', entity({ ...strings('name', 'parent_id', 'resource_type'), local: 'boolean' }, groupRelations, ['resource_type'])],
    ['Membership', entity(strings('group_id', 'user_id'), { group: one('Group', 'group_id'), user: one('User', 'user_id') })],
    [
      'Project',
      entity({ ...strings('name', 'full_name', 'status', 'context_type'), is_private: 'boolean', is_global: 'boolean' }, {}, ['context_type']),
    ],
    ['SecurityRole', entity(strings('name', 'type'), { user_security_roles: many('UserSecurityRole', 'security_role_id') })],
    ...projectRoles[shape],
    ['ApiKey', entity(strings('identifier', 'prefix', 'resource_id'), {}, ['identifier', 'prefix', 'resource_id'])],
  ]);
}

/** What `query_schemas` answers. */
export function describeSchemas(schemas: Schemas): readonly object[] {
  return Array.from(schemas, ([id, { attributes, relations, system }]) => ({
    id,
    type: 'object',
    properties: {
      ...Object.fromEntries(Object.entries(attributes).map(([name, type]) => [name, { type }])),
      ...Object.fromEntries(
        Object.entries(relations).map(([name, { kind, to }]) => [name, kind === 'one' ? { $ref: to } : { type: 'array', items: { $ref: to } }]),
      ),
    },
    primary_key: ['id'],
    required: ['id'],
    immutable: ['id'],
    default_projections: ['id'],
    ...(system.length > 0 && { system_projections: system }),
  }));
}

const strings = (...names: readonly string[]): Readonly<Record<string, 'string'>> => Object.fromEntries(names.map((name) => [name, 'string']));
const one = (to: string, by: string): DirectRelation => ({ kind: 'one', to, by });
const many = (to: string, by: string): DirectRelation => ({ kind: 'many', to, by });

function entity(attributes: EntitySchema['attributes'], relations: EntitySchema['relations'], system: readonly string[] = []): EntitySchema {
  return { attributes: { id: 'string', ...attributes }, relations, system };
}

const userAttributes: EntitySchema['attributes'] = {
  ...strings('username', 'email', 'first_name', 'last_name', 'user_type_id', 'resource_type'),
  is_active: 'boolean',
  is_otp_enabled: 'boolean',
  is_totp_enabled: 'boolean',
};
const userRelations = {
  user_type: one('UserType', 'user_type_id'),
  memberships: many('Membership', 'user_id'),
  user_security_roles: many('UserSecurityRole', 'user_id'),
};
const groupRelations = { parent: one('Group', 'parent_id'), children: many('Group', 'parent_id'), memberships: many('Membership', 'group_id') };

const userSecurityRoleIds = strings('user_id', 'security_role_id');
const userSecurityRoleRelations = { user: one('User', 'user_id'), security_role: one('SecurityRole', 'security_role_id') };
const projectRows = many('UserSecurityRoleProject', 'user_security_role_id');
const projectRow = entity(strings('user_security_role_id', 'project_id'), {
  project: one('Project', 'project_id'),
  user_security_role: one('UserSecurityRole', 'user_security_role_id'),
});

const projectRoles: Readonly<Record<ProjectRoleShape, readonly (readonly [string, EntitySchema])[]>> = {
  today: [
    [
      'UserSecurityRole',
      entity(
        { ...userSecurityRoleIds, is_all_projects: 'boolean', is_all_open_projects: 'boolean' },
        { ...userSecurityRoleRelations, user_security_role_projects: projectRows },
      ),
    ],
    ['UserSecurityRoleProject', projectRow],
  ],
  document: [
    [
      'UserSecurityRole',
      entity(
        { ...userSecurityRoleIds, is_all_projects: 'boolean' },
        { ...userSecurityRoleRelations, projects: { kind: 'through', to: 'Project', first: projectRows, second: one('Project', 'project_id') } },
      ),
    ],
  ],
};
