import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createPagerDutySandbox } from '../../adapters/pagerduty/sandbox.ts';
import { pagerduty } from '../../adapters/pagerduty/index.ts';
import type { Adapter, Page } from '../../src/contract/adapter.ts';
import type { GrantRecord, GroupRecord, InviteRecord, MembershipRecord, RoleLevel, RoleRecord, SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoGroup, DemoInstance, SandboxOptions, SandboxResponse } from '../../src/contract/sandbox.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';

const { signal } = new AbortController();
const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service[Symbol.asyncDispose]();
});

const person = (externalId: string, more: Partial<DemoAccount> = {}): DemoAccount => ({
  externalId,
  kind: 'HUMAN',
  status: 'ACTIVE',
  email: `${externalId.toLowerCase()}@example.com`,
  emailProven: false,
  sso: false,
  firstName: 'Person',
  lastName: externalId,
  displayName: `Person ${externalId}`,
  username: externalId.toLowerCase(),
  role: 'user',
  mfa: false,
  createdAt: 0,
  updatedAt: 0,
  declared: [],
  ...more,
});

const team = (externalId: string, members: DemoGroup['members'], parents: readonly string[] = []): DemoGroup => ({
  externalId,
  name: `Team ${externalId}`,
  handle: externalId,
  disabled: false,
  parents,
  members,
});

const account = (accounts: readonly DemoAccount[], groups: readonly DemoGroup[] = []): DemoInstance => ({
  type: 'pagerduty',
  serviceId: 'acme',
  displayName: 'Acme',
  accounts,
  groups,
  roles: [],
  scopes: [],
  grants: [],
  invites: [],
  credentials: [],
});

async function start(instance: DemoInstance, options: SandboxOptions & { readonly settings?: object; readonly token?: string } = {}) {
  const sandbox = createPagerDutySandbox(instance, options);
  const server = await serveSandbox(sandbox);
  const given = options.token === undefined ? sandbox.settings : { credentials: { token: options.token } };
  const settings = pagerduty.settings.parse({ ...given, baseUrl: server.baseUrl, ...options.settings });
  const transport = createTransport({ service: 'pagerduty', baseUrl: server.baseUrl, manners: pagerduty.manners });
  running.push({ [Symbol.asyncDispose]: () => transport.close() }, server);
  return { server, adapter: await pagerduty.create(settings, transport.live) };
}

async function pagesOf(adapter: Adapter, name: string): Promise<readonly Page[]> {
  const listing = adapter.listings.find((entry) => entry.name === name);
  if (listing === undefined) throw new Error(`no listing ${name}`);
  const pages: Page[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await listing.page(cursor, signal);
    pages.push(page);
    if (page.next === null) return pages;
    expect(page.next).not.toBe(cursor);
    cursor = page.next;
  }
}

async function read<K extends SourceRecord['kind']>(adapter: Adapter, name: string, kind: K) {
  const records = (await pagesOf(adapter, name)).flatMap((page) => page.records);
  return records.filter((record): record is Extract<SourceRecord, { kind: K }> => record.kind === kind);
}

const usersBody = z.looseObject({ users: z.array(z.record(z.string(), z.unknown())) });
const altered = (change: (user: Record<string, unknown>) => unknown) => ({
  alter: (response: SandboxResponse): SandboxResponse => {
    const body = usersBody.parse(response.body);
    return { ...response, body: { ...body, users: body.users.map(change) } };
  },
});

const firstCall = (server: SandboxServer) => server.calls[0] ?? expect.fail('no call was made');

describe('what is sent', () => {
  test('names the version, the content type and the key on every request, and never asks for calendar addresses', async () => {
    const { server, adapter } = await start(account([person('P1')], [team('T1', [{ externalId: 'P1' }])]));
    await adapter.describe(signal);
    for (const { name } of adapter.listings) await pagesOf(adapter, name);
    await adapter.getIdentities(['P1'], signal);
    await adapter.findByEmail?.('p1@example.com', signal);
    expect(server.calls.length).toBeGreaterThan(5);
    for (const call of server.calls) {
      expect(call).toMatchObject({
        status: 200,
        headers: {
          accept: 'application/vnd.pagerduty+json;version=2',
          'content-type': 'application/json',
          authorization: expect.stringMatching(/^Token token=/),
        },
      });
      expect(call.headers).not.toHaveProperty('from');
      expect(call.query.getAll('include[]')).not.toContain('calendar_urls');
    }
  });

  test('sends an OAuth token as a bearer', async () => {
    const { server, adapter } = await start(account([person('P1')]), { settings: { tokenType: 'bearer' } });
    await adapter.describe(signal);
    expect(firstCall(server).headers['authorization']).toMatch(/^Bearer /);
  });
});

describe('describe', () => {
  test('names the account by its subdomain, in one call', async () => {
    const { server, adapter } = await start(account([person('P1')]));
    expect(await adapter.describe(signal)).toEqual({
      serviceId: 'acme',
      displayName: 'acme',
      scopes: [{ kind: 'scope', scopeKind: 'ORGANIZATION', externalId: 'acme', displayName: 'acme' }],
    });
    expect(server.calls).toHaveLength(1);
  });

  test.each([
    ['https://ACME.PagerDuty.com/users/P1', 'acme'],
    ['https://acme.eu.pagerduty.com/users/P1', 'acme'],
  ])('reads %s as %s', async (html_url, serviceId) => {
    const { server, adapter } = await start(account([person('P1')]));
    server.play([{ name: 'address', effect: altered((user) => ({ ...user, html_url, subdomains: undefined })) }]);
    expect(await adapter.describe(signal)).toMatchObject({ serviceId });
  });

  test.each(['https://pagerduty.example.org/users/P1', 'no address', null])('refuses %s', async (html_url) => {
    const { server, adapter } = await start(account([person('P1')]));
    server.play([{ name: 'address', effect: altered((user) => ({ ...user, html_url, subdomains: undefined })) }]);
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE', message: expect.stringContaining('html_url') });
  });

  test('says so when an account without users leaves nothing to read its name from', async () => {
    const { adapter } = await start(account([]));
    await expect(adapter.describe(signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE', message: expect.stringContaining('no user') });
  });
});

describe('users', () => {
  test('are read page by page, each once, with the announced number', async () => {
    const { server, adapter } = await start(account(['P1', 'P2', 'P3', 'P4', 'P5'].map((id) => person(id))), { maxPageSize: 2 });
    const pages = await pagesOf(adapter, 'users');
    expect(pages.map((page) => page.announced)).toEqual([5, undefined, undefined]);
    expect((await read(adapter, 'users', 'identity')).map(({ externalId }) => externalId).toSorted()).toEqual(['P1', 'P2', 'P3', 'P4', 'P5']);
    expect(server.calls.slice(0, 3).map(({ query }) => [query.get('offset'), query.get('total')])).toEqual([
      ['0', 'true'],
      ['2', null],
      ['4', null],
    ]);
  });

  test.each<readonly [string, RoleLevel]>([
    ['owner', 'OWNER'],
    ['admin', 'ADMIN'],
    ['user', 'MANAGER'],
    ['limited_user', 'MEMBER'],
    ['observer', 'READER'],
    ['read_only_user', 'READER'],
    ['read_only_limited_user', 'READER'],
    ['restricted_access', 'GUEST'],
    ['toString', 'UNKNOWN'],
  ])('base role %s holds on the account as %s', async (role, level) => {
    const { adapter } = await start(account([person('P1', { role })]));
    const [grant] = await read(adapter, 'users', 'grant');
    expect(grant).toEqual({
      kind: 'grant',
      externalId: 'base:P1',
      principal: { kind: 'identity', externalId: 'P1' },
      role,
      level,
      scope: { kind: 'ORGANIZATION', externalId: 'acme' },
      scopeKind: 'ORGANIZATION',
      allScopes: false,
      permissions: [],
      source: 'DIRECT',
      immutable: false,
    } satisfies GrantRecord);
    const catalogue = [...(await read(adapter, 'roles', 'role')), ...(await read(adapter, 'users', 'role'))];
    expect(catalogue.find(({ externalId }) => externalId === role)).toMatchObject({ level, category: 'base' } satisfies Partial<RoleRecord>);
  });

  test('an open invitation proves nothing and is an invite; an accepted one or single sign-on is an assertion', async () => {
    const { adapter } = await start(
      account([person('P1', { status: 'INVITED', role: 'observer' }), person('P2'), person('P3', { sso: true, status: 'INVITED' })]),
    );
    const identities = await read(adapter, 'users', 'identity');
    expect(identities.map(({ externalId, status, emails }) => [externalId, status, emails[0]?.proof])).toEqual([
      ['P1', 'INVITED', 'UNVERIFIED'],
      ['P2', 'ACTIVE', 'ASSERTED'],
      ['P3', 'INVITED', 'UNVERIFIED'],
    ]);
    expect((await read(adapter, 'users', 'invite'))[0]).toEqual({
      kind: 'invite',
      externalId: 'invitation:P1',
      email: 'p1@example.com',
      status: 'PENDING',
      grants: [{ role: 'observer', scopes: [{ kind: 'ORGANIZATION', externalId: 'acme' }] }],
    } satisfies InviteRecord);
  });

  test('carry e-mail contact methods as unproven addresses, and no phone and no calendar address anywhere', async () => {
    const { server, adapter } = await start(account([person('P1')]));
    const addContacts = altered((user) => ({
      ...user,
      http_cal_url: 'https://acme.pagerduty.com/private/canary/feed',
      web_cal_url: 'webcal://acme.pagerduty.com/private/canary/feed',
      contact_methods: [
        { id: 'C1', type: 'email_contact_method', address: 'P1@Example.com' },
        { id: 'C2', type: 'email_contact_method', address: 'home@example.org' },
        { id: 'C3', type: 'phone_contact_method', address: '5551234567', country_code: 1 },
        { id: 'C4', type: 'push_notification_contact_method', address: 'device-canary' },
        { id: 'C5', type: 'email_contact_method_reference', summary: 'Work' },
        null,
      ],
    }));
    server.play([{ name: 'contacts', effect: addContacts }]);
    const pages = await pagesOf(adapter, 'users');
    const identity = pages.flatMap((page) => page.records).find((record) => record.kind === 'identity');
    expect(identity?.emails).toEqual([
      { address: 'p1@example.com', proof: 'ASSERTED', primary: true },
      { address: 'home@example.org', proof: 'UNVERIFIED', primary: false },
    ]);
    expect(JSON.stringify(pages)).not.toMatch(/canary|5551234567/);
    expect(identity?.raw).toEqual({
      role: 'user',
      time_zone: 'Etc/UTC',
      html_url: 'https://acme.pagerduty.com/users/P1',
      invitation_sent: false,
      created_via_sso: false,
    });
  });

  test('survive odd fields; only one without an id is turned away, and the page goes on', async () => {
    const { server, adapter } = await start(account([person('P1'), person('P2'), person('P3')]));
    const drift = altered((user) => {
      if (user['id'] === 'P1') return { ...user, id: 12, name: 'Nobody' };
      if (user['id'] === 'P2') return { id: 'P2', name: null, email: 7, role: null, invitation_sent: 'no', contact_methods: null, shoe_size: 43 };
      return user;
    });
    server.play([{ name: 'drift', effect: drift }]);
    const [page] = await pagesOf(adapter, 'users');
    expect(page?.rejected).toEqual([{ kind: 'identity', externalId: undefined, reason: 'id: invalid_type' }]);
    expect(page?.records.filter(({ kind }) => kind === 'identity')).toMatchObject([
      { externalId: 'P2', emails: [], roles: [], status: 'ACTIVE' },
      { externalId: 'P3', displayName: 'Person P3' },
    ]);
    expect(page?.records.find((record) => record.kind === 'grant' && record.externalId === 'base:P2')).toMatchObject({ level: 'UNKNOWN' });
  });

  test('go on without `more`, by the total or by a full page', async () => {
    const { server, adapter } = await start(account(['P1', 'P2', 'P3', 'P4'].map((id) => person(id))), { maxPageSize: 2 });
    const withoutMore = {
      alter: (response: SandboxResponse) => ({ ...response, body: { ...usersBody.parse(response.body), more: undefined, total: null } }),
    };
    server.play([{ name: 'no more', match: { times: Infinity }, effect: withoutMore }]);
    expect(await read(adapter, 'users', 'identity')).toHaveLength(4);
  });

  test('a cursor that is none of ours starts the listing again', async () => {
    const { adapter } = await start(account([person('P1')]));
    for (const listing of adapter.listings.slice(0, 2)) {
      for (const cursor of ['', '{"offset":1}', '{"plain":{"offset":-1}}']) {
        await expect((async () => listing.page(cursor, signal))()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
      }
    }
  });
});

describe('teams', () => {
  const members = ['P1', 'P2', 'P3'].map((externalId, at) => ({ externalId, role: ['manager', 'responder', 'observer'][at] ?? 'manager' }));
  const people = account(
    ['P1', 'P2', 'P3'].map((id) => person(id)),
    [team('T1', members), team('T2', []), team('T3', members.slice(0, 1), ['T1'])],
  );

  test('come with their members and team roles, and no page is read twice', async () => {
    const { server, adapter } = await start(people, { maxPageSize: 2 });
    const pages = await pagesOf(adapter, 'teams');
    const records = pages.flatMap((page) => page.records);
    expect(records.filter((record): record is GroupRecord => record.kind === 'group')).toMatchObject([
      { externalId: 'T1', displayName: 'Team T1', groupKind: 'team', status: 'ACTIVE' },
      { externalId: 'T2' },
      { externalId: 'T3' },
    ]);
    expect(
      records
        .filter((record): record is MembershipRecord => record.kind === 'membership')
        .map(({ group, member, role }) => [group, member.externalId, role]),
    ).toEqual([
      ['T1', 'P1', 'manager'],
      ['T1', 'P2', 'responder'],
      ['T1', 'P3', 'observer'],
      ['T1', 'T3', undefined],
      ['T3', 'P1', 'manager'],
    ]);
    expect(pages[0]?.announced).toBe(3);
    const asked = server.calls.map(({ path, query }) => `${path}?${query.get('offset')}`);
    expect(asked).toEqual(['/teams?0', '/teams/T1/members?0', '/teams/T1/members?2', '/teams/T2/members?0', '/teams?2', '/teams/T3/members?0']);
  });

  test('a team that is deleted during the read takes nothing with it', async () => {
    const { server, adapter } = await start(people);
    server.play([{ name: 'gone', match: { path: /T1\/members/ }, effect: { refuse: { kind: 'not-found' } } }]);
    expect((await read(adapter, 'teams', 'membership')).map(({ group, member }) => [group, member.externalId])).toEqual([
      ['T1', 'T3'],
      ['T3', 'P1'],
    ]);
  });

  test('of somebody who is listed twice the higher role stands', async () => {
    const twice = ['observer', 'manager', 'responder'].map((role) => ({ externalId: 'P1', role }));
    const { adapter } = await start(account([person('P1')], [team('T1', twice)]));
    expect(await read(adapter, 'teams', 'membership')).toEqual([
      { kind: 'membership', group: 'T1', member: { kind: 'identity', externalId: 'P1' }, role: 'manager' },
    ]);
  });

  test('a plan without teams is named as such', async () => {
    const { server, adapter } = await start(people);
    server.play([{ name: 'plan', effect: { respond: { status: 402, body: { error: { message: 'Payment Required', code: 2014 } } } } }]);
    await expect(pagesOf(adapter, 'teams')).rejects.toMatchObject({ code: 'UNSUPPORTED', missing: 'teams' });
  });
});

test('the catalogue of roles costs no call, and its ids are distinct', async () => {
  const { server, adapter } = await start(account([]));
  const roles = await read(adapter, 'roles', 'role');
  expect(new Set(roles.map(({ externalId }) => externalId)).size).toBe(11);
  expect(roles.find(({ externalId }) => externalId === 'team:manager')).toMatchObject({
    name: 'Manager',
    category: 'team',
    level: 'ADMIN',
    appliesTo: [],
  });
  expect(server.calls).toHaveLength(0);
});

describe('look-ups', () => {
  test('by id leave out the unknown, and never take another path or the owner of the key for an id', async () => {
    const { server, adapter } = await start(account([person('P1', { role: 'admin' }), person('P2')]), { settings: { tokenType: 'bearer' } });
    const found = await adapter.getIdentities(['P2', 'P9', 'P1', 'P2', 'me', '..', '', 'P1/contact_methods', '\ud800'], signal);
    expect([...found.keys()].toSorted()).toEqual(['P1', 'P2']);
    expect(found.get('P1')?.alongside).toMatchObject([{ kind: 'grant', externalId: 'base:P1', level: 'ADMIN' }]);
    const [listed] = await read(adapter, 'users', 'identity');
    expect(found.get('P1')?.identity).toEqual(listed);
    expect(server.calls.map(({ path }) => path).filter((path) => path === '/users/P2')).toHaveLength(1);
  });

  test('by address compare for themselves: the service matches parts of names and addresses', async () => {
    const accounts = [
      person('P1', { email: 'Ann@Example.com' }),
      person('P2', { email: 'joann@example.com' }),
      person('P3', { displayName: 'ann@example.com' }),
      person('P4', { email: 'mike@example.com' }),
    ];
    const { server, adapter } = await start(account(accounts), { maxPageSize: 1 });
    expect((await adapter.findByEmail?.('ANN@example.com', signal))?.map(({ identity }) => identity.externalId)).toEqual(['P1']);
    expect(server.calls).toHaveLength(3);
    expect(firstCall(server).query.get('query')).toBe('ANN@example.com');
    expect(await adapter.findByEmail?.('mi\u212Ae@example.com', signal)).toEqual([]);
  });

  test('by address give up when the service answers with everybody', async () => {
    const crowd = Array.from({ length: 30 }, (_, at) => person(`P${at}`));
    const { adapter } = await start(account(crowd), { maxPageSize: 1 });
    await expect(adapter.findByEmail?.('@example.com', signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });
});

const refusal = (status: number, error: object) => ({ respond: { status, body: { error } } });
const limited = (headers: Record<string, string>, status = 429) => pagerduty.manners.limited?.({ status, headers, text: '', json: () => null });

describe('refusals', () => {
  test('a wrong token is AUTH_FAILED although the answer is no JSON, and no message repeats it', async () => {
    const { adapter } = await start(account([person('P1')]), { token: 'wrong-canary' });
    const error: unknown = await adapter.describe(signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AUTH_FAILED', status: 401 });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/canary|denied/i);
  });

  test.each([
    [
      'a list',
      403,
      { message: 'Access Denied', code: 2010, errors: ['needs users.read', 'needs users:contact_methods.read'] },
      'FORBIDDEN',
      'users.read users:contact_methods.read',
    ],
    ['one text', 403, { message: 'Access Denied', errors: 'needs users.read for ann@example.com' }, 'FORBIDDEN', 'users.read'],
    ['an object of lists', 403, { errors: { scope: ['teams.read'], user: 'nobody' } }, 'FORBIDDEN', 'teams.read'],
    ['nothing', 403, { message: 'Forbidden' }, 'FORBIDDEN', undefined],
    ['an expired account', 403, { message: 'Your account is expired and cannot use the API.', code: 2012 }, 'AUTH_FAILED', undefined],
    ['a plan', 402, { message: 'Payment Required' }, 'UNSUPPORTED', undefined],
    ['bad input', 400, { message: 'Invalid Input Provided', code: 2001, errors: ['secret-canary'] }, 'BAD_REQUEST', undefined],
    ['a page elsewhere', 418, { message: 'secret-canary' }, 'BAD_RESPONSE', undefined],
  ])('%s in the errors of %i', async (_, status, error, code, missing) => {
    const { server, adapter } = await start(account([person('P1')]));
    server.play([{ name: 'refusal', effect: refusal(status, error) }]);
    const thrown: unknown = await pagesOf(adapter, 'users').catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({ code, missing });
    expect(String(thrown)).not.toMatch(/canary|@/);
  });

  test('an answer of another shape is BAD_RESPONSE', async () => {
    const { server, adapter } = await start(account([person('P1')]));
    for (const body of [{ users: null }, [], { people: [] }, '<html>please log in</html>']) {
      server.play([
        { name: 'shape', effect: { respond: { status: 200, headers: typeof body === 'string' ? { 'content-type': 'text/html' } : {}, body } } },
      ]);
      await expect(pagesOf(adapter, 'users')).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
    }
  });

  test('limits speak in seconds to wait, or not at all', () => {
    expect(limited({ 'ratelimit-reset': '42' })).toEqual({ retryAfterMs: 42_000 });
    expect(limited({})).toEqual({ retryAfterMs: undefined });
    expect(limited({ 'ratelimit-reset': 'soon' })).toEqual({ retryAfterMs: undefined });
    expect(limited({ 'ratelimit-reset': '42' }, 200)).toBeUndefined();
    expect(pagerduty.manners.limitedWaitMs).toBe(5_000);
  });

  test('a refusal for its limits reaches a live reader with the time to wait', async () => {
    const { server, adapter } = await start(account([person('P1')]));
    server.play([{ name: 'limits', match: { times: Infinity }, effect: { refuse: { kind: 'rate-limited', retryAfterSeconds: 42 } } }]);
    const error = await adapter.getIdentities(['P1'], signal).catch((reason: unknown) => reason);
    if (!(error instanceof AdapterError)) throw error;
    expect(error.code).toBe('RATE_LIMITED');
    expect(error.retryAfterMs).toBeGreaterThan(40_000);
  });

  test('an abort reaches the call', async () => {
    const { server, adapter } = await start(account([person('P1')]));
    server.play([{ name: 'hole', effect: { swallow: true } }]);
    const stop = new AbortController();
    const call = adapter.describe(stop.signal);
    stop.abort();
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('settings', () => {
  test('name what is wrong', () => {
    const wrong = pagerduty.settings.safeParse({ baseUrl: 'ftp://x', credentials: { token: 'two words' }, servceId: 'acme' });
    expect(wrong.error?.issues.map(({ path }) => path.join('.')).toSorted()).toEqual(['', 'baseUrl', 'credentials.token']);
    expect(String(wrong.error)).not.toContain('two words');
  });

  test('need no more than a token', () => {
    const settings = pagerduty.settings.parse({ credentials: { token: 'u+x' } });
    expect(pagerduty.baseUrl(settings)).toBe('https://api.pagerduty.com');
  });
});
