import { describe, expect, test } from 'vitest';
import type { RoleLevel } from '../../src/contract/records.ts';
import { account, alter, alterUsers, ofKind, pagesOf, read, signal, start, tenant, toBody } from './squirro-harness.ts';

const workspace = { kind: 'WORKSPACE', externalId: 'acme' } as const;

describe('users', () => {
  test('carry their server role, an address that nobody vouches for, configuration and custom values without what is secret', async () => {
    const { adapter, server } = await start(
      tenant({
        accounts: [account('u1', { role: 'reader', title: 'Analyst' })],
        roles: [{ externalId: 'server:reader', name: 'reader', permissions: ['user.read'] }],
      }),
    );
    server.play([
      alterUsers((users) =>
        users.map((user) => ({
          ...user,
          tags: ['a', null, { apiKey: 'canary', name: 'x' }],
          salesforce: { refresh_token: 'canary', instance: 'eu1' },
          note: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary',
          Password: 'canary',
          authentications: { facebook: { access_token: 'canary' } },
          projects: ['p1'],
        })),
      ),
    ]);
    const { records } = (await pagesOf(adapter, 'users'))[0] ?? { records: [] };
    expect(JSON.stringify(records)).not.toMatch(/canary|sandbox-secret/);
    expect(ofKind(records, 'identity')).toEqual([
      {
        kind: 'identity',
        externalId: 'u1',
        accountKind: 'HUMAN',
        status: 'ACTIVE',
        displayName: 'Ada u1',
        emails: [{ address: 'u1@acme.example', proof: 'UNKNOWN', primary: true }],
        declared: [],
        roles: ['server:reader'],
        settings: {
          job_title: 'Analyst',
          tags: ['a', null, { name: 'x' }],
          salesforce: { instance: 'eu1' },
          config: { language: 'en', digest: { weekly: true } },
        },
        raw: { role: 'reader', tenant: 'acme' },
      },
    ]);
    expect(ofKind(records, 'grant')).toMatchObject([
      { externalId: 'base:u1', role: 'server:reader', level: 'READER', scope: workspace, permissions: ['user.read'], source: 'DIRECT' },
    ]);
    expect(ofKind(records, 'role').find(({ name }) => name === 'reader')).toMatchObject({
      category: 'server',
      permissions: [{ key: 'user.read' }],
      appliesTo: ['WORKSPACE'],
    });
  });

  test('leave out configuration and custom values when told to', async () => {
    const { adapter, server } = await start(tenant({ accounts: [account('u1', { title: 'Analyst' })] }), { readSettings: false });
    const [listed] = await read(adapter, 'users', 'identity');
    expect(listed).not.toHaveProperty('settings');
    expect(server.calls.at(-1)?.query.get('include_config')).toBe('false');
    expect((await adapter.getIdentities(['u1'], signal)).get('u1')?.identity).toEqual(listed);
  });

  test.each<[string, RoleLevel, boolean]>([
    ['admin', 'ADMIN', false],
    ['user', 'MEMBER', false],
    ['reader', 'READER', false],
    ['demo', 'GUEST', false],
    ['__proto__', 'UNKNOWN', true],
    ['Chief\u0000', 'UNKNOWN', true],
  ])('role %j is %s, and always in the catalogue', async (role, level, custom) => {
    const { adapter } = await start(tenant({ accounts: [account('u1', { role })] }));
    const { records } = (await pagesOf(adapter, 'users'))[0] ?? { records: [] };
    expect(ofKind(records, 'grant')).toMatchObject([{ externalId: 'base:u1', level, role: `server:${role}` }]);
    expect(ofKind(records, 'role').find(({ name }) => name === role)).toMatchObject({ externalId: `server:${role}`, level, custom });
    const live = (await adapter.getIdentities(['u1'], signal)).get('u1')?.alongside ?? [];
    expect(ofKind(live, 'grant')).toEqual(ofKind(records, 'grant'));
    expect(ofKind(live, 'role').map(({ name }) => name)).toEqual(custom ? [role] : []);
  });

  test('without an id are rejected, odd values count as absent, hostile text is data', async () => {
    const { adapter, server } = await start(tenant({ accounts: [account('u1')] }));
    const long = 'n'.repeat(1_000_000);
    server.play([
      alterUsers(() => [
        { id: '', email: 'x' },
        { email: 'nobody@acme.example' },
        { id: '..' },
        null,
        { id: 12, email: 5, full_name: '\u202eeda', role: null, role_permissions: 'all', config: [] },
        { id: 'u/1?#', full_name: long, email: '' },
      ]),
    ]);
    const [page] = await pagesOf(adapter, 'users');
    expect(page?.rejected.filter(({ kind }) => kind === 'identity').map(({ externalId }) => externalId)).toEqual([
      undefined,
      undefined,
      '..',
      undefined,
    ]);
    expect(page?.rejected.find(({ externalId }) => externalId === 'base:..')).toMatchObject({ kind: 'grant' });
    expect(JSON.stringify(page?.rejected)).not.toContain('nobody');
    expect(ofKind(page?.records ?? [], 'identity')).toMatchObject([
      { externalId: '12', displayName: '\u202eeda', emails: [], roles: [], accountKind: 'UNKNOWN' },
      { externalId: 'u/1?#', displayName: long, emails: [] },
    ]);
    expect(ofKind(page?.records ?? [], 'grant')[0]).toMatchObject({ externalId: 'base:12', level: 'UNKNOWN' });
  });
});

describe('look-ups by id', () => {
  const people = tenant({ accounts: Array.from({ length: 20 }, (_, at) => account(`u${at}`)) });

  test('ask one by one, leave out the unknown and never take another path for an id', async () => {
    const { adapter, server } = await start(people);
    const found = await adapter.getIdentities(['u2', 'nobody', 'u1', 'u2', '..', '', 'u1/grants', '\ud800'], signal);
    expect([...found.keys()].toSorted()).toEqual(['u1', 'u2']);
    expect(found.get('u1')?.identity).toEqual((await read(adapter, 'users', 'identity')).find(({ externalId }) => externalId === 'u1'));
    expect(server.calls.filter(({ path }) => path.endsWith('/users/u2'))).toHaveLength(1);
  });

  test('of many read the list once', async () => {
    const { adapter, server } = await start(people);
    const found = await adapter.getIdentities([...people.accounts.map(({ externalId }) => externalId), 'nobody'], signal);
    expect(found.size).toBe(20);
    expect(server.calls.map(({ path }) => path)).toEqual(['/api/user/oauth2/token', '/api/user/v0/acme/users']);
  });

  test("never give one account's answer under another's id", async () => {
    const { adapter, server } = await start(people);
    server.play([alter(/users\/u1$/, (body) => ({ ...toBody(body), id: 'u2' }))]);
    expect((await adapter.getIdentities(['u1'], signal)).size).toBe(0);
  });
});
