import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { ann, share, small, uuid } from './support.ts';

const bench = share(small);

const fragments = `
  fragment Fresh on Sourced { service { type } externalId origin asOf stale }
  fragment Place on Scope { __typename id kind displayName parent { displayName } members(first: 2) { nodes { ...Fresh level } } }
  fragment Who on Principal { __typename ... on Node { id } ... on Identity { name: displayName emails { address } } ... on Group { displayName } }
`;

interface Asked {
  readonly name: string;
  readonly query: string;
  readonly variables?: object;
}

const corpus: readonly (readonly [name: string, query: string, variables?: object])[] = [
  ['introspection', getIntrospectionQuery()],
  [
    'services',
    '{ services { __typename id type coverage { state issue { code path } } sync { running issue { message } } capabilities { operation } } }',
  ],
  [
    'interfaces and unions',
    `{ grants { nodes { ...Fresh principal { ...Who } scope { ...Place } role { name } grantedBy { __typename } createdAt } } } ${fragments}`,
  ],
  [
    'nodes of all kinds',
    `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on User { emails { address } } ...Fresh ...Place ... on Grant { principal { ...Who } } } } ${fragments}`,
    { ids: [ann, 'junk', uuid(404)] },
  ],
  [
    'aliases with other arguments',
    `{ user(by: { id: "${ann}" }) { a: identities { externalId } b: identities(includeDeleted: true) { externalId } c: groups(first: 1) { nodes { id } } d: groups(first: 1, transitive: true) { nodes { id } pageInfo { hasNextPage } } } }`,
  ],
  [
    'errors inside lists',
    `query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id groups(first: 1) { nodes { id } } } }`,
    { refs: [{ username: 'twin' }, { id: ann }, { username: 'twin' }] },
  ],
  ['errors below', `{ users { nodes { id level(service: "nope") } } ok: services { id } }`],
  ['a nullable field that fails', `{ users { nodes { id identity(service: "nope") { id } } } }`],
  ['JSON and moments', '{ identities { nodes { settings raw lastActiveAt asOf } } organizations { nodes { settings } } }'],
  ['directives', 'query ($yes: Boolean = true) { services { id @skip(if: $yes) ... @include(if: $yes) { type } } }'],
  [
    'matchCases',
    '{ matchCases { totalCount edges { cursor node { candidates { user { id } evidence } identity { link { decidedBy { __typename } } } } } } }',
  ],
];

test.each(corpus.map(([name, query, variables]): Asked => ({ name, query, ...(variables && { variables }) })))(
  '$name: compiled or not, the answer is the same',
  async ({ query, variables }) => {
    const answers: string[] = [];
    // The first is interpreted, the second compiles, the third is compiled.
    for (let round = 0; round < 3; round++) {
      const { status, body } = await bench().ask(query, variables);
      answers.push(JSON.stringify([status, sorted(body)]).replaceAll(/"requestId":"[^"]+"/g, ''));
    }
    expect(answers[0]).toContain('"data"');
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
  },
);

/** Errors come as they happen. */
function sorted({ errors, ...rest }: { readonly errors?: readonly { readonly path?: unknown }[] }): object {
  return { ...rest, errors: errors?.toSorted((a, b) => (JSON.stringify(a.path) < JSON.stringify(b.path) ? -1 : 1)) };
}
