import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { request as httpRequest } from 'undici';
import { small, startFilled } from '../graphql/support.ts';
import { endpoint, gated, post, startEmpty, toReply, type Reply } from './support.ts';

const query = '{ services { id } }';
const json = { 'content-type': 'application/json' };

interface Sent {
  readonly method?: 'GET' | 'POST' | 'OPTIONS' | 'PUT';
  readonly search?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const strict = { ...json, accept: 'application/graphql-response+json' };
const corpus: readonly Sent[] = [
  { headers: json, body: JSON.stringify({ query }) },
  { headers: strict, body: JSON.stringify({ query }) },
  { headers: json, body: JSON.stringify({ query: '{' }) },
  { headers: strict, body: JSON.stringify({ query: '{' }) },
  { headers: strict, body: JSON.stringify({ query: '{ nothing }' }) },
  { headers: json, body: JSON.stringify({ query: '{ users(first: 0) { nodes { id } } }' }) },
  { headers: json, body: JSON.stringify({ query: 'query ($a: Int!) { users(first: $a) { nodes { id } } }', variables: { a: 'x' } }) },
  { headers: json, body: JSON.stringify({ query: '{ users(first: 100) { nodes { grants(first: 100) { nodes { id } } } } }' }) },
  { headers: json, body: JSON.stringify({ query: 'query A { a: __typename } query B { b: __typename }', operationName: 'B' }) },
  { headers: json, body: '[]' },
  { headers: json, body: '{' },
  { headers: json, body: JSON.stringify({ query: ' '.repeat(300_000) }) },
  { headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ query }) },
  { headers: { ...json, accept: 'text/csv' }, body: JSON.stringify({ query }) },
  { headers: { ...json, host: 'evil.example' }, body: JSON.stringify({ query }) },
  { method: 'GET', search: `?query=${encodeURIComponent(query)}` },
  { method: 'GET', search: `?query=${encodeURIComponent(query)}`, headers: { 'sec-fetch-site': 'cross-site' } },
  { method: 'GET', search: `?query=${encodeURIComponent(query)}`, headers: { 'content-type': 'message/http' } },
  { method: 'OPTIONS', headers: { origin: 'https://evil.example' } },
  { method: 'PUT', headers: json, body: '{}' },
];

test('a socket and fetch answer the same, compiled or not', async () => {
  await using bench = await startEmpty();
  const { url } = await bench.server.listen('127.0.0.1', 0);
  for (const sent of corpus) {
    const bySocket: unknown[] = [];
    const byFetch: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      bySocket.push(comparable(await overSocket(url, sent)));
      byFetch.push(comparable(await overFetch(bench.server, sent)));
    }
    expect(bySocket).toEqual(byFetch);
    expect(new Set(bySocket.map((each) => JSON.stringify(each))).size).toBe(1);
  }
});

async function overSocket(url: string, { method = 'POST', search = '', headers = {}, body }: Sent): Promise<Reply> {
  const answer = await httpRequest(`${url}/graphql${search}`, { method, headers: { ...headers }, body: body ?? null });
  const fields = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return toReply(new Response(await answer.body.text(), { status: answer.statusCode, headers: fields }));
}

async function overFetch(server: Parameters<typeof post>[0], { method = 'POST', search = '', headers = {}, body }: Sent): Promise<Reply> {
  return toReply(await server.fetch(new Request(`${endpoint}${search}`, { method, headers, body: body ?? null })));
}

function comparable({ status, type, headers, body }: Reply): unknown {
  const ids = /"requestId":"[^"]+"/g;
  const allow = headers.get('allow');
  return { status, type, allow, body: JSON.stringify(body).replaceAll(ids, '"requestId":"…"') };
}

test('a body without a length is cut at the limit', async () => {
  await using bench = await startEmpty();
  const { url } = await bench.server.listen('127.0.0.1', 0);
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield Buffer.alloc(16 * 1024, ' ');
  }
  const outcome = await httpRequest(`${url}/graphql`, { method: 'POST', headers: json, body: Readable.from(endless()) }).then(
    (answer) => answer.statusCode,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  // The answer may be overtaken by the end of the connection.
  expect([413, 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']).toContain(outcome);
});

test('only loopback can be listened on', async () => {
  await using bench = await startEmpty();
  for (const host of ['0.0.0.0', '::', '192.168.1.1', 'example.com', '']) {
    await expect(bench.server.listen(host, 0)).rejects.toThrow(/without keys/);
  }
});

test('a taken port is an error of listen', async () => {
  await using first = await startEmpty();
  await using second = await startEmpty();
  const { url } = await first.server.listen('127.0.0.1', 0);
  await expect(second.server.listen('127.0.0.1', Number(new URL(url).port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing lets a running request end, then takes none', async () => {
  await using bench = await startEmpty({});
  const { url } = await bench.server.listen('127.0.0.1', 0);
  expect((await overSocket(url, corpus[0] ?? {})).status).toBe(200);
  await bench.server.close();
  await expect(overSocket(url, corpus[0] ?? {})).rejects.toThrow(/ECONNREFUSED/);
});

test('a request that runs while the server closes is answered', async () => {
  const gate = gated({ open: () => Promise.reject(new Error('the gate is open')) });
  await using bench = await startEmpty({ directory: gate.directory });
  const { url } = await bench.server.listen('127.0.0.1', 0);
  const running = overSocket(url, corpus[0] ?? {});
  await gate.asked;
  const closed = bench.server.close();
  gate.release();
  const reply = await running;
  expect([reply.status, reply.headers.get('connection')]).toEqual([200, 'close']);
  await closed;
});

test('a connection on which nothing was asked does not hold up the end', { timeout: 5_000 }, async () => {
  await using bench = await startEmpty({});
  const { url } = await bench.server.listen('127.0.0.1', 0);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  // Connections are taken in order: once this is answered, the other stands.
  expect((await overSocket(url, corpus[0] ?? {})).status).toBe(200);
  await bench.server.close();
  if (!socket.closed) await once(socket, 'close');
});

test('an operation whose caller leaves asks the store nothing more', async () => {
  await using filled = await startFilled(small);
  const gate = gated(filled.directory);
  await using bench = await startEmpty({ directory: gate.directory });
  const { url } = await bench.server.listen('127.0.0.1', 0);
  const body = JSON.stringify({ query: '{ users { nodes { identities { role { name } } groups { nodes { id } } } } }' });
  const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const leave = async (): Promise<void> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(head + body);
    await gate.asked;
    socket.destroy();
    await once(socket, 'close');
    // The server reads in order: once it answers this, it has seen the caller leave.
    await (await httpRequest(`${url}/live`)).body.dump();
    gate.release();
  };
  const whole = await filled.costOf(() => filled.data((JSON.parse(body) as { query: string }).query));
  const barrier = 1;
  const left = await filled.costOf(async () => {
    await leave();
    await overSocket(url, corpus[0] ?? {});
  });
  // The list that was being asked for when the view opened, and the view; not what hangs on its rows.
  expect(left - barrier).toBeLessThanOrEqual(2);
  expect(whole).toBeGreaterThan(3);
});
