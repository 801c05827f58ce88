import type { Listing, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { RecordKind } from '../../src/contract/records.ts';
import { parseEntries, type SquirroClient, type WireList } from './client.ts';
import { toGroup, toMembership, toProject, toProjectGrant, toWorkspaceGrant } from './map.ts';
import { nothing, queueListing, type Found } from './queue.ts';
import { toCatalogue, toUncatalogued } from './roles.ts';
import * as wire from './wire.ts';

/** Small, since the members of a project may be everybody. */
const scopesPerPage = 10;

/** Fixed, and no call. Server roles come with the users, who name their permissions. */
export const rolesListing: Listing = {
  name: 'roles',
  yields: ['role'],
  page: () => Promise.resolve({ records: [...toCatalogue('project'), ...toCatalogue('workspace')], rejected: [], next: null }),
};

/** Groups with their members, all in one answer. */
export function groupsListing(client: SquirroClient): Listing {
  return {
    name: 'groups',
    yields: ['group', 'membership'],
    async page(_, signal) {
      const groups = await client.groups(signal);
      const found = groups.items.map((group): Found => {
        const members = parseEntries(group.members, wire.groupMember);
        return {
          records: [toGroup(group), ...members.items.map(({ id }) => toMembership(group.id, id))],
          rejected: members.rejected.map(({ reason }) => ({ kind: 'membership', externalId: undefined, reason })),
        };
      });
      return {
        records: found.flatMap(({ records }) => records),
        rejected: [...rejectedAs('group', groups), ...found.flatMap(({ rejected }) => rejected)],
        next: null,
      };
    },
  };
}

/** Projects, then the members of each: no answer lists both. */
export function projectsListing(client: SquirroClient): Listing {
  return queueListing({
    name: 'projects',
    yields: ['scope', 'grant', 'role'],
    pageSize: scopesPerPage,
    async list(signal) {
      const { tenant } = await client.session(signal);
      const projects = await client.projects(signal);
      return {
        ids: projects.items.map(({ id }) => id),
        records: projects.items.map((project) => toProject(project, tenant)),
        rejected: rejectedAs('scope', projects),
      };
    },
    read: (id, signal) =>
      unlessForbidden('members of a project', async () => {
        const members = await client.projectMembers(id, signal);
        if (members === undefined) return nothing;
        const roles = toUncatalogued(
          'project',
          members.items.map(({ project_role }) => project_role),
        );
        return { records: [...roles, ...members.items.map((member) => toProjectGrant(member, id))], rejected: namelessGrants(members) };
      }),
  });
}

/** Who has which role in each workspace. The workspaces themselves describe the instance. A cluster without them has nothing here. */
export function workspacesListing(client: SquirroClient): Listing {
  return queueListing({
    name: 'workspaces',
    yields: ['grant', 'role'],
    pageSize: scopesPerPage,
    async list(signal) {
      const workspaces = await client.workspaces(signal);
      if (workspaces === undefined) return { ...nothing, ids: [] };
      const rejected = [...rejectedAs('scope', workspaces), ...namelessGrants(workspaces)];
      return { records: [], rejected, ids: workspaces.items.map(({ domain }) => domain) };
    },
    read: (domain, signal) =>
      unlessForbidden('users of a workspace', async () => {
        const users = await client.workspaceUsers(domain, signal);
        if (users === undefined) return nothing;
        const roles = toUncatalogued(
          'workspace',
          users.items.map(({ role }) => role),
        );
        return { records: [...roles, ...users.items.map((user) => toWorkspaceGrant(user, domain))], rejected: namelessGrants(users) };
      }),
  });
}

/** One closed project takes nothing from the others, but then it is not known who holds grants there. */
async function unlessForbidden(what: string, read: () => Promise<Found>): Promise<Found> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AdapterError) || error.code !== 'FORBIDDEN') throw error;
    return { records: [], rejected: [{ kind: 'grant', externalId: undefined, reason: `${what}: status 403` }] };
  }
}

export const rejectedAs = (kind: RecordKind, { rejected }: WireList<unknown>): readonly RejectedRecord[] =>
  rejected.map((entry) => ({ kind, ...entry }));

const namelessGrants = ({ rejected }: WireList<unknown>): readonly RejectedRecord[] =>
  rejected.map(({ reason }) => ({ kind: 'grant', externalId: undefined, reason }));
