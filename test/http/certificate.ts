import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** Just enough of DER (ITU-T X.690) to write certificates (RFC 5280) for tests. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const ecdsaWithSha256 = sequence(hex('06082a8648ce3d040302'));
const distinguishedName = (name: string): Buffer => sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(name)))));
const time = (instant: number): Buffer =>
  der(
    0x17,
    Buffer.from(
      new Date(instant)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );

export interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  readonly pem: string;
}

export interface CertificateOptions {
  readonly name: string;
  readonly address?: string;
  readonly authority?: Authority;
  readonly notAfter?: number;
}

const dayMs = 24 * 3600 * 1000;

/** Signed by the authority, or by itself. */
export function createCertificate({ name, address, authority, notAfter = Date.now() + dayMs }: CertificateOptions) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = sequence(der(0x82, Buffer.from(name)), ...(address === undefined ? [] : [der(0x87, Buffer.from(address.split('.').map(Number)))]));
  const isAuthority = authority === undefined;
  const extensions = [
    sequence(hex('0603551d11'), der(0x04, names)),
    sequence(hex('0603551d13'), hex('0101ff'), der(0x04, isAuthority ? sequence(hex('0101ff')) : sequence())),
  ];
  const body = sequence(
    der(0xa0, hex('020102')),
    der(0x02, Buffer.from([1, ...Buffer.from(String(Math.random()).slice(2, 9))])),
    ecdsaWithSha256,
    distinguishedName(authority?.name ?? name),
    sequence(time(notAfter - 3 * dayMs), time(notAfter)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, authority?.key ?? privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')}\n-----END CERTIFICATE-----\n`;
  return { name, key: privateKey, pem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}
