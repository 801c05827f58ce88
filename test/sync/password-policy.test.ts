import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import { openStore } from '../../src/store/open.ts';
import { declareServices } from '../../src/store/sync/services.ts';
import { toProfile } from '../../src/sync/profile.ts';
import { readService } from '../../src/sync/read-service.ts';
import type { SyncedService } from '../../src/sync/service.ts';
import { account, respond, signal, start, tenant } from '../adapters/squirro-harness.ts';

async function open() {
  const { server, adapter } = await start(tenant({ accounts: [account('u1', { role: 'admin' })] }), { readCredentials: false });
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-policy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = await openStore(folder);
  onTestFinished(() => store.close());
  const profile = toProfile(adapter, { emailTrust: 'VERIFIED_ONLY', people: 'source', managedDomains: [] });
  const service: SyncedService = { name: 'search', type: 'squirro', adapter, profile, levels: {}, everyMs: 60_000, settingsHash: 'one' };
  await declareServices(store, [service]);
  const directory = createDirectory(store, { now: Date.now, managedDomains: [] });
  return {
    server,
    read: () => readService({ store, now: Date.now }, service, signal),
    policy: async () => (await directory.open()).services[0]?.passwordPolicy,
  };
}

const path = /\/password_policy$/;

test('a policy is read with the service, and follows it', async () => {
  const { server, read, policy } = await open();
  expect(await policy()).toBeUndefined();
  expect((await read()).kind).toBe('sealed');
  expect(await policy()).toMatchObject({ minLength: 10 });
  server.play([respond(path, 200, { min_length: 12 })]);
  await read();
  expect(await policy()).toEqual({ minLength: 12, rules: ['min_length: 12'], raw: { min_length: 12 } });
});

test('a service that no longer tells has none', async () => {
  const { server, read, policy } = await open();
  await read();
  server.play([respond(path, 404, { error: 'Not Found' })]);
  expect((await read()).kind).toBe('sealed');
  expect(await policy()).toBeUndefined();
});

test('a failure leaves what was known', async () => {
  const { server, read, policy } = await open();
  await read();
  const body = '<h1>429 Too Many Requests</h1>';
  const effect = { respond: { status: 429, headers: { 'retry-after': '7200', 'content-type': 'text/html' }, body } };
  server.play([{ name: 'limited', match: { path, times: Infinity }, effect }]);
  expect(await read()).toMatchObject({ kind: 'failed', failure: { code: 'RATE_LIMITED' } });
  expect(await policy()).toMatchObject({ minLength: 10 });
});
