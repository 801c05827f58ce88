import { isIP } from 'node:net';
import { AdapterError } from '../contract/errors.ts';
import type { HttpRequest } from '../contract/http.ts';
import { findAddressRefusal, isLoopbackHost, type AddressRule } from './address.ts';

/** The configured address of a service, the only place where its calls go. */
export interface BaseAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly rule: AddressRule;
  /** @returns path and query below the base. @throws AdapterError BAD_REQUEST */
  target(request: Pick<HttpRequest, 'path' | 'query'>, label: string): string;
}

/** @throws AdapterError MISCONFIGURED; the address is not repeated, it may hold a secret. */
export function parseBaseUrl(service: string, baseUrl: string, allowPrivateNetwork: boolean): BaseAddress {
  const misconfigured = (problem: string): AdapterError => new AdapterError('MISCONFIGURED', `${service}: baseUrl ${problem}`);
  if (!URL.canParse(baseUrl)) throw misconfigured('is not an address: write it as https://host/path');
  const url = new URL(baseUrl);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const loopback = isLoopbackHost(hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw misconfigured('must begin with https:// (http:// is for loopback hosts only)');
  }
  if (url.username !== '' || url.password !== '') throw misconfigured('must not hold a user or a password: put them under credentials');
  if (url.search !== '' || url.hash !== '') throw misconfigured('must not hold ? or #: leave them out');
  const rule: AddressRule = { loopbackOnly: loopback, allowPrivateNetwork };
  const refusal = isIP(hostname) === 0 ? undefined : findAddressRefusal(hostname, rule);
  if (refusal !== undefined) throw misconfigured(describeAddressRefusal(refusal));

  const prefix = url.pathname.replace(/\/+$/, '');
  return {
    origin: url.origin,
    rule,
    target({ path, query }, label) {
      const problem = findPathProblem(path);
      if (problem !== undefined) throw new AdapterError('BAD_REQUEST', `${label}: the path ${problem}`);
      const search = formatQuery(query);
      return `${path === '' ? url.pathname : `${prefix}/${path}`}${search === '' ? '' : `?${search}`}`;
    },
  };
}

export function describeAddressRefusal(refusal: string): string {
  return `leads to an address that is ${refusal}: set another host, or allowPrivateNetwork if the service lives in a private network`;
}

// pchar and "/" of RFC 3986: no backslash, space, control character, "?" or "#".
const pathText = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;

function findPathProblem(path: string): string | undefined {
  if (path.startsWith('/')) return 'must be relative: no leading slash';
  if (!pathText.test(path)) return 'holds a character that must be percent-encoded (a query goes into query)';
  const segments = path.split('/');
  if (segments[0]?.includes(':')) return 'must be relative: no scheme';
  // URL parsers treat %2e as a dot (url.spec.whatwg.org, "double-dot URL path segment").
  if (segments.some((segment) => /^\.{1,2}$/.test(segment.replace(/%2e/gi, '.')))) return 'holds a dot segment';
  return segments.slice(0, -1).includes('') ? 'holds an empty segment' : undefined;
}

function formatQuery(query: HttpRequest['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.toString();
}
