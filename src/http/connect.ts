import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { findAddressRefusal, type AddressRule } from './address.ts';

/** Why no connection came to be. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly phase: 'address' | 'timeout' | 'connect' | 'tls';
  /** The system's word, or for `address` the kind of address that was refused. */
  readonly reason: string;

  constructor(phase: ConnectError['phase'], reason: string) {
    super(`${phase}: ${reason}`);
    this.phase = phase;
    this.reason = reason;
  }
}

/** How names and certificates are looked up, where the system's way is not wanted. */
export interface NetworkOptions {
  readonly lookup?: LookupFunction;
  /** Certificate authorities (PEM) in place of the system's. */
  readonly ca?: string;
}

/** A connector for undici that looks at every address before it connects, each time it connects, and whose deadline is exact. */
export function createConnector(rule: AddressRule, connectMs: number, network: NetworkOptions): buildConnector.connector {
  const lookup = createCheckedLookup(rule, network.lookup ?? systemLookup);
  return ({ hostname, port, protocol }, callback) => {
    const isTls = protocol === 'https:';
    // the lookup is not asked about an address
    const refusal = isIP(hostname) === 0 ? undefined : findAddressRefusal(hostname, rule);
    if (refusal !== undefined) return callback(new ConnectError('address', refusal), null);

    const target = { host: hostname, port: Number(port || (isTls ? 443 : 80)), lookup };
    const socket: Socket = isTls
      ? connectTls({
          ...target,
          ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
          ...(network.ca === undefined ? {} : { ca: network.ca }),
          ALPNProtocols: ['http/1.1'],
        })
      : connectTcp(target);
    let phase: 'connect' | 'tls' | 'done' = 'connect';
    const timer = setTimeout(() => socket.destroy(new ConnectError('timeout', `${connectMs} ms`)), connectMs);
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    socket
      .once('connect', () => {
        if (isTls) phase = 'tls';
      })
      .once(isTls ? 'secureConnect' : 'connect', () => {
        phase = 'done';
        clearTimeout(timer);
        callback(null, socket);
      })
      .on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (phase === 'done') return;
        callback(error instanceof ConnectError ? error : new ConnectError(phase, error.code ?? error.message), null);
      });
  };
}

function createCheckedLookup(rule: AddressRule, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, []);
      const addresses: LookupAddress[] = Array.isArray(found) ? found : [{ address: found, family: family ?? isIP(found) }];
      // one bad address among good ones is how rebinding begins
      const refusal = addresses.map(({ address }) => findAddressRefusal(address, rule)).find((kind) => kind !== undefined);
      if (refusal !== undefined) return callback(new ConnectError('address', refusal), []);
      const [first] = addresses;
      if (first === undefined) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
