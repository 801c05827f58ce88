import { expect, test } from 'vitest';
import { createSegmentSandbox } from '../../adapters/segment/sandbox.ts';
import { settings } from '../../adapters/segment/config.ts';
import type { DemoInstance, SandboxOptions, SandboxResponse } from '../../src/contract/sandbox.ts';
import { owns, person, workspace } from './segment-harness.ts';

const group = { externalId: 'G1', name: 'Ops', handle: 'ops', disabled: false, parents: [], members: [{ externalId: 'U2' }, { externalId: 'U9' }] };
const instance = workspace({
  accounts: ['U1', 'U2', 'U3'].map((id) => person(id)),
  groups: [group],
  scopes: [{ kind: 'RESOURCE', externalId: 'S1', name: 'Space', resourceType: 'SPACE' }],
  grants: [
    owns('U1'),
    { externalId: 'g2', principal: { kind: 'identity', externalId: 'U1' }, role: 'R2', scope: { kind: 'RESOURCE', externalId: 'S1' } },
    { externalId: 'g3', principal: { kind: 'identity', externalId: 'U1' }, role: 'R2', scope: { kind: 'RESOURCE', externalId: 'S2' } },
    { externalId: 'g4', principal: { kind: 'group', externalId: 'G1' }, role: 'R2' },
  ],
  invites: [{ externalId: 'new@example.com', email: 'new@example.com', status: 'PENDING', role: 'R2' }],
});

const { token } = settings.parse(createSegmentSandbox(instance).settings).credentials;

interface Asked extends SandboxOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly of?: DemoInstance;
}

function ask(target: string, more: Asked = {}): SandboxResponse {
  const [path = '', query] = target.split('?');
  return createSegmentSandbox(more.of ?? instance, more).handle({
    method: more.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...more.headers },
    body: '',
  });
}

test('a wrong token is refused, whatever else is wrong', () => {
  for (const authorization of ['Bearer wrong', `Basic ${token}`, token, '']) {
    expect(ask('/nowhere', { headers: { authorization, accept: 'text/html' } })).toMatchObject({ status: 401, body: { errors: [{}] } });
  }
});

test.each([
  ['/', {}, 200],
  ['/', { headers: { accept: 'text/html' } }, 406],
  ['/users', { method: 'DELETE' }, 401],
  ['/users', {}, 200],
  ['/users?pagination[count]=0', {}, 422],
  ['/users?pagination[count]=1001', {}, 422],
  ['/users?pagination[count]=many', {}, 422],
  ['/users?pagination[count]=1000', {}, 200],
  ['/users?pagination[cursor]=Mg', {}, 422],
  ['/users?pagination.cursor=next', {}, 422],
  ['/users/U1', {}, 200],
  ['/users/U9', {}, 404],
  [`/users/${'x'.repeat(256)}`, {}, 422],
  ['/users/%', {}, 404],
  ['/users/U1/groups', {}, 200],
  ['/users/U1/permissions', {}, 404],
  ['/users/U1/groups/G1', {}, 404],
  ['/groups/G1', {}, 200],
  ['/groups/G9/users', {}, 404],
  ['/groups/G1/invites', {}, 200],
  ['/group/G1/users', {}, 404],
  ['/sources', {}, 404],
])('%s with %j answers %i', (target, more, status) => {
  const response = ask(target, more);
  expect(response.status).toBe(status);
  expect(response.body).toEqual(status === 200 ? { data: expect.anything() } : { errors: [expect.objectContaining({ type: expect.any(String) })] });
});

test('speaks the first media type that the caller names', () => {
  const typeFor = (accept: string) => ask('/', { headers: { accept } }).headers?.['content-type'];
  expect(typeFor('application/vnd.segment.v1+json, application/json')).toBe('application/vnd.segment.v1+json');
  expect(typeFor('text/plain, */*;q=0.5')).toBe('application/json');
});

test('shows users with their direct permissions by role, groups with theirs, and members by name', () => {
  const owner = { roleId: 'R1', roleName: 'Workspace Owner', resources: [{ id: 'W1', type: 'WORKSPACE', labels: [] }] };
  const reader = (...resources: object[]) => ({ roleId: 'R2', roleName: 'Source Read-only', resources });
  const [space, source] = [
    { id: 'S1', type: 'SPACE', labels: [] },
    { id: 'S2', type: 'SOURCE', labels: [] },
  ];
  expect(ask('/users/U1').body).toEqual({
    data: { user: { id: 'U1', name: 'Person U1', email: 'u1@example.com', permissions: [owner, reader(space, source)] } },
  });
  const shown = { id: 'G1', name: 'Ops', memberCount: 2, permissions: [reader({ id: 'W1', type: 'WORKSPACE', labels: [] })] };
  expect(ask('/groups/G1').body).toEqual({ data: { userGroup: shown } });
  expect(ask('/groups').body).toMatchObject({ data: { userGroups: [shown] } });
  expect(ask('/groups/G1/users').body).toMatchObject({ data: { users: [{ id: 'U2', name: 'Person U2', email: 'u2@example.com' }] } });
  expect(ask('/users/U2/groups').body).toMatchObject({ data: { groups: [{ id: 'G1', name: 'Ops' }] } });
  expect(ask('/invites').body).toMatchObject({ data: { invites: ['new@example.com'] } });
  expect(ask('/roles').body).toMatchObject({ data: { roles: [{ id: 'R1', name: 'Workspace Owner' }, { id: 'R2' }] } });
});

test.each([
  ['brackets', 'pagination[count]=1&pagination[cursor]=MQ=='],
  ['dots', 'pagination.count=1&pagination.cursor=MQ%3D%3D'],
  ['JSON', `pagination=${encodeURIComponent('{"count":1,"cursor":"MQ=="}')}`],
])('pages by cursor, spelled in %s', (_, query) => {
  expect(ask(`/users?${query}`).body).toMatchObject({
    data: { users: [{ id: 'U2' }], pagination: { current: 'MQ==', next: 'Mg==', previous: 'MA==', totalEntries: 3 } },
  });
});

test('gives 200 a page unless asked, names no next page at the end, and smaller pages when told', () => {
  const crowd = workspace({ accounts: Array.from({ length: 250 }, (_, at) => person(`U${at}`)) });
  expect(ask('/users', { of: crowd }).body).toMatchObject({ data: { pagination: { current: 'MA==', next: 'MjAw', totalEntries: 250 } } });
  const last = ask('/users?pagination[cursor]=MjAw', { of: crowd }).body;
  expect(last).toMatchObject({ data: { pagination: { current: 'MjAw', previous: 'MA==' } } });
  expect(JSON.stringify(last)).not.toContain('"next"');
  expect(ask('/users', { maxPageSize: 2 }).body).toMatchObject({ data: { users: [{ id: 'U1' }, { id: 'U2' }], pagination: { next: 'Mg==' } } });
});

test('follows arrays that are replaced', () => {
  const changing = { ...instance };
  expect(ask('/users/U1', { of: changing }).status).toBe(200);
  changing.accounts = [person('U5')];
  expect([ask('/users/U1', { of: changing }).status, ask('/users/U5', { of: changing }).status]).toEqual([404, 200]);
});
