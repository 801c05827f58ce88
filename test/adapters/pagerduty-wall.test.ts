import { afterEach, expect, test, vi } from 'vitest';
import { pagerduty } from '../../adapters/pagerduty/index.ts';
import { createPagerDutySandbox } from '../../adapters/pagerduty/sandbox.ts';
import type { Listing } from '../../src/contract/adapter.ts';
import type { DemoAccount, DemoInstance, Sandbox, SandboxRequest } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

// Hundreds of calls through a socket each: the default of 5 s is short on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const { signal } = new AbortController();
const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service[Symbol.asyncDispose]();
});

const first = [
  'Ada',
  'Bob',
  'Chloe',
  'Dmitri',
  'Eva',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kaya',
  'Liam',
  'Mona',
  'Noor',
  'Oskar',
  'Pia',
  'Quentin',
];
const last = [
  'Adler',
  'Becker',
  'Costa',
  'Dubois',
  'Evans',
  'Fischer',
  'Garcia',
  'Hansen',
  'Ito',
  'Jensen',
  'Klein',
  'Lopez',
  'Moreau',
  'Nowak',
  'Olsen',
];
const of = (words: readonly string[], at: number): string => words[at % words.length] ?? '';

/** First name, last name and, from the 256th on, a number before the last name: addresses end in the letters of names. */
function person(at: number, email?: string): DemoAccount {
  const [firstName, lastName] = [of(first, at), of(last, at)];
  const round = Math.floor(at / (first.length * last.length));
  return {
    externalId: `P${at.toString(36).toUpperCase().padStart(6, '0')}`,
    kind: 'HUMAN',
    status: 'ACTIVE',
    email: email ?? `${firstName}.${round === 0 ? '' : `${round}.`}${lastName}@example.com`.toLowerCase(),
    emailProven: false,
    sso: false,
    firstName,
    lastName,
    displayName: `${firstName} ${round === 0 ? '' : `${round} `}${lastName}`,
    username: `p${at}`,
    role: 'user',
    mfa: false,
    createdAt: 0,
    updatedAt: 0,
    declared: [],
  };
}

const people = (count: number, email?: (at: number) => string): DemoAccount[] => Array.from({ length: count }, (_, at) => person(at, email?.(at)));

const account = (accounts: readonly DemoAccount[]): DemoInstance => ({
  type: 'pagerduty',
  serviceId: 'acme',
  displayName: 'Acme',
  accounts,
  groups: [],
  roles: [],
  scopes: [],
  grants: [],
  invites: [],
  credentials: [],
});

async function start(sandbox: Sandbox) {
  const server = await serveSandbox(sandbox);
  // The steady rate would stretch these reads over minutes.
  const { rate, ...manners } = pagerduty.manners;
  expect(rate).toBeDefined();
  const transport = createTransport({ service: 'pagerduty', baseUrl: server.baseUrl, manners });
  running.push({ [Symbol.asyncDispose]: () => transport.close() }, server);
  const settings = pagerduty.settings.parse({ ...sandbox.settings, baseUrl: server.baseUrl });
  const [users] = (await pagerduty.create(settings, transport.sync)).listings;
  return { server, users: users ?? expect.fail('no listing') };
}

async function readAll(listing: Listing) {
  const ids = new Set<string>();
  const announced: number[] = [];
  let longest = 0;
  for (let cursor: string | null = null; ;) {
    const page = await listing.page(cursor, signal);
    for (const record of page.records) if (record.kind === 'identity') ids.add(record.externalId);
    if (page.announced !== undefined) announced.push(page.announced);
    if (page.next === null) return { ids, announced, longest };
    expect(page.next).not.toBe(cursor);
    longest = Math.max(longest, page.next.length);
    cursor = page.next;
  }
}

/** The same service, answering searches as `matches` says. */
function searching(instance: DemoInstance, matches: (account: DemoAccount, query: string) => boolean): Sandbox {
  const whole = createPagerDutySandbox(instance);
  const sandboxes = new Map<string, Sandbox>();
  const narrowed = (query: string): Sandbox => {
    const known = sandboxes.get(query) ?? createPagerDutySandbox(account(instance.accounts.filter((entry) => matches(entry, query))));
    sandboxes.set(query, known);
    return known;
  };
  return {
    ...whole,
    handle(request: SandboxRequest) {
      const query = new URLSearchParams(request.query);
      query.delete('query');
      return narrowed(request.query.get('query') ?? '').handle({ ...request, query });
    },
  };
}

const expectWithinWall = (calls: Awaited<ReturnType<typeof start>>['server']['calls']): void => {
  expect(calls.every(({ status }) => status === 200)).toBe(true);
};

test.each([
  [10_000, 100],
  [12_500, 140],
  [30_000, 310],
])('reads all of %i users in at most %i calls', async (count, calls) => {
  const { server, users } = await start(createPagerDutySandbox(account(people(count))));
  const read = await readAll(users);
  expect(read.ids.size).toBe(count);
  expect(new Set(read.announced)).toEqual(new Set([count]));
  expect(read.longest).toBeLessThan(4_000);
  expectWithinWall(server.calls);
  expect(server.calls.length).toBeLessThanOrEqual(calls);
});

const alike = (at: number) => (at < 3 ? `${'nnn'.slice(at)}@example.com` : `${at.toString(36)}nnn@example.com`);

test('reads everybody when almost all addresses end alike, and some are no longer than that ending', async () => {
  const { server, users } = await start(createPagerDutySandbox(account(people(10_800, alike))));
  expect((await readAll(users)).ids.size).toBe(10_800);
  expectWithinWall(server.calls);
});

test('reads everybody when the search looks at names only', async () => {
  const instance = account(people(11_000));
  const { server, users } = await start(searching(instance, ({ displayName }, query) => displayName.toLowerCase().includes(query)));
  expect((await readAll(users)).ids.size).toBe(11_000);
  expectWithinWall(server.calls);
});

test('counts nobody twice, whose name looks like the address of another part', async () => {
  const accounts = people(10_500).map((entry, at) => (at < 400 ? { ...entry, displayName: `zz${at}z@old.example` } : entry));
  const { users } = await start(createPagerDutySandbox(account(accounts)));
  expect((await readAll(users)).ids.size).toBe(10_500);
});

test('fails rather than end without people whom no search finds', async () => {
  const hidden = { ...person(20_000), email: undefined, displayName: '李明' };
  const { users } = await start(createPagerDutySandbox(account([...people(10_500), { ...hidden, email: '李明' }])));
  await expect(readAll(users)).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('10500 of 10501') });
});

test('fails soon when the service does not search at all', async () => {
  const { server, users } = await start(searching(account(people(10_500)), () => true));
  await expect(readAll(users)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  expect(server.calls.length).toBeLessThan(300);
});

test('accepts that people leave during the read, and looks for those who came', async () => {
  const instance = account(people(10_500));
  const { server, users } = await start(createPagerDutySandbox(instance));
  const begun = await users.page(null, signal);
  instance.accounts = [...people(10_480), person(10_600, 'new.~@example.com')];
  const ids = new Set<string>();
  for (let cursor = begun.next; cursor !== null;) {
    const page = await users.page(cursor, signal);
    for (const record of page.records) if (record.kind === 'identity') ids.add(record.externalId);
    cursor = page.next;
  }
  expect(ids.size).toBe(10_481);
  expectWithinWall(server.calls);
});
