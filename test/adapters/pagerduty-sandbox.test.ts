import { expect, test } from 'vitest';
import { createPagerDutySandbox } from '../../adapters/pagerduty/sandbox.ts';
import { settings } from '../../adapters/pagerduty/config.ts';
import type { DemoAccount, DemoInstance, SandboxResponse } from '../../src/contract/sandbox.ts';

const person = (externalId: string, displayName: string, email: string): DemoAccount => ({
  externalId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  email,
  emailProven: false,
  sso: true,
  firstName: '',
  lastName: '',
  displayName,
  username: '',
  role: 'user',
  mfa: false,
  createdAt: 0,
  updatedAt: 0,
  declared: [],
});

const instance = (accounts: readonly DemoAccount[]): DemoInstance => ({
  type: 'pagerduty',
  serviceId: 'acme',
  displayName: 'Acme',
  accounts,
  groups: [{ externalId: 'T1', name: 'Ops', handle: 'ops', disabled: false, parents: [], members: [{ externalId: 'P2', role: 'manager' }] }],
  roles: [],
  scopes: [],
  grants: [],
  invites: [],
  credentials: [],
});

const people = instance([person('P1', 'Zoe', 'zoe@example.com'), person('P2', 'Ann', 'ann@example.com'), person('P3', 'Mo', 'joanna@example.org')]);

const { token } = settings.parse(createPagerDutySandbox(people).settings).credentials;
const headers = { authorization: `Token token=${token}`, accept: 'application/vnd.pagerduty+json;version=2', 'content-type': 'application/json' };

function ask(
  target: string,
  more: { readonly method?: string; readonly headers?: Record<string, string>; readonly of?: DemoInstance } = {},
): SandboxResponse {
  const [path = '', query] = target.split('?');
  return createPagerDutySandbox(more.of ?? people).handle({
    method: more.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: { ...headers, ...more.headers },
    body: '',
  });
}

test('a wrong token is refused in plain text, whatever else is wrong', () => {
  for (const authorization of ['Token token=wrong', `Basic ${token}`, token, '']) {
    expect(ask('/nowhere', { headers: { authorization, accept: '*/*' } })).toMatchObject({
      status: 401,
      headers: { 'content-type': expect.stringContaining('text/html') },
      body: expect.any(String),
    });
  }
});

test.each([
  ['/users', { headers: { accept: 'application/json' } }, 406],
  ['/users', { headers: { 'content-type': '' } }, 415],
  ['/users', { method: 'POST' }, 403],
  ['/users?include[]=calendar_urls', {}, 400],
  ['/users?limit=many', {}, 400],
  ['/users?limit=100&offset=9901', {}, 400],
  ['/users/me', {}, 400],
  ['/users/me', { headers: { authorization: `Bearer ${token}` } }, 200],
  ['/users/P9', {}, 404],
  ['/users/%', {}, 404],
  ['/users/P1/contact_methods/P1E', {}, 200],
  ['/users/P1/contact_methods/P9E', {}, 404],
  ['/teams/T9/members', {}, 404],
  ['/teams/T1', {}, 200],
  ['/abilities', {}, 200],
  ['/', {}, 404],
])('%s with %j answers %i', (target, more, status) => {
  const response = ask(target, more);
  expect(response.status).toBe(status);
  if (status >= 400) expect(response.body).toMatchObject({ error: { code: expect.any(Number), message: expect.any(String) } });
});

const page = (users: readonly string[], rest: object) => ({ users: users.map((id) => expect.objectContaining({ id })), ...rest });

test('lists by name, 25 a page, at most 100, and totals only when asked', () => {
  const crowd = instance(Array.from({ length: 250 }, (_, at) => person(`P${at}`, `Name ${at}`, `p${at}@example.com`)));
  expect(ask('/users').body).toEqual(page(['P2', 'P3', 'P1'], { limit: 25, offset: 0, more: false, total: null }));
  expect(ask('/users', { of: crowd }).body).toMatchObject({ limit: 25, more: true });
  expect(ask('/users?limit=1000&offset=100&total=true', { of: crowd }).body).toMatchObject({ limit: 100, offset: 100, more: true, total: 250 });
});

test('searches parts of names and addresses, and by team', () => {
  expect(ask('/users?query=ANN').body).toMatchObject(page(['P2', 'P3'], {}));
  expect(ask('/users?query=zoe@example.com').body).toMatchObject(page(['P1'], {}));
  expect(ask('/users?team_ids[]=T1').body).toMatchObject(page(['P2'], {}));
});

test('shows references until asked for more, and calendar addresses for one user only', () => {
  expect(ask('/users/P2').body).toMatchObject({
    user: {
      contact_methods: [{ type: 'email_contact_method_reference' }, { type: 'sms_contact_method_reference' }],
      teams: [{ id: 'T1', type: 'team_reference' }],
    },
  });
  expect(JSON.stringify(ask('/users/P2').body)).not.toMatch(/cal_url|555/);
  const full = ask('/users/P2?include[]=contact_methods&include[]=teams&include[]=calendar_urls').body;
  expect(full).toMatchObject({
    user: {
      contact_methods: [{ address: 'ann@example.com' }, { type: 'sms_contact_method' }],
      teams: [{ type: 'team' }],
      http_cal_url: expect.any(String),
    },
  });
});
