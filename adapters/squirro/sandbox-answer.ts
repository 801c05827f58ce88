import type { SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';

export const ok = (body: object): SandboxResponse => ({ status: 200, body });
export const failed = (status: number, error: string, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
  status,
  headers,
  body: { error },
});
export const notFound = (): SandboxResponse => failed(404, 'Not Found');
export const unauthorized = (): SandboxResponse => failed(401, 'Unauthorized', { 'www-authenticate': 'Bearer realm="squirro"' });
/** Conflicts, like 405 and 410, come without a body. */
export const conflict = (): SandboxResponse => ({ status: 409, body: null });

/** JSON only for those who ask for it by name; for all others the services speak XML. */
export function inFormat(response: SandboxResponse, { headers }: SandboxRequest): SandboxResponse {
  if (response.body === null || typeof response.body === 'string') return response;
  if (/\bapplication\/json\b/.test(headers['accept'] ?? ''))
    return { ...response, headers: { ...response.headers, 'content-type': 'application/json; charset=UTF-8' } };
  return {
    ...response,
    headers: { ...response.headers, 'content-type': 'text/xml; charset=UTF-8' },
    body: `<response>${toXml(response.body)}</response>`,
  };
}

function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((entry, order) => `<child order="${order}">${toXml(entry)}</child>`).join('');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, entry]) => `<${name}>${toXml(entry)}</${name}>`)
      .join('');
  if (typeof value === 'string') return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return value === null ? 'None' : JSON.stringify(value);
}

/** No segment at all for a path that is no text. */
export function segmentsOf(path: string): readonly string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return [];
  }
}
