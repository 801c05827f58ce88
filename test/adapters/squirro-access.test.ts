import { describe, expect, test } from 'vitest';
import { account, alter, grant, ofKind, pagesOf, read, respond, start, tenant } from './squirro-harness.ts';

const workspace = { kind: 'WORKSPACE', externalId: 'acme' } as const;
const project = { kind: 'PROJECT', externalId: 'p1' } as const;
const scopes = [
  { ...workspace, name: 'Acme Inc' },
  { ...project, name: 'Insights' },
];

describe('groups, projects and workspaces', () => {
  const members = [
    grant('identity', 'u1', 'project:admin', project),
    grant('group', 'g1', 'project:member', project),
    grant('identity', 'u1', 'workspace:reader', workspace),
  ];
  const furnished = tenant({
    accounts: [account('u1', { role: 'reader' })],
    groups: [{ externalId: 'g1', name: 'Team East', handle: 'east', disabled: false, parents: [], members: [{ externalId: 'u1' }] }],
    roles: [{ externalId: 'project:admin', name: 'admin', permissions: ['projects.read.*'] }],
    scopes,
    grants: members,
  });

  test('grants stand on the project and the workspace, for users and groups, with the permissions that the service worked out', async () => {
    const { adapter } = await start(furnished);
    const found = [...(await read(adapter, 'projects', 'grant')), ...(await read(adapter, 'workspaces', 'grant'))];
    expect(found).toMatchObject([
      {
        externalId: 'project/p1/identity/u1',
        principal: { kind: 'identity', externalId: 'u1' },
        role: 'project:admin',
        level: 'ADMIN',
        scope: project,
        permissions: ['projects.read.*'],
        raw: { project_role: 'admin', server_role: 'reader' },
      },
      { externalId: 'project/p1/group/g1', principal: { kind: 'group', externalId: 'g1' }, role: 'project:member', level: 'MEMBER', scope: project },
      {
        externalId: 'workspace/acme/identity/u1',
        principal: { kind: 'identity', externalId: 'u1' },
        role: 'workspace:reader',
        level: 'READER',
        scope: workspace,
      },
    ]);
    expect(await read(adapter, 'projects', 'scope')).toEqual([
      { kind: 'scope', scopeKind: 'PROJECT', externalId: 'p1', displayName: 'Insights', parent: workspace, raw: { type: 'default' } },
    ]);
  });

  test('owners and words that nobody documented are catalogued where they are found', async () => {
    const { adapter, server } = await start(furnished);
    server.play([
      alter(/members$/, () => ({
        members: [
          { member_id: 'u1', member_type: 'admin', project_role: 'owner' },
          { member_id: 'g1', member_type: 'Group', project_role: 'curator', permissions: null },
          { member_id: null, project_role: 'admin' },
        ],
      })),
    ]);
    const [, page] = await pagesOf(adapter, 'projects');
    expect(ofKind(page?.records ?? [], 'role').map(({ externalId, level }) => [externalId, level])).toEqual([
      ['project:owner', 'OWNER'],
      ['project:curator', 'UNKNOWN'],
    ]);
    expect(ofKind(page?.records ?? [], 'grant').map(({ principal, level }) => [principal.kind, level])).toEqual([
      ['identity', 'OWNER'],
      ['group', 'UNKNOWN'],
    ]);
    expect(page?.rejected).toMatchObject([{ kind: 'grant', externalId: undefined }]);
  });

  test('one closed project is said to be unread, one deleted meanwhile is not, and the others go on', async () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ kind: 'PROJECT', externalId: `p${at}`, name: `P${at}` }) as const);
    const { adapter, server } = await start(
      tenant({ accounts: [account('u1')], scopes: many, grants: many.map((scope) => grant('identity', 'u1', 'project:reader', scope)) }),
    );
    server.play([respond(/p3\/members/, 403, { error: 'Forbidden' }), respond(/p4\/members/, 404, { error: 'Not Found' })]);
    const pages = await pagesOf(adapter, 'projects');
    expect(pages.map(({ records }) => records.length)).toEqual([25, 10, 8, 5]);
    expect(pages.flatMap(({ rejected }) => rejected)).toEqual([{ kind: 'grant', externalId: undefined, reason: 'members of a project: status 403' }]);
  });

  test('lists are taken bare and wrapped, and nothing else is', async () => {
    const { adapter, server } = await start(furnished);
    server.play([alter(/groups$/, (body) => ({ groups: body }))]);
    expect(await read(adapter, 'groups', 'membership')).toEqual([
      { kind: 'membership', group: 'g1', member: { kind: 'identity', externalId: 'u1' } },
    ]);
    server.play([alter(/groups$/, () => ({ teams: [] }))]);
    await expect(pagesOf(adapter, 'groups')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });
});
