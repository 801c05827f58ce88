import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { apiError } from '../../src/graphql/errors.ts';
import { createRevisionFeed } from '../../src/directory/revision-feed.ts';
import { createContext } from '../../src/graphql/context.ts';
import { codesOf, failing, idle, idleDesk, post, startEmpty } from './support.ts';

const canary = 'xoxb-canary-9931';
const query = '{ services { id } }';

describe('what is not ours to show is masked', () => {
  test.each([
    ['an Error', new Error(`connect to postgres://u:${canary}@db failed`)],
    ['a TypeError with a cause', new TypeError('x', { cause: canary })],
    ['a GraphQLError without a code', new GraphQLError(canary)],
    ['a GraphQLError with a foreign code', new GraphQLError(canary, { extensions: { code: 'ECONNREFUSED', token: canary } })],
    ['a GraphQLError around an Error', new GraphQLError(canary, { originalError: new Error(canary), extensions: { code: 'CONFLICT' } })],
    ['a text', canary],
    ['an object', { code: 'NOT_FOUND', message: canary }],
  ])('%s', async (_name, error) => {
    await using bench = await startEmpty({ directory: failing(error) });
    // The third time the compiled query answers.
    for (let round = 0; round < 3; round++) {
      const reply = await post(bench.server, { query });
      expect(codesOf(reply)).toEqual(['INTERNAL_SERVER_ERROR']);
      expect(JSON.stringify(reply.body)).not.toContain(canary);
      expect(bench.entries.at(-1)).toMatchObject({ level: 'error', details: { requestId: reply.headers.get('x-request-id') } });
    }
  });

  test('what is ours keeps its code, its message and the details that are meant to leave', async () => {
    const error = new GraphQLError('the store does not answer', {
      extensions: { code: 'STORE_UNAVAILABLE', retryAfterSeconds: 5, dsn: canary },
    });
    await using bench = await startEmpty({ directory: failing(error) });
    for (let round = 0; round < 3; round++) {
      const reply = await post(bench.server, { query });
      expect(reply.body.errors).toMatchObject([{ message: 'the store does not answer', path: ['services'] }]);
      const { requestId, ...rest } = reply.body.errors?.[0]?.extensions ?? {};
      expect([typeof requestId, rest]).toEqual(['string', { code: 'STORE_UNAVAILABLE', retryAfterSeconds: 5 }]);
    }
    expect(bench.entries).toEqual([]);
  });

  test('NODE_ENV cannot switch it off', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'development';
    try {
      await using bench = await startEmpty({ directory: failing(new Error(canary)) });
      expect(JSON.stringify((await post(bench.server, { query })).body)).not.toContain(canary);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });

  test('a failing /ready says nothing', async () => {
    await using bench = await startEmpty({ ready: () => Promise.reject(new Error(canary)) });
    const response = await bench.server.fetch(new Request('http://localhost/ready'));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain(canary);
  });
});

test('an answer holds at most fifty errors and says how many it left out', async () => {
  await using bench = await startEmpty({ directory: failing(apiError('STORE_UNAVAILABLE', 'the store does not answer')) });
  const fields = Array.from({ length: 80 }, (_, index) => `n${index}: node(id: "${index}") { id }`).join(' ');
  const reply = await post(bench.server, { query: `{ ${fields} }` });
  expect(reply.body.errors).toHaveLength(50);
  expect(reply.body.extensions).toEqual({ omittedErrors: 30 });
});

describe('the deadline', () => {
  test('ends an operation that waits for the store', async () => {
    const stuck = { open: () => new Promise<never>(() => undefined) };
    await using bench = await startEmpty({ directory: stuck, limits: { operationDeadlineMs: 20 } });
    const reply = await post(bench.server, { query });
    expect([reply.status, codesOf(reply)]).toEqual([504, ['OPERATION_TIMEOUT']]);
  });

  test('after it an operation asks the store nothing more', async () => {
    const controller = new AbortController();
    let opened = 0;
    const directory = { open: () => Promise.reject(new Error(String(++opened))) };
    const context = createContext({
      directory,
      operator: idle,
      desk: idleDesk,
      feed: createRevisionFeed(directory),
      requestId: 'r',
      signal: controller.signal,
    });
    controller.abort();
    await expect(context.view()).rejects.toMatchObject({ extensions: { code: 'OPERATION_TIMEOUT' } });
    expect(opened).toBe(0);
  });
});
