import { afterEach, describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../src/contract/records.ts';
import { openRev } from '../../src/store/tables.ts';
import { settleQuarantine } from '../../src/store/sync/quarantine.ts';
import { readService } from '../../src/sync/read-service.ts';
import { slackAccount, startSyncBench, type SyncBench } from './support.ts';

const signal = new AbortController().signal;
let bench: SyncBench;
afterEach(() => bench[Symbol.asyncDispose]());

const read = () => readService({ store: bench.store, now: Date.now }, bench.service, signal);

async function stored(): Promise<readonly IdentityRecord[]> {
  const rows = await bench.store.read.selectFrom('identity').select('data').where('to_rev', '=', openRev).orderBy('key').execute();
  return rows.map(({ data }) => JSON.parse(data) as IdentityRecord);
}

const live = async () =>
  (await stored()).filter(({ status, accountKind }) => status !== 'DELETED' && accountKind === 'HUMAN').map(({ externalId }) => externalId);
const serviceRow = () => bench.store.read.selectFrom('service').selectAll().executeTakeFirstOrThrow();
const expectIds = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `U${String(index + from).padStart(8, '0')}`);

describe('reading a service whole', () => {
  it('stores every account once and binds the instance', async () => {
    bench = await startSyncBench(35);
    const outcome = await read();
    expect(outcome.kind).toBe('sealed');
    expect(await live()).toEqual(expectIds(0, 35));
    expect(await serviceRow()).toMatchObject({ service_id: 'T0SYNC001', issue: null, partial: 0, quarantined: 0, lease_owner: null });
    expect(await bench.store.read.selectFrom('incoming').selectAll().execute()).toEqual([]);
  });

  it('writes no new version and takes no revision when nothing changed', async () => {
    bench = await startSyncBench(25);
    await read();
    const before = await bench.store.read.selectFrom('identity').select('row_id').execute();
    const outcome = await read();
    expect(outcome).toMatchObject({ kind: 'sealed', seal: { revision: undefined, changed: 0, removed: 0 } });
    expect(await bench.store.read.selectFrom('identity').select('row_id').execute()).toEqual(before);
  });

  it('keeps the old version of what changed', async () => {
    bench = await startSyncBench(5);
    await read();
    bench.instance.accounts = bench.instance.accounts.map((account, index) => (index === 2 ? { ...account, displayName: 'Renamed' } : account));
    await read();
    const rows = await bench.store.read
      .selectFrom('identity')
      .select(['display_name', 'from_rev', 'to_rev'])
      .where('key', '=', 'U00000002')
      .orderBy('from_rev')
      .execute();
    expect(rows.map(({ display_name }) => display_name)).toEqual(['Person 2', 'Renamed']);
    expect(rows[0]?.to_rev).toBe(rows[1]?.from_rev);
    expect(rows[1]?.to_rev).toBe(openRev);
  });

  it('ends an account only after two whole reads without it, and leaves a tombstone', async () => {
    bench = await startSyncBench(40);
    await read();
    bench.instance.accounts = bench.instance.accounts.slice(1);
    await read();
    expect(await live()).toEqual(expectIds(0, 40));
    await read();
    expect(await live()).toEqual(expectIds(1, 40));
    expect((await stored()).find(({ externalId }) => externalId === 'U00000000')).toMatchObject({ status: 'DELETED', displayName: 'Person 0' });
    const emails = await bench.store.read.selectFrom('email').select('to_rev').where('key', '=', 'U00000000').execute();
    expect(emails.map(({ to_rev }) => to_rev < openRev)).toEqual([true]);
  });

  it('counts absences in a row only', async () => {
    bench = await startSyncBench(40);
    const everybody = bench.instance.accounts;
    await read();
    bench.instance.accounts = everybody.slice(1);
    await read();
    bench.instance.accounts = everybody;
    await read();
    bench.instance.accounts = everybody.slice(1);
    await read();
    expect(await live()).toEqual(expectIds(0, 40));
  });

  it('gives a returning external id a new incarnation when both its address and its name are others', async () => {
    bench = await startSyncBench(40);
    const everybody = bench.instance.accounts;
    await read();
    bench.instance.accounts = everybody.slice(1);
    await read();
    await read();
    bench.instance.accounts = [slackAccount(0, { email: 'other@acme.example', displayName: 'Somebody Else' }), ...everybody.slice(1)];
    await read();
    const row = await bench.store.read
      .selectFrom('identity')
      .select('incarnation')
      .where('key', '=', 'U00000000')
      .where('to_rev', '=', openRev)
      .executeTakeFirstOrThrow();
    expect(row.incarnation).toBe(2);
  });
});

describe('a read that lost too much', () => {
  it('removes nothing, says so, and goes on holding it', async () => {
    bench = await startSyncBench(40);
    await read();
    bench.instance.accounts = bench.instance.accounts.slice(20);
    for (let times = 0; times < 3; times += 1) {
      const outcome = await read();
      expect(outcome).toMatchObject({ kind: 'sealed', seal: { removed: 0 } });
      expect(await live()).toEqual(expectIds(0, 40));
      expect((await serviceRow()).quarantined).toBeGreaterThanOrEqual(20);
    }
  });

  it('removes it once somebody accepts', async () => {
    bench = await startSyncBench(40);
    await read();
    bench.instance.accounts = bench.instance.accounts.slice(20);
    await read();
    const { svc } = await serviceRow();
    expect(await settleQuarantine(bench.store, svc, true, 'half the company left', Date.now())).toBeGreaterThanOrEqual(20);
    expect(await live()).toEqual(expectIds(20, 40));
    expect((await serviceRow()).quarantined).toBe(0);
    expect(await settleQuarantine(bench.store, svc, true, 'again', Date.now())).toBeUndefined();
  });

  it('forgets the loss when somebody refuses', async () => {
    bench = await startSyncBench(40);
    await read();
    bench.instance.accounts = [];
    await read();
    const { svc } = await serviceRow();
    expect(await settleQuarantine(bench.store, svc, false, 'the service was being moved', Date.now())).toBe(0);
    expect(await live()).toEqual(expectIds(0, 40));
    expect((await bench.store.read.selectFrom('identity').select('row_id').where('misses', '>', 0).execute()).length).toBe(0);
  });
});

describe('a service that fails', () => {
  it('changes nothing and is named when it is down', async () => {
    bench = await startSyncBench(15);
    await read();
    bench.server.play([{ name: 'down', match: { times: Number.POSITIVE_INFINITY }, effect: { reset: true } }]);
    expect(await read()).toMatchObject({ kind: 'failed', failure: { code: 'UNREACHABLE' } });
    expect(await live()).toEqual(expectIds(0, 15));
    expect(JSON.parse((await serviceRow()).issue ?? 'null')).toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    bench.server.play([]);
    await read();
    expect((await serviceRow()).issue).toBeNull();
  });

  it('resumes at the page where it stopped', async () => {
    bench = await startSyncBench(50);
    bench.server.play([
      {
        name: 'nonsense',
        match: { path: /users\.list/, skip: 3, times: 1 },
        effect: { respond: { status: 200, body: '<html>login</html>', headers: { 'content-type': 'text/html' } } },
      },
    ]);
    expect(await read()).toMatchObject({ kind: 'failed', failure: { code: 'BAD_RESPONSE' } });
    expect(await live()).toEqual([]);
    const before = bench.server.calls.filter(({ path }) => path.includes('users.list')).length;
    expect(await read()).toMatchObject({ kind: 'sealed' });
    const lists = bench.server.calls.filter(({ path }) => path.includes('users.list')).slice(before);
    // 51 members with the built-in one, 10 a page: 6 pages, of which 3 were stored.
    expect(lists).toHaveLength(3);
    expect(await live()).toEqual(expectIds(0, 50));
  });

  it('starts a listing again when its cursor is no longer accepted', async () => {
    bench = await startSyncBench(50);
    bench.server.play([
      {
        name: 'expired',
        match: { path: /users\.list/, skip: 2 },
        effect: { respond: { status: 200, body: { ok: false, error: 'invalid_cursor' } } },
      },
    ]);
    expect(await read()).toMatchObject({ kind: 'sealed' });
    expect(await live()).toEqual(expectIds(0, 50));
  });

  it('reads the rest when one listing is refused, and keeps what that one had told', async () => {
    bench = await startSyncBench(15);
    bench.instance.groups = [
      { externalId: 'S1', name: 'Team', handle: 'team', disabled: false, parents: [], members: [{ externalId: 'U00000001' }] },
    ];
    await read();
    bench.server.play([
      { name: 'no right', match: { path: /usergroups/, times: Number.POSITIVE_INFINITY }, effect: { refuse: { kind: 'forbidden' } } },
    ]);
    bench.instance.accounts = [...bench.instance.accounts, slackAccount(15)];
    await read();
    await read();
    expect(await live()).toEqual(expectIds(0, 16));
    expect(await serviceRow()).toMatchObject({ partial: 1 });
    expect(
      (await bench.store.read.selectFrom('membership').select('member_key').where('to_rev', '=', openRev).execute()).map(
        ({ member_key }) => member_key,
      ),
    ).toEqual(['U00000001']);
  });

  it('refuses a credential that suddenly belongs to another instance', async () => {
    bench = await startSyncBench(5);
    await read();
    await bench.store.write.updateTable('service').set({ service_id: 'TOTHER' }).execute();
    const outcome = await read();
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'MISCONFIGURED' } });
  });
});
