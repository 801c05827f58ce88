import { expect, test } from 'vitest';
import { passwordPolicy } from '../../adapters/squirro/sandbox-data.ts';
import type { DemoCredential, DemoInstance } from '../../src/contract/sandbox.ts';
import type { CompanyHouse } from './company.ts';
import { demoGrantLine, identityArg, readAccounts, readGrants, readGroups, readScopes, serviceArg, sorted } from './reads.ts';

type GetHouse = () => CompanyHouse;

const heldIn = ({ credentials }: DemoInstance, kind: DemoCredential['kind']) => credentials.filter((each) => each.kind === kind);
const projectGrants = ({ grants }: DemoInstance) => grants.filter(({ scope }) => scope?.kind === 'PROJECT');
const first = <T>(values: readonly T[]): T => {
  const [value] = values;
  if (value === undefined) throw new Error('the company has none of these');
  return value;
};

interface Member {
  readonly principal: { readonly __typename: string; readonly externalId: string };
  readonly role: { readonly name: string };
  readonly permissions: readonly string[];
}
const memberFields = '{ nodes { principal { __typename ... on Identity { externalId } ... on Group { externalId } } role { name } permissions } }';

/** Of a DemoGrant: who, in which role, with what. */
function toMember({ principal, role }: DemoInstance['grants'][number], { roles }: DemoInstance) {
  const { name, permissions } = first(roles.filter(({ externalId }) => externalId === role));
  return [principal.kind, principal.externalId, name, permissions];
}
const shownMember = ({ principal, role, permissions }: Member) => [principal.__typename.toLowerCase(), principal.externalId, role.name, permissions];

export function squirroAccounts(house: GetHouse): void {
  const squirro = () => house().instance('squirro-main');

  test('get_users', async () => {
    const shown = await readAccounts(house(), squirro());
    expect(sorted(shown.map(({ externalId, displayName, emails, settings }) => [externalId, displayName, emails[0]?.address, settings]))).toEqual(
      sorted(
        squirro().accounts.map(({ externalId, displayName, email, title }) => [
          externalId,
          displayName,
          email,
          { ...(title !== undefined && { job_title: title }), config: { language: 'en', digest: { weekly: true } } },
        ]),
      ),
    );
  });

  test('get_user_data', async () => {
    const direct = first(projectGrants(squirro()).filter(({ principal }) => principal.kind === 'identity'));
    const { user } = await house().data<{
      user: {
        identity: { externalId: string };
        grants: { nodes: { principal: Member['principal']; role: { externalId: string }; scope: { externalId: string } }[] };
      };
    }>(
      `{ user(by: { identity: ${identityArg(squirro(), direct.principal.externalId)} }) { identity(service: "squirro", serviceId: "${squirro().serviceId}") { externalId }
        grants(first: 100, filter: { services: [${serviceArg(squirro())}], scopeKind: PROJECT }) { nodes { principal { __typename ... on Identity { externalId } ... on Group { externalId } }
        role { externalId } scope { ... on Project { externalId } } } } } }`,
    );
    const { externalId } = direct.principal;
    const groups = new Set(
      squirro()
        .groups.filter(({ members }) => members.some((member) => member.externalId === externalId))
        .map((group) => group.externalId),
    );
    const held = projectGrants(squirro()).filter(({ principal }) => principal.externalId === externalId || groups.has(principal.externalId));
    const lines = user.grants.nodes.map(({ principal, role, scope }) =>
      [principal.__typename.toLowerCase(), principal.externalId, role.externalId, scope.externalId].join(' '),
    );
    expect(user.identity).toEqual({ externalId });
    expect(sorted(lines)).toEqual(sorted(new Set(held.map(demoGrantLine))));
  });

  test('get_users_password_policy', async () => {
    const { passwordPolicy: shown } = await house().data<{ passwordPolicy: unknown }>(
      `{ passwordPolicy(service: ${serviceArg(squirro())}) { minLength rules raw service { serviceId } } }`,
    );
    expect(shown).toEqual({
      minLength: passwordPolicy.min_length,
      rules: Object.entries(passwordPolicy).map(([key, value]) => `${key}: ${value}`),
      raw: passwordPolicy,
      service: { serviceId: squirro().serviceId },
    });
    const { body } = await house().ask('{ passwordPolicy(service: { type: "waii" }) { minLength } }');
    expect(body).toMatchObject({ data: { passwordPolicy: null }, errors: [{ extensions: { code: 'SERVICE_UNSUPPORTED' } }] });
  });

  test('get_user_grants', async () => {
    const token = first(heldIn(squirro(), 'TOKEN_GRANT').filter(({ name }) => name === 'service'));
    const { user } = await house().data<{ user: { credentials: { nodes: unknown[]; coverage: { service: { type: string }; state: string }[] } } }>(
      `{ user(by: { identity: ${identityArg(squirro(), token.account)} }) { credentials(kinds: ["TOKEN_GRANT"]) {
        nodes { __typename identity { externalId } ... on TokenGrant { type clientId projectPermissions } } coverage { service { type } state } } } }`,
    );
    const own = heldIn(squirro(), 'TOKEN_GRANT').filter(({ account }) => account === token.account);
    expect(sorted(user.credentials.nodes)).toEqual(
      sorted(
        own.map(({ name, account }) => ({
          __typename: 'TokenGrant',
          identity: { externalId: account },
          type: name,
          clientId: name === 'service' ? 'indexer' : null,
          projectPermissions: name === 'service' ? ['items.read'] : [],
        })),
      ),
    );
    const states = new Map(user.credentials.coverage.map(({ service, state }) => [service.type, state]));
    expect(states.get('squirro')).toBe('COMPLETE');
    expect(states.get('slack')).toBe('UNSUPPORTED');
  });

  const ask = (kind: string, account: string, key: string, fields: string) =>
    house().data<{ credential: unknown }>(
      `{ credential(kind: "${kind}", identity: ${identityArg(squirro(), account)}, key: ${JSON.stringify(key)}) { __typename identity { externalId } createdAt ${fields} } }`,
    );

  test('get_session', async () => {
    const admins = new Set(squirro().accounts.flatMap(({ externalId, role }) => (role === 'admin' ? [externalId] : [])));
    const sessions = heldIn(squirro(), 'SESSION');
    const own = sessions.find(({ account }) => admins.has(account)) ?? first(sessions);
    const foreign = first(sessions.filter(({ account }) => account !== own.account));
    const expected = { __typename: 'Session', identity: { externalId: own.account }, createdAt: new Date(own.createdAt).toISOString() };
    expect(await ask('SESSION', own.account, own.externalId, '')).toEqual({ credential: expected });
    // Only the own one can be read.
    expect(await ask('SESSION', foreign.account, foreign.externalId, '')).toEqual({ credential: null });
  });

  test('get_authentication', async () => {
    const held = first(heldIn(squirro(), 'SERVICE_CONNECTION'));
    const holder = first(squirro().accounts.filter(({ externalId }) => externalId === held.account));
    const answer = await ask(
      'SERVICE_CONNECTION',
      held.account,
      held.externalId,
      '... on ServiceConnection { target targetUserId displayName state }',
    );
    expect(answer).toEqual({
      credential: {
        __typename: 'ServiceConnection',
        identity: { externalId: held.account },
        createdAt: null,
        target: held.name,
        targetUserId: `${held.name}-${held.account}`,
        displayName: holder.displayName,
        state: 'ok',
      },
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
}

export function squirroPlaces(house: GetHouse): void {
  const squirro = () => house().instance('squirro-main');

  test('get_groups', async () => {
    const shown = await readGroups(house(), squirro());
    expect(
      sorted(shown.map(({ externalId, displayName, members }) => [externalId, displayName, sorted(members.nodes.map((each) => each.externalId))])),
    ).toEqual(sorted(squirro().groups.map(({ externalId, name, members }) => [externalId, name, sorted(members.map((each) => each.externalId))])));
  });

  test('get_group', async () => {
    for (const { principal } of projectGrants(squirro()).filter((grant) => grant.principal.kind === 'group')) {
      const expected = first(squirro().groups.filter(({ externalId }) => externalId === principal.externalId));
      const { group } = await house().data<{ group: { displayName: string; grants: { nodes: { scope: { displayName: string } }[] } } }>(
        `{ group(service: ${serviceArg(squirro())}, externalId: "${expected.externalId}") { displayName grants(filter: { scopeKind: PROJECT }) { nodes { scope { displayName } } } } }`,
      );
      const projects = projectGrants(squirro()).filter((grant) => grant.principal.externalId === expected.externalId);
      expect(group.displayName).toBe(expected.name);
      expect(sorted(group.grants.nodes.map(({ scope }) => scope.displayName))).toEqual(
        sorted(projects.map(({ scope }) => squirro().scopes.find(({ externalId }) => externalId === scope?.externalId)?.name)),
      );
    }
  });

  test('get_project_members', async () => {
    const { projects } = await house().data<{ projects: { nodes: { externalId: string; members: { nodes: Member[] } }[] } }>(
      `{ projects(service: ${serviceArg(squirro())}, first: 20) { nodes { externalId members(first: 50) ${memberFields} } } }`,
    );
    expect(projects.nodes).toHaveLength(squirro().scopes.filter(({ kind }) => kind === 'PROJECT').length);
    for (const { externalId, members } of projects.nodes) {
      const expected = projectGrants(squirro()).filter(({ scope }) => scope?.externalId === externalId);
      expect(sorted(members.nodes.map(shownMember))).toEqual(sorted(expected.map((grant) => toMember(grant, squirro()))));
    }
  });

  test('get_workspaces', async () => {
    const shown = await house().list<{ externalId: string; displayName: string; projects: { nodes: { displayName: string }[] } }>(
      'workspaces',
      `service: ${serviceArg(squirro())}`,
      '{ externalId displayName projects(first: 50) { nodes { displayName } } }',
    );
    const ofKind = (kind: string) => squirro().scopes.filter((scope) => scope.kind === kind);
    expect(
      shown.map(({ externalId, displayName, projects }) => [externalId, displayName, sorted(projects.nodes.map((each) => each.displayName))]),
    ).toEqual(ofKind('WORKSPACE').map(({ externalId, name }) => [externalId, name, sorted(ofKind('PROJECT').map((project) => project.name))]));
  });

  test('get_workspaces(admin_only)', async () => {
    const refused = await house().ask('{ workspaces(viewerLevel: ADMIN) { nodes { displayName } } }');
    expect(refused.body.errors).toMatchObject([{ message: expect.stringContaining('viewerLevel'), extensions: { code: 'BAD_USER_INPUT' } }]);
    // What the message advises: the same, of a person who is named.
    const admin = first(squirro().grants.filter(({ role }) => role === 'workspace:admin'));
    const reader = first(squirro().grants.filter(({ role }) => role === 'workspace:reader'));
    for (const [grant, expected] of [
      [admin, [admin.scope?.externalId]],
      [reader, []],
    ] as const) {
      const { user } = await house().data<{ user: { grants: { nodes: { scope: { externalId: string } }[] } } }>(
        `{ user(by: { identity: ${identityArg(squirro(), grant.principal.externalId)} }) { grants(filter: { services: [${serviceArg(squirro())}], scopeKind: WORKSPACE, minLevel: ADMIN }) {
          nodes { scope { ... on Workspace { externalId } } } } } }`,
      );
      expect([...new Set(user.grants.nodes.map(({ scope }) => scope.externalId))]).toEqual(expected);
    }
  });

  test('get_workspace_users', async () => {
    const [workspace] = await readScopes(house(), squirro(), 'workspaces');
    const grants = (await readGrants(house(), squirro())).filter(
      ({ scope, role }) => scope?.externalId === workspace?.externalId && role?.externalId.startsWith('workspace:') === true,
    );
    const expected = squirro().grants.filter(({ scope }) => scope?.kind === 'WORKSPACE');
    expect(sorted(grants.map(({ principal, role }) => [principal.externalId, role?.name]))).toEqual(
      sorted(expected.map(({ principal, role }) => [principal.externalId, role.replace('workspace:', '')])),
    );
  });
}
