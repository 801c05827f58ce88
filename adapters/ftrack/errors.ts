import { AdapterError, type AdapterErrorCode } from '../../src/contract/errors.ts';
import type { WireFailure } from './wire.ts';

/** Exceptions by name: github.com/ftrackhq/ftrack-javascript (source/session.ts, test/server.ts), github.com/ftrackhq/ftrack-python (exception.py). */
const refusals: ReadonlyMap<string, readonly [code: AdapterErrorCode, message: string]> = new Map([
  ['InvalidCredentialsError', ['AUTH_FAILED', 'the API user or the API key is wrong, or the user is inactive']],
  ['FTAuthenticationError', ['FORBIDDEN', 'the API key may not do this']],
  ['PermissionError', ['FORBIDDEN', 'the API key may not do this']],
  ['ValidationError', ['BAD_REQUEST', 'the service refused the operation']],
  ['ParseError', ['BAD_REQUEST', 'the service does not understand the query, or lacks an attribute in it']],
  ['DuplicateEntryError', ['CONFLICT', 'such an entity exists already']],
]);

/** `what`: the entity types asked for. */
export function toRefusal({ exception, error_code: errorCode }: WireFailure, status: number, what: readonly string[]): AdapterError {
  const name = errorCode === 'api_credentials_invalid' ? 'InvalidCredentialsError' : exception;
  const [code, message] = refusals.get(name) ?? codeOfStatus(status) ?? ['BAD_RESPONSE', 'the service failed with an exception that is not known'];
  const missing = what.length === 0 ? 'use of the API' : `read ${what.join(', ')}`;
  return new AdapterError(code, `ftrack ${label(what)}: ${message}`, { status, ...(code === 'FORBIDDEN' && { missing }) });
}

export function toStatusError(status: number, what: readonly string[]): AdapterError {
  const [code, message] = codeOfStatus(status) ?? ['BAD_RESPONSE', `unexpected status ${status}`];
  return new AdapterError(code, `ftrack ${label(what)}: ${message}`, { status, ...(code === 'FORBIDDEN' && { missing: 'use of the API' }) });
}

/** Statuses come from what stands before the site, or from its strict mode. */
function codeOfStatus(status: number): readonly [code: AdapterErrorCode, message: string] | undefined {
  switch (status) {
    case 400:
    case 422:
      return ['BAD_REQUEST', 'the service refused the operation'];
    case 401:
      return refusals.get('InvalidCredentialsError');
    case 403:
      return refusals.get('PermissionError');
    case 404:
    case 405:
      return ['NOT_FOUND', 'no API at this address: is baseUrl the address of the site, without /api?'];
    case 409:
      return refusals.get('DuplicateEntryError');
    default:
      return undefined;
  }
}

export const label = (what: readonly string[]): string => (what.length === 0 ? 'query_schemas' : `query ${what.join(', ')}`);
