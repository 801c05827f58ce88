import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmailProof, IdentityRecord } from '../../src/contract/records.ts';
import type { LinkingService } from '../../src/model/link-evidence.ts';
import { createCompany } from '../../src/sandbox/company.ts';
import { nextRevision } from '../../src/store/revision.ts';
import { replaceEvidence } from '../../src/store/sync/identity-evidence.ts';
import { projection } from '../../src/store/sync/kinds.ts';
import { openRev } from '../../src/store/tables.ts';
import { linkPending, type LinkingResult } from '../../src/sync/link.ts';
import { loadServices, sealService } from '../../bench/population.ts';
import { engines, type TestStore } from './engines.ts';

const managedDomains = ['acme.example', 'acme.co'];
const [symSvc, slackSvc, pagerdutySvc] = [1, 2, 3];
const services: readonly LinkingService[] = [
  { svc: symSvc, emailTrust: 'MANAGED_DOMAINS', managedDomains, people: 'source' },
  { svc: slackSvc, emailTrust: 'VERIFIED_ONLY', managedDomains, people: 'source' },
  { svc: pagerdutySvc, emailTrust: 'MANAGED_DOMAINS', managedDomains, people: 'match' },
];
const types = new Map([
  [symSvc, 'sym'],
  [slackSvc, 'slack'],
  [pagerdutySvc, 'pagerduty'],
]);

interface Reported extends Partial<Omit<IdentityRecord, 'kind' | 'externalId' | 'emails' | 'declared'>> {
  readonly key: string;
  readonly email?: readonly [address: string, proof: EmailProof];
  readonly names?: readonly (readonly [svc: number, key: string])[];
  readonly incarnation?: number;
}

function toRecord({ key, email, names = [], displayName, firstName, lastName, lastActiveAt, status = 'ACTIVE' }: Reported): IdentityRecord {
  return {
    kind: 'identity',
    externalId: key,
    accountKind: 'HUMAN',
    status,
    emails: email === undefined ? [] : [{ address: email[0], proof: email[1], primary: true }],
    declared: names.map(([svc, externalId]) => ({ type: types.get(svc) ?? '', serviceId: 'acme', externalId, via: 'identity' })),
    roles: [],
    ...(displayName === undefined ? {} : { displayName }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(lastActiveAt === undefined ? {} : { lastActiveAt }),
  };
}

describe.each(engines)('linking on $name', ({ open }) => {
  let store: TestStore;
  let now = Date.UTC(2026, 0, 1);

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    store = await open();
    for (const [svc, type] of types) {
      await store.connection.write
        .insertInto('service')
        .values({
          svc,
          name: `${type}-main`,
          type,
          service_id: 'acme',
          display_name: type,
          profile: '{}',
          configured: 1,
          partial: 0,
          quarantined: 0,
          lease_until: 0,
          fence: 0,
        })
        .execute();
    }
  }, 60_000);

  afterEach(() => store.close());

  const link = (batchSize?: number): Promise<LinkingResult> =>
    linkPending(store.connection, { services, now: () => now, ...(batchSize === undefined ? {} : { batchSize }) });

  /** New versions of these accounts, as a seal writes them. */
  async function seal(svc: number, accounts: readonly Reported[]): Promise<void> {
    await store.connection.write.transaction().execute(async (trx) => {
      const rev = await nextRevision(trx, 'seal', now);
      const keys = accounts.map(({ key }) => key);
      const open = await trx
        .selectFrom('identity')
        .selectAll()
        .where('svc', '=', svc)
        .where('key', 'in', keys)
        .where('to_rev', '=', openRev)
        .execute();
      const before = new Map(open.map((row) => [row.key, { record: JSON.parse(row.data) as IdentityRecord, incarnation: row.incarnation }]));
      await trx.updateTable('identity').set({ to_rev: rev }).where('svc', '=', svc).where('key', 'in', keys).where('to_rev', '=', openRev).execute();
      const rows = accounts.map((account) => {
        const record = toRecord(account);
        const version = { svc, key: account.key, hash: '', data: JSON.stringify(record), from_rev: rev, to_rev: openRev, misses: 0, read_at: null };
        return { ...version, ...projection(record, account.incarnation ?? 1) };
      });
      await trx
        .insertInto('identity')
        .values(rows as never)
        .execute();
      await replaceEvidence(
        trx,
        svc,
        accounts.map((account) => ({ key: account.key, record: toRecord(account) })),
        before,
        rev,
      );
    });
  }

  const links = () => store.connection.read.selectFrom('link').selectAll().where('to_rev', '=', openRev).orderBy('svc').orderBy('key').execute();
  const people = () => store.connection.read.selectFrom('person').selectAll().where('to_rev', '=', openRev).orderBy('sort_name').execute();
  const cases = () => store.connection.read.selectFrom('match_case').selectAll().where('to_rev', '=', openRev).execute();
  const userOf = async (svc: number, key: string): Promise<string | null | undefined> =>
    (await links()).find((row) => row.svc === svc && row.key === key && row.state.startsWith('LINKED'))?.user_id;

  const ann = { key: 'ann', email: ['ann@acme.example', 'UNKNOWN'], displayName: 'Ann Lee', firstName: 'Ann', lastName: 'Lee' } as const;

  test('writes links, people and where it stands, in one revision of its own', async () => {
    await seal(symSvc, [{ ...ann, names: [[slackSvc, 'A']] }]);
    await seal(slackSvc, [{ key: 'A', email: ['a@private.example', 'VERIFIED'], lastActiveAt: 77 }]);
    await seal(pagerdutySvc, [{ key: 'P', email: ['Ann@ACME.example', 'ASSERTED'] }]);
    expect(await link()).toEqual({ accounts: 3, links: 3, people: 1, cases: 0, revision: 4 });
    const id = await userOf(symSvc, 'ann');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(await links()).toEqual(
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
        evidence: JSON.stringify(evidence),
        decided_by: null,
        decided_at: now,
        note: null,
        from_rev: 4,
        to_rev: openRev,
      })),
    );
    expect(await people()).toMatchObject([
      {
        id,
        kind: 'HUMAN',
        status: 'ACTIVE',
        display_name: 'Ann Lee',
        primary_email: 'ann@acme.example',
        sort_name: 'ann lee',
        last_active_at: 77,
        updated_at: now,
      },
    ]);
    expect(await store.connection.read.selectFrom('revision').selectAll().where('rev', '=', 4).execute()).toEqual([
      { rev: 4, at: now, cause: 'linking' },
    ]);
  });

  test('writes nothing when it runs again, and costs next to nothing', async () => {
    await seal(symSvc, [ann]);
    await link();
    await store.connection.write.updateTable('meta').set({ value: '0' }).where('name', '=', 'linked_rev').execute();
    expect(await link()).toEqual({ accounts: 1, links: 0, people: 0, cases: 0, revision: undefined });
    expect(await store.costOf(link)).toBeLessThanOrEqual(3);
    expect((await store.connection.read.selectFrom('revision').select('rev').execute()).length).toBe(3);
  });

  test('finishes what a run that was cut short has left', async () => {
    await seal(symSvc, [ann, { key: 'bob', email: ['bob@acme.example', 'UNKNOWN'] }]);
    const broken = linkPending(store.connection, {
      services,
      batchSize: 1,
      // The second batch fails where it takes its time.
      now: failAfter(4, () => now),
    });
    await expect(broken).rejects.toThrow('interrupted');
    expect(await links()).toHaveLength(1);
    const [first] = await links();
    await link();
    expect(await links()).toHaveLength(2);
    expect(await links()).toContainEqual(first);
  });

  test('keeps a person’s version until something about them changes', async () => {
    await seal(symSvc, [ann]);
    await link();
    const [before] = await people();
    now += 1000;
    await seal(pagerdutySvc, [{ key: 'P', email: ['ann@acme.example', 'UNKNOWN'] }]);
    await link();
    expect(await people()).toEqual([before]);
    await seal(symSvc, [{ ...ann, displayName: 'Ann Lee-Day' }]);
    await link();
    expect(await people()).toMatchObject([{ id: before?.id, display_name: 'Ann Lee-Day', updated_at: now, from_rev: 6 }]);
    const versions = await store.connection.read.selectFrom('person').select(['from_rev', 'to_rev']).orderBy('from_rev').execute();
    expect(versions).toEqual([
      { from_rev: 2, to_rev: 6 },
      { from_rev: 6, to_rev: openRev },
    ]);
  });

  test('merges a person who was made for want of evidence, and remembers the id', async () => {
    await seal(symSvc, [ann]);
    await seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'UNKNOWN'] }]);
    await link();
    const ids = [(await userOf(symSvc, 'ann')) ?? '', (await userOf(slackSvc, 'A')) ?? ''].toSorted((a, b) => (a < b ? -1 : 1));
    expect(ids[0]).not.toBe(ids[1]);
    await seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'] }]);
    await link();
    expect(await userOf(symSvc, 'ann')).toBe(ids[0]);
    expect(await userOf(slackSvc, 'A')).toBe(ids[0]);
    expect(await store.connection.read.selectFrom('retired_person').selectAll().execute()).toEqual([
      { id: ids[1], into_id: ids[0], rev: 5, to_rev: openRev },
    ]);
    expect((await people()).map(({ id }) => id)).toEqual([ids[0]]);
  });

  test('ends the link of an earlier owner of an external id and keeps the person as gone', async () => {
    await seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'], displayName: 'Ann' }]);
    await link();
    const before = await userOf(slackSvc, 'A');
    await seal(slackSvc, [{ key: 'A', email: ['carl@acme.example', 'VERIFIED'], displayName: 'Carl', incarnation: 2 }]);
    await link();
    expect(await userOf(slackSvc, 'A')).not.toBe(before);
    expect(await people()).toMatchObject([
      { id: before, display_name: 'Ann', status: 'DELETED' },
      { display_name: 'Carl', status: 'ACTIVE' },
    ]);
  });

  test('keeps the link and the address of a tombstone', async () => {
    await seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'] }]);
    await link();
    await seal(slackSvc, [
      { key: 'A', status: 'DELETED' },
      { key: 'B', email: ['ann@acme.example', 'VERIFIED'] },
    ]);
    await link();
    expect(await links()).toMatchObject([
      { key: 'A', state: 'LINKED_AUTO' },
      { key: 'B', state: 'CONFLICT', rule: 'REUSED_ADDRESS', user_id: null },
    ]);
    expect(await cases()).toMatchObject([{ key: 'B', reason: 'REUSED_ADDRESS' }]);
    expect(await people()).toMatchObject([{ status: 'DELETED' }]);
  });

  test('forgets a former holder after the retention', async () => {
    await seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'] }]);
    await link();
    await seal(slackSvc, [{ key: 'A', status: 'DELETED' }]);
    await link();
    now += 91 * 24 * 3600_000;
    await seal(slackSvc, [{ key: 'B', email: ['ann@acme.example', 'VERIFIED'] }]);
    await link();
    expect(await userOf(slackSvc, 'B')).toBeDefined();
  });

  test('opens a case, rewrites it under the same id, and closes it', async () => {
    await seal(symSvc, [ann]);
    await seal(pagerdutySvc, [{ key: 'P', email: ['ann@acme.example', 'UNVERIFIED'] }]);
    await link();
    const [opened] = await cases();
    expect(opened).toMatchObject({ svc: pagerdutySvc, key: 'P', reason: 'SUGGESTION', opened_at: now, decision: null });
    expect((await links()).find(({ key }) => key === 'P')).toMatchObject({ state: 'SUGGESTED', user_id: null });
    await seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'UNVERIFIED'] }]);
    now += 5000;
    await link();
    expect((await cases()).find(({ key }) => key === 'P')).toMatchObject({ id: opened?.id, opened_at: opened?.opened_at });
    await seal(pagerdutySvc, [{ key: 'P', email: ['ann@acme.example', 'ASSERTED'] }]);
    await link();
    expect((await cases()).filter(({ key }) => key === 'P')).toEqual([]);
    expect(await userOf(pagerdutySvc, 'P')).toBe(await userOf(symSvc, 'ann'));
  });

  test('suggests by name where nothing else speaks, whichever came first', async () => {
    await seal(pagerdutySvc, [{ key: 'P', displayName: 'Ann Lee', email: ['a.lee@acme.example', 'UNKNOWN'] }]);
    await link();
    expect(await cases()).toEqual([]);
    await seal(symSvc, [ann]);
    await link();
    expect(await cases()).toMatchObject([{ key: 'P', reason: 'SAME_NAME' }]);
    expect((await links()).find(({ key }) => key === 'P')).toMatchObject({ state: 'SUGGESTED', rule: 'SAME_NAME', user_id: null });
    await seal(symSvc, [{ ...ann, displayName: 'Ann Day' }]);
    await seal(pagerdutySvc, [{ key: 'P', displayName: 'A. Lee', email: ['a.lee@acme.example', 'UNKNOWN'] }]);
    await link();
    expect(await cases()).toEqual([]);
    expect((await links()).map(({ key }) => key)).toEqual(['ann']);
  });

  test('takes an address that many accounts hold for nobody’s', async () => {
    const crowd = Array.from({ length: 60 }, (_, n) => ({ key: `P${n}`, email: ['ops@acme.example', 'ASSERTED'] }) as const);
    await seal(pagerdutySvc, crowd);
    await seal(symSvc, [{ key: 'ops', email: ['ops@acme.example', 'ASSERTED'] }]);
    await link();
    expect(await userOf(symSvc, 'ops')).toBeDefined();
    expect((await links()).filter(({ svc }) => svc === pagerdutySvc).every(({ state }) => state === 'CONFLICT')).toBe(true);
  });

  test('never ties again what somebody took apart, nor undoes what somebody tied', async () => {
    await seal(symSvc, [ann, { key: 'bob', email: ['bob@acme.example', 'UNKNOWN'] }]);
    await seal(pagerdutySvc, [
      { key: 'P', email: ['ann@acme.example', 'UNKNOWN'] },
      { key: 'Q', email: ['x@else.example', 'UNKNOWN'] },
    ]);
    await link();
    const person = await userOf(symSvc, 'ann');
    const decide = async (key: string, state: string): Promise<void> => {
      await store.connection.write.transaction().execute(async (trx) => {
        const rev = await nextRevision(trx, 'decision', now);
        await trx
          .updateTable('link')
          .set({ to_rev: rev })
          .where('svc', '=', pagerdutySvc)
          .where('key', '=', key)
          .where('to_rev', '=', openRev)
          .execute();
        const row = { svc: pagerdutySvc, key, incarnation: 1, state, user_id: person ?? null, rule: 'MANUAL', confidence: 1, evidence: '[]' };
        await trx
          .insertInto('link')
          .values({
            ...row,
            decided_by: '{"kind":"principal","id":"op","displayName":"Op"}',
            decided_at: now,
            note: null,
            from_rev: rev,
            to_rev: openRev,
          })
          .execute();
      });
    };
    await decide('P', 'REJECTED');
    await decide('Q', 'LINKED_MANUAL');
    await seal(symSvc, [{ ...ann, displayName: 'Ann L.' }]);
    await seal(pagerdutySvc, [
      { key: 'P', email: ['ann@acme.example', 'ASSERTED'] },
      { key: 'Q', email: ['bob@acme.example', 'ASSERTED'] },
    ]);
    await link();
    expect((await links()).filter(({ svc }) => svc === pagerdutySvc)).toMatchObject([
      { key: 'P', state: 'REJECTED' },
      { key: 'Q', state: 'LINKED_MANUAL', user_id: person },
    ]);
  });

  test('takes hostile names as they are', async () => {
    await seal(symSvc, [{ ...ann, firstName: 'A\0nn', lastName: 'L\ud800', displayName: 'Ann\0\ud800' }]);
    await link();
    expect(await people()).toMatchObject([{ first_name: 'A\uFFFDnn', last_name: 'L\uFFFD' }]);
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
        if (service !== undefined) await sealService(store.connection, company, service, now);
        await linkPending(store.connection, { services: loaded, now: () => now, batchSize: 64 });
      }
      const instance = new Map(loaded.map((service) => [service.svc, service]));
      const linked = (await links()).filter(({ state }) => state === 'LINKED_AUTO');
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
      await store.connection.write.updateTable('meta').set({ value: '0' }).where('name', '=', 'linked_rev').execute();
      expect(await linkPending(store.connection, { services: loaded, now: () => now })).toMatchObject({
        links: 0,
        people: 0,
        cases: 0,
        revision: undefined,
      });
    },
    120_000,
  );
});

function failAfter(calls: number, then: () => number): () => number {
  let left = calls;
  return () => {
    left -= 1;
    if (left < 0) throw new Error('interrupted');
    return then();
  };
}
