import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, PGliteDialect, PostgresDialect, SqliteDialect, type Dialect, type LogEvent, type PGlite, type SqliteDatabase } from 'kysely';
import { Migrator } from 'kysely/migration';
import { LRUCache } from 'lru-cache';
import { Pool, types } from 'pg';
import { start } from './migrations/0001-start.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;
export type Engine = 'sqlite' | 'postgres';

/** Two doors to one store: reads never wait for the writer's transaction. */
export interface StoreConnection {
  readonly engine: Engine;
  readonly read: Db;
  readonly write: Db;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Called after each statement that succeeded: what a question costs is counted, not guessed. */
  readonly onStatement?: () => void;
  /** For a thread that works through the store in order: SQLite keeps little of the file in memory. Reads of many callers gain by more. */
  readonly lean?: boolean;
  /** Opens what is there already, beside whoever writes to it, and lets the database itself refuse every write. */
  readonly readOnly?: boolean;
}

/**
 * Opens and migrates a store.
 * @param url a folder (a `node:sqlite` file inside it), `postgres://…`, or `pglite:` (PostgreSQL in this process, for tests only: not durable).
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<StoreConnection> {
  const connection = await connect(url, options);
  try {
    await (options.readOnly === true ? expectMigrated(connection) : migrate(connection));
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

async function connect(url: string, { onStatement, lean = false, readOnly = false }: StoreOptions): Promise<StoreConnection> {
  const open = (dialect: Dialect): Db =>
    new Kysely<Tables>({ dialect, ...(onStatement && { log: (event: LogEvent) => (event.level === 'query' ? onStatement() : undefined) }) });
  if (url.startsWith('pglite:')) {
    const { PGlite } = await import('@electric-sql/pglite');
    const pglite: PGlite = await PGlite.create();
    return single('postgres', open(new PGliteDialect({ pglite })));
  }
  if (/^postgres(ql)?:/.test(url)) {
    // bigint columns hold row ids, revisions and epoch milliseconds, all below 2^53.
    types.setTypeParser(20, Number);
    return single(
      'postgres',
      open(
        new PostgresDialect({
          pool: new Pool({ connectionString: url, max: 8, ...(readOnly && { options: '-c default_transaction_read_only=on' }) }),
        }),
      ),
    );
  }
  const file = join(url, 'rollcall.db');
  if (readOnly) {
    if (!existsSync(file)) throw new Error('nothing has been stored there yet');
    return single('sqlite', open(new SqliteDialect({ database: sqlite(file, readDoor, readOnly) })));
  }
  mkdirSync(url, { recursive: true });
  const write = open(new SqliteDialect({ database: sqlite(file, leanDoor) }));
  const read = open(new SqliteDialect({ database: sqlite(file, lean ? leanDoor : readDoor) }));
  return { engine: 'sqlite', read, write, close: async () => void (await Promise.all([read.destroy(), write.destroy()])) };
}

const single = (engine: Engine, db: Db): StoreConnection => ({ engine, read: db, write: db, close: () => db.destroy() });

const migratorOf = ({ write, engine }: StoreConnection): Migrator =>
  new Migrator({ db: write, provider: { getMigrations: () => Promise.resolve({ '0001-start': start(engine) }) } });

async function expectMigrated(connection: StoreConnection): Promise<void> {
  const migrations = await migratorOf(connection).getMigrations();
  if (migrations.some(({ executedAt }) => executedAt === undefined)) throw new Error('it was written by an older version: sync once with this one');
}

async function migrate(connection: StoreConnection): Promise<void> {
  const { error } = await migratorOf(connection).migrateToLatest();
  if (error !== undefined) throw new Error('the store could not be brought up to date', { cause: error });
}

// A prepared statement costs SQLite some hundred times the length of its text, and each distinct number of values is a statement of its own.
const preparedTextLength = 64 * 1024;
// Look-ups all over a file find its pages in the system's cache: mapped, they are not copied out of it (sqlite.org/mmap.html).
const readDoor = { cacheKiB: 16_384, mappedBytes: 2 ** 30 };
// The pages that a writer's inserts touch grow with the store; those for which there is no room are written and read again and again.
const leanDoor = { cacheKiB: 2_048, mappedBytes: 0, shareOfFile: 1 / 16, maxCacheKiB: 32_768 };

interface Door {
  readonly cacheKiB: number;
  readonly mappedBytes: number;
  /** The part of the file for which each transaction has room, between the other two. */
  readonly shareOfFile?: number;
  readonly maxCacheKiB?: number;
}

function sqlite(file: string, { cacheKiB, mappedBytes, shareOfFile = 0, maxCacheKiB = cacheKiB }: Door, readOnly = false): SqliteDatabase {
  const db = new DatabaseSync(file, { timeout: 15_000, readOnly });
  if (!readOnly) db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
  db.exec(`pragma cache_size = -${cacheKiB}; pragma mmap_size = ${mappedBytes}`);
  const statements = new LRUCache<string, ReturnType<SqliteDatabase['prepare']>>({
    maxSize: preparedTextLength,
    sizeCalculation: (_, text) => text.length,
  });
  let roomKiB = cacheKiB;
  const makeRoom = (): void => {
    const wanted = Math.min(Math.max(cacheKiB, Math.floor((statSync(file).size / 1024) * shareOfFile)), maxCacheKiB);
    if (wanted <= roomKiB) return;
    roomKiB = wanted;
    db.exec(`pragma cache_size = -${roomKiB}`);
  };
  return {
    close: () => db.close(),
    prepare(text) {
      if (text === 'begin') makeRoom();
      const known = statements.get(text);
      if (known !== undefined) return known;
      const statement = db.prepare(text);
      const prepared: ReturnType<SqliteDatabase['prepare']> = {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as never[])),
        run: (parameters) => statement.run(...(parameters as never[])),
        iterate: (parameters) => statement.iterate(...(parameters as never[])),
      };
      statements.set(text, prepared);
      return prepared;
    },
  };
}
