import type { SquirroSettings } from './config.ts';

/** A place of the service, and how messages call it. */
export interface Endpoint {
  readonly name: string;
  path(tenant: string): string;
}

/**
 * Every path in one table. Those under `assumed` are in no public source: they follow the pattern of the others, and a cluster that answers 404 there
 * counts as one without that feature.
 */
export function createPaths({ userPath, topicPath }: Pick<SquirroSettings, 'userPath' | 'topicPath'>) {
  const below =
    (service: string, version: 'v0' | 'v1') =>
    (name: string, ...parts: readonly string[]): Endpoint => ({
      name,
      path: (tenant) => [service, ...[version, tenant, ...parts].map(encodePart)].join('/'),
    });
  const user = below(userPath, 'v0');
  const topic = below(topicPath, 'v0');
  return {
    // No version and no tenant: this is where the tenant is told.
    token: `${userPath}/oauth2/token`,
    users: user('users', 'users'),
    user: (id: string) => user('users/{id}', 'users', id),
    /** v1 adds `authentications`, their tokens included. */
    userWithAuthentications: (id: string) => below(userPath, 'v1')('v1 users/{id}', 'users', id),
    grants: (id: string) => user('users/{id}/grants', 'users', id, 'grants'),
    groups: user('groups', 'groups'),
    projects: topic('projects', 'projects'),
    projectMembers: (id: string) => user('projects/{id}/members', 'projects', id, 'members'),
    assumed: {
      passwordPolicy: user('password_policy', 'password_policy'),
      session: (id: string, sessionId: string) => user('users/{id}/sessions/{id}', 'users', id, 'sessions', sessionId),
      workspaces: user('workspaces', 'workspaces'),
      workspaceUsers: (domain: string) => user('workspaces/{domain}/users', 'workspaces', domain, 'users'),
    },
  };
}

const encodePart = (part: string): string => encodeURIComponent(part.toWellFormed());
