import { isIP } from 'node:net';

/** Whether a name or an address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === '::1' || bare.toLowerCase() === 'localhost';
}

/** The name in a Host header, without the port. */
export function hostName(header: string): string {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header);
  return name?.[1] ?? '';
}
