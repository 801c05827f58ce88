import { describe, expect, test } from 'vitest';
import { readHead, verifyAudit } from '../../src/store/audit/chain.ts';
import type { Db } from '../../src/store/open.ts';
import { account, by, startDesk, type DeskBench } from './support.ts';

async function decided(): Promise<DeskBench> {
  const bench = await startDesk();
  const [ann, ben] = [await bench.userOf('A'), await bench.userOf('B')];
  await bench.desk.linkIdentity(account('PC'), ann, by);
  await bench.desk.mergeUsers(ann, [ben], by);
  await bench.desk.unlinkIdentity(account('PA'), by);
  await bench.desk.linkIdentity(account('PD'), ann, by);
  return bench;
}

const event = (db: Db, seq: number) => db.selectFrom('audit_event').selectAll().where('seq', '=', seq).executeTakeFirstOrThrow();

describe('the chain of events', () => {
  test('verifies as it was written, one event a decision', async () => {
    await using bench = await decided();
    expect(await verifyAudit(bench.store.connection.read)).toEqual({ events: 4 });
    expect(await verifyAudit(bench.store.connection.read, await readHead(bench.store.connection.read))).toEqual({ events: 4 });
  });

  test.each([1, 2, 3, 4])('shows every change of event %i', async (seq) => {
    await using bench = await decided();
    const db = bench.store.connection.write;
    const before = await event(db, seq);
    for (const change of [
      { reason: 'another' },
      { actor: '{}' },
      { operation: 'unlink' },
      { at: before.at + 1 },
      { after: '{}' },
      { before: null },
      { targets: '[]' },
      { outcome: 'FAILED' },
      { id: 'other' },
      { rev: before.rev + 1 },
      { svc: 9 },
      { request_id: 'r' },
      { reverts: 'x' },
      { hash: '0' },
      { prev_hash: '0' },
    ]) {
      await db.updateTable('audit_event').set(change).where('seq', '=', seq).execute();
      expect(await verifyAudit(db), JSON.stringify(change)).toMatchObject({ brokenAt: seq });
      await db.updateTable('audit_event').set(before).where('seq', '=', seq).execute();
    }
    expect(await verifyAudit(db)).toEqual({ events: 4 });
  });

  test.each([1, 2, 3, 4])('shows that event %i is missing', async (seq) => {
    await using bench = await decided();
    const db = bench.store.connection.write;
    await db.deleteFrom('audit_event').where('seq', '=', seq).execute();
    expect(await verifyAudit(db)).toMatchObject({ brokenAt: seq });
  });

  test.each([1, 2, 3, 4, 5])('shows an event put in as number %i', async (seq) => {
    await using bench = await decided();
    const db = bench.store.connection.write;
    const copy = await event(db, Math.min(seq, 4));
    await db
      .updateTable('audit_event')
      .set((e) => ({ seq: e('seq', '+', 100) }))
      .where('seq', '>=', seq)
      .execute();
    await db
      .insertInto('audit_event')
      .values({ ...copy, seq, id: 'forged' })
      .execute();
    await db
      .updateTable('audit_event')
      .set((e) => ({ seq: e('seq', '-', 99) }))
      .where('seq', '>', 100)
      .execute();
    expect(await verifyAudit(db)).toMatchObject({ brokenAt: seq });
  });

  test.each([1, 2, 3])('shows that events %i and the next changed places', async (seq) => {
    await using bench = await decided();
    const db = bench.store.connection.write;
    for (const [from, to] of [
      [seq, 100],
      [seq + 1, seq],
      [100, seq + 1],
    ] as const)
      await db.updateTable('audit_event').set({ seq: to }).where('seq', '=', from).execute();
    expect(await verifyAudit(db)).toMatchObject({ brokenAt: seq });
  });

  test('shows that its end was cut off together with the head, to whoever kept the head elsewhere', async () => {
    await using bench = await decided();
    const db = bench.store.connection.write;
    const head = await readHead(db);
    const last = await event(db, 3);
    await db.deleteFrom('audit_event').where('seq', '=', 4).execute();
    await db
      .updateTable('meta')
      .set({ value: `3:${last.hash}` })
      .where('name', '=', 'audit_head')
      .execute();
    expect(await verifyAudit(db)).toEqual({ events: 3 });
    expect(await verifyAudit(db, head)).toEqual({ brokenAt: 4, problem: 'CUT_OFF' });
  });

  test('of another store does not fit', async () => {
    await using bench = await decided();
    const db = bench.store.connection.write;
    await db.updateTable('meta').set({ value: 'another' }).where('name', '=', 'generation').execute();
    expect(await verifyAudit(db)).toMatchObject({ brokenAt: 1 });
  });
});
