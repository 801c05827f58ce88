import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../src/contract/adapter.ts';
import type { GrantRecord, IdentityRecord, SourceRecord } from '../../src/contract/records.ts';
import { savePage } from '../../src/store/sync/pages.ts';
import { beginRun, skipListing } from '../../src/store/sync/run.ts';
import { sealRun, type SealResult } from '../../src/store/sync/seal.ts';
import { bindInstance, declareServices, holdLease, LeaseLostError, releaseLease, takeLease, type Lease } from '../../src/store/sync/services.ts';
import { openRev } from '../../src/store/tables.ts';
import { engines, type TestStore } from './engines.ts';

const listings = [
  { name: 'users', yields: ['identity', 'grant'] as const, partial: false },
  { name: 'notes', yields: ['role'] as const, partial: true },
];
const profile = { emailTrust: 'VERIFIED_ONLY', people: 'source', managedDomains: [], listings: [], findByEmail: false } as const;

const account = (id: string, name = `Name of ${id}`, change: Partial<IdentityRecord> = {}): IdentityRecord => ({
  kind: 'identity',
  externalId: id,
  accountKind: 'HUMAN',
  status: 'ACTIVE',
  displayName: name,
  emails: [{ address: `${id}@acme.example`, proof: 'VERIFIED', primary: true }],
  declared: [],
  roles: [],
  ...change,
});

const grant = (id: string): GrantRecord => ({
  kind: 'grant',
  externalId: `base:${id}`,
  principal: { kind: 'identity', externalId: id },
  level: 'MEMBER',
  scope: { kind: 'SERVICE', externalId: 'one' },
  scopeKind: 'SERVICE',
  allScopes: false,
  permissions: [],
  source: 'DIRECT',
  immutable: false,
});

describe.each(engines)('a service in $name', { timeout: 30_000 }, ({ open }) => {
  let store: TestStore;
  let names = 0;
  let now = 1_800_000_000_000;
  beforeAll(async () => void (store = await open()), 60_000);
  afterAll(() => store.close());

  /** A service of its own for each test. */
  async function service(): Promise<number> {
    const name = `service-${(names += 1)}`;
    const all = Array.from({ length: names }, (_, index) => ({ name: `service-${index + 1}`, type: 'chat', profile }));
    await declareServices(store.connection, all);
    return bindInstance(store.connection, { name, type: 'chat' }, { serviceId: `instance-${names}`, displayName: name });
  }

  async function lease(svc: number, owner = 'test'): Promise<Lease> {
    const taken = await takeLease(store.connection, svc, owner, (now += 1000), () => false);
    if (taken === undefined) throw new Error('the lease is held');
    return taken;
  }

  async function read(svc: number, pages: readonly Partial<Page>[], options: { readonly skip?: boolean } = {}): Promise<SealResult> {
    const held = await lease(svc);
    await beginRun(store.connection, held, { serviceId: 'x', settingsHash: 'x', listings: listings.map(({ name }) => name), now });
    for (const [index, page] of pages.entries()) {
      const next = index === pages.length - 1 && options.skip !== true ? null : `page ${index + 1}`;
      await savePage(store.connection, held, 'users', { records: [], rejected: [], next, ...page }, now);
    }
    if (options.skip === true)
      await skipListing(store.connection, held, 'users', { code: 'SERVICE_FORBIDDEN', message: 'no', retryable: false }, now);
    await savePage(store.connection, held, 'notes', { records: [], rejected: [], next: null }, now);
    const seal = await sealRun(store.connection, held, { serviceName: `svc ${svc}`, listings, now });
    await releaseLease(store.connection, held);
    return seal;
  }

  async function current(svc: number): Promise<readonly string[]> {
    const rows = await store.connection.read
      .selectFrom('identity')
      .select(['key', 'display_name', 'status'])
      .where('svc', '=', svc)
      .where('to_rev', '=', openRev)
      .orderBy('key')
      .execute();
    return rows.filter(({ status }) => status !== 'DELETED').map(({ key, display_name }) => `${key} ${display_name ?? ''}`);
  }

  const pagesOf = (ids: readonly string[], size: number): readonly { records: readonly SourceRecord[] }[] =>
    ids.length === 0
      ? [{ records: [] }]
      : Array.from({ length: Math.ceil(ids.length / size) }, (_, page) => ({
          records: ids.slice(page * size, (page + 1) * size).flatMap((id) => [account(id), grant(id)]),
        }));
  const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `u${String(index).padStart(3, '0')}`);

  it('is the same whatever the order, overlap and size of its pages', async () => {
    const everybody = ids(23);
    const expected = everybody.map((id) => `${id} Name of ${id}`);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...everybody], { minLength: 23 }),
        fc.subarray([...everybody]),
        fc.integer({ min: 1, max: 30 }),
        async (order, again, size) => {
          const svc = await service();
          await read(svc, pagesOf([...order, ...again], size));
          expect(await current(svc)).toEqual(expected);
          expect(await read(svc, pagesOf([...again, ...order], size))).toMatchObject({ revision: undefined, changed: 0, removed: 0 });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('takes the newer version of a record that comes twice, in either order', async () => {
    const older = account('u1', 'Old name', { updatedAt: 1 });
    const newer = account('u1', 'New name', { updatedAt: 2 });
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      const apart = await service();
      await read(
        apart,
        order.map((record) => ({ records: [record] })),
      );
      expect(await current(apart)).toEqual(['u1 New name']);
      const together = await service();
      await read(together, [{ records: order }]);
      expect(await current(together)).toEqual(['u1 New name']);
    }
  });

  it('goes back to the stored version when a record changes and changes back while it is read', async () => {
    const svc = await service();
    await read(svc, [{ records: [account('u1')] }]);
    const seal = await read(svc, [{ records: [account('u1', 'In between')] }, { records: [account('u1')] }]);
    expect(seal).toMatchObject({ revision: undefined, changed: 0 });
    expect(await current(svc)).toEqual(['u1 Name of u1']);
  });

  it('loses nothing by a refused listing, and says that it is partial', async () => {
    const svc = await service();
    await read(svc, pagesOf(ids(10), 5));
    for (let times = 0; times < 3; times += 1) {
      expect(await read(svc, pagesOf(ids(4), 2), { skip: true })).toMatchObject({ removed: 0, partial: true });
    }
    expect(await current(svc)).toHaveLength(10);
  });

  it('keeps the last good version of a record that cannot be read, and ends nothing while one cannot even be named', async () => {
    const svc = await service();
    await read(svc, pagesOf(ids(40), 40));
    const without = (gone: readonly string[]) =>
      pagesOf(
        ids(40).filter((id) => !gone.includes(id)),
        40,
      ).map(({ records }) => records);
    for (let times = 0; times < 3; times += 1) {
      const [records = []] = without(['u000']);
      await read(svc, [
        {
          records,
          rejected: [
            { kind: 'identity', externalId: 'u000', reason: 'name: expected text' },
            { kind: 'grant', externalId: 'base:u000', reason: 'x' },
          ],
        },
      ]);
    }
    expect(await current(svc)).toContain('u000 Name of u000');
    for (let times = 0; times < 3; times += 1) {
      const [records = []] = without(['u001']);
      await read(svc, [{ records, rejected: [{ kind: 'identity', externalId: undefined, reason: 'id: missing' }] }]);
    }
    expect(await current(svc)).toContain('u001 Name of u001');
  });

  it('ends nothing while it gave fewer than it announced', async () => {
    const svc = await service();
    await read(svc, pagesOf(ids(40), 40));
    for (let times = 0; times < 3; times += 1) {
      const [page] = pagesOf(ids(39), 40);
      expect(await read(svc, [{ ...page, announced: 40 }])).toMatchObject({ removed: 0, partial: true });
    }
    expect(await current(svc)).toHaveLength(40);
  });

  it('is never shortened by any one bad read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.subarray([...ids(12)]), { minLength: 1, maxLength: 4 }), async (reads) => {
        const svc = await service();
        await read(svc, pagesOf(ids(12), 5));
        let before = new Set(ids(12));
        for (const seen of reads) {
          await read(svc, pagesOf(seen, 5));
          const alive = new Set((await current(svc)).map((row) => row.slice(0, 4)));
          // Whoever was listed is there, and nobody ended who was listed in the read before.
          for (const id of [...seen, ...before]) expect(alive).toContain(id);
          before = new Set(seen);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('keeps ids with hostile characters apart', async () => {
    const svc = await service();
    const hostile = ['__proto__', 'a/b', 'a%2Fb', '\u202Eabc', "x' or 1=1 --", '{"a":1}', 'ключ', '12345678901234567890', '12345678901234567891'];
    await read(svc, [{ records: hostile.flatMap((id) => [account(id), grant(id)]) }]);
    const rows = await store.connection.read.selectFrom('identity').select('key').where('svc', '=', svc).where('to_rev', '=', openRev).execute();
    expect(rows.map(({ key }) => key).toSorted()).toEqual(hostile.toSorted());
    await read(svc, [{ records: [account('nul\0inside', 'nul\0name')] }]);
    expect(await current(svc)).toContain('nul\uFFFDinside nul\uFFFDname');
  });

  it('is read by one process at a time, and a late writer is refused', async () => {
    const svc = await service();
    const first = await lease(svc, 'one');
    expect(await takeLease(store.connection, svc, 'two', now, () => false)).toBeUndefined();
    expect(await takeLease(store.connection, svc, 'two', now, (owner) => owner === 'one')).toMatchObject({ owner: 'two' });
    await expect(store.connection.write.transaction().execute((trx) => holdLease(trx, first, now))).rejects.toThrow(LeaseLostError);
    const third = await takeLease(store.connection, svc, 'three', now + 61_000, () => false);
    expect(third?.fence).toBeGreaterThan(first.fence);
  });

  it('keeps what was read when the operator renames it', async () => {
    const svc = await service();
    await read(svc, pagesOf(ids(5), 5));
    const all = [
      ...Array.from({ length: names - 1 }, (_, index) => ({ name: `service-${index + 1}`, type: 'chat', profile })),
      { name: `renamed-${names}`, type: 'chat', profile },
    ];
    await declareServices(store.connection, all);
    expect(
      await bindInstance(store.connection, { name: `renamed-${names}`, type: 'chat' }, { serviceId: `instance-${names}`, displayName: 'New' }),
    ).toBe(svc);
  });

  it('is not read under two names', async () => {
    await service();
    await declareServices(store.connection, [
      { name: 'a', type: 'twin', profile },
      { name: 'b', type: 'twin', profile },
    ]);
    await bindInstance(store.connection, { name: 'a', type: 'twin' }, { serviceId: 'same', displayName: 'A' });
    await expect(bindInstance(store.connection, { name: 'b', type: 'twin' }, { serviceId: 'same', displayName: 'B' })).rejects.toThrow(
      /"b" and "a" both read same/,
    );
  });
});
