import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { formatNodeId } from '../../src/model/global-id.ts';
import { codesOf, post, shareEmpty, startEmpty } from './support.ts';

const bench = shareEmpty();
const body = JSON.stringify({ query: '{ __typename }' });
const answer = { data: { __typename: 'Query' } };
const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
const whole = `${head}content-length: ${body.length}\r\n\r\n${body}`;

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** All that the server says to these bytes until it hangs up. */
async function converse(url: string, bytes: string): Promise<string> {
  const socket = await open(url);
  socket.on('error', () => undefined);
  socket.write(bytes);
  return text(socket).catch(() => '');
}

describe('connections that do not say what they want', () => {
  const patience = { headersMs: 100, requestMs: 200, sweepMs: 20 };

  test.each([
    ['a head that never ends', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow:'],
    ['a body that never ends', `${head}content-length: 1000\r\n\r\n{`],
    ['a chunked body that never ends', `${head}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ])('%s is closed with 408, and others are answered meanwhile', async (_name, bytes) => {
    await using patient = await startEmpty({ patience });
    const { url } = await patient.server.listen('127.0.0.1', 0);
    const slow = converse(url, bytes);
    expect(await (await fetch(`${url}/graphql?query=%7B__typename%7D`)).json()).toEqual(answer);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('hundreds of idle ones do not keep others from being answered', async () => {
    await using crowded = await startEmpty();
    const { url } = await crowded.server.listen('127.0.0.1', 0);
    const idle = await Promise.all(Array.from({ length: 300 }, () => open(url)));
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/graphql`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })),
    );
    expect(await Promise.all(replies.map((reply) => reply.json()))).toEqual(replies.map(() => answer));
    for (const socket of idle) socket.destroy();
  });
});

describe('requests that two readers could read differently', () => {
  test.each([
    ['length and chunks', `${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`],
    ['two lengths', `${head}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`],
    ['an encoding that is not one', `${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `${head}content-length: +1\r\n\r\n{`],
    ['a folded header', `POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-a: 1\r\n b: 2\r\n\r\n`],
    ['a bare line feed', 'POST /graphql HTTP/1.1\nhost: localhost\ncontent-length: 0\n\n'],
  ])('%s: refused, and the connection is closed', async (_name, bytes) => {
    await using strict = await startEmpty();
    const { url } = await strict.server.listen('127.0.0.1', 0);
    const said = await converse(url, bytes);
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(said.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  });

  test('requests on one line are answered in their order', async () => {
    await using pipelined = await startEmpty();
    const { url } = await pipelined.server.listen('127.0.0.1', 0);
    const last = whole.replace('host:', 'connection: close\r\nhost:').replace('__typename', 'a: __typename');
    const bytes = whole + last.replace(/content-length: \d+/, `content-length: ${body.length + 3}`);
    const said = await converse(url, bytes);
    expect([...said.matchAll(/\{"data".*\}/g)].map(([json]) => JSON.parse(json) as unknown)).toEqual([answer, { data: { a: 'Query' } }]);
  });

  test('headers of sixteen kilobytes are refused', async () => {
    await using strict = await startEmpty();
    const { url } = await strict.server.listen('127.0.0.1', 0);
    expect(await converse(url, `GET /live HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('ids and cursors that are nobody’s', () => {
  const ids = [
    '__proto__:1',
    'VXNlcjox',
    '00000000-0000-7000-8000-000000000404',
    formatNodeId({ type: 'Identity', service: 'slack', serviceId: 'T-other', key: 'U1' }),
    formatNodeId({ type: 'AuditEvent', id: '1' }),
    'constructor',
  ];

  test.each(ids)('%s is null, as any other', async (id) => {
    const { status, body: said } = await post(bench.server, { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id } });
    expect([status, said]).toEqual([200, { data: { node: null } }]);
  });

  test('five thousand ids are refused before the store is asked for any', async () => {
    const before = bench.statements();
    const variables = { ids: Array.from({ length: 5000 }, () => ids[2]) };
    const reply = await post(bench.server, { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables });
    expect([codesOf(reply), reply.body.data]).toEqual([['BAD_USER_INPUT'], null]);
    expect(bench.statements()).toBe(before);
  });

  test.each(['first: -1', 'first: 0', 'first: 1000000000', 'after: "junk"', `after: "${'A'.repeat(2000)}"`, 'after: ""'])('%s', async (args) => {
    expect(codesOf(await post(bench.server, { query: `{ users(${args}) { nodes { id } } }` }))).toEqual(['BAD_USER_INPUT']);
  });

  test.each(['last: 5', 'first: 5, last: 5', 'before: "x"'])('%s: pages go forward only', async (args) => {
    expect(codesOf(await post(bench.server, { query: `{ users(${args}) { nodes { id } } }` }))).toContain('GRAPHQL_VALIDATION_FAILED');
  });
});
