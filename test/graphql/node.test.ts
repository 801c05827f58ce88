import { describe, expect, test } from 'vitest';
import { formatNodeId } from '../../src/model/global-id.ts';
import { codesOf } from '../server/support.ts';
import { ann, retiredAnn, share, small, uuid } from './support.ts';

const bench = share(small);

/** One of each type, by asking for it another way. */
const everything = `{
  services { __typename id displayName }
  users { nodes { __typename id name: displayName } }
  identities { nodes { __typename id name: displayName } }
  groups { nodes { __typename id displayName } }
  roles { nodes { __typename id word: name } }
  grants { nodes { __typename id externalId } }
  organizations { nodes { __typename id displayName } }
  workspaces { nodes { __typename id displayName } }
  projects { nodes { __typename id displayName } }
  matchCases { nodes { __typename id reason } }
}`;
const refetch = `query ($ids: [ID!]!) { nodes(ids: $ids) {
  __typename id
  ... on Service { displayName } ... on User { name: displayName } ... on Identity { name: displayName } ... on Group { displayName } ... on Role { word: name }
  ... on Grant { externalId } ... on Organization { displayName } ... on Workspace { displayName } ... on Project { displayName } ... on MatchCase { reason }
} }`;

type Node = { __typename: string; id: string };

async function allNodes(): Promise<readonly Node[]> {
  const data = (await bench().data(everything)) as Record<string, Node[] | { nodes: Node[] }>;
  return Object.values(data).flatMap((list) => (Array.isArray(list) ? list : list.nodes));
}

describe('node', () => {
  test('every id that an answer gives can be fetched again, as the same thing', async () => {
    const nodes = await allNodes();
    expect(new Set(nodes.map(({ __typename }) => __typename)).size).toBe(10);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
    for (let round = 0; round < 3; round++) {
      expect(await bench().data(refetch, { ids: nodes.map(({ id }) => id) })).toEqual({ nodes });
      for (const each of nodes)
        expect(await bench().data('query ($id: ID!) { node(id: $id) { __typename id } }', { id: each.id })).toEqual({
          node: { __typename: each.__typename, id: each.id },
        });
    }
  });

  test('resources too', async () => {
    const query = '{ grants(filter: { scopeKind: RESOURCE }) { nodes { scope { id } } } }';
    const { grants } = (await bench().data(query)) as { grants: { nodes: { scope: Node }[] } };
    expect(
      await bench().data('query ($id: ID!) { node(id: $id) { ... on Resource { type displayName parent { displayName } } } }', {
        id: grants.nodes[0]?.scope.id,
      }),
    ).toEqual({
      node: { type: 'WAREHOUSE', displayName: 'Warehouse', parent: { displayName: 'Launch' } },
    });
  });

  test('a retired id gives the living person', async () => {
    expect(await bench().data(`{ node(id: "${retiredAnn}") { id } }`)).toEqual({ node: { id: ann } });
  });

  const foreign = [
    '',
    'junk',
    '__proto__:1',
    'constructor',
    uuid(404),
    uuid(1).replace('-7', '-ABCD'),
    'é',
    'a'.repeat(10_000),
    Buffer.from('["User","x"]').toString('base64url'),
    Buffer.from('["Identity"]').toString('base64url'),
    Buffer.from('["Query","x"]').toString('base64url'),
    Buffer.from('{"__proto__":1}').toString('base64url'),
    formatNodeId({ type: 'Identity', service: 'slack', serviceId: 'T1', key: 'U404' }),
    formatNodeId({ type: 'Identity', service: 'slack', serviceId: 'T999', key: 'U1' }),
    formatNodeId({ type: 'Identity', service: 'okta', serviceId: 'x', key: 'U1' }),
    formatNodeId({ type: 'Group', service: 'slack', serviceId: 'T1', key: 'U1' }),
    formatNodeId({ type: 'Workspace', service: 'slack', serviceId: 'T1', key: 'E1' }),
    formatNodeId({ type: 'Invite', service: 'slack', serviceId: 'T1', key: 'x' }),
    formatNodeId({ type: 'Service', name: 'slack' }),
    formatNodeId({ type: 'MatchCase', id: 'case-404' }),
    formatNodeId({ type: 'AuditEvent', id: '1' }),
    `${formatNodeId({ type: 'Service', name: 'chat' })}=`,
  ];

  test.each(foreign)('%j is null, without a word why', async (id) => {
    expect((await bench().ask('query ($id: ID!) { node(id: $id) { id } }', { id })).body).toEqual({ data: { node: null } });
  });

  test('an account of one instance is not that of another with the same id', async () => {
    const of = (serviceId: string) => formatNodeId({ type: 'Identity', service: 'slack', serviceId, key: 'U1' });
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Identity { displayName } } }';
    expect(await bench().data(query, { ids: [of('T1'), of('T2')] })).toEqual({ nodes: [{ displayName: 'Ann' }, { displayName: 'Benjamin' }] });
  });

  test('nodes keeps order, gaps and repetitions', async () => {
    const ids = [uuid(404), ann, 'junk', ann, retiredAnn];
    expect(await bench().data('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toEqual({
      nodes: [null, { id: ann }, null, { id: ann }, { id: ann }],
    });
  });

  test('at most a hundred ids', async () => {
    const ask = (count: number) => bench().ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array.from({ length: count }, () => ann) });
    expect(codesOf(await ask(100))).toEqual([]);
    for (const count of [101, 5000]) {
      const reply = await ask(count);
      expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
      expect(reply.body.errors?.[0]?.message).toBe(`ids: ${count} are too many: ask for at most 100 at once`);
    }
  });
});
