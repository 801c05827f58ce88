import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LinkingService } from '../../src/model/link-evidence.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import type { StoreConnection } from '../../src/store/open.ts';
import { openRev } from '../../src/store/tables.ts';
import { linkPending } from '../../src/sync/link.ts';
import { loadServices, sealService } from '../../bench/population.ts';
import { engines } from './engines.ts';
import { ann, openLinkingStore, pagerdutySvc, slackSvc, symSvc, types, type LinkingStore } from './linking-store.ts';

describe.each(engines)('linking on $name', (engine) => {
  let store: LinkingStore;

  beforeEach(async () => {
    store = await openLinkingStore(engine);
  }, 60_000);

  afterEach(() => store.close());

  test('writes links, people and where it stands, in one revision of its own', async () => {
    await store.seal(symSvc, [{ ...ann, names: [[slackSvc, 'A']] }]);
    await store.seal(slackSvc, [{ key: 'A', email: ['a@private.example', 'VERIFIED'], lastActiveAt: 77 }]);
    await store.seal(pagerdutySvc, [{ key: 'P', email: ['Ann@ACME.example', 'ASSERTED'] }]);
    expect(await store.link()).toEqual({ accounts: 3, links: 3, people: 1, cases: 0, revision: 4 });
    const id = await store.userOf(symSvc, 'ann');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(await store.links()).toEqual(
      [
        { svc: symSvc, key: 'ann', rule: 'NEW_PERSON', confidence: 1, evidence: ['first account of this person, in sym-main'] },
        { svc: slackSvc, key: 'A', rule: 'DECLARED', confidence: 1, evidence: ['an account in sym-main names this account (identity)'] },
        {
          svc: pagerdutySvc,
          key: 'P',
          rule: 'PROVEN_EMAIL',
          confidence: expect.closeTo(0.95),
          evidence: ['same proven address in pagerduty-main and sym-main'],
        },
      ].map(({ evidence, ...row }) => ({
        ...row,
        incarnation: 1,
        state: 'LINKED_AUTO',
        user_id: id,
        user_number: expect.any(Number),
        evidence: JSON.stringify(evidence),
        decided_by: null,
        decided_at: store.clock.now,
        note: null,
        from_rev: 4,
        to_rev: openRev,
      })),
    );
    expect(await store.people()).toMatchObject([
      {
        id,
        kind: 'HUMAN',
        status: 'ACTIVE',
        display_name: 'Ann Lee',
        primary_email: 'ann@acme.example',
        sort_name: 'ann lee',
        last_active_at: 77,
        updated_at: store.clock.now,
      },
    ]);
    expect(await store.connection.read.selectFrom('revision').selectAll().where('rev', '=', 4).execute()).toEqual([
      { rev: 4, at: store.clock.now, cause: 'linking' },
    ]);
  });

  test('writes nothing when it runs again, and costs next to nothing', async () => {
    await store.seal(symSvc, [ann]);
    await store.link();
    await store.forget();
    expect(await store.link()).toEqual({ accounts: 1, links: 0, people: 0, cases: 0, revision: undefined });
    expect(await store.costOf(() => store.link())).toBeLessThanOrEqual(3);
    expect((await store.connection.read.selectFrom('revision').select('rev').execute()).length).toBe(3);
  });

  test('finishes what a run that was cut short has left', async () => {
    await store.seal(symSvc, [ann, { key: 'bob', email: ['bob@acme.example', 'UNKNOWN'] }]);
    const broken = store.link(losingTransaction(store.connection, 2), 1);
    await expect(broken).rejects.toThrow('interrupted');
    expect(await store.links()).toHaveLength(1);
    const [first] = await store.links();
    await store.link();
    expect(await store.links()).toHaveLength(2);
    expect(await store.links()).toContainEqual(first);
  });

  test('keeps a person’s version until something about them changes', async () => {
    await store.seal(symSvc, [ann]);
    await store.link();
    const [before] = await store.people();
    store.clock.now += 1000;
    await store.seal(pagerdutySvc, [{ key: 'P', email: ['ann@acme.example', 'UNKNOWN'] }]);
    await store.link();
    expect(await store.people()).toEqual([before]);
    await store.seal(symSvc, [{ ...ann, displayName: 'Ann Lee-Day' }]);
    await store.link();
    expect(await store.people()).toMatchObject([{ id: before?.id, display_name: 'Ann Lee-Day', updated_at: store.clock.now, from_rev: 6 }]);
    const versions = await store.connection.read.selectFrom('person').select(['from_rev', 'to_rev']).orderBy('from_rev').execute();
    expect(versions).toEqual([
      { from_rev: 2, to_rev: 6 },
      { from_rev: 6, to_rev: openRev },
    ]);
  });

  test('merges a person who was made for want of evidence, and remembers the id', async () => {
    await store.seal(symSvc, [ann]);
    await store.seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'UNKNOWN'] }]);
    await store.link();
    const ids = [(await store.userOf(symSvc, 'ann')) ?? '', (await store.userOf(slackSvc, 'A')) ?? ''].toSorted((a, b) => (a < b ? -1 : 1));
    expect(ids[0]).not.toBe(ids[1]);
    await store.seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'] }]);
    await store.link();
    expect(await store.userOf(symSvc, 'ann')).toBe(ids[0]);
    expect(await store.userOf(slackSvc, 'A')).toBe(ids[0]);
    expect(await store.connection.read.selectFrom('retired_person').selectAll().execute()).toEqual([
      { id: ids[1], into_id: ids[0], rev: 5, to_rev: openRev },
    ]);
    expect((await store.people()).map(({ id }) => id)).toEqual([ids[0]]);
  });

  test('ends the link of an earlier owner of an external id and keeps the person as gone', async () => {
    await store.seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'], displayName: 'Ann' }]);
    await store.link();
    const before = await store.userOf(slackSvc, 'A');
    await store.seal(slackSvc, [{ key: 'A', email: ['carl@acme.example', 'VERIFIED'], displayName: 'Carl', incarnation: 2 }]);
    await store.link();
    expect(await store.userOf(slackSvc, 'A')).not.toBe(before);
    expect(await store.people()).toMatchObject([
      { id: before, display_name: 'Ann', status: 'DELETED' },
      { display_name: 'Carl', status: 'ACTIVE' },
    ]);
  });

  test('takes hostile names as they are', async () => {
    await store.seal(symSvc, [{ ...ann, firstName: 'A\0nn', lastName: 'L\ud800', displayName: 'Ann\0\ud800' }]);
    await store.link();
    expect(await store.people()).toMatchObject([{ first_name: 'A\uFFFDnn', last_name: 'L\uFFFD' }]);
  });

  test.each([
    ['people first', (all: readonly LinkingService[]) => all],
    ['people last', (all: readonly LinkingService[]) => all.toReversed()],
  ])(
    'ties all of the demo company that may be tied and nothing else, %s',
    async (_, order) => {
      const company = createCompany({ people: 120 });
      for (const svc of types.keys()) await store.connection.write.deleteFrom('service').where('svc', '=', svc).execute();
      const loaded = await loadServices(store.connection, company);
      for (const { svc } of order(loaded)) {
        const service = loaded.find((each) => each.svc === svc);
        if (service !== undefined) await sealService(store.connection, company, service, store.clock.now);
        await linkPending(store.connection, { services: loaded, now: () => store.clock.now, batchSize: 64 });
      }
      const instance = new Map(loaded.map((service) => [service.svc, service]));
      const linked = (await store.links()).filter(({ state }) => state === 'LINKED_AUTO');
      const held = Map.groupBy(linked, ({ user_id }) => user_id);
      const { truth } = company;
      let tied = 0;
      for (const accounts of held.values()) {
        const refs = accounts.map(({ svc, key }) => ({
          type: instance.get(svc)?.type ?? '',
          serviceId: instance.get(svc)?.serviceId ?? '',
          externalId: key,
        }));
        if (refs.length < 2) continue;
        expect(new Set(refs.map(({ type, serviceId, externalId }) => truth.personOf(type, serviceId, externalId))).size).toBe(1);
        expect(refs.filter((ref) => !truth.allowed(ref))).toEqual([]);
        tied += refs.length;
      }
      expect(tied).toBe(truth.summary.allowed);
      await store.forget();
      expect(await linkPending(store.connection, { services: loaded, now: () => store.clock.now })).toMatchObject({
        links: 0,
        people: 0,
        cases: 0,
        revision: undefined,
      });
    },
    120_000,
  );
});

/** The connection breaks when its nth transaction begins. */
function losingTransaction(connection: StoreConnection, nth: number): StoreConnection {
  let begun = 0;
  const write = new Proxy(connection.write, {
    get(db, name) {
      if (name === 'transaction' && ++begun >= nth) throw new Error('interrupted');
      const value: unknown = Reflect.get(db, name);
      return typeof value === 'function' ? (value.bind(db) as unknown) : value;
    },
  });
  return { ...connection, write };
}
