import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupRecord, IdentityRecord, MembershipRecord, RoleRecord, SourceRecord } from '../../src/contract/records.ts';
import { saveLiveReading } from '../../src/store/live/save.ts';
import type { LiveReading } from '../../src/store/live/reading.ts';
import { savePage } from '../../src/store/sync/pages.ts';
import { beginRun } from '../../src/store/sync/run.ts';
import { sealRun, type SealResult } from '../../src/store/sync/seal.ts';
import { bindInstance, declareServices, releaseLease, takeLease, type Lease } from '../../src/store/sync/services.ts';
import { openRev } from '../../src/store/tables.ts';
import { engines, type TestStore } from '../store/engines.ts';

const listings = [{ name: 'users', yields: ['identity', 'group', 'membership', 'role'] as const, partial: false }];
const profile = { emailTrust: 'VERIFIED_ONLY', people: 'source', managedDomains: [], listings: [], findByEmail: false } as const;

const account = (id: string, displayName = id): IdentityRecord => ({
  kind: 'identity',
  externalId: id,
  accountKind: 'HUMAN',
  status: 'ACTIVE',
  displayName,
  emails: [],
  declared: [],
  roles: [],
});
const role = (name: string, permissions: readonly string[]): RoleRecord => ({
  kind: 'role',
  externalId: 'admin',
  name,
  level: 'ADMIN',
  appliesTo: [],
  permissions: permissions.map((key) => ({ key })),
  custom: false,
});
const everybody = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

describe.each(engines)('single reads beside a sync in $name', { timeout: 30_000 }, ({ open }) => {
  let store: TestStore;
  let services = 0;
  let now = 1_800_000_000_000;
  beforeAll(async () => void (store = await open()), 60_000);
  afterAll(() => store.close());
  const tick = (): number => (now += 1000);

  /** A sync that goes on as the test says. */
  async function begin(svc: number) {
    const lease = (await takeLease(store.connection, svc, 'test', tick(), () => true)) as Lease;
    await beginRun(store.connection, lease, { serviceId: 'x', settingsHash: 'x', listings: ['users'], now: tick() });
    return {
      page: (
        records: readonly SourceRecord[],
        { askedAt = tick(), last = true, announced }: { askedAt?: number; last?: boolean; announced?: number } = {},
      ) =>
        savePage(
          store.connection,
          lease,
          'users',
          { records, rejected: [], next: last ? null : 'more', ...(announced === undefined ? {} : { announced }) },
          tick(),
          askedAt,
        ),
      async seal(): Promise<SealResult> {
        const sealed = await sealRun(store.connection, lease, { serviceName: `svc ${svc}`, listings, now: tick() });
        await releaseLease(store.connection, lease);
        return sealed;
      },
    };
  }

  async function sync(svc: number, records: readonly SourceRecord[]): Promise<SealResult> {
    const run = await begin(svc);
    await run.page(records);
    return run.seal();
  }

  async function service(records: readonly SourceRecord[] = everybody.map((id) => account(id))): Promise<number> {
    const all = Array.from({ length: (services += 1) }, (_, index) => ({ name: `s${index + 1}`, type: 'chat', profile }));
    await declareServices(store.connection, all);
    const svc = await bindInstance(store.connection, { name: `s${services}`, type: 'chat' }, { serviceId: `i${services}`, displayName: 'x' });
    await sync(svc, records);
    return svc;
  }

  const read = (svc: number, found: readonly IdentityRecord[], more: Partial<LiveReading> & { alongside?: readonly SourceRecord[] } = {}) => {
    const { alongside = [], ...rest } = more;
    const reading = { svc, serviceName: 'chat', readAt: tick(), absent: [], absenceCounts: true, ...rest };
    return saveLiveReading(store.connection, { ...reading, found: found.map((identity) => ({ identity, alongside })) }, tick());
  };

  async function versions(svc: number, key: string): Promise<readonly (string | null)[]> {
    const rows = await store.connection.read
      .selectFrom('identity')
      .select(['display_name', 'status', 'misses', 'to_rev'])
      .where('svc', '=', svc)
      .where('key', '=', key)
      .orderBy('from_rev')
      .execute();
    expect(rows.filter(({ to_rev }) => to_rev === openRev)).toHaveLength(1);
    return rows.map(
      ({ display_name, misses, status, to_rev }) =>
        `${display_name}${status === 'DELETED' ? ' gone' : ''}${misses > 0 && to_rev === openRev ? ' missed' : ''}`,
    );
  }

  it('a page that confirmed the old version does not make the new one missing', async () => {
    const svc = await service();
    const run = await begin(svc);
    await run.page(everybody.map((id) => account(id)));
    await read(svc, [account('a', 'new')]);
    expect(await run.seal()).toMatchObject({ changed: 0, removed: 0, quarantined: 0 });
    expect(await versions(svc, 'a')).toEqual(['a', 'new']);
  });

  it('a page from before does not undo it, and counts towards what was announced', async () => {
    const svc = await service();
    const run = await begin(svc);
    await run.page(
      everybody.map((id) => account(id, id === 'a' ? 'older' : id)),
      { announced: everybody.length },
    );
    await read(svc, [account('a', 'new')]);
    expect(await run.seal()).toMatchObject({ changed: 0, partial: false });
    expect(await versions(svc, 'a')).toEqual(['a', 'new']);
  });

  it('a page that was asked for before and came after does not undo it either', async () => {
    const svc = await service();
    const run = await begin(svc);
    const askedAt = tick();
    await read(svc, [account('a', 'new')]);
    await run.page(
      everybody.map((id) => account(id)),
      { askedAt },
    );
    expect(await run.seal()).toMatchObject({ changed: 0, removed: 0 });
    expect(await versions(svc, 'a')).toEqual(['a', 'new']);
  });

  it('a page that was asked for after the read began has the last word', async () => {
    const svc = await service();
    const run = await begin(svc);
    const readAt = tick();
    await run.page(everybody.map((id) => account(id, id === 'a' ? 'newest' : id)));
    await read(svc, [account('a', 'new')], { readAt });
    expect(await run.seal()).toMatchObject({ changed: 1 });
    expect((await versions(svc, 'a')).at(-1)).toBe('newest');
  });

  it('a read that began before the newest seal changes nothing', async () => {
    const svc = await service();
    const readAt = tick();
    await sync(
      svc,
      everybody.map((id) => account(id, id === 'a' ? 'sealed' : id)),
    );
    expect(await read(svc, [account('a', 'late')], { readAt, absent: ['b'] })).toMatchObject({ changed: false });
    expect(await versions(svc, 'a')).toEqual(['a', 'sealed']);
    expect(await versions(svc, 'b')).toEqual(['b']);
  });

  it('an account that the pages of a running sync had passed by is not missed', async () => {
    const svc = await service();
    const run = await begin(svc);
    await run.page(everybody.map((id) => account(id)));
    await read(svc, [account('z', 'newcomer')]);
    await run.seal();
    expect(await versions(svc, 'z')).toEqual(['newcomer']);
    await sync(
      svc,
      everybody.map((id) => account(id)),
    );
    expect(await versions(svc, 'z')).toEqual(['newcomer missed']);
  });

  it('being found makes good an absence; being absent after one ends the account', async () => {
    const svc = await service();
    const without = everybody.filter((id) => id !== 'a').map((id) => account(id));
    await sync(svc, without);
    expect(await versions(svc, 'a')).toEqual(['a missed']);
    await read(svc, [account('a')]);
    expect(await versions(svc, 'a')).toEqual(['a']);
    expect(await read(svc, [], { absent: ['a'] })).toEqual({ changed: false, kept: new Set(['a']) });
    expect(await versions(svc, 'a')).toEqual(['a missed']);
    expect(await read(svc, [], { absent: ['a'] })).toEqual({ changed: true, kept: new Set() });
    expect(await versions(svc, 'a')).toEqual(['a', 'a gone']);
    await read(svc, [account('a')]);
    expect(await versions(svc, 'a')).toEqual(['a', 'a gone', 'a']);
  });

  it('absences end nothing where many come at once, while a quarantine stands, or where they mean nothing', async () => {
    const svc = await service();
    const absent = ['a', 'b', 'c'];
    for (let twice = 0; twice < 2; twice++) expect(await read(svc, [], { absent })).toMatchObject({ changed: false });
    for (let twice = 0; twice < 2; twice++) await read(svc, [], { absent: ['d'], absenceCounts: false });
    expect([...(await versions(svc, 'a')), ...(await versions(svc, 'd'))]).toEqual(['a', 'd']);
    expect(await sync(svc, [])).toMatchObject({ quarantined: everybody.length });
    expect(await read(svc, [], { absent: ['e'] })).toEqual({ changed: false, kept: new Set(['e']) });
    expect(await versions(svc, 'e')).toEqual(['e missed']);
  });

  it('what an account names in passing is added, and never overwrites what its own listing said', async () => {
    const team: GroupRecord = { kind: 'group', externalId: 'team', displayName: 'Team', groupKind: 'team', status: 'ACTIVE' };
    const member: MembershipRecord = { kind: 'membership', group: 'team', member: { kind: 'identity', externalId: 'a' } };
    const svc = await service([account('a'), account('b'), role('Administrator', ['all'])]);
    await read(svc, [account('a')], { alongside: [role('admin', []), team, member] });
    const rows = async (table: 'role' | 'user_group' | 'membership' | 'group_reach') =>
      store.connection.read.selectFrom(table).selectAll().where('svc', '=', svc).where('to_rev', '=', openRev).execute();
    expect(await rows('role')).toMatchObject([{ name: 'Administrator' }]);
    expect(await rows('user_group')).toMatchObject([{ key: 'team' }]);
    expect(await rows('membership')).toMatchObject([{ group_key: 'team', member_key: 'a' }]);
    expect(await rows('group_reach')).toMatchObject([{ group_key: 'team', ancestor_key: 'team' }]);
  });
});
