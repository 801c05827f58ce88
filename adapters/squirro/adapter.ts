import type { Adapter, ServiceDescription } from '../../src/contract/adapter.ts';
import type { Http } from '../../src/contract/http.ts';
import { createClient, type SquirroClient } from './client.ts';
import type { SquirroSettings } from './config.ts';
import { refused, unless } from './errors.ts';
import { groupsListing, projectsListing, rolesListing, workspacesListing } from './listings.ts';
import { toOrganization, toWorkspace } from './map.ts';
import { toPasswordPolicy } from './password-policy.ts';
import { credentialsListing, getIdentities, usersListing } from './users.ts';

/** What reads the service. Apart from its definition, which is all that a configuration asks for. */
export function createAdapter(configured: SquirroSettings, http: Http): Adapter {
  const client = createClient(configured, http);
  return {
    describe: (signal) => describe(configured, client, signal),
    listings: [
      rolesListing,
      usersListing(client, configured),
      groupsListing(client),
      projectsListing(client),
      workspacesListing(client),
      ...(configured.readCredentials ? [credentialsListing(client, configured)] : []),
    ],
    passwordPolicy: async (signal) => {
      const policy = await client.passwordPolicy(signal);
      return policy && toPasswordPolicy(policy);
    },
    getIdentities: (externalIds, signal) => getIdentities(client, configured, externalIds, signal),
  };
}

/** A credential sees one tenant, so cluster and tenant together are the instance. */
async function describe(configured: SquirroSettings, client: SquirroClient, signal: AbortSignal): Promise<ServiceDescription> {
  const cluster = configured.cluster ?? new URL(configured.baseUrl).host;
  const { tenant } = await client.session(signal);
  // Welcome for their names, and refused where the cluster has none or the account may not see them.
  const workspaces = (await unless(client.workspaces(signal), refused))?.items;
  const own = workspaces?.find(({ domain }) => domain === tenant) ?? { domain: tenant, title: undefined };
  const others = workspaces?.filter(({ domain }) => domain !== tenant) ?? [];
  const organization = workspaces === undefined ? undefined : cluster;
  return {
    serviceId: `${cluster}/${tenant}`,
    displayName: own.title ?? tenant,
    scopes: [
      ...(organization === undefined ? [] : [toOrganization(organization)]),
      ...[own, ...others].map((each) => toWorkspace(each, organization)),
    ],
  };
}
