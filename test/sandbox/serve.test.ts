import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { Sandbox, SandboxRequest } from '../../src/contract/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

const echo: Sandbox = {
  basePath: '/api/v1',
  settings: {},
  handle: (request) => ({
    status: 200,
    headers: { 'X-Sandbox': 'echo' },
    body: { path: request.path, ids: request.query.getAll('id'), body: request.body },
  }),
  refuse: (refusal) => ({ status: refusal.kind === 'forbidden' ? 403 : 400, body: `refused: ${refusal.kind}` }),
};

test('answers below its base path and logs what arrived', async () => {
  await using server = await serveSandbox(echo);
  const response = await fetch(`${server.baseUrl}/users/U%201?id=a&id=b`, { method: 'POST', headers: { Authorization: 'Bearer t' }, body: 'hello' });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('x-sandbox')).toBe('echo');
  expect(await response.json()).toEqual({ path: '/users/U%201', ids: ['a', 'b'], body: 'hello' });
  expect(server.calls).toHaveLength(1);
  expect(server.calls[0]).toMatchObject({ method: 'POST', path: '/users/U%201', body: 'hello', status: 200, headers: { authorization: 'Bearer t' } });
  expect(server.calls[0]!.at).toBeLessThanOrEqual(performance.now());
  expect(await (await fetch(server.baseUrl)).json()).toMatchObject({ path: '/' });
});

test.each(['/api/v10/users', '/api', '/', '/other/api/v1/users'])('does not know %s', async (path) => {
  const asked: SandboxRequest[] = [];
  await using server = await serveSandbox({ ...echo, handle: (request) => (asked.push(request), { status: 200, body: null }) });
  const response = await fetch(new URL(path, server.baseUrl));
  expect(response.status).toBe(404);
  expect(asked).toEqual([]);
  expect(server.calls).toMatchObject([{ path, status: 404 }]);
});

test('sends text as it stands and no body for null', async () => {
  await using server = await serveSandbox({ ...echo, handle: ({ path }) => ({ status: 200, body: path === '/text' ? 'plain' : null }) });
  const plain = await fetch(`${server.baseUrl}/text`);
  expect([await plain.text(), plain.headers.get('content-type')]).toEqual(['plain', null]);
  expect(await (await fetch(`${server.baseUrl}/nothing`)).text()).toBe('');
});

test('a content type of the sandbox stands', async () => {
  await using server = await serveSandbox({
    ...echo,
    handle: () => ({ status: 200, headers: { 'Content-Type': 'application/scim+json' }, body: {} }),
  });
  expect((await fetch(server.baseUrl)).headers.get('content-type')).toBe('application/scim+json');
});

test('the first matching rule that is not used up wins', async () => {
  await using server = await serveSandbox(echo);
  server.play([
    { name: 'forbid the second', match: { path: /^\/users/, skip: 1 }, effect: { refuse: { kind: 'forbidden' } } },
    { name: 'all gets after two', match: { method: 'GET', skip: 2, times: Infinity }, effect: { respond: { status: 503, body: 'busy' } } },
    { name: 'posts', match: { method: 'POST' }, effect: { respond: { status: 500, body: null } } },
  ]);
  const statuses: number[] = [];
  for (const path of ['users', 'users', 'users', 'groups']) statuses.push((await fetch(`${server.baseUrl}/${path}`)).status);
  expect(statuses).toEqual([200, 403, 503, 503]);
  expect(server.calls.map(({ status }) => status)).toEqual([200, 403, 503, 503]);
  expect(server.unfired().map(({ name }) => name)).toEqual(['posts']);
});

test('alter sees the real answer', async () => {
  await using server = await serveSandbox(echo);
  server.play([{ name: 'add', effect: { alter: (response, { path }) => ({ ...response, status: 201, body: { was: response.body, seen: path } }) } }]);
  const response = await fetch(`${server.baseUrl}/users`);
  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({ was: { path: '/users' }, seen: '/users' });
});

test('delay sends the real answer late, drip sends it byte by byte', async () => {
  await using server = await serveSandbox({ ...echo, handle: () => ({ status: 200, body: 'abcde' }) });
  server.play([
    { name: 'late', effect: { delayMs: 40 } },
    { name: 'drip', effect: { dripMs: 5 } },
  ]);
  const start = performance.now();
  expect(await (await fetch(server.baseUrl)).text()).toBe('abcde');
  expect(performance.now() - start).toBeGreaterThan(38);

  const pieces: string[] = [];
  for await (const piece of (await fetch(server.baseUrl)).body!.pipeThrough(new TextDecoderStream())) pieces.push(piece);
  expect(pieces.join('')).toBe('abcde');
  expect(pieces.length).toBeGreaterThan(1);
});

test.each([
  { body: 'abcdef', cut: 3, promised: 6, arrives: 'abc' },
  { body: 'abcdef', cut: 0, promised: 6, arrives: '' },
  { body: 'ab', cut: 9, promised: 10, arrives: 'ab' },
])('cut after $cut bytes of $body', async ({ body, cut, promised, arrives }) => {
  await using server = await serveSandbox({ ...echo, handle: () => ({ status: 200, body }) });
  server.play([{ name: 'cut', effect: { cutAfterBytes: cut } }]);
  const wire = await rawGet(server.baseUrl);
  expect(wire).toContain(`content-length: ${promised}\r\n`);
  expect(wire.split('\r\n\r\n')[1]).toBe(arrives);
});

test('reset ends the connection without an answer, swallow never answers, close frees both', async () => {
  const server = await serveSandbox(echo);
  server.play([
    { name: 'reset', effect: { reset: true } },
    { name: 'swallow', effect: { swallow: true } },
  ]);
  await expect(rawGet(server.baseUrl)).rejects.toMatchObject({ code: 'ECONNRESET' });
  const swallowed = fetch(server.baseUrl).then(
    () => 'answered',
    () => 'lost',
  );
  await expect.poll(() => server.calls.length).toBe(2);
  expect(server.calls.map(({ status }) => status)).toEqual([null, null]);
  await server.close();
  expect(await swallowed).toBe('lost');
});

test('reset forgets calls and rules', async () => {
  await using server = await serveSandbox(echo);
  server.play([{ name: 'refuse', match: { times: Infinity }, effect: { refuse: { kind: 'forbidden' } } }]);
  expect((await fetch(server.baseUrl)).status).toBe(403);
  server.reset();
  expect(server.calls).toEqual([]);
  expect(server.unfired()).toEqual([]);
  expect((await fetch(server.baseUrl)).status).toBe(200);
});

test('a sandbox that throws says so', async () => {
  await using server = await serveSandbox({
    ...echo,
    handle() {
      throw new Error('no such table');
    },
  });
  const response = await fetch(server.baseUrl);
  expect([response.status, await response.text()]).toEqual([500, 'sandbox failed: Error: no such table']);
});

function rawGet(url: string): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    let wire = '';
    const socket = connect(Number(port), hostname, () => socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`));
    socket.setEncoding('utf8').on('data', (piece: string) => (wire += piece));
    socket.on('end', () => resolve(wire)).on('error', reject);
  });
}
