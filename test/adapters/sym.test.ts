import { appendFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAdapter } from '../../adapters/sym/adapter.ts';
import { sym } from '../../adapters/sym/index.ts';
import { toUsersCsv, toUsersDump } from '../../adapters/sym/sandbox-files.ts';
import { createSymSandbox } from '../../adapters/sym/sandbox.ts';
import type { Adapter, Page } from '../../src/contract/adapter.ts';
import type { Http } from '../../src/contract/http.ts';
import type { IdentityRecord, SourceRecord } from '../../src/contract/records.ts';
import type { DemoAccount, DemoInstance, SandboxResponse } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';

const idOf = (number: number): string => `11111111-2222-4333-8444-${number.toString(16).padStart(12, '0')}`;

function account(number: number, changes: Partial<DemoAccount> = {}): DemoAccount {
  return {
    externalId: idOf(number),
    kind: 'HUMAN',
    status: 'ACTIVE',
    email: `person${number}@acme.example`,
    emailProven: false,
    sso: true,
    firstName: `First${number}`,
    lastName: `Last${number}`,
    displayName: `First${number} Last${number}`,
    username: `person${number}@acme.example`,
    role: 'member',
    mfa: false,
    createdAt: Date.UTC(2023, 0, number % 28),
    updatedAt: Date.UTC(2024, 0, 1),
    declared: [],
    ...changes,
  };
}

const ada = account(1, {
  email: 'Ada@acme.example',
  role: 'admin',
  declared: [
    { type: 'slack', serviceId: 't123abc', externalId: 'U1' },
    { type: 'slack', serviceId: 'T456DEF', externalId: 'U9' },
    { type: 'pagerduty', serviceId: 'Acme.pagerduty.com', externalId: 'PAAAAAA' },
    { type: 'google', serviceId: 'acme.example', externalId: 'ada@acme.example' },
    { type: 'aws_iam', serviceId: '123456789012', externalId: 'arn:aws:iam::123456789012:user/ada' },
    { type: 'aws_sso', serviceId: 'arn:aws:sso:::instance/ssoins-1', externalId: 'principal-1' },
    { type: 'auth0', serviceId: 'cloud', externalId: 'google-oauth2|1' },
  ],
});
const bea = account(2, { declared: [{ type: 'slack', serviceId: 'T123ABC', externalId: 'U2' }] });
const gil = account(3, { role: 'guest', email: 'gil@other.example' });
const { email: _noAddress, ...bot } = account(4, { kind: 'BOT', username: 'terraform' });
const accounts: readonly DemoAccount[] = [ada, bea, gil, bot];

function instanceOf(people: readonly DemoAccount[] = accounts): DemoInstance {
  return {
    type: 'sym',
    serviceId: 'acme',
    displayName: 'Acme',
    accounts: people,
    groups: [],
    roles: [],
    scopes: [],
    grants: [],
    invites: [],
    credentials: [],
  };
}

const servicesAnswer = z.object({ services: z.array(z.object({ id: z.string() })) });
const signal = AbortSignal.timeout(60_000);
const noHttp: Http = { request: () => Promise.reject(new Error('a file needs no network')) };

async function readAll(adapter: Adapter, name: string): Promise<{ records: SourceRecord[]; rejected: Page['rejected'][number][]; pages: number }> {
  const listing = adapter.listings.find((one) => one.name === name);
  if (listing === undefined) throw new Error(`no listing ${name}`);
  const records: SourceRecord[] = [];
  const rejected: Page['rejected'][number][] = [];
  let pages = 0;
  for (let cursor: string | null = null; pages === 0 || cursor !== null; pages += 1) {
    const page: Page = await listing.page(cursor, signal);
    expect(page.next === null || page.next !== cursor).toBe(true);
    for (const record of page.records) records.push(record);
    rejected.push(...page.rejected);
    cursor = page.next;
  }
  return { records, rejected, pages };
}

const identitiesOf = (records: readonly SourceRecord[]): Map<string, IdentityRecord> =>
  new Map(records.flatMap((record) => (record.kind === 'identity' ? [[record.externalId, record] as const] : [])));
const grantsOf = (records: readonly SourceRecord[]) => records.flatMap((record) => (record.kind === 'grant' ? [record] : []));
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

const messages = (settings: unknown): string =>
  sym.settings
    .safeParse(settings)
    .error?.issues.map((issue) => issue.message)
    .join('; ') ?? '';

const users = (...list: readonly unknown[]): SandboxResponse => ({ status: 200, body: { users: list } });
const open = (credentials: Readonly<Record<string, string>>, extra: object = {}): Adapter =>
  createAdapter(sym.settings.parse({ credentials, ...extra }), noHttp);
const line = (values: object): string => `${JSON.stringify(values)}\n`;

const counted = (flow: string, count: number) => [{ event_name: 'escalate', filter_on: 'flow', flow, include_errored: false, count }];
const find = async (adapter: Adapter, address: string) =>
  ((await adapter.findByEmail?.(address, signal)) ?? []).map(({ identity }) => identity.externalId);

describe('settings', () => {
  it('take exactly one way in and name the ways', () => {
    expect(messages({ credentials: {} })).toMatch(/exactly one of `token`.*`csv`.*`dump`.*none/);
    expect(messages({ credentials: { token: 'a', csv: 'b' } })).toMatch(/exactly one .* token and csv/);
    expect(messages({ credentials: { dump: 'a', users: 'b' } })).toMatch(/`users` only completes `csv`/);
    expect(messages({ credentials: { token: 'a' }, nonsense: 1 })).not.toBe('');
    expect(messages({ credentials: { token: 'two words' } })).toMatch(/one word/);
  });

  it('have the vendor address as default, and need no network for a file', () => {
    expect(sym.baseUrl(sym.settings.parse({ credentials: { token: 'a' } }))).toBe('https://api.symops.com/api/v1');
    expect(sym.baseUrl(sym.settings.parse({ credentials: { csv: 'a', users: 'b' } }))).toBeUndefined();
    expect(sym.baseUrl(sym.settings.parse({ credentials: { dump: 'a' } }))).toBeUndefined();
  });
});

describe('platform API', () => {
  let server: SandboxServer;
  let transport: ReturnType<typeof createTransport>;
  let adapter: Adapter;
  const sandbox = createSymSandbox(instanceOf());
  const token = 'sym-sandbox-token';

  const connect = (extra: Readonly<Record<string, unknown>> = {}): Adapter =>
    createAdapter(sym.settings.parse({ ...sandbox.settings, baseUrl: server.baseUrl, ...extra }), transport.live);
  const respond = (path: RegExp, response: SandboxResponse, times = Infinity): void =>
    server.play([{ name: 'respond', match: { path, times }, effect: { respond: response } }]);

  beforeEach(async () => {
    server = await serveSandbox(sandbox);
    transport = createTransport({ service: 'sym', baseUrl: server.baseUrl, manners: sym.manners });
    adapter = connect();
  });
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it('sends token, content type and a fresh request id with every call', async () => {
    await adapter.describe(signal);
    await readAll(adapter, 'users');
    expect(server.calls.map(({ path }) => path)).toEqual(['/organizations', '/users']);
    for (const { headers } of server.calls) {
      expect(headers['authorization']).toBe(`Bearer ${token}`);
      expect(headers['content-type']).toBe('application/json');
      expect(headers['x-sym-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    }
    expect(new Set(server.calls.map(({ headers }) => headers['x-sym-request-id'])).size).toBe(2);
  });

  it('names the instance after the organisation', async () => {
    expect(await adapter.describe(signal)).toEqual({ serviceId: 'acme', displayName: 'Acme', scopes: [] });
  });

  it('goes by the `organization` setting where the organisation is refused, and still proves the token', async () => {
    server.play([{ name: 'refuse', match: { path: /^\/organizations$/, times: 2 }, effect: { refuse: { kind: 'forbidden' } } }]);
    expect(await connect({ organization: 'acme' }).describe(signal)).toMatchObject({ serviceId: 'acme' });
    expect(server.calls.at(-1)?.path).toBe('/users');
    expect(await failure(adapter.describe(signal))).toMatchObject({
      code: 'FORBIDDEN',
      missing: 'role admin',
      message: expect.stringContaining('`organization`'),
    });

    server.play([{ name: 'refuse', match: { path: /^\/organizations$/ }, effect: { refuse: { kind: 'not-found' } } }]);
    expect(await failure(adapter.describe(signal))).toMatchObject({ code: 'MISCONFIGURED', message: expect.stringContaining('`organization`') });
  });

  it('refuses a token of another organisation, and an answer without exactly one', async () => {
    expect(await failure(connect({ organization: 'initech' }).describe(signal))).toMatchObject({ code: 'MISCONFIGURED' });
    respond(/^\/organizations$/, { status: 200, body: [] });
    expect(await failure(adapter.describe(signal))).toMatchObject({ code: 'BAD_RESPONSE' });
  });

  it('reads people with every account that they name elsewhere', async () => {
    const { records, rejected, pages } = await readAll(adapter, 'users');
    expect({ rejected, pages }).toEqual({ rejected: [], pages: 1 });
    const identities = identitiesOf(records);
    expect([...identities.keys()]).toEqual([ada, bea, gil].map(({ externalId }) => externalId));
    const record = identities.get(ada.externalId);
    expect(record).toMatchObject({
      accountKind: 'HUMAN',
      status: 'ACTIVE',
      username: 'Ada@acme.example',
      displayName: 'First1 Last1',
      firstName: 'First1',
      lastName: 'Last1',
      createdAt: ada.createdAt,
      emails: [{ address: 'Ada@acme.example', proof: 'UNKNOWN', primary: true }],
      roles: ['admin'],
    });
    expect(record?.declared.map(({ type, serviceId, externalId }) => `${type} ${serviceId} ${externalId}`)).toEqual([
      'slack T123ABC U1',
      'slack T456DEF U9',
      'pagerduty acme PAAAAAA',
      'google acme.example ada@acme.example',
      'aws_iam 123456789012 arn:aws:iam::123456789012:user/ada',
      'aws_sso arn:aws:sso:::instance/ssoins-1 principal-1',
    ]);
    expect(new Set(record?.declared.map(({ via }) => via))).toEqual(new Set(['Sym identity']));
  });

  it('keeps AWS principals out of raw', async () => {
    const { records } = await readAll(adapter, 'users');
    const raw = JSON.stringify(identitiesOf(records).get(ada.externalId)?.raw);
    expect(raw).toContain('"PAAAAAA"');
    expect(raw).toContain('"aws_iam"');
    expect(raw).not.toContain('user/ada');
    expect(raw).not.toContain('principal-1');
  });

  it('gives each account a base grant on the service, and demands another proof of a guest', async () => {
    const { records } = await readAll(adapter, 'users');
    expect(grantsOf(records).map(({ externalId, level, role, scope }) => [externalId, level, role, scope])).toEqual([
      [`base:${ada.externalId}`, 'ADMIN', 'admin', { kind: 'SERVICE', externalId: 'acme' }],
      [`base:${bea.externalId}`, 'MEMBER', 'member', { kind: 'SERVICE', externalId: 'acme' }],
      [`base:${gil.externalId}`, 'GUEST', 'guest', { kind: 'SERVICE', externalId: 'acme' }],
    ]);
    expect(identitiesOf(records).get(gil.externalId)?.emails[0]?.proof).toBe('UNVERIFIED');
  });

  it('reads bots by their own listing, with a name and no address', async () => {
    const { records } = await readAll(adapter, 'bots');
    expect(server.calls.findLast(({ path }) => path === '/users')?.query.get('type')).toBe('bot');
    const [record, ...others] = identitiesOf(records).values();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      externalId: bot.externalId,
      accountKind: 'BOT',
      username: 'terraform',
      displayName: 'terraform',
      emails: [],
      declared: [],
    });
    expect(grantsOf(records)).toHaveLength(1);
  });

  it('knows the three roles without a call', async () => {
    const { records } = await readAll(adapter, 'roles');
    expect(server.calls).toEqual([]);
    const roles = records.flatMap((record) =>
      record.kind === 'role' ? [[record.name, record.level, record.permissions.map(({ key }) => key)]] : [],
    );
    expect(roles).toEqual([
      ['admin', 'ADMIN', ['ADMIN', 'MEMBER', 'ALL_USERS']],
      ['member', 'MEMBER', ['MEMBER', 'ALL_USERS']],
      ['guest', 'GUEST', ['ALL_USERS']],
    ]);
  });

  it('reads the other spellings that the service has', async () => {
    respond(
      /^\/users$/,
      users(
        {
          id: idOf(11),
          identities: [{ service: { slug: 'sym', external_id: 'cloud' }, matcher: { email: 'a@acme.example' } }],
          role: null,
          extra: 1,
        },
        { id: idOf(12), identities: null, role: null, is_admin: true, created_at: '2023-01-02T03:04:05' },
        {
          id: idOf(13),
          type: 'normal',
          role: 'Owner',
          created_at: '2023-01-02T03:04:05.123456+02:00',
          identities: [
            { service_type: 'github', external_id: 'acme', matcher: { user_id: 77 }, profile: null },
            { service: { service_type: 'custom', external_id: 'hr' }, matcher: { user_id: 'h1' } },
            { service: { slug: 'slack', external_id: 'T1' }, matcher: {} },
            { service: { slug: 'okta' }, matcher: { user_id: 'nowhere' } },
          ],
        },
        { id: idOf(14), type: 'robot', identities: [] },
      ),
    );
    const { records } = await readAll(adapter, 'users');
    const [first, second, third, fourth] = identitiesOf(records).values();
    expect(first).toMatchObject({ accountKind: 'HUMAN', roles: ['member'] });
    expect(second).toMatchObject({ accountKind: 'UNKNOWN', roles: ['admin'], raw: { created_at: '2023-01-02T03:04:05' } });
    expect(second).not.toHaveProperty('createdAt');
    expect(third?.createdAt).toBe(Date.UTC(2023, 0, 2, 1, 4, 5, 123));
    expect(third?.declared.map(({ type, serviceId, externalId }) => [type, serviceId, externalId])).toEqual([
      ['github', 'acme', '77'],
      ['custom', 'hr', 'h1'],
    ]);
    expect(fourth?.accountKind).toBe('UNKNOWN');
    expect(grantsOf(records).map(({ role, level }) => [role, level])).toContainEqual(['Owner', 'UNKNOWN']);
    expect(records).toContainEqual(expect.objectContaining({ kind: 'role', externalId: 'Owner', level: 'UNKNOWN', permissions: [] }));
  });

  it('rejects a broken user alone, without its values', async () => {
    const secret = 'canary-value';
    respond(
      /^\/users$/,
      users({ id: idOf(1), identities: secret }, { id: 7, identities: [] }, secret, { id: idOf(2) }, { id: idOf(3), identities: [] }),
    );
    const { records, rejected } = await readAll(adapter, 'users');
    expect([...identitiesOf(records).keys()]).toEqual([idOf(3)]);
    expect(rejected.map(({ externalId }) => externalId)).toEqual([idOf(1), undefined, undefined, idOf(2)]);
    expect(JSON.stringify(rejected)).not.toContain(secret);
    expect(rejected[0]?.reason).toMatch(/^identities: /);
  });

  it('gets accounts by id, people and bots, and leaves unknown ones out', async () => {
    const found = await adapter.getIdentities([bot.externalId, ada.externalId, ada.externalId, idOf(99), 'no-uuid', '__proto__'], signal);
    expect([...found.keys()].toSorted()).toEqual([ada.externalId, bot.externalId]);
    const live = found.get(ada.externalId);
    expect(live?.identity.externalId).toBe(ada.externalId);
    expect(live?.alongside).toMatchObject([{ kind: 'grant', level: 'ADMIN', scope: { externalId: 'acme' } }]);
    expect(server.calls.filter(({ query }) => query.get('id') === ada.externalId)).toHaveLength(1);
    expect(await adapter.getIdentities([], signal)).toEqual(new Map());
  });

  it('never gives one account under the id of another', async () => {
    server.play([
      { name: 'wrong', match: { path: /^\/users$/, times: Infinity }, effect: { alter: () => users({ id: bea.externalId, identities: [] }) } },
    ]);
    expect([...(await adapter.getIdentities([ada.externalId, bea.externalId], signal)).keys()]).toEqual([bea.externalId]);
  });

  it('does not take an unreadable account for an absent one', async () => {
    respond(/^\/users$/, users({ id: ada.externalId, identities: 'changed' }));
    expect(await failure(adapter.getIdentities([ada.externalId], signal))).toMatchObject({ code: 'BAD_RESPONSE' });
    server.play([{ name: 'gone', match: { path: /^\/users$/ }, effect: { refuse: { kind: 'not-found' } } }]);
    expect(await failure(adapter.getIdentities([ada.externalId], signal))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds by address in any ASCII case, and by no other folding', async () => {
    expect(await find(adapter, 'ADA@ACME.example')).toEqual([ada.externalId]);
    expect(await find(adapter, 'nobody@acme.example')).toEqual([]);
    // the sandbox folds the Kelvin sign to k, as a careless service does
    respond(
      /^\/users$/,
      users({ id: idOf(5), identities: [{ service: { slug: 'sym', external_id: 'cloud' }, matcher: { email: 'mike@acme.example' } }] }),
    );
    expect(await find(adapter, 'mike@acme.example')).toEqual([idOf(5)]);
    expect(await find(adapter, 'mi\u212Ae@acme.example')).toEqual([]);
  });

  it('asks again in lower case when the service minds the case', async () => {
    const known = { id: idOf(5), identities: [{ service: { slug: 'sym', external_id: 'cloud' }, matcher: { email: 'low@acme.example' } }] };
    server.play([
      {
        name: 'exact',
        match: { path: /^\/users$/, times: Infinity },
        effect: { alter: (_, request) => users(...(request.query.get('email') === 'low@acme.example' ? [known] : [])) },
      },
    ]);
    expect(await adapter.findByEmail?.('Low@Acme.example', signal)).toHaveLength(1);
  });

  it('turns refusals into codes, with the request id and without the token', async () => {
    const kinds = [
      ['unauthorized', 'AUTH_FAILED'],
      ['forbidden', 'FORBIDDEN'],
      ['not-found', 'NOT_FOUND'],
      ['conflict', 'CONFLICT'],
    ] as const;
    for (const [kind, code] of kinds) {
      server.play([{ name: kind, effect: { refuse: { kind } } }]);
      const error = await failure(readAll(adapter, 'bots'));
      expect(error).toMatchObject({ code, message: expect.stringContaining(server.calls.at(-1)?.headers['x-sym-request-id'] ?? 'missing') });
      expect(`${String(error)}${JSON.stringify(error)}`).not.toContain(token);
      server.reset();
    }
    expect(await failure(readAll(connect({ credentials: { token: 'wrong' } }), 'users'))).toMatchObject({ code: 'AUTH_FAILED' });
    server.play([{ name: 'forbidden', effect: { refuse: { kind: 'forbidden' } } }]);
    expect(await failure(readAll(adapter, 'users'))).toMatchObject({ missing: 'role admin' });
    respond(/./, { status: 400, body: { status: 'error', errors: ['canary'], succeeded: 0, failed: 1, results: [] } });
    const bad = await failure(readAll(adapter, 'users'));
    expect(bad).toMatchObject({ code: 'BAD_REQUEST' });
    expect(String(bad)).not.toContain('canary');
  });

  it('hands on how long a rate limit lasts', async () => {
    server.play([{ name: 'limit', match: { times: Infinity }, effect: { refuse: { kind: 'rate-limited', retryAfterSeconds: 120 } } }]);
    expect(await failure(readAll(adapter, 'users'))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  });

  it('believes the error form although the status is 200, and no login page', async () => {
    respond(/./, {
      status: 200,
      body: { error: true, message: 'no', code: 'AuthenticationError:INVALID_JWT', status_code: 401, is_retryable: false },
    });
    expect(await failure(adapter.describe(signal))).toMatchObject({ code: 'AUTH_FAILED' });
    respond(/./, { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' });
    expect(await failure(adapter.describe(signal))).toMatchObject({ code: 'BAD_RESPONSE' });
    respond(/./, { status: 200, body: { people: [] } });
    expect(await failure(readAll(adapter, 'users'))).toMatchObject({ code: 'BAD_RESPONSE' });
  });
});

describe('sandbox', () => {
  it('speaks the rest of the protocol, strictly', async () => {
    const instance = instanceOf();
    const held = { kind: 'ACCESS_KEY', externalId: 'tok-1', account: bot.externalId, name: 'ci', createdAt: 1_700_000_000_000 } as const;
    await using server = await serveSandbox(createSymSandbox({ ...instance, credentials: [held] }));
    const get = async (path: string, token = 'sym-sandbox-token') => {
      const response = await fetch(`${server.baseUrl}/${path}`, { headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, body: await response.json() };
    };
    expect(await get('users', 'wrong')).toEqual({
      status: 401,
      body: expect.objectContaining({ error: true, code: 'AuthenticationError:INVALID_JWT', status_code: 401, is_retryable: false }),
    });
    expect(await get('auth/org/acme', '')).toMatchObject({ status: 200, body: { slug: 'acme' } });
    expect(await get('organizations')).toMatchObject({ body: [{ slug: 'acme', domains: ['acme.example'] }] });
    expect(await get(`users?id=${idOf(99)}`)).toEqual({ status: 200, body: { users: [] } });
    expect(await get('users?type=robot')).toMatchObject({ status: 400 });
    expect(await get('users?id=1')).toMatchObject({ status: 400 });
    expect(await get('tokens')).toMatchObject({
      body: { tokens: [{ identifier: 'tok-1', user: { id: bot.externalId, type: 'bot' }, label: 'ci' }] },
    });
    expect(await get('entities/flows')).toMatchObject({ status: 404, body: { error: true } });
    const { body } = await get('services?service_type=slack&external_id=T123ABC');
    const [service] = servicesAnswer.parse(body).services;
    expect(await get(`service/${service?.id}/references`)).toEqual({
      status: 200,
      body: { error: 'false', references: { identities: [bea.externalId], integrations: [] } },
    });
    expect((await fetch(`${server.baseUrl}/users`, { method: 'PATCH', body: '{}' })).status).toBe(404);
  });

  it('answers 100,000 accounts', async () => {
    const many = Array.from({ length: 100_000 }, (_, number) =>
      account(number, { declared: [{ type: 'slack', serviceId: 'T1', externalId: `U${number}` }] }),
    );
    await using server = await serveSandbox(createSymSandbox(instanceOf(many)));
    const transport = createTransport({ service: 'sym', baseUrl: server.baseUrl, manners: sym.manners });
    const adapter = createAdapter(sym.settings.parse({ credentials: { token: 'sym-sandbox-token' }, baseUrl: server.baseUrl }), transport.sync);
    const { records } = await readAll(adapter, 'users');
    expect(records).toHaveLength(200_000);
    await transport.close();
  }, 60_000);
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sym-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function put(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  describe('csv', () => {
    it('gives the same accounts as the API, without role, name or bots', async () => {
      const adapter = open({ csv: await put('users.csv', toUsersCsv(instanceOf())) });
      expect(await adapter.describe(signal)).toEqual({ serviceId: 'sym', displayName: 'sym', scopes: [] });
      expect(adapter.listings.find(({ name }) => name === 'users')).toMatchObject({ yields: ['identity'] });
      const { records, rejected } = await readAll(adapter, 'users');
      expect(rejected).toEqual([]);
      expect(new Set(records.map(({ kind }) => kind))).toEqual(new Set(['identity']));
      const identities = identitiesOf(records);
      expect([...identities.keys()].toSorted()).toEqual([ada, bea, gil].map(({ externalId }) => externalId));
      const record = identities.get(ada.externalId);
      expect(record).toMatchObject({ accountKind: 'HUMAN', roles: [], emails: [{ address: 'Ada@acme.example', proof: 'UNKNOWN' }] });
      expect(record).not.toHaveProperty('displayName');
      // arn:… holds colons of its own
      expect(record?.declared).toContainEqual({
        type: 'aws_sso',
        serviceId: 'arn:aws:sso:::instance/ssoins-1',
        externalId: 'principal-1',
        via: 'Sym identity',
      });
      expect(record?.declared).toHaveLength(6);
      expect(JSON.stringify(record?.raw)).not.toContain('principal-1');
    });

    it('takes the service id from `organization`', async () => {
      const adapter = open({ csv: await put('users.csv', 'User ID\r\n') }, { organization: 'acme' });
      expect(await adapter.describe(signal)).toMatchObject({ serviceId: 'acme' });
      expect(await readAll(adapter, 'users')).toMatchObject({ records: [], rejected: [] });
    });

    it('reads columns in any order, a byte order mark, either line end, quotes and blank lines', async () => {
      const text = `\uFEFF"slack:T1",email,Team,User ID,"custom:a,b"\nU1,x@acme.example,blue,${idOf(1)},"v ""q"" 1"\n\n,,red,${idOf(2)},\r\n`;
      const { records } = await readAll(open({ csv: await put('users.csv', text) }), 'users');
      expect([...identitiesOf(records).values()]).toMatchObject([
        {
          externalId: idOf(1),
          emails: [{ address: 'x@acme.example' }],
          declared: [
            { type: 'slack', serviceId: 'T1', externalId: 'U1' },
            { type: 'custom', serviceId: 'a,b', externalId: 'v "q" 1' },
          ],
        },
        { externalId: idOf(2), emails: [], declared: [] },
      ]);
    });

    it('pages through a long file, every row once, whatever the characters', async () => {
      const many = Array.from({ length: 2_500 }, (_, number) =>
        account(number, { email: `p${number}@acme.example`, declared: [{ type: 'custom', serviceId: 'hr', externalId: `é,"${number}"\n…` }] }),
      );
      const adapter = open({ csv: await put('users.csv', toUsersCsv(instanceOf(many))) });
      const { records, pages } = await readAll(adapter, 'users');
      expect(pages).toBe(3);
      expect(records).toHaveLength(2_500);
      const identities = identitiesOf(records);
      expect(many.every((one) => identities.get(one.externalId)?.declared[0]?.externalId === one.declared[0]?.externalId)).toBe(true);
    });

    it('starts again when the file changed between two pages', async () => {
      const many = Array.from({ length: 1_001 }, (_, number) => account(number));
      const path = await put('users.csv', toUsersCsv(instanceOf(many)));
      const listing = open({ csv: path }).listings.find(({ name }) => name === 'users');
      const first = await listing?.page(null, signal);
      await utimes(path, new Date(1_600_000_000_000), new Date(1_600_000_000_000));
      expect(await failure(listing?.page(first?.next ?? null, signal) ?? Promise.resolve())).toMatchObject({ code: 'CURSOR_EXPIRED' });
      expect(await failure(listing?.page('nonsense', signal) ?? Promise.resolve())).toMatchObject({ code: 'CURSOR_EXPIRED' });
    });

    it.each([
      [
        'a printed table',
        'Name          Email             Role    Created At\n------------  ----------------  ------  ------------\nAda Lovelace  ada@ACME.example  admin   Jan 02, 2023\n              person2@acme.example  guest  Jan 02, 2023\n',
      ],
      ['CSV', 'Email,Name,Role,Created At\r\nada@ACME.example,Ada Lovelace,admin,2023-01-02T00:00:00Z\r\nperson2@acme.example,,guest,\r\n'],
    ])('adds roles and names from %s of the users', async (_, table) => {
      const adapter = open({ csv: await put('users.csv', toUsersCsv(instanceOf())), users: await put('table', table) });
      await adapter.describe(signal);
      expect(adapter.listings.find(({ name }) => name === 'users')).toMatchObject({ yields: ['identity', 'grant', 'role'] });
      const { records } = await readAll(adapter, 'users');
      const identities = identitiesOf(records);
      expect(identities.get(ada.externalId)).toMatchObject({ displayName: 'Ada Lovelace', roles: ['admin'] });
      expect(identities.get(bea.externalId)).toMatchObject({ roles: ['guest'], emails: [{ proof: 'UNVERIFIED' }] });
      expect(identities.get(gil.externalId)?.roles).toEqual([]);
      expect(grantsOf(records).map(({ level, scope }) => [level, scope?.externalId])).toEqual([
        ['ADMIN', 'sym'],
        ['GUEST', 'sym'],
      ]);
      const live = (await adapter.getIdentities([ada.externalId], signal)).get(ada.externalId);
      expect(live?.alongside).toMatchObject([{ level: 'ADMIN' }]);
    });

    it('gives nobody a role because of the name that someone chose', async () => {
      const table =
        'Name  Email  Role  Created At\n----  -----  ----  ----------\nx  person2@acme.example  admin  y  gil@other.example  guest  Jan 02, 2023\n';
      const { records } = await readAll(open({ csv: await put('users.csv', toUsersCsv(instanceOf())), users: await put('table', table) }), 'users');
      expect(grantsOf(records).map(({ principal, level }) => [principal.externalId, level])).toEqual([[gil.externalId, 'GUEST']]);
    });

    it('finds by id and by address', async () => {
      const adapter = open({ csv: await put('users.csv', toUsersCsv(instanceOf())) });
      expect([...(await adapter.getIdentities([bea.externalId, idOf(99), 'toString'], signal)).keys()]).toEqual([bea.externalId]);
      expect((await adapter.findByEmail?.('ada@acme.EXAMPLE', signal))?.map(({ identity }) => identity.externalId)).toEqual([ada.externalId]);
      expect(await adapter.findByEmail?.('', signal)).toEqual([]);
    });

    it('says what is wrong with a file and keeps what it can', async () => {
      const codeOf = async (content: string | Uint8Array): Promise<unknown> =>
        failure(readAll(open({ csv: await put('bad.csv', content) }), 'users'));
      expect(await failure(open({ csv: join(folder, 'absent.csv') }).describe(signal))).toMatchObject({
        code: 'MISCONFIGURED',
        message: expect.stringMatching(/credentials\.csv.*ENOENT/),
      });
      expect(await failure(open({ csv: folder }).describe(signal))).toMatchObject({ code: 'MISCONFIGURED' });
      expect(await codeOf('')).toMatchObject({ code: 'MISCONFIGURED', message: expect.stringContaining('`User ID`') });
      expect(await codeOf('sym:cloud,slack:T1\r\na@acme.example,U1\r\n')).toMatchObject({ code: 'MISCONFIGURED' });
      expect(await codeOf('sym:cloud,User ID\r\na@acme.example\r\n')).toMatchObject({
        code: 'BAD_RESPONSE',
        message: expect.stringContaining('1 cells'),
      });
      expect(await codeOf('sym:cloud,User ID\r\n"a@acme.example,x\r\n')).toMatchObject({ code: 'BAD_RESPONSE' });
      expect(await codeOf(Buffer.from('sym:cloud,User ID\r\n\xe4@acme.example,x\r\n', 'latin1'))).toMatchObject({ code: 'BAD_RESPONSE' });
      const { records, rejected } = await readAll(
        open({ csv: await put('one.csv', `sym:cloud,User ID\r\na@acme.example,\r\nb@acme.example,${idOf(2)}\r\n`) }),
        'users',
      );
      expect(records).toHaveLength(1);
      expect(rejected).toEqual([{ kind: 'identity', externalId: undefined, reason: 'User ID: empty' }]);
      const table = await put('table.csv', 'Name,Mail\r\n');
      expect(await failure(open({ csv: join(folder, 'one.csv'), users: table }).describe(signal))).toMatchObject({
        code: 'MISCONFIGURED',
        message: expect.stringContaining('credentials.users'),
      });
    });

    it('stops when nobody waits any more', async () => {
      const adapter = open({ csv: await put('users.csv', toUsersCsv(instanceOf())) });
      expect(await failure(adapter.getIdentities([ada.externalId], AbortSignal.abort()))).toMatchObject({ code: 'ABORTED' });
    });
  });

  describe('dump', () => {
    it('gives people and bots with roles, links and counts, as a partial listing', async () => {
      const adapter = open({ dump: await put('users.jsonl', toUsersDump(instanceOf())) });
      expect(await adapter.describe(signal)).toMatchObject({ serviceId: 'sym' });
      expect(adapter.listings.find(({ name }) => name === 'users')).toMatchObject({ partial: true });
      const { records, rejected } = await readAll(adapter, 'users');
      expect(rejected).toEqual([]);
      const identities = identitiesOf(records);
      expect(identities.get(ada.externalId)).toMatchObject({
        accountKind: 'HUMAN',
        username: 'Ada@acme.example',
        firstName: 'First1',
        emails: [{ address: 'Ada@acme.example', proof: 'UNKNOWN' }],
        raw: { event_counts: [{ event_name: 'escalate', filter_on: 'flow', count: expect.any(Number) }] },
      });
      expect(identities.get(ada.externalId)?.declared).toHaveLength(6);
      expect(identities.get(bot.externalId)).toMatchObject({ accountKind: 'BOT', username: 'terraform', emails: [] });
      expect(identities.get(gil.externalId)?.emails[0]?.proof).toBe('UNVERIFIED');
      expect(grantsOf(records)).toHaveLength(4);
    });

    it('lets the younger line speak for a user, and keeps the counts of each Flow', async () => {
      const text =
        line({
          id: 'a',
          type: 'normal',
          email: 'new@acme.example',
          role: 'admin',
          event_counts: counted('f', 5),
          dumped_at: '2024-03-01T00:00:00Z',
        }) +
        line({
          id: 'a',
          type: 'normal',
          email: 'old@acme.example',
          role: 'guest',
          event_counts: counted('g', 1),
          dumped_at: '2024-02-01T00:00:00Z',
        }) +
        line({
          id: 'a',
          type: 'normal',
          email: 'older@acme.example',
          role: 'guest',
          event_counts: counted('f', 2),
          dumped_at: '2024-01-01T00:00:00Z',
        }) +
        line({ id: 'b', type: 'normal', role: 'guest' }) +
        line({ id: 'b', type: 'normal', role: 'member' });
      const { records } = await readAll(open({ dump: await put('users.jsonl', text) }), 'users');
      const record = identitiesOf(records).get('a');
      expect(record).toMatchObject({ roles: ['admin'], emails: [{ address: 'new@acme.example' }] });
      expect(record?.raw?.['event_counts']).toEqual(expect.arrayContaining([...counted('f', 5), ...counted('g', 1)]));
      expect(record?.raw?.['event_counts']).toHaveLength(2);
      expect(grantsOf(records).map(({ externalId, level }) => [externalId, level])).toEqual([
        ['base:a', 'ADMIN'],
        ['base:b', 'MEMBER'],
      ]);
    });

    it('reads the shapes of the SDK, an unended last line and a byte order mark; rejects broken lines alone', async () => {
      const identity = { service: 'slack', service_id: 'T1', user_id: 'U1' };
      const text =
        `\uFEFF${line({ id: 'a', type: 'normal', username: 'a@acme.example', role: null, identities: { slack: [identity], pagerduty: [{ service_id: 'acme', user_id: 'P1' }] } })}` +
        `\r\n{"id": "cut\nnull\n${line({ username: 'no id' })}${line({ id: 'c', identities: 7 })}${'x'.repeat(1_100_000)}\n` +
        JSON.stringify({ id: 'b', type: 'normal', identities: [identity] });
      const { records, rejected } = await readAll(open({ dump: await put('users.jsonl', text) }), 'users');
      const identities = identitiesOf(records);
      expect([...identities.keys()]).toEqual(['a', 'b']);
      expect(identities.get('a')).toMatchObject({ emails: [{ address: 'a@acme.example' }], roles: ['member'] });
      expect(identities.get('a')?.declared.map(({ type, externalId }) => [type, externalId])).toEqual([
        ['slack', 'U1'],
        ['pagerduty', 'P1'],
      ]);
      expect(identities.get('b')).toMatchObject({ roles: [], declared: [{ externalId: 'U1' }] });
      expect(rejected.map(({ externalId, reason }) => [externalId, reason.split(':')[0]])).toEqual([
        [undefined, 'line 3'],
        [undefined, 'line 4'],
        [undefined, 'line 5'],
        ['c', 'line 6'],
        [undefined, 'line 7'],
      ]);
    });

    it('finds by id and by address, also what was appended since', async () => {
      const path = await put('users.jsonl', toUsersDump(instanceOf()));
      const adapter = open({ dump: path });
      await appendFile(path, line({ id: 'late', type: 'normal', email: 'late@acme.example', role: 'member' }));
      expect([...(await adapter.getIdentities(['late', 'never', ada.externalId], signal)).keys()]).toEqual(['late', ada.externalId]);
      expect((await adapter.findByEmail?.('LATE@acme.example', signal))?.[0]?.alongside).toMatchObject([{ level: 'MEMBER' }]);
    });

    it('names the setting when the file is missing', async () => {
      expect(await failure(open({ dump: join(folder, 'absent') }).describe(signal))).toMatchObject({
        code: 'MISCONFIGURED',
        message: expect.stringContaining('credentials.dump'),
      });
    });
  });

  it('read 100,000 rows in pages', async () => {
    const many = Array.from({ length: 100_000 }, (_, number) =>
      account(number, { declared: [{ type: 'slack', serviceId: 'T1', externalId: `U${number}` }] }),
    );
    const { records, pages } = await readAll(open({ csv: await put('users.csv', toUsersCsv(instanceOf(many))) }), 'users');
    expect([records.length, pages]).toEqual([100_000, 100]);
  }, 60_000);
});
