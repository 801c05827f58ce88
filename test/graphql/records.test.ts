import { describe, expect, test } from 'vitest';
import { codesOf } from '../server/support.ts';
import { ann, ben, minute, now, share, small } from './support.ts';

const bench = share(small);
const at = (ms: number): string => new Date(ms).toISOString();

describe('an account', () => {
  const account = async (selection: string, externalId = 'U1', service = 'service: "slack", serviceId: "T1"') =>
    ((await bench().data(`{ identity(by: { ${service}, externalId: "${externalId}" }) { ${selection} } }`)) as { identity: unknown }).identity;

  test('says all that its service says, and how fresh that is', async () => {
    const selection = `service { displayName } externalId origin asOf stale kind status username displayName emails { address proof seenIn { externalId } }
      role { name } roles { name } organization { displayName settings } settings lastActiveAt mfaEnabled raw`;
    expect(await account(selection)).toEqual({
      service: { displayName: 'Acme Slack' },
      externalId: 'U1',
      origin: 'INDEX',
      asOf: at(now - 5 * minute),
      stale: false,
      kind: 'HUMAN',
      status: 'ACTIVE',
      username: 'ann',
      displayName: 'Ann',
      emails: [{ address: 'ann@acme.example', proof: 'VERIFIED', seenIn: [{ externalId: 'U1' }] }],
      role: { name: 'Admin' },
      roles: [{ name: 'Admin' }, { name: 'Member' }],
      organization: { displayName: 'Acme', settings: { plan: 'grid' } },
      settings: { theme: 'dark' },
      lastActiveAt: at(now - minute),
      mfaEnabled: true,
      raw: { id: 'U1' },
    });
  });

  test('leaves null what its service does not say, and a role that it does not list', async () => {
    const selection = 'user { id } role { name } roles { name } organization { id } settings lastActiveAt mfaEnabled raw username emails { address }';
    expect(await account(selection, 'B1')).toEqual({
      user: null,
      role: null,
      roles: [],
      organization: null,
      settings: null,
      lastActiveAt: null,
      mfaEnabled: null,
      raw: null,
      username: null,
      emails: [],
    });
  });

  test('says how it was linked, and by whom', async () => {
    const link =
      'user { id } link { state rule confidence evidence decidedAt note decidedBy { __typename ... on User { name: displayName } ... on ServicePrincipal { id displayName } } }';
    expect(await account(link)).toEqual({
      user: { id: ann },
      link: {
        state: 'LINKED_AUTO',
        rule: 'verified e-mail',
        confidence: 1,
        evidence: ['both services verified the address'],
        decidedAt: at(now - minute),
        note: null,
        decidedBy: null,
      },
    });
    expect(await account(link, 'P1', 'service: "pagerduty"')).toMatchObject({
      link: { state: 'LINKED_MANUAL', note: 'asked her', decidedBy: { __typename: 'User', name: 'Ben' } },
    });
    expect(await account(link, 'U2')).toMatchObject({
      user: { id: ben },
      link: { decidedBy: { __typename: 'ServicePrincipal', displayName: 'nightly' } },
    });
    expect(await account(link, 'B1')).toMatchObject({ user: null, link: { state: 'CONFLICT' } });
  });

  test('is null when there is none, and a conflict when two instances know the id', async () => {
    expect(await account('id', 'U404')).toBeNull();
    const reply = await bench().ask('{ identity(by: { service: "slack", externalId: "U1" }) { id } }');
    expect(codesOf(reply)).toEqual(['CONFLICT']);
    expect(reply.body.errors?.[0]?.message).toContain('`serviceId`');
    expect(await account('displayName', 'U2', 'service: "slack"')).toEqual({ displayName: 'Ben' });
  });

  test('a stale service makes its records stale', async () => {
    expect(await account('stale asOf', 'U1', 'service: "slack", serviceId: "T2"')).toEqual({ stale: true, asOf: at(now - 90 * minute) });
  });
});

describe('a group', () => {
  const found = async (selection: string, externalId = 'g1') =>
    (
      (await bench().data(`{ group(service: { type: "slack", serviceId: "T1" }, externalId: "${externalId}") { ${selection} } }`)) as {
        group: unknown;
      }
    ).group;

  test('has parents, children, members and grants', async () => {
    expect(
      await found('displayName parents { displayName } children { id } members { nodes { externalId } } grants { nodes { externalId } }'),
    ).toEqual({
      displayName: 'Platform',
      parents: [{ displayName: 'Engineering' }],
      children: [],
      members: { nodes: expect.arrayContaining([{ externalId: 'U1' }, { externalId: 'B1' }]) as unknown },
      grants: { nodes: [{ externalId: 'team-2' }] },
    });
    expect(
      await found('children { displayName } members { nodes { externalId } } all: members(transitive: true) { nodes { externalId } }', 'g2'),
    ).toEqual({
      children: [{ displayName: 'Platform' }],
      members: { nodes: [] },
      all: { nodes: expect.arrayContaining([{ externalId: 'U1' }, { externalId: 'B1' }]) as unknown },
    });
  });

  test('is null when there is none', async () => expect(await found('id', 'g404')).toBeNull());
});

describe('a grant', () => {
  const found = async (externalId: string, selection: string) => {
    const { grants } = (await bench().data(`{ grants(first: 100) { nodes { key: externalId ${selection} } } }`)) as {
      grants: { nodes: { key: string }[] };
    };
    const { key, ...rest } = grants.nodes.find((grant) => grant.key === externalId) ?? { key: undefined };
    return key === undefined ? undefined : rest;
  };
  const who = 'principal { __typename ... on Identity { name: displayName } ... on Group { displayName } } user { id }';

  test('of an account leads to the person, the role and the scope', async () => {
    expect(
      await found(
        'base-1',
        `${who} role { name } level scope { __typename kind displayName } allScopes source createdAt expiresAt immutable permissions grantedBy { ... on Identity { displayName } }`,
      ),
    ).toEqual({
      principal: { __typename: 'Identity', name: 'Ann' },
      user: { id: ann },
      role: { name: 'Admin' },
      level: 'ADMIN',
      scope: { __typename: 'Workspace', kind: 'WORKSPACE', displayName: 'Acme Slack' },
      allScopes: false,
      source: 'DIRECT',
      createdAt: '1970-01-01T00:00:00.000Z',
      expiresAt: null,
      immutable: false,
      permissions: [],
      grantedBy: { displayName: 'Ben' },
    });
  });

  test('on the service itself has the service for its scope', async () => {
    const scope = 'scope { __typename kind displayName parent { id } members { nodes { externalId } } ... on Service { type serviceId } }';
    expect(await found('base-2', scope)).toEqual({
      scope: {
        __typename: 'Service',
        kind: 'SERVICE',
        displayName: 'Acme Slack',
        parent: null,
        members: { nodes: [{ externalId: 'base-2' }] },
        type: 'slack',
        serviceId: 'T1',
      },
    });
  });

  test('of a group, on all scopes of a kind', async () => {
    expect(await found('team-2', `${who} role { name } level scope { id } allScopes expiresAt immutable`)).toEqual({
      principal: { __typename: 'Group', displayName: 'Platform' },
      user: null,
      role: null,
      level: 'UNKNOWN',
      scope: null,
      allScopes: true,
      expiresAt: at(now + minute),
      immutable: true,
    });
  });

  test('of somebody whom the service does not list is shown all the same', async () => {
    expect(await found('lost', `${who} scope { displayName }`)).toEqual({ principal: null, user: null, scope: { displayName: 'Warehouse' } });
  });
});

describe('scopes', () => {
  test('hold each other, up and down', async () => {
    const query = `{ organizations { nodes { kind displayName parent { __typename kind }
      workspaces { nodes { displayName kind parent { displayName }
        projects { nodes { displayName kind parent { displayName } members { nodes { externalId } } } } members(level: ADMIN) { nodes { externalId } } } } } } }`;
    expect(await bench().data(query)).toEqual({
      organizations: {
        nodes: [
          {
            kind: 'ORGANIZATION',
            displayName: 'Acme',
            parent: { __typename: 'Service', kind: 'SERVICE' },
            workspaces: {
              nodes: [
                {
                  displayName: 'Acme Slack',
                  kind: 'WORKSPACE',
                  parent: { displayName: 'Acme' },
                  projects: {
                    nodes: [
                      {
                        displayName: 'Launch',
                        kind: 'PROJECT',
                        parent: { displayName: 'Acme Slack' },
                        members: { nodes: expect.arrayContaining([{ externalId: 'team-1' }]) as unknown },
                      },
                    ],
                  },
                  members: { nodes: [{ externalId: 'base-1' }] },
                },
              ],
            },
          },
        ],
      },
    });
  });
});

test('a role shows the service’s word beside the level', async () => {
  const query = '{ roles(level: ADMIN) { nodes { name level category appliesTo custom permissions { key description } } } }';
  expect(await bench().data(query)).toEqual({
    roles: {
      nodes: [
        {
          name: 'Admin',
          level: 'ADMIN',
          category: 'base',
          appliesTo: ['WORKSPACE'],
          custom: false,
          permissions: [
            { key: 'manage', description: 'Manage all' },
            { key: 'read', description: null },
          ],
        },
      ],
    },
  });
});

test('a match case names the account, who may hold it and why; a merged candidate is the living person', async () => {
  const query =
    '{ matchCases { nodes { reason openedAt decision identity { displayName link { state } } candidates { user { id } confidence rule evidence against } } } }';
  expect(await bench().data(query)).toEqual({
    matchCases: {
      nodes: [
        {
          reason: 'two people may own it',
          openedAt: at(now - minute),
          decision: null,
          identity: { displayName: 'Deploy bot', link: { state: 'CONFLICT' } },
          candidates: [
            { user: { id: ann }, confidence: 0.5, rule: 'name', evidence: ['wrote it'], against: [] },
            { user: { id: ann }, confidence: 0.4, rule: 'name', evidence: [], against: ['left'] },
          ],
        },
      ],
    },
  });
});
