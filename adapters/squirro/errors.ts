import { AdapterError, type AdapterErrorCode } from '../../src/contract/errors.ts';

/** A refusal of a reading call. Bodies are not repeated, and 405, 409 and 410 have none. */
export function toRefusal(name: string, status: number): AdapterError {
  const at = `Squirro ${name}`;
  switch (status) {
    case 400:
      return new AdapterError('BAD_REQUEST', `${at}: the service refused the input`, { status });
    case 401:
      return new AdapterError('AUTH_FAILED', `${at}: a fresh access token was refused too; issue another refresh token`, { status });
    case 403:
      return new AdapterError('FORBIDDEN', `${at}: the account behind the refresh token may not read this`, {
        status,
        missing: 'role admin in the tenant',
      });
    case 404:
    case 410:
      return new AdapterError('NOT_FOUND', `${at}: not found`, { status });
    case 405:
      return new AdapterError('UNSUPPORTED', `${at}: this cluster has no such operation`, { status });
    case 409:
      return new AdapterError('CONFLICT', `${at}: conflict`, { status });
    default:
      return new AdapterError('BAD_RESPONSE', `${at}: unexpected status ${status}`, { status });
  }
}

/** The vendor's client takes 403 (client), 404 (unknown refresh token) and 410 (expired) for one failure (squirro_client, base.py). */
export function toSignInRefusal(status: number): AdapterError {
  const at = 'Squirro oauth2/token';
  switch (status) {
    case 400:
    case 401:
    case 403:
      return new AdapterError('AUTH_FAILED', `${at}: client id, client secret, tenant or refresh token is wrong`, { status });
    case 404:
    case 410:
      return new AdapterError(
        'AUTH_FAILED',
        `${at}: the refresh token is unknown or has expired; issue another (and check that baseUrl is the cluster)`,
        {
          status,
        },
      );
    default:
      return new AdapterError('BAD_RESPONSE', `${at}: unexpected status ${status}`, { status });
  }
}

/** Undefined when the service refuses with one of these codes; by default when it says that the thing is not there. */
export async function unless<T>(answer: Promise<T>, codes: ReadonlySet<AdapterErrorCode> = absent): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AdapterError && codes.has(error.code)) return undefined;
    throw error;
  }
}

const absent: ReadonlySet<AdapterErrorCode> = new Set(['NOT_FOUND']);
/** An assumed path that this cluster does not have. */
export const switchedOff: ReadonlySet<AdapterErrorCode> = new Set(['NOT_FOUND', 'UNSUPPORTED']);
/** The service answers, but not this: for what is welcome and not needed. */
export const refused: ReadonlySet<AdapterErrorCode> = new Set([...switchedOff, 'FORBIDDEN', 'BAD_REQUEST', 'BAD_RESPONSE']);
