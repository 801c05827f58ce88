import { afterEach, expect, test } from 'vitest';
import { pagerduty } from '../../adapters/pagerduty/index.ts';
import { createPagerDutySandbox } from '../../adapters/pagerduty/sandbox.ts';
import type { Page } from '../../src/contract/adapter.ts';
import type { DemoInstance } from '../../src/contract/sandbox.ts';
import { createTransport } from '../../src/http/transport.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';

const { signal } = new AbortController();
const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service[Symbol.asyncDispose]();
});

async function start(instance: DemoInstance, readSessions: boolean | undefined) {
  const sandbox = createPagerDutySandbox(instance, { maxPageSize: 20 });
  const server = await serveSandbox(sandbox);
  const settings = pagerduty.settings.parse({ ...sandbox.settings, baseUrl: server.baseUrl, readSessions });
  const transport = createTransport({ service: 'pagerduty', baseUrl: server.baseUrl, manners: pagerduty.manners });
  running.push({ [Symbol.asyncDispose]: () => transport.close() }, server);
  return { server, adapter: await pagerduty.create(settings, transport.live) };
}

async function sessionPages(instance: DemoInstance) {
  const { server, adapter } = await start(instance, true);
  const listing = adapter.listings.find(({ name }) => name === 'sessions');
  const pages: Page[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Page | undefined = await listing?.page(cursor, signal);
    if (page === undefined) throw new Error('there is no listing of sessions');
    pages.push(page);
    if (page.next === null) return { server, pages };
    cursor = page.next;
  }
}

const instance = createCompany({ people: 60 }).instance('pagerduty', 'acme');

test('sessions are read only on demand', async () => {
  const { adapter } = await start(instance, undefined);
  expect(adapter.listings.flatMap(({ yields }) => yields)).not.toContain('credential');
});

test('every session of every user comes once, without the place that it was opened from', async () => {
  const { server, pages } = await sessionPages(instance);
  const expected = instance.credentials.map(({ externalId, account, name, createdAt }) => ({
    kind: 'credential',
    credentialKind: 'SESSION',
    externalId,
    identity: account,
    client: name,
    createdAt,
  }));
  const byId = (a: { externalId?: string }, b: { externalId?: string }) => ((a.externalId ?? '') < (b.externalId ?? '') ? -1 : 1);
  expect(expected.length).toBeGreaterThan(0);
  const records = pages.flatMap((page) => page.records);
  expect(records.toSorted(byId as never)).toEqual(expected.toSorted(byId));
  expect(JSON.stringify(records)).not.toContain('192.0.2.7');
  expect(server.calls.filter(({ path }) => path.endsWith('/sessions'))).toHaveLength(instance.accounts.length);
});

test('a user who left meanwhile has no sessions, and an unreadable session is told', async () => {
  const [holder] = instance.credentials;
  const { server, adapter } = await start({ ...instance, accounts: instance.accounts.filter((each) => each.externalId === holder?.account) }, true);
  const page = () => adapter.listings.find(({ name }) => name === 'sessions')?.page(null, signal);
  server.play([{ name: 'gone', match: { path: /\/sessions$/ }, effect: { refuse: { kind: 'not-found' } } }]);
  expect(await page()).toEqual({ records: [], rejected: [], next: null });
  server.play([{ name: 'nameless', match: { path: /\/sessions$/ }, effect: { respond: { status: 200, body: { user_sessions: [{}] } } } }]);
  expect(await page()).toEqual({
    records: [],
    rejected: [{ kind: 'credential', externalId: undefined, reason: 'id: invalid_type' }],
    next: null,
  });
});
