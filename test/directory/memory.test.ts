import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/directory/directory.ts';
import type { Directory, View } from '../../src/directory/view.ts';
import { mergeReadings } from '../../src/model/live.ts';
import { stalenessBudgetMs } from '../../src/model/coverage.ts';
import { keyText } from '../../src/model/views.ts';
import { saveLiveReading } from '../../src/store/live/save.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { email, fillStore, group, identity, member, of, role } from '../store/fixture.ts';
import { all, minute, now } from './support.ts';

const account = identity('U1', { displayName: 'Ana', emails: [email('ana@x.example')], roles: ['admin'] });

describe('what a directory remembers', () => {
  let store: TestStore;
  let clock: number;
  let svc: number;
  let directory: Directory;
  beforeEach(async () => {
    store = await openSqlite();
    clock = now;
    const filled = await fillStore(store.connection, {
      services: [{ name: 'chat', sealed_as_of: now - minute, seen: 1 }],
      records: of('chat', account, role('admin', { name: 'Admin' }), group('team'), member('team', 'identity', 'U1')),
      people: [{ id: 'ana', display_name: 'Ana', primary_email: 'ana@x.example' }],
      links: [{ service: 'chat', account: 'U1', user: 'ana' }],
    });
    svc = filled.svc('chat');
    directory = open(1000);
  });
  afterEach(() => store.close());

  const open = (rememberedRows?: number): Directory =>
    createDirectory(store.connection, { now: () => clock, managedDomains: [], ...(rememberedRows && { rememberedRows }) });

  async function everything(view: View): Promise<unknown> {
    const key = { svc, key: 'U1' };
    return {
      lookups: await view.usersByLookup([
        { by: 'email', email: 'ana@x.example' },
        { by: 'username', username: 'nobody' },
      ]),
      users: await view.usersByIds(['ana', 'nobody']),
      identities: await view.identitiesOfUsers(['ana', 'nobody'], false),
      groups: await view.groupsOfUsers(['ana', 'nobody'], { transitive: false }, all),
      roles: await view.rolesByKeys([{ svc, key: 'admin' }]),
      links: await view.linksByKeys([key]),
    };
  }
  const costOf = (from: Directory): Promise<number> => store.costOf(async () => everything(await from.open()));
  const identityNow = async (readings = mergeReadings([])) =>
    (await (await directory.open(readings)).identitiesOfUsers(['ana'], false)).get('ana')?.[0];

  it('is what the store would say, and costs no statement but the one that opens the view', async () => {
    const plain = await everything(await open().open());
    expect(await everything(await directory.open())).toEqual(plain);
    expect(await costOf(directory)).toBe(1);
    expect(await everything(await directory.open())).toEqual(plain);
  });

  it('is at hand without waiting', async () => {
    const first = await directory.open();
    expect(first.identitiesAtHand('ana', false)).toBeUndefined();
    expect(first.roleAtHand({ svc, key: 'admin' })).toBeUndefined();
    await everything(first);
    const second = await directory.open();
    expect(second.identitiesAtHand('ana', false)?.map(({ key }) => key)).toEqual(['U1']);
    expect(second.identitiesAtHand('ana', true)).toBeUndefined();
    expect(second.identitiesAtHand('nobody', false)).toEqual([]);
    expect(second.roleAtHand({ svc, key: 'admin' })?.record.name).toBe('Admin');
  });

  it('ends with the revision', async () => {
    await everything(await directory.open());
    await fillStore(store.connection, { people: [{ id: 'ana', display_name: 'Ana B.', primary_email: 'ana@x.example' }] });
    expect((await (await directory.open()).usersByIds(['ana'])).get('ana')?.displayName).toBe('Ana B.');
  });

  it('ends when a whole read was sealed, though nothing changed', async () => {
    await everything(await directory.open());
    await store.connection.write.updateTable('service').set({ sealed_as_of: now }).execute();
    expect((await identityNow())?.asOf).toBe(now);
  });

  it('ends when an account was read singly, though nothing changed', async () => {
    const read = (readAt: number) =>
      saveLiveReading(
        store.connection,
        { svc, serviceName: 'chat', readAt, found: [{ identity: account, alongside: [] }], absent: [], absenceCounts: true },
        now,
      );
    await read(now - 2);
    const before = await directory.open();
    await everything(before);
    await read(now - 1);
    expect((await directory.open()).revision).toBe(before.revision);
    expect((await identityNow())?.asOf).toBe(now - 1);
  });

  it('stands through what only tells how reading goes', async () => {
    await everything(await directory.open());
    await store.connection.write
      .updateTable('service')
      .set({ next_at: now + minute })
      .execute();
    const view = await directory.open();
    expect(view.services[0]?.sync.nextAt).toBe(now + minute);
    expect(view.identitiesAtHand('ana', false)).toBeDefined();
  });

  it('tells ages by the clock', async () => {
    expect((await identityNow())?.stale).toBe(false);
    clock = now - minute + stalenessBudgetMs;
    expect((await identityNow())?.stale).toBe(false);
    clock += 1;
    expect((await identityNow())?.stale).toBe(true);
    expect((await directory.open()).services[0]?.coverage.state).toBe('STALE');
  });

  it('is not for those who ask for younger answers', async () => {
    await identityNow();
    const strict = { ...mergeReadings([]), maxAgeMs: 1 };
    expect((await identityNow(strict))?.stale).toBe(true);
    expect((await identityNow())?.stale).toBe(false);
  });

  it('is bounded', async () => {
    directory = open(1);
    await everything(await directory.open());
    expect(await costOf(directory)).toBeGreaterThan(1);
  });

  it('is keyed by the text of each key', async () => {
    const view = await directory.open();
    const key = { svc, key: 'admin' };
    expect([...(await view.rolesByKeys([key, key])).keys()]).toEqual([keyText(key)]);
  });
});
