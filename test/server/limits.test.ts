import { describe, expect, test } from 'vitest';
import { codesOf, post, shareEmpty, type EmptyServer } from './support.ts';

const bench = shareEmpty();

const strict = { accept: 'application/graphql-response+json' };
const nested = 'query ($n: Int) { users(first: 100) { nodes { groups(first: $n) { nodes { members(first: $n) { nodes { id } } } } } } }';

async function refusal({ server }: Pick<EmptyServer, 'server'>, query: string, variables?: object): Promise<readonly [number, unknown[]]> {
  const reply = await post(server, { query, variables });
  return [reply.status, codesOf(reply)];
}
const passes = [200, []] as const;

describe('the cost is told with this request’s variables', () => {
  test('cheap first, costly after', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await refusal(bench, nested, { n: 1 })).toEqual(passes);
      expect(await refusal(bench, nested, { n: 100 })).toEqual([400, ['QUERY_COMPLEXITY']]);
    }
  });

  test('costly first, cheap after', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await refusal(bench, nested, { n: 100 })).toEqual([400, ['QUERY_COMPLEXITY']]);
      expect(await refusal(bench, nested, { n: 1 })).toEqual(passes);
    }
  });

  test('a refusal costs no statement', async () => {
    const before = bench.statements();
    await post(bench.server, { query: nested, variables: { n: 100 } });
    expect(bench.statements()).toBe(before);
  });
});

describe('sizes', () => {
  test('a page of a hundred rows below each of a hundred is refused', async () => {
    expect(await refusal(bench, '{ users(first: 100) { nodes { grants(first: 100) { nodes { id } } } } }')).toEqual([400, ['QUERY_COMPLEXITY']]);
  });

  test('depth 12 passes, 13 does not', async () => {
    const deep = (levels: number): string => `{ services { ${'coverage { service { '.repeat(levels)} id ${'} }'.repeat(levels)} } }`;
    expect(await refusal(bench, deep(5))).toEqual(passes);
    expect(await refusal(bench, deep(6))).toEqual([400, ['QUERY_DEPTH']]);
  });

  test('breadth 300 passes, 301 does not', async () => {
    const wide = (fields: number): string => `{ services { ${Array.from({ length: fields - 1 }, (_, index) => `f${index}: id`).join(' ')} } }`;
    expect(await refusal(bench, wide(300))).toEqual(passes);
    expect(await refusal(bench, wide(301))).toEqual([400, ['QUERY_BREADTH']]);
  });

  test('2,000 tokens pass, one more does not, in both media types', async () => {
    const long = (tokens: number): string => `{ nodes(ids: [${'"" '.repeat(tokens - 12)}]) { id } }`;
    expect((await refusal(bench, long(2000)))[1]).toEqual(['BAD_USER_INPUT']);
    expect(await refusal(bench, long(2001))).toEqual([400, ['QUERY_TOO_LONG']]);
    expect((await post(bench.server, { query: long(2001) }, strict)).status).toBe(400);
  });

  test('three thousand aliases get one error', async () => {
    const aliases = Array.from({ length: 3000 }, (_, index) => `a${index}: services { id }`).join(' ');
    const reply = await post(bench.server, { query: `{ ${aliases} }` });
    expect([reply.status, codesOf(reply)]).toEqual([400, ['QUERY_TOO_LONG']]);
    const fewer = Array.from({ length: 280 }, (_, index) => `a${index}: services { id }`).join(' ');
    expect(await refusal(bench, `{ ${fewer} }`)).toEqual([400, ['QUERY_BREADTH']]);
  });

  test.each([22, 150])('fragments that double %i times end at once', async (levels) => {
    const fragments = Array.from({ length: levels }, (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`).join(' ');
    const query = `{ ...F0 } ${fragments} fragment F${levels} on Query { services { id } }`;
    expect(await refusal(bench, query)).toEqual([400, ['QUERY_BREADTH']]);
  });

  test('fragments in a circle are refused', async () => {
    const reply = await post(bench.server, { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' }, strict);
    expect([reply.status, codesOf(reply)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
  });

  test('a fragment counts with the depth of each place that spreads it', async () => {
    const inner = `fragment Inner on Coverage { ${'service { coverage { '.repeat(3)} state ${'} }'.repeat(3)} }`;
    const shallow = '{ services { coverage { ...Inner } } }';
    expect(await refusal(bench, `${shallow} ${inner}`)).toEqual(passes);
    const both = `{ shallow: services { coverage { ...Inner } } deep: services { ${'coverage { service { '.repeat(3)} coverage { ...Inner } ${'} }'.repeat(3)} } }`;
    expect(await refusal(bench, `${both} ${inner}`)).toEqual([400, ['QUERY_DEPTH']]);
  });

  test.each(['__schema', '__type', '__typename', '__proto__', 'constructor'])('a fragment named %s is as any other', async (name) => {
    const deep = `fragment ${name} on Query { services { ${'coverage { service { '.repeat(6)} id ${'} }'.repeat(6)} } }`;
    expect(await refusal(bench, `{ ...${name} } ${deep}`)).toEqual([400, ['QUERY_DEPTH']]);
    const wide = `fragment ${name} on Query { ${Array.from({ length: 301 }, (_, index) => `f${index}: __typename`).join(' ')} }`;
    expect(await refusal(bench, `{ ...${name} } ${wide}`)).toEqual([400, ['QUERY_BREADTH']]);
  });

  test('a flood of directives is too long, or wrong', async () => {
    const flood = (count: number) => `{ services ${'@skip(if: false) '.repeat(count)} { id } }`;
    expect(await refusal(bench, flood(1000))).toEqual([400, ['QUERY_TOO_LONG']]);
    const fewer = await post(bench.server, { query: flood(200) }, strict);
    expect([fewer.status, fewer.body.errors?.length]).toEqual([400, 50]);
  });

  test('a thousand wrong fields get fifty errors', async () => {
    const fields = Array.from({ length: 900 }, (_, index) => `wrong${index}`).join(' ');
    const reply = await post(bench.server, { query: `{ ${fields} }` });
    expect(reply.body.errors).toHaveLength(50);
    expect(reply.body.extensions).toMatchObject({ omittedErrors: expect.any(Number) as number });
  });

  test('what clients add by themselves is free: __typename and the introspection of GraphiQL', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const introspection = getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true, oneOf: true });
    expect(await refusal(bench, introspection)).toEqual(passes);
    const people =
      '{ users(first: 100) { __typename nodes { __typename id grants { __typename nodes { __typename id role { __typename name } scope { __typename displayName } } } } } }';
    expect(await refusal(bench, people)).toEqual(passes);
  });
});

describe('what people ask for passes', () => {
  const account = '{ service { type serviceId } externalId link { state rule evidence } role { name level } }';
  const person = `{ id displayName primaryEmail identities ${account} groups { nodes { displayName } } grants { nodes { level scope { displayName } } } }`;

  test('one person with everything', async () => {
    expect(await refusal(bench, `{ user(by: { email: "ann@acme.example" }) ${person} }`)).toEqual(passes);
  });

  test('a hundred people with accounts, roles, groups and grants', async () => {
    const refs = Array.from({ length: 100 }, (_, index) => ({ email: `p${index}@acme.example` }));
    expect(await refusal(bench, `query ($refs: [UserBy!]!) { usersBy(refs: $refs) ${person} }`, { refs })).toEqual(passes);
    expect(
      await refusal(bench, `{ users(first: 100) { nodes ${person} pageInfo { hasNextPage endCursor } coverage { service { displayName } state } } }`),
    ).toEqual(passes);
  });

  test('a hundred grants with who, what and where', async () => {
    const query = `{ grants(first: 100) { nodes { level user { displayName primaryEmail } principal { ... on Identity { externalId } ... on Group { displayName members { nodes { displayName } } } } role { name } scope { displayName kind parent { displayName } } } } }`;
    expect(await refusal(bench, query)).toEqual(passes);
  });
});

test('a variable that does not fit is the caller’s, without suggestions, however often it is sent', async () => {
  for (let round = 0; round < 3; round++) {
    const level = await post(
      bench.server,
      { query: 'query ($l: RoleLevel) { roles(level: $l) { nodes { id } } }', variables: { l: 'ADMINN' } },
      strict,
    );
    expect([level.status, codesOf(level)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect(JSON.stringify(level.body)).not.toContain('Did you mean');
    const two = { by: { email: 'a@acme.example', username: 'a' } };
    const both = await post(bench.server, { query: 'query ($by: UserBy!) { user(by: $by) { id } }', variables: two }, strict);
    expect([both.status, codesOf(both)]).toEqual([400, ['BAD_USER_INPUT']]);
  }
});

test('misspelt fields get no suggestions', async () => {
  const reply = await post(bench.server, { query: '{ servicez { id } services { ids } users(frist: 1) { nodes { id } } }' });
  expect(codesOf(reply)).toContain('GRAPHQL_VALIDATION_FAILED');
  expect(JSON.stringify(reply.body)).not.toContain('Did you mean');
});
