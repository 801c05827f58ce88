import { expect, test } from 'vitest';
import { codesOf, post, shareEmpty } from './support.ts';

const bench = shareEmpty();

const rounds = [1, 2, 3, 4];

test('the named operation answers, whichever came first', async () => {
  const query = 'query A { a: __typename services { id } } query B { b: __typename }';
  for (const _round of rounds) {
    expect((await post(bench.server, { query, operationName: 'A' })).body).toEqual({ data: { a: 'Query', services: [] } });
    expect((await post(bench.server, { query, operationName: 'B' })).body).toEqual({ data: { b: 'Query' } });
  }
});

test('a document with a query and a mutation is never answered with the other', async () => {
  const query = 'query Q { q: __typename } mutation M { syncService(service: { type: "slack" }) { userErrors { code field } } }';
  for (const _round of rounds) {
    expect((await post(bench.server, { query, operationName: 'Q' })).body).toEqual({ data: { q: 'Query' } });
    expect((await post(bench.server, { query, operationName: 'M' })).body).toEqual({
      data: { syncService: { userErrors: [{ code: 'NOT_FOUND', field: ['service'] }] } },
    });
  }
});

test('variables are this request’s: @include, @skip, defaults, null', async () => {
  const query =
    'query ($yes: Boolean!, $n: Int = 5) { a: __typename @include(if: $yes) b: __typename @skip(if: $yes) users(first: $n) { totalCount @include(if: $yes) nodes { id } } }';
  for (const _round of rounds) {
    expect((await post(bench.server, { query, variables: { yes: true } })).body).toEqual({
      data: { a: 'Query', users: { totalCount: 0, nodes: [] } },
    });
    expect((await post(bench.server, { query, variables: { yes: false, n: null } })).body).toEqual({ data: { b: 'Query', users: { nodes: [] } } });
    expect(codesOf(await post(bench.server, { query, variables: { yes: false, n: 101 } }))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await post(bench.server, { query, variables: {} }))).toEqual(['BAD_USER_INPUT']);
  }
});

test('an error of one field leaves its siblings, with path and place', async () => {
  const query = '{ ok: services { id } user(by: { id: "nonsense" }) { id } }';
  for (const _round of rounds) {
    const reply = await post(bench.server, { query });
    expect(reply.body.data).toEqual({ ok: [], user: null });
    expect(reply.body.errors).toMatchObject([{ path: ['user'], locations: [{ line: 1, column: 23 }], extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a list with errors keeps the other elements', async () => {
  const refs = [{ email: 'a@acme.example' }, { username: 'b' }];
  for (const _round of rounds) {
    const reply = await post(bench.server, { query: 'query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id } }', variables: { refs } });
    expect(reply.body).toEqual({ data: { usersBy: [null, null] } });
  }
});
