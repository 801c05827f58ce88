import { createServer } from 'node:https';
import type { LookupFunction } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createCertificate, type CertificateOptions } from './certificate.ts';
import { answers, createVirtualClock, get, listen, openTransport, refusal, startHttp } from './support.ts';

const dayMs = 24 * 3600 * 1000;

/** Answers each name with the next of the lists, the last one again and again. */
function resolveTo(...lists: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    const found = (lists[Math.min(asked.length, lists.length - 1)] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    asked.push(hostname);
    process.nextTick(() => (options.all === true ? callback(null, found) : callback(null, found[0]?.address ?? '', found[0]?.family)));
  };
  return { lookup, asked };
}

describe('TLS', () => {
  const authority = createCertificate({ name: 'Test Authority' });

  async function startTls(options: CertificateOptions) {
    const { keyPem, pem } = createCertificate(options);
    const server = createServer({ key: keyPem, cert: pem }, (_request, response) => void response.end('{}'));
    return listen(server, [], 'https');
  }
  const trust = { ca: authority.pem };

  test('a certificate of a trusted authority is taken, by name and by address', async () => {
    await using server = await startTls({ name: 'localhost', address: '127.0.0.1', authority });
    await using byAddress = openTransport(server.baseUrl, { network: trust });
    expect((await get(byAddress.sync)).status).toBe(200);
    await using byName = openTransport(server.baseUrl.replace('127.0.0.1', 'localhost'), { network: { ...trust, ...resolveTo(['127.0.0.1']) } });
    expect((await get(byName.sync)).status).toBe(200);
  });

  test.each<[string, CertificateOptions, object, RegExp]>([
    [
      'of an unknown authority',
      { name: 'localhost', address: '127.0.0.1', authority },
      {},
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
    ],
    ['signed by itself', { name: 'localhost', address: '127.0.0.1' }, {}, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ['that has expired', { name: 'localhost', address: '127.0.0.1', authority, notAfter: Date.now() - dayMs }, trust, /CERT_HAS_EXPIRED/],
    ['of another host', { name: 'other.example', address: '127.0.0.9', authority }, trust, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])('a certificate %s is refused, once', async (_what, options, network, reason) => {
    await using server = await startTls(options);
    await using transport = openTransport(server.baseUrl, { network });
    const error = await refusal(get(transport.sync, 'users', { headers: { authorization: 'canary' } }));
    expect(error.code).toBe('UNREACHABLE');
    expect(error.message).toMatch(/^acme: GET users: TLS failed \(/);
    expect(error.message).toMatch(reason);
    expect(transport.state().calls).toBe(1);
  });

  test('old versions are refused', async () => {
    const { keyPem, pem } = createCertificate({ name: 'localhost', address: '127.0.0.1', authority });
    await using server = await listen(
      createTlsServer({ key: keyPem, cert: pem, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, () => undefined),
      [],
      'https',
    );
    await using transport = openTransport(server.baseUrl, { network: trust });
    expect((await refusal(get(transport.sync))).message).toMatch(/TLS failed/);
  });

  test('there is no way back to plain text', async () => {
    await using server = await startHttp(answers({ status: 200 }));
    await using transport = openTransport(server.baseUrl.replace('http:', 'https:'));
    expect(await refusal(get(transport.sync))).toMatchObject({ code: 'UNREACHABLE', message: expect.stringMatching(/TLS failed/) as string });
    expect(server.seen).toHaveLength(0);
  });
});

describe('addresses are looked at when connecting', () => {
  test.each([
    ['private', '10.0.0.1'],
    ['private', '192.168.0.1'],
    ['linkLocal', '169.254.169.254'],
    ['metadata', '168.63.129.16'],
    ['metadata', 'fd00:ec2::254'],
    ['loopback', '127.0.0.1'],
    ['loopback', '::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '::'],
    ['ipv4Mapped', '::ffff:10.0.0.1'],
    ['ipv4Mapped', '::ffff:8.8.8.8'],
    ['uniqueLocal', 'fd12:3456::1'],
    ['linkLocal', 'fe80::1'],
    ['rfc6052', '64:ff9b::a00:1'],
    ['6to4', '2002:a00:1::1'],
    ['teredo', '2001:0:a00:1::1'],
    ['carrierGradeNat', '100.64.1.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
  ])('%s %s is refused, also among good ones', async (kind, address) => {
    for (const list of [[address], ['93.184.215.14', address]]) {
      const { lookup } = resolveTo(list);
      await using transport = openTransport('https://api.example.com', { network: { lookup } });
      const error = await refusal(get(transport.sync));
      expect(error.code).toBe('MISCONFIGURED');
      expect(error.message).toBe(
        `acme: GET users: baseUrl leads to an address that is ${kind}: set another host, or allowPrivateNetwork if the service lives in a private network`,
      );
      expect(transport.state().calls).toBe(1);
    }
  });

  test('a loopback name that leads elsewhere is refused', async () => {
    const { lookup } = resolveTo(['93.184.215.14']);
    await using transport = openTransport('http://localhost:80', { network: { lookup } });
    expect((await refusal(get(transport.sync))).code).toBe('MISCONFIGURED');
  });

  test('every connection asks again, so a name that turns private is caught', async () => {
    await using server = await startHttp((_request, response) => void response.writeHead(200, { connection: 'close' }).end('{}'));
    const { lookup, asked } = resolveTo(['127.0.0.1'], ['10.0.0.1']);
    await using transport = openTransport(server.baseUrl.replace('127.0.0.1', 'localhost'), { network: { lookup } });
    expect((await get(transport.sync)).status).toBe(200);
    expect((await refusal(get(transport.sync))).code).toBe('MISCONFIGURED');
    expect(asked).toEqual(['localhost', 'localhost']);
    expect(server.seen).toHaveLength(1);
  });

  test('a name that does not resolve is UNREACHABLE after the retries', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) => callback(Object.assign(new Error('canary'), { code: 'ENOTFOUND' }), []);
    await using transport = openTransport('https://api.example.com', { network: { lookup }, clock: createVirtualClock() });
    expect(await refusal(get(transport.sync))).toMatchObject({ code: 'UNREACHABLE', message: 'acme: GET users: no connection (ENOTFOUND)' });
    expect(transport.state().calls).toBe(4);
    await using empty = openTransport('https://api.example.com', { network: resolveTo([]), clock: createVirtualClock() });
    expect((await refusal(get(empty.sync))).code).toBe('UNREACHABLE');
  });
});
