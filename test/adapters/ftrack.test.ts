import { describe, expect, test } from 'vitest';
import { settings } from '../../adapters/ftrack/config.ts';
import { altered, asked, grant, group, only, pagesOf, person, readAll, signal, start, studio } from './ftrack-harness.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import type { IdentityRecord } from '../../src/contract/records.ts';

const catalogue = 'groups, roles and projects';

describe('what is sent', () => {
  test('every call posts JSON with user and key, asks for names only, and never for keys or picture addresses', async () => {
    const { server, adapter } = await start(studio([person('u1')]));
    await adapter.describe(signal);
    await readAll(adapter);
    await adapter.getIdentities(['u1'], signal);
    await adapter.findByEmail?.('u1@example.com', signal);
    expect(server.calls).toHaveLength(5);
    for (const call of server.calls) {
      expect(call).toMatchObject({
        method: 'POST',
        path: '/api',
        status: 200,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'ftrack-user': expect.any(String),
          'ftrack-api-key': expect.any(String),
        },
      });
    }
    const queries = asked(server).slice(1).flat();
    for (const query of queries) expect(query).toMatch(/^select [a-z_., ]+ from \w+(?: where .*)? order by id limit 500 offset 0$/);
    expect(queries.join('\n')).not.toMatch(/ApiKey|thumbnail|identifier/);
  });

  test('the schemas are asked for once, also when nobody described the site first', async () => {
    const { server, adapter } = await start(studio([person('u1')]));
    await adapter.getIdentities(['u1'], signal);
    await readAll(adapter);
    expect(asked(server).map(([first]) => first?.replace(/^select .* from (\w+).*$/, '$1'))).toEqual([
      'query_server_information',
      'User',
      'Group',
      'User',
    ]);
  });
});

describe('describe', () => {
  test('names the site in one call, as a workspace', async () => {
    const { server, adapter } = await start(studio([]));
    expect(await adapter.describe(signal)).toEqual({
      serviceId: 'acme.ftrackapp.com',
      displayName: 'acme.ftrackapp.com',
      scopes: [{ kind: 'scope', scopeKind: 'WORKSPACE', externalId: 'acme.ftrackapp.com', displayName: 'acme.ftrackapp.com' }],
    });
    expect(server.calls).toHaveLength(1);
  });

  test('without the setting the site is the host of the address', async () => {
    const { server, adapter } = await start(studio([]), { settings: { site: undefined } });
    expect(await adapter.describe(signal)).toMatchObject({ serviceId: new URL(server.baseUrl).host });
  });
});

describe('users', () => {
  test('carry their names, address, status and groups, and what the service does not know stays absent', async () => {
    const accounts = [
      person('u1', { mfa: true }),
      person('u2', { status: 'SUSPENDED', email: undefined, firstName: '', lastName: '', username: 'night-bot', kind: 'BOT' }),
    ];
    const { adapter } = await start(studio(accounts, { groups: [group('g1', ['u1', 'u2']), group('g2', ['u1'], ['g1'])] }));
    const records = await readAll(adapter);
    expect(only(records, 'identity')).toEqual([
      {
        kind: 'identity',
        externalId: 'u1',
        accountKind: 'HUMAN',
        status: 'ACTIVE',
        username: 'user-u1',
        displayName: 'Person u1',
        firstName: 'Person',
        lastName: 'u1',
        emails: [{ address: 'u1@example.com', proof: 'UNKNOWN', primary: true }],
        declared: [],
        roles: [],
        mfaEnabled: true,
        raw: { user_type: 'person', is_active: true, is_otp_enabled: false, is_totp_enabled: true },
      },
      {
        kind: 'identity',
        externalId: 'u2',
        accountKind: 'SERVICE',
        status: 'SUSPENDED',
        username: 'night-bot',
        displayName: 'night-bot',
        emails: [],
        declared: [],
        roles: [],
        mfaEnabled: false,
        raw: { user_type: 'service', is_active: false, is_otp_enabled: false, is_totp_enabled: false },
      },
    ] satisfies IdentityRecord[]);
    expect(
      only(records, 'membership')
        .map(({ group: of, member }) => `${of} ${member.externalId}`)
        .toSorted(),
    ).toEqual(['g1 g2', 'g1 u1', 'g1 u2', 'g2 u1']);
    expect(only(records, 'group')).toMatchObject([
      { externalId: 'g1', displayName: 'Group g1', groupKind: 'group', status: 'ACTIVE' },
      { externalId: 'g2' },
    ]);
  });

  test('a user with a role of type API is a service', async () => {
    const { adapter } = await start(studio([person('u1')], { grants: [grant('x1', 'u1', 'r-api')] }));
    expect((await adapter.getIdentities(['u1'], signal)).get('u1')?.identity).toMatchObject({ accountKind: 'SERVICE', roles: ['r-api'] });
  });

  test('survive odd fields; only one without an id is turned away, and the page goes on', async () => {
    const { server, adapter } = await start(studio(['u1', 'u2', 'u3', 'u4'].map((id) => person(id))));
    await adapter.describe(signal);
    const oddities: Readonly<Record<string, object>> = {
      u1: { id: null, username: 'nobody' },
      u2: { id: 12, username: null, email: 7, is_active: 'yes', user_type: [], memberships: null, user_security_roles: null, shoe_size: 43 },
      u3: {
        id: 'u3',
        username: '\u202e\u0000__proto__',
        first_name: 'x'.repeat(1_000_000),
        last_name: ' ',
        email: '',
        memberships: [{ id: 'm1' }, null],
      },
    };
    server.play([
      { name: 'drift', effect: altered((user) => (user['id'] === 'u4' ? user : { __entity_type__: 'User', ...oddities[String(user['id'])] })) },
    ]);
    const [page] = await pagesOf(adapter, 'users');
    expect(page?.rejected).toEqual([
      { kind: 'identity', externalId: undefined, reason: 'id: invalid_union' },
      { kind: 'membership', externalId: undefined, reason: 'group_id: invalid_union' },
      { kind: 'membership', externalId: undefined, reason: ': invalid_type' },
    ]);
    expect(page?.records).toMatchObject([
      { externalId: '12', status: 'UNKNOWN', accountKind: 'HUMAN', emails: [], roles: [], raw: {} },
      { externalId: 'u3', username: '\u202e\u0000__proto__', displayName: 'x'.repeat(1_000_000), emails: [] },
      { externalId: 'u4' },
    ]);
  });
});

describe('the catalogue', () => {
  test('roles keep name and type, without a level: names are free', async () => {
    const { adapter } = await start(studio([]));
    expect(
      only(await readAll(adapter), 'role').map(({ externalId, name, level, category, appliesTo }) => [externalId, name, level, category, appliesTo]),
    ).toEqual([
      ['r-admin', 'Administrator', 'UNKNOWN', 'PROJECT', ['PROJECT']],
      ['r-api', 'API', 'UNKNOWN', 'API', ['WORKSPACE']],
      ['r-night', 'Pipeline "night" lead', 'UNKNOWN', 'PROJECT', ['PROJECT']],
      ['r-tasks', 'Assigned tasks', 'UNKNOWN', 'ASSIGNED', ['PROJECT']],
    ]);
  });

  test('projects are scopes below the site', async () => {
    const { adapter } = await start(studio([]));
    expect(only(await readAll(adapter), 'scope')[0]).toEqual({
      kind: 'scope',
      scopeKind: 'PROJECT',
      externalId: 'p-1',
      displayName: 'Aurora',
      parent: { kind: 'WORKSPACE', externalId: 'acme.ftrackapp.com' },
      raw: { name: 'aurora', status: 'active', is_private: false, is_global: false },
    });
  });

  test('is read in one call a page, and a type that has ended is not asked for again', async () => {
    const { server, adapter } = await start(studio([], { groups: [group('g1', [])] }), { maxPageSize: 2 });
    const pages = await pagesOf(adapter, catalogue);
    expect(pages.map(({ records }) => records.map(({ kind }) => kind))).toEqual([
      ['group', 'role', 'role', 'scope', 'scope'],
      ['role', 'role', 'scope'],
    ]);
    expect(asked(server).map((queries) => queries.map((query) => query.replace(/^select .* from (\w+).* offset (\d+)$/, '$1 $2')))).toEqual([
      ['query_server_information', 'query_schemas'],
      ['Group 0', 'SecurityRole 0', 'Project 0'],
      ['SecurityRole 2', 'Project 2'],
    ]);
  });
});

test("a whole read of the demo company's studio has everything exactly once, in as few calls as the pages need", async () => {
  const instance = createCompany({ people: 6_000 }).instance('ftrack', 'acme.ftrackapp.com');
  const { server, adapter } = await start(instance);
  await adapter.describe(signal);
  const records = await readAll(adapter);
  const sorted = (keys: readonly string[]) => keys.toSorted();
  const identities = only(records, 'identity');
  expect(sorted(identities.map(({ externalId }) => externalId))).toEqual(sorted(instance.accounts.map(({ externalId }) => externalId)));
  const byId = new Map(identities.map((identity) => [identity.externalId, identity]));
  for (const account of instance.accounts) {
    const identity = byId.get(account.externalId);
    expect(identity?.emails[0]?.address).toBe(account.email);
    expect(identity?.status).toBe(account.status === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE');
    expect(identity?.accountKind).toBe(account.kind === 'BOT' ? 'SERVICE' : 'HUMAN');
    expect(identity?.username).toBe(account.username);
  }
  expect(sorted(only(records, 'group').map(({ externalId, displayName }) => `${externalId} ${displayName}`))).toEqual(
    sorted(instance.groups.map(({ externalId, name }) => `${externalId} ${name}`)),
  );
  expect(sorted(only(records, 'membership').map(({ group: of, member }) => `${of} ${member.externalId}`))).toEqual(
    sorted(
      instance.groups.flatMap(({ externalId, members, parents }) => [
        ...members.map((member) => `${externalId} ${member.externalId}`),
        ...parents.map((parent) => `${parent} ${externalId}`),
      ]),
    ),
  );
  expect(sorted(only(records, 'role').map(({ externalId, name, category }) => `${externalId} ${name} ${category}`))).toEqual(
    sorted(instance.roles.map(({ externalId, name, category }) => `${externalId} ${name} ${category}`)),
  );
  expect(sorted(only(records, 'scope').map(({ externalId, displayName }) => `${externalId} ${displayName}`))).toEqual(
    sorted(instance.scopes.map(({ externalId, name }) => `${externalId} ${name}`)),
  );
  expect(
    sorted(only(records, 'grant').map((found) => [found.externalId, found.principal.externalId, found.role, found.scope?.externalId].join(' '))),
  ).toEqual(sorted(instance.grants.map((given) => [given.externalId, given.principal.externalId, given.role, given.scope?.externalId].join(' '))));
  expect(only(records, 'grant').filter(({ allScopes }) => allScopes)).toHaveLength(instance.grants.filter(({ scope }) => scope === undefined).length);
  expect(server.calls).toHaveLength(2 + Math.ceil(instance.accounts.length / 500));
  expect(JSON.stringify(records)).not.toContain('sandbox-identifier');
});

describe('settings', () => {
  const good = { baseUrl: 'https://acme.ftrackapp.com', credentials: { apiUser: 'ann.lee@example.com', apiKey: 'key' } };

  test('need an address, a user and a key', () => {
    expect(settings.parse(good)).toEqual(good);
    expect(settings.safeParse({ ...good, baseUrl: undefined }).error?.issues[0]?.path).toEqual(['baseUrl']);
    expect(settings.safeParse({ ...good, credentials: { apiUser: 'ann' } }).error?.issues[0]?.path).toEqual(['credentials', 'apiKey']);
    expect(settings.safeParse({ ...good, credentials: { ...good.credentials, apiKey: 'two\nlines' } }).error?.issues[0]?.path).toEqual([
      'credentials',
      'apiKey',
    ]);
    expect(settings.safeParse({ ...good, site: 'https://acme.ftrackapp.com' }).error?.issues[0]?.path).toEqual(['site']);
  });
});
