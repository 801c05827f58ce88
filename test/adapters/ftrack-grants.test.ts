import { describe, expect, test } from 'vitest';
import { altered, grant, only, person, readAll, signal, start, studio } from './ftrack-harness.ts';
import type { GrantRecord } from '../../src/contract/records.ts';

describe.each(['today', 'document'] as const)("project roles in %s's shape", (shape) => {
  const base = { kind: 'grant', level: 'UNKNOWN', scopeKind: 'PROJECT', permissions: [], source: 'DIRECT', immutable: false } as const;

  test('hold on all open projects at once, or on each project that is named', async () => {
    const grants = [
      grant('x1', 'u1', 'r-admin'),
      grant('x2', 'u1', 'r-night', 'p-1'),
      grant('x3', 'u1', 'r-night', 'p-3'),
      grant('x4', 'u2', 'r-tasks', 'p-1'),
    ];
    const { server, adapter } = await start(studio([person('u1'), person('u2'), person('u3')], { grants }), { shape });
    const records = await readAll(adapter);
    const found = only(records, 'grant').toSorted((a, b) => `${a.role}${a.scope?.externalId}`.localeCompare(`${b.role}${b.scope?.externalId}`));
    const u1 = { kind: 'identity', externalId: 'u1' } as const;
    const isToday = shape === 'today';
    const on = (externalId: string) => ({ allScopes: false, scope: { kind: 'PROJECT', externalId } }) as const;
    expect(found).toEqual([
      { ...base, externalId: 'x1', principal: u1, role: 'r-admin', allScopes: true, raw: { is_all_open_projects: true } },
      { ...base, externalId: isToday ? 'x2' : expect.stringMatching(/^[\da-f-]{36}\/p-1$/), principal: u1, role: 'r-night', ...on('p-1') },
      { ...base, externalId: isToday ? 'x3' : expect.stringMatching(/^[\da-f-]{36}\/p-3$/), principal: u1, role: 'r-night', ...on('p-3') },
      {
        ...base,
        externalId: isToday ? 'x4' : expect.any(String),
        principal: { kind: 'identity', externalId: 'u2' },
        role: 'r-tasks',
        ...on('p-1'),
      },
    ] satisfies GrantRecord[]);
    expect(new Set(found.map(({ externalId }) => externalId)).size).toBe(4);
    expect(only(records, 'identity').map(({ roles }) => roles)).toEqual([['r-admin', 'r-night'], ['r-tasks'], []]);
    expect(server.calls.every(({ body }) => body.includes('user_security_role_projects') === (isToday && body.includes(' from User')))).toBe(true);
    expect((await adapter.getIdentities(['u1'], signal)).get('u1')?.alongside).toEqual(found.slice(0, 3));
  });

  test('a role on no project stays with the account and gives no grant', async () => {
    const { server, adapter } = await start(studio([person('u1')], { grants: [grant('x1', 'u1', 'r-admin')] }), { shape });
    await adapter.describe(signal);
    const role = { __entity_type__: 'UserSecurityRole', id: 'x1', security_role_id: 'r-admin', is_all_projects: false, is_all_open_projects: false };
    server.play([{ name: 'nowhere', effect: altered((user) => ({ ...user, user_security_roles: [role] })) }]);
    const live = (await adapter.getIdentities(['u1'], signal)).get('u1');
    expect(live).toMatchObject({ identity: { roles: ['r-admin'] }, alongside: [] });
  });
});

test('a private project that is named beside all open ones is a grant of its own', async () => {
  const grants = [grant('x1', 'u1', 'r-admin'), grant('x2', 'u1', 'r-admin', 'p-2')];
  const { adapter } = await start(studio([person('u1')], { grants }));
  expect((await adapter.getIdentities(['u1'], signal)).get('u1')?.alongside).toMatchObject([
    { externalId: 'x1', allScopes: true },
    { externalId: 'x2', allScopes: false, scope: { externalId: 'p-2' } },
  ]);
});

test("in the document's shape a role on all projects is one grant, whatever projects it lists", async () => {
  const grants = [grant('x1', 'u1', 'r-admin'), grant('x2', 'u1', 'r-admin', 'p-2')];
  const { adapter } = await start(studio([person('u1')], { grants }), { shape: 'document' });
  expect((await adapter.getIdentities(['u1'], signal)).get('u1')?.alongside).toMatchObject([{ externalId: 'x1', allScopes: true }]);
});

test('a site whose schemas do not tell where roles hold is refused, not read as one without grants', async () => {
  const { server, adapter } = await start(studio([person('u1')]));
  server.play([
    {
      name: 'unknown shape',
      effect: { alter: (response) => ({ ...response, body: [{}, [{ id: 'UserSecurityRole', properties: { id: {}, security_role_id: {} } }]] }) },
    },
  ]);
  await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('UserSecurityRole') });
});
