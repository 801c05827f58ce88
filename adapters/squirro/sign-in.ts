import { AdapterError } from '../../src/contract/errors.ts';
import type { Http } from '../../src/contract/http.ts';
import type { SquirroSettings } from './config.ts';
import { toSignInRefusal } from './errors.ts';
import { session, type Session } from './wire.ts';

export interface SignIn {
  /**
   * The session in force; signs in when there is none, or when the one in force is the refused one. Whoever asks meanwhile waits for the same answer.
   * @throws AdapterError AUTH_FAILED, or why the service could not be asked
   */
  session(signal: AbortSignal, refusedToken?: string): Promise<Session>;
}

/** While an access token is valid the same one may come back; the vendor's client asks up to three times for another (squirro_client, base.py). */
const attempts = 3;

export function createSignIn(settings: SquirroSettings, tokenPath: string, http: Http): SignIn {
  const { clientId, clientSecret } = settings.credentials;
  let refreshToken = settings.credentials.refreshToken;
  let current: Session | undefined;
  let pending: Promise<Session> | undefined;
  let failed: { readonly token: string; readonly error: unknown } | undefined;

  async function exchange(): Promise<Session> {
    const response = await http.request({
      method: 'POST',
      path: tokenPath,
      headers: { accept: 'application/json' },
      body: {
        form: {
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
          ...(clientId !== undefined && { client_id: clientId }),
          ...(clientSecret !== undefined && { client_secret: clientSecret }),
          ...(settings.tenant !== undefined && { tenant: settings.tenant }),
        },
      },
      // It may change the refresh token, so no caller's abort cuts it off: the answer would be lost.
      signal: new AbortController().signal,
    });
    if (response.status !== 200) throw toSignInRefusal(response.status);
    const parsed = session.safeParse(response.json());
    if (!parsed.success)
      throw new AdapterError('BAD_RESPONSE', 'Squirro oauth2/token: the answer names no access token or no tenant', { cause: parsed.error });
    refreshToken = parsed.data.refreshToken ?? refreshToken;
    return parsed.data;
  }

  async function renew(refused: string | undefined): Promise<Session> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const fresh = await exchange();
      if (fresh.accessToken !== refused) return fresh;
    }
    throw new AdapterError('AUTH_FAILED', 'Squirro oauth2/token: the service hands out an access token that it refuses; issue another refresh token');
  }

  function start(): Promise<Session> {
    const refused = current?.accessToken;
    current = undefined;
    const renewal = renew(refused).then(
      (fresh) => {
        failed = undefined;
        return (current = fresh);
      },
      (error: unknown) => {
        if (refused !== undefined) failed = { token: refused, error };
        throw error;
      },
    );
    return renewal.finally(() => (pending = undefined));
  }

  return {
    async session(signal, refusedToken) {
      if (current !== undefined && current.accessToken !== refusedToken) return current;
      // Calls that were under way with the same token share the failure as they would have shared the success.
      if (refusedToken !== undefined && failed?.token === refusedToken) throw failed.error;
      pending ??= start();
      return unlessAborted(pending, signal);
    },
  };
}

function unlessAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new AdapterError('ABORTED', 'Squirro oauth2/token: aborted by the caller'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    void shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
