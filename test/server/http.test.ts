import { describe, expect, test } from 'vitest';
import { codesOf, endpoint, post, shareEmpty, startEmpty, toReply, type Reply } from './support.ts';
import type { Server } from '../../src/server/server.ts';

const bench = shareEmpty();

const query = '{ services { id } }';
const answer = { data: { services: [] } };

async function get(server: Server, search: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return toReply(await server.fetch(new Request(`${endpoint}?${search}`, { headers })));
}
const asked = (text: string): string => `query=${encodeURIComponent(text)}`;

describe('media types', () => {
  test.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
    ['application/json, application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['application/json;q=0.9, application/graphql-response+json;q=0.1', 'application/json; charset=utf-8'],
    ['text/event-stream, multipart/mixed, application/json', 'application/json; charset=utf-8'],
  ])('accept %s is answered as %s', async (accept, type) => {
    const reply = await post(bench.server, { query }, accept === undefined ? {} : { accept });
    expect([reply.status, reply.type, reply.body]).toEqual([200, type, answer]);
  });

  test('what we cannot write is refused', async () => {
    expect((await post(bench.server, { query }, { accept: 'text/csv' })).status).toBe(406);
    expect((await post(bench.server, { query }, { accept: 'application/json;q=0' })).status).toBe(406);
  });

  test('a failure of the query is 200 as application/json and 400 as application/graphql-response+json', async () => {
    for (const [text, code] of [
      ['{', 'GRAPHQL_PARSE_FAILED'],
      ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      ['query ($n: Int!) { users(first: $n) { nodes { id } } }', 'BAD_USER_INPUT'],
      ['query A { __typename } query B { __typename }', 'BAD_USER_INPUT'],
    ]) {
      const plain = await post(bench.server, { query: text }, { accept: 'application/json' });
      const strict = await post(bench.server, { query: text }, { accept: 'application/graphql-response+json' });
      expect([plain.status, strict.status, codesOf(plain), codesOf(strict)]).toEqual([200, 400, [code], [code]]);
      expect(strict.body).not.toHaveProperty('data');
    }
  });

  test.each([
    'text/plain',
    'application/graphql',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonp',
  ])('a body of %s is refused', async (type) => {
    const reply = await post(bench.server, { query }, { 'content-type': type });
    expect([reply.status, codesOf(reply)]).toEqual([415, ['BAD_USER_INPUT']]);
  });

  test('a body in UTF-8 may say so', async () => {
    expect((await post(bench.server, { query }, { 'content-type': 'application/json; charset="UTF-8"' })).body).toEqual(answer);
  });

  test('a compressed body is refused: its size cannot be told', async () => {
    expect((await post(bench.server, { query }, { 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

describe('bodies', () => {
  test.each([
    ['not JSON', '{"query":', 'BAD_USER_INPUT'],
    ['a text', '"{ services { id } }"', 'BAD_USER_INPUT'],
    ['null', 'null', 'BAD_USER_INPUT'],
    ['no query', '{}', 'BAD_USER_INPUT'],
    ['a query that is no text', '{"query":{"a":1}}', 'BAD_USER_INPUT'],
    ['variables in a list', '{"query":"{ __typename }","variables":[1]}', 'BAD_USER_INPUT'],
    ['an operationName that is no text', '{"query":"{ __typename }","operationName":1}', 'BAD_USER_INPUT'],
    ['extensions in a list', '{"query":"{ __typename }","extensions":[1]}', 'BAD_USER_INPUT'],
    ['a batch', '[{"query":"{ __typename }"}]', 'BATCHING_DISABLED'],
    ['lists a hundred thousand deep', `{"query":"{ __typename }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'BAD_USER_INPUT'],
  ])('%s is refused', async (_name, body, code) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const reply = await post(bench.server, body, { accept });
      expect([reply.status, codesOf(reply)]).toEqual([400, [code]]);
    }
  });

  test('one byte over the limit is too large', async () => {
    const text = JSON.stringify({ query });
    const fits = text.padEnd(256 * 1024);
    expect((await post(bench.server, fits)).body).toEqual(answer);
    const reply = await post(bench.server, `${fits} `);
    expect([reply.status, codesOf(reply)]).toEqual([413, ['REQUEST_TOO_LARGE']]);
  });

  test('thirty megabytes and a list of a million are too large', async () => {
    for (const body of [' '.repeat(30 * 1024 * 1024), JSON.stringify({ query, variables: { ids: Array.from({ length: 1e6 }, () => 1) } })]) {
      const reply = await post(bench.server, body);
      expect([reply.status, codesOf(reply)]).toEqual([413, ['REQUEST_TOO_LARGE']]);
    }
  });

  test.each(['missing', 'constructor', '__proto__', ''])('there are no stored operations: the id %j is none', async (id) => {
    const hash = { extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
    for (const body of [{ id }, { documentId: id }, hash]) {
      const reply = await post(bench.server, body);
      expect([reply.status, codesOf(reply), reply.body.data]).toEqual([400, ['BAD_USER_INPUT'], undefined]);
    }
  });

  test('keys that name prototypes change nothing', async () => {
    const reply = await post(
      bench.server,
      '{"query":"{ services { id } }","__proto__":{"operationName":"x"},"variables":{"__proto__":{"polluted":1}}}',
    );
    expect(reply.body).toEqual(answer);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('GET', () => {
  test.each<Readonly<Record<string, string>>>([
    {},
    { 'content-type': 'application/json' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    { host: '127.0.0.1:4000', origin: 'http://127.0.0.1:4000' },
    { host: '[::1]:4000', origin: 'http://[::1]:4000' },
  ])('%j is answered', async (headers) => {
    expect((await get(bench.server, asked(query), headers)).body).toEqual(answer);
  });

  test.each<Readonly<Record<string, string>>>([
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    { 'sec-fetch-site': 'cross-site', 'graphql-require-preflight': '1', 'content-type': 'application/json' },
    { 'sec-fetch-site': 'same-site', host: 'localhost:4000' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { host: 'localhost:4000', origin: 'http://localhost:3000' },
    { host: 'localhost:4000', origin: 'http://localhost' },
    { host: 'localhost:4000', origin: 'http://127.0.0.1:4000' },
    { host: 'localhost', origin: 'https://localhost.evil.example' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
  ])('%j is another site, and refused', async (headers) => {
    const reply = await get(bench.server, asked(query), headers);
    expect([reply.status, codesOf(reply), reply.body.data]).toEqual([403, ['FORBIDDEN'], undefined]);
  });

  test('no page of another site may embed an answer', async () => {
    const reply = await get(bench.server, asked(query));
    expect(reply.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['message/http', 'text/plain', 'application/x-www-form-urlencoded'])('content-type %s is refused', async (type) => {
    const reply = await get(bench.server, asked(query), { 'content-type': type });
    expect(reply.status).toBe(415);
  });

  test('a mutation is refused', async () => {
    const mutation = asked('mutation { syncService(service: { type: "slack" }) { userErrors { code } } }');
    const reply = await get(bench.server, mutation);
    expect([reply.status, reply.headers.get('allow'), codesOf(reply)]).toEqual([405, 'POST', ['BAD_USER_INPUT']]);
  });

  test('variables and operationName are read from the address', async () => {
    const text = 'query A($n: Int) { users(first: $n) { nodes { id } } } query B { __typename }';
    const search = `${asked(text)}&operationName=A&variables=${encodeURIComponent('{"n":1}')}`;
    expect((await get(bench.server, search)).body).toEqual({ data: { users: { nodes: [] } } });
    expect((await get(bench.server, `${asked(text)}&variables=x`)).status).toBe(400);
  });
});

describe('other sites', () => {
  test('only the names of loopback are answered', async () => {
    for (const host of ['localhost', 'localhost:4000', '127.0.0.1:4000', '127.9.9.9', '[::1]:4000', 'LOCALHOST:1']) {
      expect((await post(bench.server, { query }, { host })).status).toBe(200);
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example:4000', '0.0.0.0', 'x@localhost', '']) {
      const reply = await post(bench.server, { query }, { host });
      expect([host, reply.status, codesOf(reply)]).toEqual([host, 403, ['FORBIDDEN']]);
    }
  });

  test('no answer invites another origin', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    const preflight = await bench.server.fetch(new Request(endpoint, { method: 'OPTIONS', headers }));
    const posted = await post(bench.server, { query }, { origin: 'https://evil.example' });
    for (const answered of [preflight.headers, posted.headers]) {
      expect([...answered.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    expect(preflight.status).toBe(405);
  });
});

describe('addresses', () => {
  test('the root leads to the API, and what is not there is not found', async () => {
    const root = await bench.server.fetch(new Request('http://localhost/'));
    expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql']);
    expect((await bench.server.fetch(new Request('http://localhost/graphql/x'))).status).toBe(404);
    expect((await bench.server.fetch(new Request('http://localhost/live', { method: 'POST' }))).status).toBe(405);
  });

  test('live always, ready when it is', async () => {
    let isReady = false;
    await using bench = await startEmpty({ ready: () => ({ ready: isReady, detail: [{ service: 'chat', state: 'NEVER_SYNCED' }] }) });
    const ask = async (path: string) => {
      const response = await bench.server.fetch(new Request(`http://localhost${path}`));
      return [response.status, await response.json()];
    };
    expect(await ask('/live')).toEqual([200, { status: 'live' }]);
    expect(await ask('/ready')).toEqual([503, { status: 'not ready', detail: [{ service: 'chat', state: 'NEVER_SYNCED' }] }]);
    isReady = true;
    expect((await ask('/ready'))[0]).toBe(200);
    await bench.server.close();
    expect(await ask('/ready')).toMatchObject([503, { status: 'closing' }]);
    expect((await ask('/live'))[0]).toBe(200);
  });

  test('every answer of the API is numbered and not kept', async () => {
    const first = await post(bench.server, { query: '{ nothing }' });
    const second = await post(bench.server, { query: '{ nothing }' });
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.body.errors?.[0]?.extensions['requestId']).toBe(first.headers.get('x-request-id'));
    expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
  });
});
