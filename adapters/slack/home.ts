import { AdapterError } from '../../src/contract/errors.ts';
import type { ServiceDescription } from '../../src/contract/adapter.ts';
import type { ScopeRecord } from '../../src/contract/records.ts';
import type { SlackClient } from './client.ts';
import type { SlackSettings } from './config.ts';
import { toWorkspaceScope, type Home } from './map.ts';
import type { AuthTest, Team } from './wire.ts';

/** Which workspaces the token and the settings make us read. */
export function toHome(self: AuthTest, settings: SlackSettings): Home {
  const { team_id: teamId, enterprise_id: enterpriseId } = self;
  if (self.is_enterprise_install) {
    if (enterpriseId === undefined) throw new AdapterError('BAD_RESPONSE', 'slack auth.test: organisation-wide token without enterprise_id');
    const named = teamId === undefined || teamId === enterpriseId ? undefined : ([teamId] as const);
    const workspaces = settings.workspaces ?? named;
    if (workspaces === undefined) {
      throw new AdapterError('MISCONFIGURED', 'slack: the token is organisation-wide; name the team ids (T…) to read in the setting `workspaces`');
    }
    return { organizationWide: true, enterpriseId, workspaces };
  }
  if (teamId === undefined) throw new AdapterError('BAD_RESPONSE', 'slack auth.test: no team_id');
  if (settings.workspaces?.some((workspace) => workspace !== teamId)) {
    throw new AdapterError(
      'MISCONFIGURED',
      'slack: the token is for one workspace, the setting `workspaces` names another; remove it or change the token',
    );
  }
  return { organizationWide: false, enterpriseId, workspaces: [teamId] };
}

export async function describeHome(client: SlackClient, self: AuthTest, home: Home, signal: AbortSignal): Promise<ServiceDescription> {
  const scopes: ScopeRecord[] = [];
  let organization: ScopeRecord | undefined;
  for (const id of home.workspaces) {
    const team = await readTeam(client, home.organizationWide ? id : undefined, signal);
    const enterpriseId = home.enterpriseId ?? team?.enterprise_id;
    scopes.push(toWorkspaceScope(id, team, home.organizationWide ? undefined : self.team, enterpriseId));
    if (enterpriseId !== undefined) {
      const name = team?.enterprise_name ?? (home.organizationWide ? self.team : undefined);
      organization ??= { kind: 'scope', scopeKind: 'ORGANIZATION', externalId: enterpriseId, displayName: name ?? enterpriseId };
    }
  }
  const [first] = scopes;
  return {
    serviceId: home.organizationWide && home.enterpriseId !== undefined ? home.enterpriseId : home.workspaces[0],
    displayName: (home.organizationWide ? organization : first)?.displayName ?? home.workspaces[0],
    scopes: organization ? [organization, ...scopes] : scopes,
  };
}

/** A token without team:read still reads people: the workspace then goes by the name in auth.test. */
async function readTeam(client: SlackClient, team: string | undefined, signal: AbortSignal): Promise<Team | undefined> {
  try {
    return await client.teamInfo(team, signal);
  } catch (error) {
    if (error instanceof AdapterError && ['FORBIDDEN', 'NOT_FOUND', 'UNSUPPORTED'].includes(error.code)) return undefined;
    throw error;
  }
}
