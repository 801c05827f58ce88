import type { RejectedRecord } from '../../src/contract/adapter.ts';
import type { GrantRecord } from '../../src/contract/records.ts';
import { readAll } from './read.ts';
import { projectMention, userSecurityRoleProject, type WireUserSecurityRole } from './wire.ts';

/**
 * One user's role: a grant on all open projects, a grant for each project that is named, or both: a private project counts only when it is named.
 * A role on no project gives no grant; it stays among the identity's roles.
 */
export function toGrants(
  userId: string,
  row: WireUserSecurityRole,
): { readonly records: readonly GrantRecord[]; readonly rejected: readonly RejectedRecord[] } {
  const isEverywhere = row.is_all_open_projects === true || row.is_all_projects === true;
  const base = {
    kind: 'grant',
    principal: { kind: 'identity', externalId: userId },
    ...(row.security_role_id !== undefined && { role: row.security_role_id }),
    level: 'UNKNOWN',
    scopeKind: 'PROJECT',
    permissions: [],
    source: 'DIRECT',
    immutable: false,
  } as const;
  const named = readAll(userSecurityRoleProject, 'grant', row.user_security_role_projects);
  // The older shape's `projects` tells nothing when the role holds on all of them (the guide "Working with user security roles").
  const listed = readAll(projectMention, 'grant', isEverywhere ? [] : row.projects);
  const places = new Map<string, string>();
  for (const { id, project_id: project } of named.items) places.set(project, id ?? `${row.id}/${project}`);
  for (const { id: project } of listed.items) if (!places.has(project)) places.set(project, `${row.id}/${project}`);
  return {
    records: [
      // Not `every project`: ftrack leaves private ones out.
      ...(isEverywhere ? [{ ...base, externalId: row.id, allScopes: true, raw: { is_all_open_projects: true } }] : []),
      ...Array.from(places, ([project, externalId]) => ({
        ...base,
        externalId,
        scope: { kind: 'PROJECT', externalId: project } as const,
        allScopes: false,
      })),
    ],
    rejected: [...named.rejected, ...listed.rejected],
  };
}
