import { minifyIntrospection, outputIntrospectionFile } from 'gql.tada/internal';
import { introspectionFromSchema } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { small, startFilled } from '../graphql/support.ts';
import { run, startProject, type ClientProject } from './support.ts';

const program = `
import { initGraphQLTada, type ResultOf, type TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import type { introspection } from './schema.d.ts';

const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string; JSON: unknown } }>();

const People = graphql(\`
  query People($first: Int, $after: String) {
    users(first: $first, after: $after) {
      nodes { id displayName kind lastActiveAt identity(service: "slack") { service { type } link { state } } }
      pageInfo { hasNextPage endCursor }
    }
  }
\`);
type Person = ResultOf<typeof People>['users']['nodes'][number];

async function ask<Data, Variables>(document: TadaDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const response = await fetch(process.argv[2] ?? '', { method: 'POST', headers, body: JSON.stringify({ query: print(document), variables }) });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const bots: Person[] = [];
let after: string | null = null;
let pages = 0;
do {
  const { users }: ResultOf<typeof People> = await ask(People, { first: 2, after });
  bots.push(...users.nodes.filter(({ kind }) => kind === 'BOT'));
  after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null;
  pages++;
} while (after !== null);
const state: 'LINKED_AUTO' | 'LINKED_MANUAL' | 'SUGGESTED' | 'REJECTED' | 'CONFLICT' | 'UNLINKED' | undefined = bots[0]?.identity?.link.state;
console.log(JSON.stringify({ pages, bots: bots.map(({ displayName }) => displayName), state: state ?? null }));
`;

const tsconfig = JSON.stringify({
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    types: ['node'],
  },
  files: ['client.ts'],
});

function write(project: ClientProject, client: string): void {
  // The command line of gql.tada 1.11 does the same, but reads its settings through TypeScript's JavaScript API, which TypeScript 7 does not have.
  const introspection = minifyIntrospection(introspectionFromSchema(schema));
  project.write('schema.d.ts', outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true }));
  project.write('package.json', '{ "type": "module" }');
  project.write('tsconfig.json', tsconfig);
  project.write('client.ts', client);
}

const typeCheck = (project: ClientProject) => run(project.folder, process.execPath, 'node_modules/typescript/bin/tsc', '-p', '.');

test('a client that is typed by the schema type-checks, and runs against a listening server', async () => {
  using project = startProject();
  write(project, program);
  expect(await typeCheck(project)).toEqual({ code: 0, said: '' });
  await using bench = await startFilled(small);
  const { url } = await bench.server.listen('127.0.0.1', 0);
  const { code, said } = await run(project.folder, process.execPath, 'client.ts', `${url}/graphql`);
  expect([code, said]).toEqual([0, `${JSON.stringify({ pages: 2, bots: ['Ben'], state: null })}\n`]);
});

test.each([
  ['a field that is not there', 'displayName kind', 'displayNam kind', "Property 'displayName' does not exist"],
  ['a value that an enum lacks', "kind === 'BOT'", "kind === 'ROBOT'", '\'"ROBOT"\' have no overlap'],
  ['a variable of another type', 'first: 2, after', "first: '2', after", "Type 'string' is not assignable to type 'number'"],
  [
    'a null that was forgotten',
    'let after: string | null = null',
    "let after: string = ''",
    "Type 'string | null' is not assignable to type 'string'",
  ],
])('%s does not type-check', async (_name, right, wrong, problem) => {
  using project = startProject();
  expect(program).toContain(right);
  write(project, program.replace(right, wrong));
  const { code, said } = await typeCheck(project);
  expect(code).not.toBe(0);
  expect(said).toContain(problem);
});
