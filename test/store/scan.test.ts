import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/store/open.ts';
import { ScanDialect } from '../../src/store/scan.ts';
import { openSqlite, type TestStore } from './engines.ts';
import { turnsDuring } from './turns.ts';

const counting = (to: number) =>
  sql<{ last: number }>`with recursive n(x) as (select 1 union all select x + 1 from n where x < ${to}) select max(x) as last from n`;

describe('what may take long, asked of SQLite in threads', () => {
  let store: TestStore;
  const scan = (): Db => store.connection.scan;
  beforeAll(async () => {
    store = await openSqlite({ scanThreads: true });
  });
  afterAll(() => store.close());

  test('lets the thread that asks go on, and is counted', async () => {
    const cost = await store.costOf(async () => {
      expect(await turnsDuring(() => counting(300_000).execute(scan()))).toBeGreaterThan(0);
      expect(await turnsDuring(() => counting(300_000).execute(store.connection.read))).toBe(0);
    });
    expect(cost).toBe(2);
  });

  test('does not hold up a short question, and more than there are threads wait in line', async () => {
    await Promise.all([counting(1).execute(scan()), counting(1).execute(scan())]);
    const order: number[] = [];
    const ask = async (to: number): Promise<void> => {
      const { rows } = await counting(to).execute(scan());
      order.push(rows[0]?.last ?? 0);
    };
    await Promise.all([ask(1_000_000), ask(1), ask(2), ask(3)]);
    expect(order).toEqual([1, 2, 3, 1_000_000]);
  });

  test('sees what was committed before it was asked', async () => {
    await store.connection.write.insertInto('meta').values({ name: 'seen', value: 'yes' }).execute();
    expect(await scan().selectFrom('meta').select('value').where('name', '=', 'seen').executeTakeFirst()).toEqual({ value: 'yes' });
  });

  test('fails by itself, and the next one is answered', async () => {
    await expect(sql`select * from nowhere`.execute(scan())).rejects.toThrow(/no such table: nowhere/);
    await expect(scan().deleteFrom('meta').execute()).rejects.toThrow(/readonly/);
    await expect(
      scan()
        .transaction()
        .execute((trx) => counting(1).execute(trx)),
    ).rejects.toThrow(/no transaction/);
    expect((await counting(1).execute(scan())).rows).toEqual([{ last: 1 }]);
  });
});

test('whoever waits when the store is closed is told, and so is whoever comes later', async () => {
  const store = await openSqlite({ scanThreads: true });
  const { scan } = store.connection;
  await counting(1).execute(scan);
  const ends = Promise.allSettled([1, 2, 3].map(() => counting(300_000).execute(scan)));
  // Two are with their threads by then, and one is in line.
  await setImmediate();
  await store.close();
  const closed = { status: 'rejected', reason: expect.objectContaining({ message: 'the store is closed' }) };
  expect(await ends).toEqual([closed, closed, closed]);
  await expect(counting(1).execute(scan)).rejects.toThrow(/destroyed/);
});

test('a thread that cannot open the file is told of, and leaves no other waiting', async () => {
  const scan = new Kysely({ dialect: new ScanDialect(join(tmpdir(), 'nowhere', 'rollcall.db')) });
  const ends = await Promise.allSettled([1, 2, 3].map((n) => counting(n).execute(scan)));
  expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).message)).toEqual(
    ends.map(() => 'a thread that reads the store failed'),
  );
  await scan.destroy();
});

test('a process waits for an answer, and then not for the thread', { timeout: 30_000 }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'rollcall-scan-'));
  const script = `
    import { openStore } from '${new URL('../../src/store/open.ts', import.meta.url).href}';
    const { scan } = await openStore('${folder.path}', { scanThreads: true });
    console.log(await scan.selectFrom('revision').select('rev').execute());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script]);
  expect(stdout).toBe('[ { rev: 0 } ]\n');
});
