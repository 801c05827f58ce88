import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { replaceLinks } from '../../src/store/linking/links.ts';
import { nextRevision } from '../../src/store/revision.ts';
import { engines } from './engines.ts';
import { ann, openLinkingStore, pagerdutySvc, slackSvc, symSvc, type LinkingStore } from './linking-store.ts';

describe.each(engines)('what linking leaves to a person on $name', (engine) => {
  let store: LinkingStore;

  beforeEach(async () => {
    store = await openLinkingStore(engine);
  }, 60_000);

  afterEach(() => store.close());

  test('keeps the link and the address of a tombstone', async () => {
    await store.seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'] }]);
    await store.link();
    await store.seal(slackSvc, [
      { key: 'A', status: 'DELETED' },
      { key: 'B', email: ['ann@acme.example', 'VERIFIED'] },
    ]);
    await store.link();
    expect(await store.links()).toMatchObject([
      { key: 'A', state: 'LINKED_AUTO' },
      { key: 'B', state: 'CONFLICT', rule: 'REUSED_ADDRESS', user_id: null },
    ]);
    expect(await store.cases()).toMatchObject([{ key: 'B', reason: 'REUSED_ADDRESS' }]);
    expect(await store.people()).toMatchObject([{ status: 'DELETED' }]);
  });

  test('forgets a former holder after the retention', async () => {
    await store.seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'VERIFIED'] }]);
    await store.link();
    await store.seal(slackSvc, [{ key: 'A', status: 'DELETED' }]);
    await store.link();
    store.clock.now += 91 * 24 * 3600_000;
    await store.seal(slackSvc, [{ key: 'B', email: ['ann@acme.example', 'VERIFIED'] }]);
    await store.link();
    expect(await store.userOf(slackSvc, 'B')).toBeDefined();
  });

  test('opens a case, rewrites it under the same id, and closes it', async () => {
    await store.seal(symSvc, [ann]);
    await store.seal(pagerdutySvc, [{ key: 'P', email: ['ann@acme.example', 'UNVERIFIED'] }]);
    await store.link();
    const [opened] = await store.cases();
    expect(opened).toMatchObject({ svc: pagerdutySvc, key: 'P', reason: 'SUGGESTION', opened_at: store.clock.now, decision: null });
    expect((await store.links()).find(({ key }) => key === 'P')).toMatchObject({ state: 'SUGGESTED', user_id: null });
    await store.seal(slackSvc, [{ key: 'A', email: ['ann@acme.example', 'UNVERIFIED'] }]);
    store.clock.now += 5000;
    await store.link();
    expect((await store.cases()).find(({ key }) => key === 'P')).toMatchObject({ id: opened?.id, opened_at: opened?.opened_at });
    await store.seal(pagerdutySvc, [{ key: 'P', email: ['ann@acme.example', 'ASSERTED'] }]);
    await store.link();
    expect((await store.cases()).filter(({ key }) => key === 'P')).toEqual([]);
    expect(await store.userOf(pagerdutySvc, 'P')).toBe(await store.userOf(symSvc, 'ann'));
  });

  test('suggests by name where nothing else speaks, whichever came first', async () => {
    await store.seal(pagerdutySvc, [{ key: 'P', displayName: 'Ann Lee', email: ['a.lee@acme.example', 'UNKNOWN'] }]);
    await store.link();
    expect(await store.cases()).toEqual([]);
    await store.seal(symSvc, [ann]);
    await store.link();
    expect(await store.cases()).toMatchObject([{ key: 'P', reason: 'SAME_NAME' }]);
    expect((await store.links()).find(({ key }) => key === 'P')).toMatchObject({ state: 'SUGGESTED', rule: 'SAME_NAME', user_id: null });
    await store.seal(symSvc, [{ ...ann, displayName: 'Ann Day' }]);
    await store.seal(pagerdutySvc, [{ key: 'P', displayName: 'A. Lee', email: ['a.lee@acme.example', 'UNKNOWN'] }]);
    await store.link();
    expect(await store.cases()).toEqual([]);
    expect((await store.links()).map(({ key }) => key)).toEqual(['ann']);
  });

  test('takes an address that many accounts hold for nobody’s', async () => {
    const crowd = Array.from({ length: 60 }, (_, n) => ({ key: `P${n}`, email: ['ops@acme.example', 'ASSERTED'] }) as const);
    await store.seal(pagerdutySvc, crowd);
    await store.seal(symSvc, [{ key: 'ops', email: ['ops@acme.example', 'ASSERTED'] }]);
    await store.link();
    expect(await store.userOf(symSvc, 'ops')).toBeDefined();
    expect((await store.links()).filter(({ svc }) => svc === pagerdutySvc).every(({ state }) => state === 'CONFLICT')).toBe(true);
  });

  test('never ties again what somebody took apart, nor undoes what somebody tied', async () => {
    await store.seal(symSvc, [ann, { key: 'bob', email: ['bob@acme.example', 'UNKNOWN'] }]);
    await store.seal(pagerdutySvc, [
      { key: 'P', email: ['ann@acme.example', 'UNKNOWN'] },
      { key: 'Q', email: ['x@else.example', 'UNKNOWN'] },
    ]);
    await store.link();
    const person = await store.userOf(symSvc, 'ann');
    const decide = async (key: string, state: string): Promise<void> => {
      await store.connection.write.transaction().execute(async (trx) => {
        const rev = await nextRevision(trx, 'decision', store.clock.now);
        const row = { svc: pagerdutySvc, key, incarnation: 1, state, user_id: person ?? null, rule: 'MANUAL', confidence: 1, evidence: '[]' };
        const decided = { decided_by: '{"kind":"principal","id":"op","displayName":"Op"}', decided_at: store.clock.now, note: null };
        await replaceLinks(trx, [row], [{ ...row, ...decided }], rev);
      });
    };
    await decide('P', 'REJECTED');
    await decide('Q', 'LINKED_MANUAL');
    await store.seal(symSvc, [{ ...ann, displayName: 'Ann L.' }]);
    await store.seal(pagerdutySvc, [
      { key: 'P', email: ['ann@acme.example', 'ASSERTED'] },
      { key: 'Q', email: ['bob@acme.example', 'ASSERTED'] },
    ]);
    await store.link();
    expect((await store.links()).filter(({ svc }) => svc === pagerdutySvc)).toMatchObject([
      { key: 'P', state: 'REJECTED' },
      { key: 'Q', state: 'LINKED_MANUAL', user_id: person },
    ]);
  });
});
