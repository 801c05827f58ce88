import type { SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import { failed, notFound, ok } from './sandbox-answer.ts';

export const client = { clientId: 'sandbox-client', clientSecret: 'sandbox-client-secret', refreshToken: 'sandbox-refresh-token' };

export interface SandboxSession {
  readonly tenant: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly role_permissions: readonly string[];
}

/** Hands out one access token until that one has expired. */
export function createSandboxSignIn(session: () => SandboxSession) {
  let issued = 1;
  const accessToken = () => `sandbox-access-token-${issued}`;
  const accepts = ({ headers }: SandboxRequest): boolean => headers['authorization'] === `Bearer ${accessToken()}`;

  return {
    accepts,

    /** The access token of this call is none from now on. */
    expire(request: SandboxRequest): void {
      if (accepts(request)) issued += 1;
    },

    signIn({ method, headers, body }: SandboxRequest): SandboxResponse {
      if (method !== 'POST') return { status: 405, body: null };
      const form = headers['content-type'] === 'application/x-www-form-urlencoded' ? new URLSearchParams(body) : new URLSearchParams();
      for (const field of ['grant_type', 'client_id', 'client_secret']) {
        if (!form.get(field)) return failed(400, `Value for ${field} must not be empty.`);
      }
      const grantType = form.get('grant_type');
      if (grantType !== 'refresh_token') return failed(400, `grant_type value ${grantType} does not validate.`);
      if (!form.get('refresh_token')) return failed(400, 'Value for refresh_token must not be empty.');
      if (form.get('client_id') !== client.clientId || form.get('client_secret') !== client.clientSecret) return failed(403, 'Forbidden');
      if (form.get('refresh_token') !== client.refreshToken) return notFound();
      const current = session();
      if ((form.get('tenant') ?? current.tenant) !== current.tenant) return failed(403, 'Forbidden');
      return ok({ access_token: accessToken(), refresh_token: client.refreshToken, ...current, project_permissions: ['*'], user_information: {} });
    },
  };
}
