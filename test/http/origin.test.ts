import { describe, expect, test } from 'vitest';
import { findAddressRefusal } from '../../src/http/address.ts';
import { parseBaseUrl } from '../../src/http/origin.ts';
import { createTransport } from '../../src/http/transport.ts';
import { answers, get, openTransport, refusal, startHttp } from './support.ts';

describe('base address', () => {
  test.each([
    'https://api.example.com',
    'https://8.8.8.8/x',
    'http://127.0.0.1:8080',
    'http://127.9.9.9',
    'http://[::1]:1/api',
    'http://localhost/',
    'http://2130706433/',
  ])('takes %s', (baseUrl) => expect(() => parseBaseUrl('acme', baseUrl, false)).not.toThrow());

  test.each([
    ['not an address', 'nonsense'],
    ['plain http', 'http://api.example.com'],
    ['plain http to a private address', 'http://10.0.0.1'],
    ['plain http to a mapped loopback', 'http://[::ffff:127.0.0.1]/'],
    ['another scheme', 'ftp://127.0.0.1/'],
    ['a password', 'https://user:hunter2@api.example.com'],
    ['a query', 'https://api.example.com/?token=hunter2'],
    ['a fragment', 'https://api.example.com/#x'],
    ['private', 'https://10.1.2.3'],
    ['link-local metadata', 'https://169.254.169.254/latest'],
    ['metadata in decimal', 'https://2852039166/latest'],
    ['metadata in hex', 'https://0xa9fea9fe/'],
    ['metadata in octal', 'https://0251.0376.0251.0376/'],
    ['unspecified', 'https://0.0.0.0'],
    ['unspecified v6', 'https://[::]/'],
    ['mapped private', 'https://[::ffff:10.0.0.1]/'],
    ['unique local', 'https://[fd00::1]/'],
    ['link-local v6', 'https://[fe80::1]/'],
    ['6to4 of a private address', 'https://[2002:0a00:0001::]/'],
    ['NAT64 of a private address', 'https://[64:ff9b::a00:1]/'],
    ['multicast', 'https://224.0.0.1'],
    ['broadcast', 'https://255.255.255.255'],
    ['shared', 'https://100.64.0.1'],
  ])('refuses %s', async (_what, baseUrl) => {
    const error = await refusal(() => createTransport({ service: 'acme', baseUrl, manners: {} }));
    expect(error.code).toBe('MISCONFIGURED');
    expect(error.message).toMatch(/^acme: baseUrl /);
    expect(error.message).not.toContain('hunter2');
  });

  test('private networks open only by the word of the operator, metadata and the rest never', () => {
    const rule = { loopbackOnly: false, allowPrivateNetwork: true };
    for (const address of ['10.0.0.1', '192.168.1.1', '172.16.0.1', 'fd12::1', '100.64.0.1', '1.1.1.1'])
      expect(findAddressRefusal(address, rule)).toBeUndefined();
    for (const address of [
      '169.254.169.254',
      'fd00:ec2::254',
      '100.100.100.200',
      '127.0.0.1',
      '::1',
      '0.0.0.0',
      '::ffff:10.0.0.1',
      'fe80::1%eth0',
      'nonsense',
    ]) {
      expect(findAddressRefusal(address, rule), address).toBeTypeOf('string');
    }
  });
});

describe('path', () => {
  test.each([
    ['', 'users', '/users'],
    ['/', 'users', '/users'],
    ['/api/v1', 'users/U1', '/api/v1/users/U1'],
    ['/api/v1/', 'users/', '/api/v1/users/'],
    ['/api/v1/', '', '/api/v1/'],
    ['/graphql', '', '/graphql'],
    ['/api', `users/${encodeURIComponent('a/../b?c#d\\e é')}`, '/api/users/a%2F..%2Fb%3Fc%23d%5Ce%20%C3%A9'],
  ])('%s + %s = %s', async (prefix, path, expected) => {
    await using server = await startHttp(answers({ status: 200 }));
    await using transport = openTransport(server.baseUrl + prefix);
    await get(transport.sync, path, { query: { limit: 5, all: true, none: undefined, id: ['a&b', 'c'] } });
    expect(server.seen[0]?.url).toBe(`${expected}?limit=5&all=true&id=a%26b&id=c`);
  });

  test.each([
    '/users',
    '//evil.example/x',
    'https://evil.example/',
    'https:evil.example',
    'HTTP://evil',
    'x:y',
    '../admin',
    'users/../../admin',
    'users/..',
    './users',
    'users/%2e%2e/x',
    'users/.%2E',
    '\\\\evil.example\\x',
    'users\\..\\x',
    'users?token=1',
    'users#x',
    'users/a b',
    'users/\r\nx',
    'users/\0',
    'users/é',
    'users/%zz',
    'a//b',
  ])('refuses %j', async (path) => {
    await using server = await startHttp(answers({ status: 200 }));
    await using transport = openTransport(`${server.baseUrl}/api/v1`);
    const error = await refusal(get(transport.sync, path));
    expect(error.code).toBe('BAD_REQUEST');
    expect(error.message).not.toMatch(/token|[\r\n]/);
    expect(server.seen).toHaveLength(0);
  });
});

test.each([301, 302, 303, 307, 308, 300])('a redirect %i is refused and the credential goes nowhere', async (status) => {
  await using other = await startHttp(answers({ status: 200 }));
  await using server = await startHttp(answers({ status, headers: { location: `${other.baseUrl}/users` } }));
  await using transport = openTransport(server.baseUrl);
  const error = await refusal(get(transport.sync, 'users', { headers: { authorization: 'Bearer canary' } }));
  expect(error).toMatchObject({ code: 'BAD_RESPONSE', status, message: 'acme: GET users: redirect refused' });
  expect(server.seen).toHaveLength(1);
  expect(other.seen).toHaveLength(0);
});

describe('headers and body', () => {
  test('go out in lower case, with our own name', async () => {
    let body = '';
    await using server = await startHttp((request, response) => {
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () => response.end('{}'));
    });
    await using transport = openTransport(server.baseUrl);
    await get(transport.sync, 'users', {
      method: 'POST',
      headers: { Authorization: 'Bearer t', Accept: 'application/vnd.acme+json' },
      body: { json: { a: 'é' } },
    });
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      accept: 'application/vnd.acme+json',
      'content-type': 'application/json',
    });
    expect(server.seen[0]?.headers['user-agent']).toMatch(/^rollcall\/\d+\.\d+\.\d+$/);
    expect(body).toBe('{"a":"é"}');
    body = '';
    await get(transport.sync, 'users', { method: 'POST', body: { form: { a: 'b c', d: '&' } } });
    expect([body, server.seen[1]?.headers['content-type']]).toEqual(['a=b+c&d=%26', 'application/x-www-form-urlencoded']);
  });

  test.each(['a\r\nx-evil: 1', 'a\nb', 'a\0b', 'ключ'])('a value like %j is refused without being shown', async (value) => {
    await using server = await startHttp(answers({ status: 200 }));
    await using transport = openTransport(server.baseUrl);
    const error = await refusal(get(transport.sync, 'users', { headers: { authorization: `canary${value}` } }));
    expect(error.code).toBe('MISCONFIGURED');
    expect(error.message).toContain('authorization');
    expect(error.message).not.toContain('canary');
    expect(server.seen).toHaveLength(0);
  });

  test.each(['host', 'Content-Length', 'user-agent', 'transfer-encoding', 'a b', 'a:b', ''])('a header named %j is refused', async (name) => {
    await using server = await startHttp(answers({ status: 200 }));
    await using transport = openTransport(server.baseUrl);
    expect((await refusal(get(transport.sync, 'users', { headers: { [name]: 'x' } }))).code).toBe('BAD_REQUEST');
    expect(server.seen).toHaveLength(0);
  });
});
