import { describe, expect, test } from 'vitest';
import { json, nothing, ofKind, only, read, say, start, users } from './waii-harness.ts';

const user = (parts: Readonly<Record<string, unknown>>) => ({
  id: 'u1',
  name: 'U',
  tenant_id: 't1',
  org_id: 'o1',
  variables: null,
  roles: [],
  ...parts,
});

async function readUser(parts: Readonly<Record<string, unknown>>, settings: Readonly<Record<string, unknown>> = {}) {
  const { server, adapter } = await start(nothing, settings);
  server.play(users(user(parts)));
  const { records, rejected } = await read(adapter);
  return { identity: only(ofKind(records, 'identity')), grants: ofKind(records, 'grant'), roles: ofKind(records, 'role'), rejected };
}

const onTenant = { kind: 'WORKSPACE', externalId: 't1' };
const onOrganization = { kind: 'ORGANIZATION', externalId: 'o1' };
const onServer = { kind: 'SERVICE', externalId: 'waii.test' };

describe('roles', () => {
  test.each([
    ['waii-trial-user', 'GUEST', onTenant],
    ['waii-trial-api-user', 'GUEST', onTenant],
    ['waii-user', 'MEMBER', onTenant],
    ['waii-api-user', 'MEMBER', onTenant],
    ['waii-admin-user', 'ADMIN', onTenant],
    ['waii-org-admin-user', 'ADMIN', onOrganization],
    ['waii-super-admin-user', 'OWNER', onServer],
    ['waii-brand-new-user', 'UNKNOWN', onTenant],
  ])('%s is %s', async (role, level, scope) => {
    const { identity, grants } = await readUser({ roles: [role] });
    expect(identity.roles).toEqual([role]);
    expect(only(grants)).toMatchObject({ role, level, scope, scopeKind: scope.kind, allScopes: false, source: 'DIRECT' });
  });

  test.each([[[]], [['']]])('none (%j) is a place on the tenant without any right', async (roles) => {
    const { identity, grants } = await readUser({ roles });
    expect(identity.roles).toEqual([]);
    const grant = only(grants);
    expect(grant).toMatchObject({ level: 'NONE', scope: onTenant });
    expect(grant).not.toHaveProperty('role');
  });

  test.each([null, undefined, 'waii-user', 3])('nothing readable (%j) is not taken for none', async (roles) => {
    const { grants } = await readUser({ roles });
    expect(only(grants)).toMatchObject({ level: 'UNKNOWN', scope: onTenant });
  });

  test('the highest comes first and is the base of its place, whose key another role keeps', async () => {
    const many = await readUser({ roles: ['waii-user', 'waii-trial-user', 'waii-super-admin-user', 'waii-user'] });
    expect(many.identity.roles).toEqual(['waii-super-admin-user', 'waii-user', 'waii-trial-user']);
    expect(many.grants.map(({ role, scope }) => [role, scope])).toEqual([
      ['waii-super-admin-user', onServer],
      ['waii-user', onTenant],
      ['waii-trial-user', onTenant],
    ]);
    const ids = many.grants.map(({ externalId }) => externalId);
    expect(new Set(ids).size).toBe(3);
    const changed = await readUser({ roles: ['waii-admin-user'] });
    expect(only(changed.grants).externalId).toBe(ids[1]);
  });

  test('an unknown word is catalogued once for a page', async () => {
    const { server, adapter } = await start(nothing);
    server.play(users(user({ roles: ['odd'] }), user({ id: 'u2', roles: ['odd', 'waii-user'] })));
    expect(only(ofKind((await read(adapter)).records, 'role'))).toMatchObject({ externalId: 'odd', name: 'odd', level: 'UNKNOWN' });
  });

  test('without a tenant a role holds on the organization; one that names no place at all is UNKNOWN', async () => {
    expect(only((await readUser({ tenant_id: null, roles: ['waii-admin-user'] })).grants)).toMatchObject({ level: 'ADMIN', scope: onOrganization });

    const { server, adapter } = await start(nothing);
    server.play([
      say('list-orgs', () => json({ organizations: [] })),
      say('list-tenants', () => json({ tenants: [] })),
      say('list-users', () => json({ users: [{ id: 'u1', roles: ['waii-org-admin-user'] }] })),
    ]);
    expect(only(ofKind((await read(adapter)).records, 'grant'))).toMatchObject({ level: 'UNKNOWN', scope: onServer });
  });
});

describe('accounts', () => {
  test('what the service says, and nothing that it does not', async () => {
    const { identity } = await readUser({ id: 'jack@myco.com', name: 'Jack', roles: ['waii-user'] });
    expect(identity).toEqual({
      kind: 'identity',
      externalId: 'jack@myco.com',
      accountKind: 'HUMAN',
      status: 'ACTIVE',
      username: 'jack@myco.com',
      displayName: 'Jack',
      emails: [{ address: 'jack@myco.com', proof: 'UNKNOWN', primary: true }],
      declared: [],
      roles: ['waii-user'],
      organization: 'o1',
      raw: { tenant_id: 't1', org_id: 'o1', roles: ['waii-user'] },
    });
  });

  test.each(['user1', 'a@b', '@myco.com', 'a b@myco.com', 'a@my\u0000co.com', 'a@b@myco.com', `${'a'.repeat(300)}@myco.com`])(
    'the id %j is no address',
    async (id) => {
      const { identity } = await readUser({ id });
      expect(identity).toMatchObject({ externalId: id, emails: [] });
    },
  );

  test('numbers as ids are texts, empty fields are absent', async () => {
    const { identity } = await readUser({ id: 12, name: ' ', org_id: '', tenant_id: 5 });
    expect(identity).toMatchObject({ externalId: '12', organization: 'o1', raw: { tenant_id: '5' } });
    expect(identity).not.toHaveProperty('displayName');
  });

  test('a user without an id is rejected alone, and its values are not told', async () => {
    const { server, adapter } = await start(nothing);
    server.play(users(user({ id: null, name: 'Secret Name' }), 'nonsense', user({ id: 'u2' })));
    const { records, rejected } = await read(adapter);
    expect(only(ofKind(records, 'identity')).externalId).toBe('u2');
    expect(rejected).toHaveLength(2);
    expect(rejected[0]).toMatchObject({ kind: 'identity', externalId: undefined, reason: expect.stringMatching(/^id: /) });
    expect(JSON.stringify(rejected)).not.toContain('Secret');
  });

  test('hostile texts pass as data', async () => {
    const name = `__proto__\u0000\u202e${'x'.repeat(1_000_000)}`;
    const { identity, grants } = await readUser({ id: '__proto__', name, roles: ['constructor'] });
    expect(identity).toMatchObject({ externalId: '__proto__', displayName: name, roles: ['constructor'] });
    expect(only(grants)).toMatchObject({ role: 'constructor', level: 'UNKNOWN' });
  });

  test('ids that hold separators do not meet in a key', async () => {
    const first = await readUser({ id: 'b/c', tenant_id: 'a', roles: ['waii-user'] });
    const second = await readUser({ id: 'c', tenant_id: 'a/b', roles: ['waii-user'] });
    expect(only(first.grants).externalId).not.toBe(only(second.grants).externalId);
  });
});

describe('variables', () => {
  const variables = { region: 'eu', password: 'hunter2', limits: { rows: [1, null] } };

  test('none is shown by default', async () => {
    const { identity } = await readUser({ variables });
    expect(identity).not.toHaveProperty('settings');
    expect(JSON.stringify(identity)).not.toContain('hunter2');
  });

  test('those that are named in the settings are, of users, tenants and organizations', async () => {
    const { server, adapter } = await start(nothing, { variables: ['region', 'limits', 'toString', 'absent'] });
    server.play([
      say('list-orgs', () => json({ organizations: [{ id: 'o1', variables }] })),
      say('list-tenants', () => json({ tenants: [{ id: 't1', variables }] })),
      say('list-users', () => json({ users: [user({ variables }), user({ id: 'u2', variables: 'odd' })] })),
    ]);
    const { records } = await read(adapter);
    const shown = { region: 'eu', limits: { rows: [1, null] } };
    expect([...ofKind(records, 'scope'), ...ofKind(records, 'identity')].map(({ settings }) => settings)).toEqual([shown, shown, shown, undefined]);
    expect(JSON.stringify(records)).not.toContain('hunter2');
  });
});
