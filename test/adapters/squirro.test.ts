import { describe, expect, test } from 'vitest';
import { squirro } from '../../adapters/squirro/index.ts';
import { recordKey } from '../../src/contract/records.ts';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import { account, failureOf, ofKind, pagesOf, read, readAll, respond, signal, start, tenant } from './squirro-harness.ts';

test.each(['squirro.acme.example/acme', 'squirro.acme.example/labs'])(
  'a whole read of %s gives everything once, in as many calls as its parts',
  async (serviceId) => {
    const instance = createCompany().instance('squirro', serviceId);
    const { server, adapter } = await start(instance);
    const description = await adapter.describe(signal);
    expect(description).toMatchObject({ serviceId, displayName: instance.displayName });
    const { records, rejected } = await readAll(adapter);
    expect(rejected).toEqual([]);
    expect(new Set(records.map((record) => `${record.kind} ${recordKey(record)}`)).size).toBe(records.length);
    const ids = (entries: readonly { readonly externalId: string }[]) => entries.map(({ externalId }) => externalId).toSorted();

    expect(ids(ofKind(records, 'identity'))).toEqual(ids(instance.accounts));
    expect(ids(ofKind(records, 'role'))).toEqual(ids(instance.roles));
    expect(ids([...description.scopes, ...ofKind(records, 'scope')])).toEqual(['squirro.acme.example', ...ids(instance.scopes)].toSorted());
    expect(ofKind(records, 'group').map(({ externalId, displayName }) => [externalId, displayName])).toEqual(
      instance.groups.map(({ externalId, name }) => [externalId, name]),
    );
    const memberships = instance.groups.flatMap((group) => group.members.map((member) => `${group.externalId} ${member.externalId}`));
    expect(ofKind(records, 'membership').map(({ group, member }) => `${group} ${member.externalId}`)).toEqual(memberships);

    const text = ({ principal, role, scope }: Pick<DemoInstance['grants'][number], 'principal' | 'scope'> & { readonly role?: string | undefined }) =>
      JSON.stringify([principal.kind, principal.externalId, role, scope?.kind, scope?.externalId]);
    const base = instance.accounts.map(({ externalId, role }) =>
      text({ principal: { kind: 'identity', externalId }, role: `server:${role}`, scope: workspaceOf(instance) }),
    );
    expect(ofKind(records, 'grant').map(text).toSorted()).toEqual([...base, ...instance.grants.map(text)].toSorted());

    const credentials = ofKind(records, 'credential').map(
      ({ credentialKind, identity, externalId }) => `${credentialKind} ${identity} ${externalId}`,
    );
    const expected = instance.credentials.map(({ kind, account: holder, externalId }) => `${kind} ${holder} ${externalId}`);
    const sessions = credentials.filter((key) => key.startsWith('SESSION'));
    expect(sessions).toHaveLength(1);
    expect(expected).toContain(sessions[0]);
    expect(credentials.filter((key) => !sessions.includes(key)).toSorted()).toEqual(expected.filter((key) => !key.startsWith('SESSION')).toSorted());
    expect(JSON.stringify({ records, description })).not.toContain('sandbox-');

    const projects = instance.scopes.filter(({ kind }) => kind === 'PROJECT').length;
    const single = { signIn: 1, workspaces: 2, workspaceUsers: 1, users: 2, groups: 1, projects: 1, session: 1 };
    expect(server.calls).toHaveLength(Object.values(single).reduce((sum, calls) => sum + calls) + projects + 2 * instance.accounts.length);
    expect(server.calls.every(({ status }) => status === 200)).toBe(true);
  },
);

const workspaceOf = (instance: DemoInstance) => ({ kind: 'WORKSPACE' as const, externalId: instance.serviceId.split('/')[1] ?? '' });

test('without credentials a read costs no call per user', async () => {
  const instance = createCompany().instance('squirro', 'squirro.acme.example/acme');
  const { server, adapter } = await start(instance, { readCredentials: false });
  const { records } = await readAll(adapter);
  expect(ofKind(records, 'identity')).toHaveLength(instance.accounts.length);
  expect(ofKind(records, 'credential')).toEqual([]);
  expect(server.calls).toHaveLength(6 + instance.scopes.filter(({ kind }) => kind === 'PROJECT').length);
});

describe('the instance', () => {
  test('is the host of the cluster and the tenant; with workspaces on, the cluster is an organization that holds them', async () => {
    const { adapter, server } = await start(tenant({ scopes: [...tenant().scopes, { kind: 'WORKSPACE', externalId: 'labs', name: 'Labs' }] }), {
      cluster: undefined,
    });
    const cluster = new URL(server.baseUrl).host;
    const parent = { kind: 'ORGANIZATION', externalId: cluster };
    expect(await adapter.describe(signal)).toEqual({
      serviceId: `${cluster}/acme`,
      displayName: 'Acme Inc',
      scopes: [
        { kind: 'scope', scopeKind: 'ORGANIZATION', externalId: cluster, displayName: cluster },
        { kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'acme', displayName: 'Acme Inc', parent },
        { kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'labs', displayName: 'Labs', parent },
      ],
    });
  });

  test.each([404, 405, 403, 400])('workspaces refused with %i leave the tenant by itself', async (status) => {
    const { adapter, server } = await start(tenant({ accounts: [account('u1')] }));
    server.play([respond(/workspaces/, status, status === 405 ? null : { error: 'The requested resource does not exist.' })]);
    expect((await adapter.describe(signal)).scopes).toEqual([{ kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'acme', displayName: 'acme' }]);
    const reading = pagesOf(adapter, 'workspaces');
    if (status === 404 || status === 405) expect(await reading).toEqual([{ records: [], rejected: [], next: null }]);
    else await expect(reading).rejects.toMatchObject({ code: status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST' });
    expect(await read(adapter, 'users', 'identity')).toHaveLength(1);
  });
});

describe('refusals', () => {
  test.each([
    [400, 'BAD_REQUEST'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [405, 'UNSUPPORTED'],
    [409, 'CONFLICT'],
    [410, 'NOT_FOUND'],
    [418, 'BAD_RESPONSE'],
  ])('%i is %s, with a body or without', async (status, code) => {
    const { adapter, server } = await start(tenant());
    for (const body of [null, { error: 'canary' }]) {
      server.play([respond(/users$/, status, body)]);
      const error = await failureOf(pagesOf(adapter, 'users'));
      expect(error).toMatchObject({ code, status });
      expect(String(error)).not.toContain('canary');
    }
  });

  test('XML is BAD_RESPONSE', async () => {
    const { adapter, server } = await start(tenant());
    server.play([
      {
        name: 'xml',
        match: { path: /users$/ },
        effect: { respond: { status: 200, headers: { 'content-type': 'text/xml' }, body: '<response><users/></response>' } },
      },
    ]);
    await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('an abort reaches the call', async () => {
    const { adapter, server } = await start(tenant());
    server.play([{ name: 'hole', match: { path: /users$/ }, effect: { swallow: true } }]);
    await adapter.describe(signal);
    const stop = new AbortController();
    const call = adapter.listings.find(({ name }) => name === 'users')?.page(null, stop.signal);
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

test('settings name what is wrong and repeat no secret', () => {
  const wrong = squirro.settings.safeParse({ userPath: '/api', connections: { slack: {} }, credentials: { refreshToken: 'two words' }, other: 1 });
  expect(wrong.error?.issues.map(({ path }) => path.join('.')).toSorted()).toEqual(
    ['', 'baseUrl', 'connections.slack.serviceId', 'connections.slack.type', 'credentials.refreshToken', 'userPath'].toSorted(),
  );
  expect(String(wrong.error)).not.toContain('two words');
  const least = squirro.settings.parse({ baseUrl: 'https://squirro.acme.example', credentials: { refreshToken: 'x' } });
  expect(squirro.baseUrl(least)).toBe('https://squirro.acme.example');
});
