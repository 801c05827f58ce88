import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, constants, createBrotliCompress, createGzip, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { get, openTransport, refusal, startHttp, startTcp } from './support.ts';

const mebibyte = 1024 * 1024;
const zeros = Buffer.alloc(mebibyte);
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const codings = [
  ['gzip', gzipSync, () => createGzip()],
  ['br', (body: Buffer | string) => brotliCompressSync(body, quick), () => createBrotliCompress(quick)],
  ['zstd', zstdCompressSync, () => createZstdCompress()],
] as const;

async function ask(headers: Record<string, string>, body: string | Buffer, status = 200) {
  const server = await startHttp((_request, response) => void response.writeHead(status, headers).end(body));
  const transport = openTransport(server.baseUrl, { limits: { retries: 0 } });
  return { server, transport, [Symbol.asyncDispose]: () => Promise.all([transport.close(), server.stop()]).then(() => undefined) };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The most that buffers held meanwhile, in bytes. The size of the process tells less: what ran before may have left it room. */
async function peakOf(act: () => Promise<unknown>): Promise<number> {
  const held = (): number => process.memoryUsage().arrayBuffers;
  collectGarbage();
  const before = held();
  let peak = before;
  const look = (): void => void (peak = Math.max(peak, held()));
  const timer = setInterval(look, 1);
  await act().finally(() => clearInterval(timer));
  look();
  return peak - before;
}

describe('codings', () => {
  test.each(codings)('%s is read', async (coding, compress) => {
    await using case_ = await ask({ 'content-encoding': coding }, compress('{"name":"Zoë"}'));
    expect((await get(case_.transport.sync)).json()).toEqual({ name: 'Zoë' });
  });

  test.each(codings)('a bomb in %s is cut at the decoded size, without the memory', async (coding, _, createEncoder) => {
    const bomb = await buffer(Readable.from(Array.from({ length: 192 }, () => zeros)).pipe(createEncoder()));
    expect(bomb.length).toBeLessThan(mebibyte);
    await using case_ = await ask({ 'content-encoding': coding }, bomb);
    const before = process.memoryUsage().rss;
    const peak = await peakOf(async () => {
      const error = await refusal(get(case_.transport.sync));
      expect(error).toMatchObject({ code: 'BAD_RESPONSE', message: `acme: GET users: the answer is larger than ${32 * mebibyte} bytes` });
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * mebibyte);
    expect(peak).toBeLessThan(96 * mebibyte);
  });

  test('the cap is the request’s own when it names one, and counts decoded bytes exactly', async () => {
    await using case_ = await ask({ 'content-encoding': 'gzip' }, gzipSync(`"${'x'.repeat(998)}"`));
    expect((await get(case_.transport.sync, 'users', { maxBytes: 1000 })).text).toHaveLength(1000);
    expect((await refusal(get(case_.transport.sync, 'users', { maxBytes: 999 }))).code).toBe('BAD_RESPONSE');
  });

  test('an endless body is cut and its connection ended', async () => {
    await using server = await startHttp((_request, response) => {
      const piece = Buffer.alloc(64 * 1024, 0x20);
      const more = (): void => void response.write(piece, () => !response.destroyed && more());
      more();
    });
    await using transport = openTransport(server.baseUrl, { limits: { maxBytes: mebibyte } });
    expect((await refusal(get(transport.sync))).code).toBe('BAD_RESPONSE');
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  test.each(codings)('%s that is broken or cut is refused', async (coding, compress) => {
    const whole = compress(Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)));
    for (const body of [Buffer.from('not compressed at all'), whole.subarray(0, whole.length - 10)]) {
      await using case_ = await ask({ 'content-encoding': coding }, body);
      expect(await refusal(get(case_.transport.sync))).toMatchObject({
        code: 'BAD_RESPONSE',
        message: 'acme: GET users: the answer cannot be decoded',
      });
    }
  });

  test('a coding that was not asked for is refused, an empty body needs none', async () => {
    await using compress = await ask({ 'content-encoding': 'compress' }, 'x');
    expect((await refusal(get(compress.transport.sync))).code).toBe('BAD_RESPONSE');
    await using none = await ask({ 'content-encoding': 'gzip' }, '', 404);
    expect(await get(none.transport.sync)).toMatchObject({ status: 404, text: '' });
  });
});

describe('json', () => {
  test.each([
    ['a byte order mark', '\uFEFF{"a":1}', { a: 1 }],
    [
      'integers beyond 2^53',
      '{"a":12345678901234567890,"b":[-9007199254740993],"c":9007199254740991}',
      { a: '12345678901234567890', b: ['-9007199254740993'], c: 9007199254740991 },
    ],
    ['a number beyond all doubles', '[1e999, 1e20, 1234567890123456.5]', ['1e999', 1e20, 1234567890123456.5]],
    ['duplicate keys', '{"a":1,"a":2}', { a: 2 }],
    ['a bare value', ' null ', null],
    ['100 levels', `${'['.repeat(100)}${']'.repeat(100)}`, JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)],
    ['brackets in strings', JSON.stringify({ a: '[{"\\"'.repeat(500) }), { a: '[{"\\"'.repeat(500) }],
  ])('%s', async (_what, body, expected) => {
    await using case_ = await ask({ 'content-type': 'application/json' }, body);
    expect((await get(case_.transport.sync)).json()).toEqual(expected);
  });

  test('two ids that are one double stay two', async () => {
    await using case_ = await ask({}, '[{"id":12345678901234567890},{"id":12345678901234567891}]');
    const ids = (await get(case_.transport.sync)).json() as { id: string }[];
    expect(new Set(ids.map(({ id }) => id)).size).toBe(2);
  });

  test('no key reaches a prototype', async () => {
    await using case_ = await ask(
      {},
      '{"__proto__":{"admin":true},"x":{"\\u005f_proto__":{"admin":true}},"constructor":{"prototype":{"admin":true}},"a":1}',
    );
    const value = (await get(case_.transport.sync)).json();
    expect(JSON.stringify(value)).toBe('{"x":{},"a":1}');
    expect(Object.assign({}, value)).not.toHaveProperty('admin');
  });

  test.each([
    ['nothing', ''],
    ['cut', '{"a":[1,2'],
    ['NaN', '{"a":NaN}'],
    ['trailing text', '{} canary'],
    ['single quotes', "{'a':1}"],
    ['text', 'canary'],
    ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['a lone surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['a million levels', '['.repeat(1_000_000)],
    ['a million closed levels', `${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`],
  ])('%s is refused without an excerpt', async (_what, body) => {
    await using case_ = await ask({ 'content-type': 'application/json' }, body);
    const response = await get(case_.transport.sync);
    const error = await refusal(() => response.json());
    expect(error).toMatchObject({ code: 'BAD_RESPONSE', status: 200 });
    expect(error.message).toMatch(/^acme: GET users: /);
    expect(`${error.message} ${String(error.cause)}`).not.toContain('canary');
  });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.pagerduty+json;version=2',
    'application/scim+json',
    'text/json',
    'text/javascript',
    '',
  ])('type %j is taken', async (type) => {
    await using case_ = await ask(type === '' ? {} : { 'content-type': type }, '{}');
    expect((await get(case_.transport.sync)).json()).toEqual({});
  });

  test.each([
    ['text/html; charset=utf-8', '<html>canary</html>', 'HTML'],
    ['', '<!doctype html>canary', 'HTML'],
    ['text/plain', '{}', 'text/plain'],
    ['application/xml', '<a/>', 'application/xml'],
    ['application/jsonp', '{}', 'application/jsonp'],
    ['canary canary', '{}', 'an unreadable media type'],
  ])('type %j is refused', async (type, body, named) => {
    await using case_ = await ask(type === '' ? {} : { 'content-type': type }, body);
    const response = await get(case_.transport.sync);
    expect(response.text).toBe(body);
    const error = await refusal(() => response.json());
    expect(error).toMatchObject({
      code: 'BAD_RESPONSE',
      message: `acme: GET users: answered with ${named} instead of JSON: is the base address right?`,
    });
  });

  test('4xx answers reach the adapter with their text and headers', async () => {
    await using case_ = await ask({ 'X-Request-Id': 'r1', 'set-cookie': 'a=1' }, '{"error":"no such user"}', 404);
    const response = await get(case_.transport.sync);
    expect([response.status, response.headers['x-request-id'], response.json()]).toEqual([404, 'r1', { error: 'no such user' }]);
  });
});

test.each([
  ['a length that promised more', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":1}'],
  ['chunks without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n'],
])('a body cut short, by %s, is refused', async (_what, wire) => {
  await using server = await startTcp((socket) => socket.once('data', () => socket.end(wire)));
  await using transport = openTransport(server.baseUrl, { limits: { retries: 0 } });
  expect(await refusal(get(transport.sync))).toMatchObject({ code: 'BAD_RESPONSE', message: 'acme: GET users: the answer was cut' });
});

test.each([
  ['another protocol', 'SSH-2.0-canary\r\n'],
  ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'canary'.repeat(20_000)}\r\n`],
])('%s is no answer', async (_what, wire) => {
  await using server = await startTcp((socket) => socket.once('data', () => socket.write(wire)));
  await using transport = openTransport(server.baseUrl);
  const error = await refusal(get(transport.sync));
  expect(error.code).toBe('BAD_RESPONSE');
  expect(JSON.stringify([error, error.cause, error.message, String(error.cause)])).not.toContain('canary');
});
