import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAges } from '../../src/directory/ages.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { createMemory } from '../../src/directory/memory.ts';
import type { PeopleSource } from '../../src/directory/people-source.ts';
import type { Directory, View } from '../../src/directory/view.ts';
import { mergeReadings } from '../../src/model/live.ts';
import { stalenessBudgetMs } from '../../src/model/coverage.ts';
import { keyText } from '../../src/model/views.ts';
import { newestState } from '../../src/store/read/services.ts';
import { saveLiveReading } from '../../src/store/live/save.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { email, emptyStore, fillStore, group, identity, member, of, role, type Filling } from '../store/fixture.ts';
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
    return {
      lookups: await view.usersByLookup([
        { by: 'email', email: 'Ana@x.example' },
        { by: 'email', email: 'nobody@x.example' },
        { by: 'identity', service: { type: 'chat' }, externalId: 'U1' },
      ]),
      users: await view.usersByIds(['ana', 'nobody']),
      identities: await view.identitiesOfUsers(['ana', 'nobody'], false),
      groups: await view.groupsOfUsers(['ana', 'nobody'], { transitive: false }, all),
      roles: await view.rolesByKeys([{ svc, key: 'admin' }]),
    };
  }
  const costOf = (from: Directory): Promise<number> => store.costOf(async () => everything(await from.open()));
  const identityNow = async (readings = mergeReadings([])) =>
    (await (await directory.open(readings)).identitiesOfUsers(['ana'], false)).get('ana')?.[0];

  const readSingly = (readAt: number) =>
    saveLiveReading(
      store.connection,
      { svc, serviceName: 'chat', readAt, found: [{ identity: account, alongside: [] }], absent: [], absenceCounts: true },
      now,
    );

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
    expect(second.identitiesAtHand('nobody', false)).toEqual([]);
    expect(second.groupsAtHand('ana', { transitive: false }, all)?.edges.map(({ node }) => node.key)).toEqual(['team']);
    expect(second.groupsAtHand('ana', { transitive: true }, all)).toBeUndefined();
    expect(second.groupsAtHand('ana', { transitive: false }, { first: 100, after: 'x' })).toBeUndefined();
    expect(second.roleAtHand({ svc, key: 'admin' })?.record.name).toBe('Admin');
  });

  it('ends with the revision that touches it', async () => {
    await everything(await directory.open());
    await fillStore(store.connection, { people: [{ id: 'ana', display_name: 'Ana B.', primary_email: 'ana@x.example' }] });
    expect((await (await directory.open()).usersByIds(['ana'])).get('ana')?.displayName).toBe('Ana B.');
  });

  it('stands through revisions that touch others', async () => {
    await everything(await directory.open());
    await fillStore(store.connection, {
      records: of('chat', identity('U2', { emails: [email('ben@x.example')] })),
      people: [{ id: 'ben' }],
      links: [{ service: 'chat', account: 'U2', user: 'ben' }],
    });
    const view = await directory.open();
    expect(await store.costOf(() => view.identitiesOfUsers(['ana'], false))).toBe(0);
    expect(await store.costOf(() => view.usersByLookup([{ by: 'email', email: 'ana@x.example' }]))).toBe(0);
    expect(await view.usersByLookup([{ by: 'email', email: 'ben@x.example' }])).toMatchObject([{ id: 'ben' }]);
  });

  it('is neither read nor written by a view of an older revision', async () => {
    const old = await directory.open();
    await fillStore(store.connection, { people: [{ id: 'ana', display_name: 'Ana B.' }] });
    const young = await directory.open();
    const nameIn = async (view: View) => (await view.usersByIds(['ana'])).get('ana')?.displayName;
    expect([await nameIn(old), await nameIn(young), await nameIn(old), await nameIn(young)]).toEqual(['Ana', 'Ana B.', 'Ana', 'Ana B.']);
  });

  it('does not keep what was read of an older revision', async () => {
    const view = await (await open().open()).usersByIds(['ana']);
    const memory = createMemory(store.connection.read, 1000);
    const { rev, services } = await newestState(store.connection.read);
    await memory.follow(rev, services);
    const ages = createAges([], clock, mergeReadings([]), {});
    const answered = Promise.withResolvers<typeof view>();
    const source = { peopleByIds: () => answered.promise } as unknown as PeopleSource;
    const asked = memory.inFrontOf(source, rev, ages).peopleByIds(['ana']);
    await memory.follow(rev + 1, services);
    answered.resolve(view);
    expect((await asked).get('ana')?.displayName).toBe('Ana');
    const younger = { peopleByIds: () => Promise.resolve(new Map()) } as unknown as PeopleSource;
    expect((await memory.inFrontOf(younger, rev + 1, ages).peopleByIds(['ana'])).size).toBe(0);
  });

  it('ends when a service is trusted otherwise', async () => {
    await fillStore(store.connection, {
      services: [{ name: 'chat', profile: { emailTrust: 'NEVER' } }],
      records: of('chat', identity('U2', { emails: [email('ana@x.example', 'UNKNOWN')] })),
      people: [{ id: 'ben' }],
      links: [{ service: 'chat', account: 'U2', user: 'ben' }],
    });
    const holder = async () => (await (await directory.open()).usersByLookup([{ by: 'email', email: 'ana@x.example' }]))[0];
    expect(await holder()).toEqual({ ambiguous: 2 });
    await store.connection.write.updateTable('service').set({ profile: '{}' }).execute();
    expect(await holder()).toMatchObject({ id: 'ana' });
  });

  it('tells that a record was missing in the newest read, and that it is there again', async () => {
    await everything(await directory.open());
    const miss = (misses: number, asOf: number) =>
      Promise.all([
        store.connection.write.updateTable('identity').set({ misses }).execute(),
        store.connection.write.updateTable('service').set({ sealed_as_of: asOf }).execute(),
      ]);
    await miss(1, now - 2);
    expect((await identityNow())?.stale).toBe(true);
    await miss(0, now - 1);
    expect((await identityNow())?.stale).toBe(false);
  });

  it('ends when a whole read was sealed, though nothing changed', async () => {
    await everything(await directory.open());
    await store.connection.write.updateTable('service').set({ sealed_as_of: now }).execute();
    expect((await identityNow())?.asOf).toBe(now);
  });

  it('ends when an account was read singly, though nothing changed', async () => {
    await readSingly(now - 4);
    await store.connection.write
      .updateTable('service')
      .set({ sealed_as_of: now - 3 })
      .execute();
    const before = await directory.open();
    await everything(before);
    for (const readAt of [now - 2, now - 1]) {
      await readSingly(readAt);
      expect((await directory.open()).revision).toBe(before.revision);
      expect((await identityNow())?.asOf).toBe(readAt);
    }
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

  it('tells the age of an account that was read singly by the clock, too', async () => {
    await readSingly(now - 1);
    clock = now + stalenessBudgetMs - 1;
    expect((await directory.open()).services[0]?.coverage.state).toBe('STALE');
    expect((await identityNow())?.stale).toBe(false);
    clock += 1;
    expect((await identityNow())?.stale).toBe(true);
  });

  it('is the same object again until its age is another', async () => {
    const atHand = async () => {
      const view = await directory.open();
      await everything(view);
      return [
        view.identitiesAtHand('ana', false),
        view.groupsAtHand('ana', { transitive: false }, all),
        view.roleAtHand({ svc, key: 'admin' }),
      ] as const;
    };
    await atHand();
    const first = await atHand();
    await store.connection.write
      .updateTable('service')
      .set({ lease_until: now + minute, live_reads: 1 })
      .execute();
    const [accounts, groups, sameRole] = await atHand();
    expect(accounts).toBe(first[0]);
    expect(groups).toBe(first[1]);
    expect(sameRole).toBe(first[2]);
    await store.connection.write.updateTable('service').set({ sealed_as_of: now }).execute();
    const [older] = await atHand();
    expect([first[0]?.[0]?.asOf, older?.[0]?.asOf]).toEqual([now - minute, now]);
  });

  it('is not for those who ask for younger answers', async () => {
    await identityNow();
    const strict = { ...mergeReadings([]), maxAgeMs: 1 };
    expect((await identityNow(strict))?.stale).toBe(true);
    expect((await identityNow({ ...strict, maxAgeMs: 2 * minute }))?.stale).toBe(false);
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

describe('a directory that remembers, whatever happens to the store', () => {
  const accounts = ['U1', 'U2', 'U3'];
  const people = ['ana', 'ben'];
  const addresses = ['ana@x.example', 'ben@x.example', 'ana+team@own.example', 'ana@own.example', 'ana@second.example'];
  const service = fc.constantFrom('chat', 'pager');
  const oneOf = (texts: readonly string[]) => fc.constantFrom(...texts);

  const happening: fc.Arbitrary<Filling> = fc.oneof(
    fc
      .record({
        service,
        key: oneOf(accounts),
        name: oneOf(['x', 'y']),
        addresses: fc.subarray(addresses),
        status: fc.constantFrom('ACTIVE' as const, 'SUSPENDED' as const, 'DELETED' as const),
      })
      .map(({ service: of_, key, name, addresses: own, status }) => ({
        records: of(of_, identity(key, { displayName: name, status, roles: ['admin'], emails: own.map((each) => email(each)) })),
      })),
    fc.record({ service, key: oneOf(accounts) }).map(({ service: of_, key }) => ({ gone: of(of_, identity(key)) })),
    fc
      .record({
        service,
        account: oneOf(accounts),
        user: oneOf(people),
        state: fc.constantFrom('LINKED_AUTO' as const, 'LINKED_MANUAL' as const, 'REJECTED' as const),
      })
      .map((link) => ({ links: [link] })),
    fc.record({ service, key: oneOf(['g1', 'g2']), name: oneOf(['x', 'y']) }).map(({ service: of_, key, name }) => ({
      records: of(of_, group(key, name)),
    })),
    fc
      .record({ service, into: oneOf(['g1', 'g2']), key: oneOf([...accounts, 'g1']), gone: fc.boolean() })
      .map(({ service: of_, into, key, gone }) => {
        const membership = of(of_, member(into, key === 'g1' ? 'group' : 'identity', key));
        return gone ? { gone: membership } : { records: membership };
      }),
    fc.record({ service, name: oneOf(['x', 'y']) }).map(({ service: of_, name }) => ({ records: of(of_, role('admin', { name })) })),
    fc.record({ id: oneOf(people), display_name: oneOf(['x', 'y']) }).map((person) => ({ people: [person] })),
    fc.constant({ merged: [['ben', 'ana']] as const }),
    fc.record({ name: service, sealed_as_of: fc.integer({ min: now - minute, max: now }) }).map((fill) => ({ services: [fill] })),
    fc.record({ name: service, profile: fc.constantFrom({}, { emailTrust: 'NEVER' }) }).map((fill) => ({ services: [fill] })),
  );

  async function told(view: View): Promise<unknown> {
    return {
      lookups: await view.usersByLookup([
        ...addresses.map((each) => ({ by: 'email' as const, email: each })),
        ...accounts.map((externalId) => ({ by: 'identity' as const, service: { type: 'chat' }, externalId })),
        ...people.map((id) => ({ by: 'id' as const, id })),
      ]),
      identities: await Promise.all([true, false].map((deleted) => view.identitiesOfUsers(people, deleted))),
      groups: await Promise.all([true, false].map((transitive) => view.groupsOfUsers(people, { transitive }, all))),
      roles: await view.rolesByKeys(view.services.map(({ svc }) => ({ svc, key: 'admin' }))),
    };
  }

  it('says what the store says', async () => {
    const store = await openSqlite();
    await sql`pragma synchronous = off`.execute(store.connection.write);
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 2, maxLength: 8 }), async (happenings) => {
        await emptyStore(store.connection);
        const options = { now: () => now, managedDomains: ['own.example', 'second.example'] };
        const [plain, remembering] = [
          createDirectory(store.connection, options),
          createDirectory(store.connection, { ...options, rememberedRows: 1000 }),
        ];
        await fillStore(store.connection, {
          services: ['chat', 'pager'].map((name) => ({ name, sealed_as_of: now - minute })),
          people: people.map((id) => ({ id })),
          records: ['chat', 'pager'].flatMap((name) =>
            of(
              name,
              role('admin', { name: 'Admin' }),
              ...accounts.map((key, n) => identity(key, { roles: ['admin'], emails: [email(addresses[n] ?? '')] })),
              ...['g1', 'g2'].map((key) => group(key)),
              ...accounts.map((key) => member('g1', 'identity', key)),
              member('g2', 'group', 'g1'),
            ),
          ),
          links: ['chat', 'pager'].flatMap((name) => accounts.map((account, n) => ({ service: name, account, user: people[n % 2] ?? '' }))),
        });
        for (const each of happenings) {
          const before = await remembering.open();
          const toldBefore = await told(before);
          await fillStore(store.connection, each);
          expect(await told(await remembering.open())).toEqual(await told(await plain.open()));
          expect(await told(before)).toEqual(toldBefore);
        }
      }),
      { numRuns: 30 },
    );
    await store.close();
  });
});
