import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery, Kysely, SqliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Db } from '../../src/store/open.ts';
import { recordsByKeys } from '../../src/store/read/records.ts';
import { readDoor, sqlite } from '../../src/store/sqlite.ts';
import type { Tables } from '../../src/store/tables.ts';

describe('how SQLite goes about it', () => {
  let folder: string;
  let db: Db;
  const asked: CompiledQuery[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-store-'));
    await (await openStore(folder)).close();
    const dialect = new SqliteDialect({ database: sqlite(join(folder, 'rollcall.db'), readDoor, true) });
    db = new Kysely<Tables>({ dialect, log: ({ query }) => void asked.push(query) });
  });
  afterAll(async () => {
    await db.destroy();
    await rm(folder, { recursive: true });
  });

  /** The steps of the statements that `act` makes. */
  async function stepsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
    asked.length = 0;
    await act();
    const steps: string[] = [];
    for (const { sql, parameters } of asked.splice(0)) {
      const { rows } = await db.executeQuery<{ detail: string }>(CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]));
      steps.push(...rows.map(({ detail }) => detail));
    }
    return steps;
  }

  const keys = (count: number) => Array.from({ length: count }, (_, n) => ({ svc: 1, key: `k${n}` }));

  it.each(['identity', 'user_group', 'role', 'scope', 'access_grant', 'membership'] as const)(
    'finds each of a thousand records of %s by its key, without walking the table',
    async (table) => {
      const steps = await stepsOf(() => recordsByKeys({ db, rev: 1, svcs: [1] }, table, keys(1_000)));
      expect(steps).toContain(`SEARCH r USING INDEX ${table}_key (svc=? AND key=? AND to_rev>?)`);
    },
  );
});
