import { expect, test } from 'vitest';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { waiiKeyHolder, type CompanyHouse } from './company.ts';
import { demoGrantLine, grantLine, identityArg, readAccounts, readGrants, readRoles, readScopes, serviceArg, sorted, type Grant } from './reads.ts';

type GetHouse = () => CompanyHouse;

export function ftrackOperations(house: GetHouse): void {
  const ftrack = () => house().instance('ftrack');

  test.each(['PROJECT', 'API', 'ASSIGNED'])('list SecurityRole where type %s', async (category) => {
    const roles = await readRoles(house(), ftrack(), `category: "${category}"`);
    const expected = ftrack().roles.filter((role) => role.category === category);
    expect(expected.length).toBeGreaterThan(0);
    expect(sorted(roles.map(({ externalId, name }) => [externalId, name]))).toEqual(
      sorted(expected.map(({ externalId, name }) => [externalId, name])),
    );
  });

  test('list UserSecurityRole', async () => {
    for (const held of Map.groupBy(ftrack().grants, ({ principal }) => principal.externalId).values()) {
      const [{ principal } = { principal: { externalId: '' } }] = held;
      const shown = await grantsOfUser(house(), ftrack(), principal.externalId);
      const lines = (shown ?? []).map((grant) => [
        grantLine({ ...grant, principal: { __typename: 'Identity', externalId: principal.externalId } }),
        grant.allScopes,
      ]);
      if (shown !== undefined) expect(sorted(lines)).toEqual(sorted(held.map((grant) => [demoGrantLine(grant), grant.scope === undefined])));
    }
    const { grants } = await house().data<{ grants: { nodes: { allScopes: boolean; scope: unknown }[] } }>(
      `{ grants(first: 100, filter: { services: [${serviceArg(ftrack())}] }) { nodes { allScopes scope { displayName } } } }`,
    );
    expect(grants.nodes.filter(({ allScopes }) => allScopes)).toHaveLength(ftrack().grants.filter(({ scope }) => scope === undefined).length);
    expect(grants.nodes.filter(({ allScopes, scope }) => allScopes !== (scope === null))).toEqual([]);
  });
}

/** Undefined while nobody is known to hold the account. */
async function grantsOfUser(house: CompanyHouse, instance: DemoInstance, externalId: string) {
  const { user } = await house.data<{ user: { grants: { nodes: Pick<Grant, 'role' | 'scope' | 'allScopes'>[] } } | null }>(
    `{ user(by: { identity: ${identityArg(instance, externalId)} }) { grants(first: 100, filter: { services: [${serviceArg(instance)}] }) {
      nodes { role { externalId name } allScopes scope { __typename displayName ... on Sourced { externalId } } } } } }`,
  );
  return user?.grants.nodes;
}

export function waiiOperations(house: GetHouse): void {
  const waii = () => house().instance('waii');

  test('list_access_keys', async () => {
    const { externalId } = waiiKeyHolder(waii());
    const query = (account: string) =>
      house().data<{ user: { credentials: { nodes: { name: string; hint: string }[]; coverage: { service: { type: string }; state: string }[] } } }>(
        `{ user(by: { identity: ${identityArg(waii(), account)} }) { credentials(kinds: ["ACCESS_KEY"]) { nodes { ... on AccessKey { name hint } } coverage { service { type } state } } } }`,
      );
    const stateOf = (coverage: readonly { readonly service: { readonly type: string }; readonly state: string }[]) =>
      coverage.find(({ service }) => service.type === 'waii')?.state;
    const own = (await query(externalId)).user.credentials;
    expect(own.nodes.map(({ name }) => name)).toEqual(
      waii()
        .credentials.filter(({ account }) => account === externalId)
        .map(({ name }) => name),
    );
    expect(JSON.stringify(own)).not.toContain('sandbox-waii-secret');
    expect(stateOf(own.coverage)).toBe('PARTIAL');
    // The keys of others are not told.
    const { company } = house();
    const other = waii().accounts.find(
      (account) =>
        account.externalId !== externalId && company.truth.allowed({ type: 'waii', serviceId: waii().serviceId, externalId: account.externalId }),
    );
    const foreign = (await query(other?.externalId ?? '')).user.credentials;
    expect([foreign.nodes, stateOf(foreign.coverage)]).toEqual([[], 'DENIED']);
  });

  test('get_user_info', async () => {
    const roles = new Map(waii().roles.map((role) => [role.externalId, sorted(role.permissions)]));
    const held = Map.groupBy(waii().grants, ({ principal }) => principal.externalId);
    for (const { externalId } of waii().accounts) {
      const { identity } = await house().data<{ identity: { roles: { externalId: string; permissions: { key: string }[] }[] } }>(
        `{ identity(by: ${identityArg(waii(), externalId)}) { roles { externalId permissions { key } } } }`,
      );
      const expected = [...new Set(held.get(externalId)?.map(({ role }) => role))];
      expect(sorted(identity.roles.map((role) => [role.externalId, sorted(role.permissions.map(({ key }) => key))]))).toEqual(
        sorted(expected.map((role) => [role, roles.get(role)])),
      );
    }
  });

  test('list_users', async () => {
    const organizations = new Map(waii().scopes.map(({ externalId, parent }) => [externalId, parent?.externalId]));
    const tenantOf = new Map(
      waii().grants.flatMap(({ principal, scope }) => (scope?.kind === 'WORKSPACE' ? [[principal.externalId, scope.externalId] as const] : [])),
    );
    const shown = await readAccounts(house(), waii());
    expect(sorted(shown.map(({ externalId, displayName, organization }) => [externalId, displayName, organization?.externalId]))).toEqual(
      sorted(waii().accounts.map(({ externalId, displayName }) => [externalId, displayName, organizations.get(tenantOf.get(externalId) ?? '')])),
    );
  });

  test('list_tenants', async () => {
    for (const { externalId } of waii().scopes.filter(({ kind }) => kind === 'ORGANIZATION')) {
      const { organizations } = await house().data<{ organizations: { nodes: { id: string; externalId: string }[] } }>(
        `{ organizations(service: ${serviceArg(waii())}) { nodes { id externalId } } }`,
      );
      const id = organizations.nodes.find((organization) => organization.externalId === externalId)?.id;
      const { workspaces } = await house().data<{ workspaces: { nodes: { externalId: string; displayName: string }[] } }>(
        'query ($id: ID) { workspaces(organization: $id) { nodes { externalId displayName } } }',
        { id },
      );
      const expected = waii().scopes.filter(({ parent }) => parent?.externalId === externalId);
      expect(sorted(workspaces.nodes)).toEqual(sorted(expected.map((scope) => ({ externalId: scope.externalId, displayName: scope.name }))));
    }
  });

  test('list_orgs', async () => {
    const shown = await readScopes(house(), waii(), 'organizations');
    const expected = waii().scopes.filter(({ kind }) => kind === 'ORGANIZATION');
    expect(sorted(shown.map(({ externalId, displayName }) => [externalId, displayName]))).toEqual(
      sorted(expected.map(({ externalId, name }) => [externalId, name])),
    );
  });
}

export function segmentOperations(house: GetHouse): void {
  const segment = () => house().instance('segment');

  test('list_users', async () => {
    const shown = await readAccounts(house(), segment());
    expect(sorted(shown.map(({ externalId, displayName, emails }) => [externalId, displayName, emails[0]?.address]))).toEqual(
      sorted(segment().accounts.map(({ externalId, displayName, email }) => [externalId, displayName, email])),
    );
  });

  test('get_user', async () => {
    const grants = await readGrants(house(), segment());
    const byHolder = Map.groupBy(grants, ({ principal }) => principal.externalId);
    for (const { externalId } of segment().accounts) {
      const { identity } = await house().data<{ identity: { displayName: string } }>(
        `{ identity(by: ${identityArg(segment(), externalId)}) { displayName } }`,
      );
      expect(identity.displayName).toBe(segment().accounts.find((account) => account.externalId === externalId)?.displayName);
      const expected = segment().grants.filter(({ principal }) => principal.externalId === externalId);
      expect(sorted((byHolder.get(externalId) ?? []).map(grantLine))).toEqual(sorted(expected.map(demoGrantLine)));
    }
  });

  test('list_user_groups_from_user', async () => {
    const tied = segment().accounts.filter(({ externalId }) =>
      house().company.truth.allowed({ type: 'segment', serviceId: segment().serviceId, externalId }),
    );
    expect(tied.length).toBeGreaterThan(10);
    for (const { externalId } of tied.slice(0, 20)) {
      const { user } = await house().data<{ user: { groups: { nodes: { displayName: string }[] } } }>(
        `{ user(by: { identity: ${identityArg(segment(), externalId)} }) { groups(service: "segment") { nodes { displayName } } } }`,
      );
      const expected = segment().groups.filter(({ members }) => members.some((member) => member.externalId === externalId));
      expect(sorted(user.groups.nodes.map(({ displayName }) => displayName))).toEqual(sorted(expected.map(({ name }) => name)));
    }
  });

  test('list_invites', async () => {
    const shown = await house().list<object>(
      'invites',
      `service: ${serviceArg(segment())}`,
      '{ externalId email status user { id } grants { role { name } } }',
    );
    expect(sorted(shown)).toEqual(
      sorted(segment().invites.map(({ email }) => ({ externalId: email, email, status: 'PENDING', user: null, grants: [] }))),
    );
    const [one] = segment().invites;
    const { invites } = await house().data<{ invites: { nodes: unknown[] } }>(
      `{ invites(email: "${one?.email.toUpperCase()}") { nodes { email } } }`,
    );
    expect(invites.nodes).toEqual([{ email: one?.email }]);
  });
}
