import { expect, onTestFinished, test } from 'vitest';
import { createSquirroSandbox } from '../../adapters/squirro/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { account, credential, tenant, tokenPath } from './squirro-harness.ts';

const right = {
  grant_type: 'refresh_token',
  client_id: 'sandbox-client',
  client_secret: 'sandbox-client-secret',
  refresh_token: 'sandbox-refresh-token',
};
const json = { accept: 'application/json', authorization: 'Bearer sandbox-access-token-1' };

async function serve() {
  const server = await serveSandbox(
    createSquirroSandbox(
      tenant({
        accounts: [account('u1', { role: 'admin' }), account('gone', { status: 'SUSPENDED' })],
        credentials: [credential('SERVICE_CONNECTION', 'u1', 'facebook', 'facebook'), credential('SESSION', 'u1', 's1', 'web')],
      }),
    ),
  );
  onTestFinished(() => server.close());
  const ask = (path: string, init: RequestInit = { headers: json }) => fetch(`${server.baseUrl}${path}`, init);
  return { ask };
}

test('signing in wants the form type exactly, and every field', async () => {
  const { ask } = await serve();
  const post = (type: string, form: object) =>
    ask(tokenPath, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': type },
      body: new URLSearchParams({ ...form }).toString(),
    });
  const good = 'application/x-www-form-urlencoded';
  expect(await (await post(good, right)).json()).toMatchObject({
    access_token: 'sandbox-access-token-1',
    tenant: 'acme',
    user_id: 'u1',
    session_id: 's1',
  });
  expect((await post('application/json', right)).status).toBe(400);
  expect((await post(good, { ...right, client_id: '' })).status).toBe(400);
  expect((await post(good, { ...right, grant_type: 'guess' })).status).toBe(400);
  expect((await post(good, { ...right, client_secret: 'wrong' })).status).toBe(403);
  expect((await post(good, { ...right, refresh_token: 'unknown' })).status).toBe(404);
  const wrongMethod = await ask(tokenPath);
  expect([wrongMethod.status, await wrongMethod.text()]).toEqual([405, '']);
});

test('speaks XML to everybody who does not ask for JSON by name, errors too', async () => {
  const { ask } = await serve();
  const { authorization } = json;
  const xml = await ask('/api/user/v0/acme/users?include_config=false', { headers: { authorization, accept: '*/*' } });
  expect(xml.headers.get('content-type')).toContain('xml');
  expect(await xml.text()).toMatch(/^<response><users><child order="0"><id>u1<\/id>/);
  expect(await (await ask('/api/user/v0/acme/nowhere', { headers: { authorization } })).text()).toContain('<error>');
});

test('tells paths that do not exist, things that do not exist, and other tenants apart from missing rights', async () => {
  const { ask } = await serve();
  const answer = async (path: string, init?: RequestInit) => {
    const response = await ask(path, init);
    return [response.status, ((await response.json()) as { error?: string }).error];
  };
  expect(await answer('/api/user/v0/acme/users/u1/sessions')).toEqual([404, 'The requested resource does not exist.']);
  expect(await answer('/api/user/v1/acme/groups')).toEqual([404, 'The requested resource does not exist.']);
  expect(await answer('/api/user/v0/acme/users/nobody')).toEqual([404, 'Not Found']);
  expect(await answer('/api/user/v0/acme/users/gone')).toEqual([404, 'Not Found']);
  expect(await answer('/api/user/v0/other/users')).toEqual([404, 'Not Found']);
  expect(await answer('/api/user/v0/acme/users', { headers: { accept: 'application/json', authorization: 'Bearer wrong' } })).toEqual([
    401,
    'Unauthorized',
  ]);
  expect(await answer('/api/user/v0/acme/users?include_config=maybe')).toEqual([400, 'include_config value maybe does not validate.']);
  expect(await answer('/api/user/v0/acme/users/u1/grants')).toEqual([400, 'Value for client_id must not be empty.']);
  expect(await answer('/api/user/v0/acme/users/u1/grants?client_id=sandbox-client&client_secret=wrong')).toEqual([403, 'Forbidden']);
  expect(await answer('/api/user/v0/acme/users/u1', { method: 'DELETE', headers: json })).toEqual([403, 'Forbidden']);
});

test('an authentication comes with its tokens, alone and with the user in v1 only', async () => {
  const { ask } = await serve();
  const alone = await (await ask('/api/user/v0/acme/authentications/facebook/u1')).json();
  expect(alone).toMatchObject({ service_user: 'facebook-u1', state: 'ok', access_token: expect.stringContaining('sandbox-secret') });
  expect(await (await ask('/api/user/v1/acme/users/u1')).json()).toMatchObject({ authentications: { facebook: alone } });
  expect(await (await ask('/api/user/v0/acme/users/u1')).json()).not.toHaveProperty('authentications');
});

test('a refused token has expired, and signing in gives another', async () => {
  const sandbox = createSquirroSandbox(tenant());
  const request = { method: 'GET', path: '/api/user/v0/acme/users', query: new URLSearchParams(), headers: json, body: '' };
  expect(sandbox.handle(request).status).toBe(200);
  expect(sandbox.refuse({ kind: 'unauthorized' }, request).status).toBe(401);
  expect(sandbox.handle(request).status).toBe(401);
  const signIn = {
    ...request,
    method: 'POST',
    path: tokenPath,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
  };
  expect(sandbox.handle({ ...signIn, body: new URLSearchParams(right).toString() }).body).toMatchObject({ access_token: 'sandbox-access-token-2' });
});

test('conflicts have no body', () => {
  const request = { method: 'GET', path: '/', query: new URLSearchParams(), headers: json, body: '' };
  expect(createSquirroSandbox(tenant()).refuse({ kind: 'conflict' }, request)).toEqual({ status: 409, body: null });
});
