import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import relayCompiler from 'relay-compiler';
import { expect, test } from 'vitest';
import { schemaFile } from '../../src/graphql/print-schema.ts';
import { ann, small, startFilled } from '../graphql/support.ts';
import { run, startProject, type ClientProject, type Ended } from './support.ts';

const people = `
  query PeopleQuery($first: Int!, $after: String) { ...People_list @arguments(first: $first, after: $after) }
  fragment People_list on Query @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" }) @refetchable(queryName: "MorePeopleQuery") {
    users(first: $first, after: $after) @connection(key: "People_users") {
      totalCount
      edges { node { id ...People_person } }
    }
  }
  fragment People_person on User @refetchable(queryName: "PersonQuery") {
    displayName
    kind
    lastActiveAt
    identities { service { displayName } ... on Sourced { stale } role @required(action: LOG) { name } }
    ...People_groups
  }
  fragment People_groups on User @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" })
  @refetchable(queryName: "PersonGroupsQuery") {
    groups(first: $count, after: $cursor) @connection(key: "People_groups") { edges { node { displayName } } }
  }
  query PeopleNodeQuery($id: ID!) { node(id: $id) { __typename ... on Scope { place: kind parent { displayName } } ...People_person @alias } }
`;

const config = JSON.stringify({
  src: '.',
  schema: 'schema.graphql',
  language: 'typescript',
  excludes: ['**/node_modules/**'],
  customScalarTypes: { DateTime: 'string', JSON: 'unknown' },
  persistConfig: { file: 'queries.json' },
});

function compile(project: ClientProject, documents: string): Promise<Ended> {
  project.write('schema.graphql', readFileSync(schemaFile, 'utf8'));
  project.write('package.json', '{ "type": "module" }');
  project.write('relay.config.json', config);
  project.write('queries.json', '{}');
  const tags = documents.split(/^ {2}(?=query|fragment)/m).flatMap((part) => (part.trim() === '' ? [] : [`graphql\`${part}\`;`]));
  project.write('People.ts', `import { graphql } from 'relay-runtime';\n${tags.join('\n')}\n`);
  return run(project.folder, relayCompiler, 'relay.config.json');
}

test('Relay’s compiler takes connections, refetching and pagination below a node, and its queries are answered', async () => {
  using project = startProject();
  const { code, said } = await compile(project, people);
  expect([code, said]).toEqual([0, expect.stringContaining('compiled documents')]);
  const queries = Object.values(JSON.parse(readFileSync(join(project.folder, 'queries.json'), 'utf8')) as Record<string, string>);
  const named = (name: string): string => queries.find((query) => query.startsWith(`query ${name}`)) ?? '';
  expect(queries).toHaveLength(5);

  await using bench = await startFilled(small);
  const first = (await bench.data(named('PeopleQuery'), { first: 2 })) as { users: { totalCount: number; pageInfo: { endCursor: string } } };
  expect(first).toMatchObject({ users: { totalCount: 3, edges: [{ node: { __typename: 'User', id: ann } }, {}], pageInfo: { hasNextPage: true } } });
  expect(await bench.data(named('MorePeopleQuery'), { first: 2, after: first.users.pageInfo.endCursor })).toMatchObject({
    users: { edges: [{ node: { kind: 'BOT' } }], pageInfo: { hasNextPage: false } },
  });
  expect(await bench.data(named('PersonGroupsQuery'), { id: ann, count: 1 })).toMatchObject({
    node: { __typename: 'User', groups: { edges: [{ node: { displayName: 'Platform' } }] } },
  });
  expect(await bench.data(named('PersonQuery'), { id: ann })).toMatchObject({ node: { displayName: 'Ann' } });
  expect(await bench.data(named('PeopleNodeQuery'), { id: ann })).toMatchObject({ node: { displayName: 'Ann' } });
});

test.each([
  ['a field that is not there', 'lastActiveAt', 'lastActive', 'has no field `lastActive`'],
  ['an argument that is not there', 'after: $after', 'behind: $after', "Unknown argument 'behind'"],
])('%s does not compile', async (_name, right, wrong, problem) => {
  using project = startProject();
  const { code, said } = await compile(project, people.replace(right, wrong));
  expect(code).not.toBe(0);
  expect(said).toContain(problem);
});
