import { describe, expect, test } from 'vitest';
import { settings } from '../../adapters/ftrack/config.ts';
import { createFtrackSandbox, createFtrackSandboxOf } from '../../adapters/ftrack/sandbox.ts';
import type { DemoInstance, Sandbox } from '../../src/contract/sandbox.ts';
import { grant, group, person, studio } from './ftrack-harness.ts';

const small = studio(
  [
    person('u2', { firstName: 'Zoë', status: 'SUSPENDED' }),
    person('u1', { firstName: 'ann', email: undefined }),
    person('u3', { firstName: 'Mo "x" \\' }),
  ],
  {
    groups: [group('g1', ['u1', 'u3']), group('g2', ['u3'], ['g1'])],
    grants: [grant('x1', 'u1', 'r-admin'), grant('x2', 'u3', 'r-night', 'p-1'), grant('x3', 'u3', 'r-night', 'p-2')],
    credentials: [{ kind: 'ACCESS_KEY', externalId: 'k1', account: 'u3', name: 'key', createdAt: 0 }],
  },
);

const { credentials } = settings.parse({ ...createFtrackSandbox(small).settings, baseUrl: 'http://127.0.0.1' });
const headers = {
  'ftrack-user': credentials.apiUser,
  'ftrack-api-key': credentials.apiKey,
  'content-type': 'application/json',
  accept: 'application/json',
};

function send(body: unknown, more: Record<string, string> = {}, sandbox: Sandbox = createFtrackSandbox(small)) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return sandbox.handle({ method: 'POST', path: '/api', query: new URLSearchParams(), headers: { ...headers, ...more }, body: text });
}

const query = (expression: string, instance: DemoInstance = small) => send([{ action: 'query', expression }], {}, createFtrackSandbox(instance)).body;
const ids = (...found: readonly string[]) => [expect.objectContaining({ data: found.map((id) => expect.objectContaining({ id })) })];

describe('queries', () => {
  test.each([
    ['User', ['u2', 'u1', 'u3']],
    ['select id from User order by id', ['u1', 'u2', 'u3']],
    ['User order by first_name descending, id ascending', ['u1', 'u2', 'u3']],
    ['User where id is "u1"', ['u1']],
    ['User where id = u1', ['u1']],
    ['User where id is_not "u1" order by id', ['u2', 'u3']],
    ['User where id != "u1" and id != u2', ['u3']],
    ['User where first_name is \'Mo "x" \\\\\'', ['u3']],
    ['User where first_name is "Mo \\"x\\" \\\\"', ['u3']],
    ['User where first_name is "ANN"', []],
    ['User where first_name like "A%"', ['u1']],
    ['User where first_name like "_o%" and id is u3', ['u3']],
    ['User where first_name not_like "%o%" order by id', ['u1']],
    ['User where email is none', ['u1']],
    ['User where email is "none"', []],
    ['User where is_active is False', ['u2']],
    ['User where is_active is true order by id', ['u1', 'u3']],
    ['User where id in ("u3", u1, "nobody") order by id', ['u1', 'u3']],
    ['User where id not_in ("u3", "u1")', ['u2']],
    ['User where id in (select user_id from Membership where group_id is g2)', ['u3']],
    ['User where id > "u1" and id < "u3"', ['u2']],
    ['User where id >= u2 and id after u1 order by id', ['u2', 'u3']],
    ['User where id is u1 or id is u2 and id is u3', ['u1']],
    ['User where (id is u1 or id is u3) and id is u3', ['u3']],
    ['User where memberships.group.name is "Group g1" order by id', ['u1', 'u3']],
    ['User where memberships any (group_id is g2)', ['u3']],
    ['User where not memberships any ()', ['u2']],
    ['User where user_type has (name is "service")', []],
    ['User where user_security_roles.user_security_role_projects.project.full_name in ("Beacon")', ['u3']],
    ['UserSecurityRole where user.username is "user-u1"', ['x1']],
    ['SecurityRole where type is "PROJECT" order by id', ['r-admin', 'r-night']],
    ['SecurityRole where name is "Pipeline \\"night\\" lead"', ['r-night']],
    ['Project where full_name is "Aurora" or full_name is "Comet" order by id', ['p-1', 'p-3']],
  ])('%s', (expression, found) => {
    expect(query(expression)).toEqual(ids(...found));
  });

  test.each([
    ['User where shoe_size is 4', "No attribute 'shoe_size' exists for schema 'User'."],
    ['select user_security_roles.projects.id from User', "No attribute 'projects' exists for schema 'UserSecurityRole'."],
    ['select constructor from User', "No attribute 'constructor' exists for schema 'User'."],
    ['Nobody', "No schema 'Nobody' exists."],
    ['', /./],
    ['select id User', /./],
    ['User where', /./],
    ['User where id is', /./],
    ['User where id is "u1', /./],
    ['User where id is "u1"" or id is "u2"', /./],
    ['User where id is \\', /./],
    ['User where id like in ("u1")', /./],
    ['User where id constructor "u1"', /./],
    ['User where id in ()', /./],
    ['User where id in "u1"', /./],
    ['User where (id is u1', /./],
    ['User where not id is u1', /./],
    ['User where memberships is g1', /./],
    ['User where email any ()', /./],
    ['User order id', /./],
    ['User order by memberships', /./],
    ['User limit many', /./],
    ['User limit 1 offset -1', /./],
    ['User offset 1 limit 1', /./],
    ['User where id is u1; drop', /./],
    ['User WHERE id is u1', /./],
  ])('refuses %s', (expression, content) => {
    const body = typeof content === 'string' ? content : expect.stringMatching(content);
    expect(query(expression)).toEqual({ exception: 'ParseError', content: body, error_code: null });
  });

  test('pages by limit and offset, and says where the next one begins', () => {
    const offset = (next: number | null) => [expect.objectContaining({ metadata: { next: { offset: next } } })];
    expect(query('User order by id limit 2')).toEqual(offset(2));
    expect(query('User order by id limit 2 offset 2')).toEqual(offset(null));
    expect(query('User order by id limit 2 offset 2')).toEqual(ids('u3'));
    expect(query('User order by id limit 3')).toEqual(offset(null));
    expect(query('User')).toEqual(offset(null));
    const cut = createFtrackSandbox(small, { maxPageSize: 1 });
    expect(send([{ action: 'query', expression: 'User order by id limit 2' }], {}, cut).body).toEqual(offset(1));
  });
});

describe('replies', () => {
  const select = 'select username, memberships.group.name from User where id in (u1, u3) order by id';

  test('write each entity out once, over all operations, with its system projections', () => {
    const groupOne = { __entity_type__: 'Group', id: 'g1', resource_type: 'group', name: 'Group g1', parent_id: null };
    expect(
      send([
        { action: 'query', expression: select },
        { action: 'query', expression: 'select parent_id from Group where id is g1' },
      ]).body,
    ).toMatchObject([
      {
        data: [
          { __entity_type__: 'User', id: 'u1', resource_type: 'user', username: 'user-u1', memberships: [{ group: groupOne }] },
          { id: 'u3', memberships: [{ group: { __entity_type__: 'Group', id: 'g1' } }, { group: { id: 'g2', name: 'Group g2' } }] },
        ],
      },
      { data: [{ __entity_type__: 'Group', id: 'g1' }] },
    ]);
  });

  test('repeat every attribute, and nothing unasked, when denormalised ones are asked for', () => {
    const [{ data }] = send([{ action: 'query', expression: select }], { 'ftrack-api-options': 'strict:1;denormalize:1' }).body as [
      { data: unknown },
    ];
    const of = (id: string) => expect.objectContaining({ group: { __entity_type__: 'Group', id, name: `Group ${id}` } });
    expect(data).toEqual([
      { __entity_type__: 'User', id: 'u1', username: 'user-u1', memberships: [of('g1')] },
      { __entity_type__: 'User', id: 'u3', username: 'user-u3', memberships: [of('g1'), of('g2')] },
    ]);
  });

  test('a query of keys sends their identifiers unasked, as the service does', () => {
    expect(query('select id from ApiKey')).toMatchObject([{ data: [{ identifier: expect.any(String), resource_id: 'u3' }] }]);
  });

  test('the schemas tell which shape project roles have', () => {
    for (const [shape, name] of [
      ['today', 'user_security_role_projects'],
      ['document', 'projects'],
    ] as const) {
      const { body } = send([{ action: 'query_schemas' }], {}, createFtrackSandboxOf(shape)(small));
      expect(body).toEqual([
        expect.arrayContaining([
          expect.objectContaining({ id: 'UserSecurityRole', properties: expect.objectContaining({ [name]: expect.anything() }) }),
        ]),
      ]);
    }
    const old = createFtrackSandboxOf('document')(small);
    const expression = 'select is_all_projects, projects.full_name, security_role.name from UserSecurityRole where user_id is u3';
    expect(send([{ action: 'query', expression }], {}, old).body).toMatchObject([
      { data: [{ is_all_projects: false, projects: [{ full_name: 'Aurora' }, { full_name: 'Beacon' }], security_role: { id: 'r-night' } }] },
    ]);
  });

  test('server information is cut to the values that are asked for', () => {
    expect(send([{ action: 'query_server_information', values: ['version'] }]).body).toEqual([{ version: expect.any(String) }]);
    expect(send([{ action: 'query_server_information' }]).body).toMatchObject([
      { schema_hash: expect.any(String), is_timezone_support_enabled: true },
    ]);
  });
});

describe('refusals', () => {
  test.each([
    ['wrong key', [], { 'ftrack-api-key': 'wrong' }, 'InvalidCredentialsError', 401],
    ["another user's name", [], { 'ftrack-user': 'user-u1' }, 'InvalidCredentialsError', 401],
    ['no JSON', 'nonsense', {}, 'ValidationError', 400],
    ['no list', {}, {}, 'ValidationError', 400],
    ['no action', [{}], {}, 'ValidationError', 400],
    ['unknown action', [{ action: 'toString' }], {}, 'ValidationError', 400],
    ['no expression', [{ action: 'query' }], {}, 'ValidationError', 400],
    ['form', [], { 'content-type': 'text/plain' }, 'ValidationError', 400],
    ['wants text', [], { accept: 'text/html' }, 'ValidationError', 400],
    ['write', [{ action: 'add_user_security_role', user_id: 'u1', role_id: 'r-admin' }], {}, 'PermissionError', 403],
    [
      'one bad query of two',
      [
        { action: 'query', expression: 'User' },
        { action: 'query', expression: 'Nobody' },
      ],
      {},
      'ParseError',
      400,
    ],
  ])('%s: one object, status 200 unless strict', (_, body, more: Record<string, string>, exception, status) => {
    const object = { exception, content: expect.any(String), error_code: null };
    expect(send(body, more)).toEqual({ status: 200, body: object });
    expect(send(body, { ...more, 'ftrack-strict-api': 'true' })).toEqual({ status, body: object });
  });

  test('there is one address and one method', () => {
    const sandbox = createFtrackSandbox(small);
    const request = { query: new URLSearchParams(), headers, body: '[]' };
    expect(sandbox.handle({ ...request, method: 'POST', path: '/' }).status).toBe(404);
    expect(sandbox.handle({ ...request, method: 'GET', path: '/api' }).status).toBe(405);
    expect(sandbox.handle({ ...request, method: 'POST', path: '/api' })).toEqual({ status: 200, body: [] });
  });
});

test('follows changes of the instance', () => {
  const changing = { ...small };
  const sandbox = createFtrackSandbox(changing);
  const all = () => send([{ action: 'query', expression: 'User order by id' }], {}, sandbox).body;
  expect(all()).toEqual(ids('u1', 'u2', 'u3'));
  changing.accounts = [person('u9')];
  expect(all()).toEqual(ids('u9'));
});

test('answers for 100,000 users without looking at each', () => {
  const count = 100_000;
  const accounts = Array.from({ length: count }, (_, at) => person(`u${at}`));
  const large = studio(accounts, { grants: accounts.map(({ externalId }, at) => grant(`x${at}`, externalId, 'r-night', 'p-1')) });
  const sandbox = createFtrackSandbox(large);
  const ask = (expression: string) => send([{ action: 'query', expression }], {}, sandbox).body;
  const select = 'select username, user_security_roles.user_security_role_projects.project_id from User';
  ask(`${select} order by id limit 500`);
  const start = performance.now();
  for (let offset = 0; offset < count; offset += 500) ask(`${select} order by id limit 500 offset ${offset}`);
  for (let at = 0; at < 500; at += 1) expect(ask(`${select} where id in ("u${at}", "nobody")`)).toEqual(ids(`u${at}`));
  // About 2 s on a slow machine; looking at every user for each call would take minutes.
  expect(performance.now() - start).toBeLessThan(20_000);
}, 60_000);
