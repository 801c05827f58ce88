import { AdapterError } from '../../src/contract/errors.ts';
import type { WireSchemas } from './wire.ts';

export type EntityType = 'User' | 'Group' | 'SecurityRole' | 'Project';
/** `select … from Type` for each type that we list. */
export type Selections = Readonly<Record<EntityType, string>>;

// Sites differ in these, and one unknown attribute fails the whole request.
const optional: Readonly<Record<EntityType, readonly string[]>> = {
  User: ['is_otp_enabled', 'is_totp_enabled', 'user_type.name'],
  Group: ['local', 'parent_id'],
  SecurityRole: [],
  Project: ['full_name', 'status', 'is_private', 'is_global'],
};

/**
 * What this site's schemas let us ask for.
 * @throws AdapterError UNSUPPORTED when they do not say on which projects a role holds
 */
export function toSelections(schemas: WireSchemas): Selections {
  const attributes = new Map(schemas.map(({ id, properties }) => [id, properties]));
  const has = (type: string, path: string): boolean => Object.hasOwn(attributes.get(type) ?? {}, path.replace(/\..*$/, ''));
  const known = (type: EntityType): readonly string[] => optional[type].filter((path) => has(type, path));
  const select = (type: EntityType, paths: readonly string[]): string => `select ${[...paths, ...known(type)].join(', ')} from ${type}`;
  const roles = roleAttributes((name) => has('UserSecurityRole', name)).map((name) => `user_security_roles.${name}`);
  return {
    User: select('User', ['id', 'username', 'email', 'first_name', 'last_name', 'is_active', 'memberships.group_id', ...roles]),
    Group: select('Group', ['id', 'name']),
    SecurityRole: select('SecurityRole', ['id', 'name', 'type']),
    Project: select('Project', ['id', 'name']),
  };
}

/**
 * Today `is_all_open_projects` and `user_security_role_projects` (github.com/ftrackhq/ftrack-ts-schema-generator); the guide "Working with user
 * security roles" still has `is_all_projects` and `projects`.
 */
function roleAttributes(has: (name: string) => boolean): readonly string[] {
  const everywhere = ['is_all_open_projects', 'is_all_projects'].filter(has);
  const somewhere = has('user_security_role_projects')
    ? ['user_security_role_projects.id', 'user_security_role_projects.project_id']
    : has('projects')
      ? ['projects.id']
      : [];
  if (everywhere.length === 0 || somewhere.length === 0)
    throw new AdapterError('UNSUPPORTED', 'ftrack query_schemas: UserSecurityRole does not say on which projects a role holds');
  return ['id', 'security_role_id', 'security_role.type', ...everywhere, ...somewhere];
}
