import packageJson from '../../package.json' with { type: 'json' };
import { AdapterError } from '../contract/errors.ts';
import type { HttpBody, HttpRequest } from '../contract/http.ts';
import type { BaseAddress } from './origin.ts';

/** A request checked and spelled out for the socket. */
export interface PreparedRequest {
  /** `<service>: <METHOD> <path>`: how messages begin. */
  readonly label: string;
  readonly method: NonNullable<HttpRequest['method']>;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly repeatable: boolean;
}

const userAgent = `rollcall/${packageJson.version}`;
// Set by the transport or by the protocol; an adapter that sets one could send a call astray.
const reservedHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/** @throws AdapterError BAD_REQUEST or MISCONFIGURED */
export function prepareRequest(service: string, base: BaseAddress, request: HttpRequest): PreparedRequest {
  const method = request.method ?? 'GET';
  const label = `${service}: ${method} ${describePath(request.path)}`;
  const content = formatBody(request.body);
  const headers: Record<string, string> = content === undefined ? {} : { 'content-type': content.type };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[checkHeader(name, value, label)] = value;
  return {
    label,
    method,
    target: base.target(request, label),
    headers: { accept: 'application/json', ...headers, 'accept-encoding': 'gzip, br, zstd', 'user-agent': userAgent },
    body: content?.text ?? null,
    repeatable: request.repeatable ?? method === 'GET',
  };
}

// A refused path may hold anything, a query with a token too.
function describePath(path: string): string {
  return path.replace(/[?#].*$/s, '').replace(/[^\x21-\x7e]/g, '_');
}

function checkHeader(name: string, value: string, label: string): string {
  const lower = name.toLowerCase();
  // "token" and "field-value" of RFC 9110 §5
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(lower) || reservedHeaders.has(lower)) {
    throw new AdapterError('BAD_REQUEST', `${label}: a header of this name must not be set by an adapter`);
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new AdapterError(
      'MISCONFIGURED',
      `${label}: the value of header ${lower} holds a line break or another character that headers cannot carry: check the credential for it`,
    );
  }
  return lower;
}

function formatBody(body: HttpBody | undefined): { readonly type: string; readonly text: string } | undefined {
  if (body === undefined) return undefined;
  if ('json' in body) return { type: 'application/json', text: JSON.stringify(body.json) };
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(body.form).toString() };
}
