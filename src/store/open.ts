import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CompiledQuery,
  Kysely,
  PGliteDialect,
  PostgresDialect,
  SqliteDialect,
  type DatabaseConnection,
  type Dialect,
  type LogEvent,
  type PGlite,
} from 'kysely';
import { Migrator } from 'kysely/migration';
import { start } from './migrations/0001-start.ts';
import { ScanDialect } from './scan.ts';
import { leanDoor, readDoor, sqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;
export type Engine = 'sqlite' | 'postgres';

/** Three doors to one store: reads never wait for the writer's transaction, and nobody waits for what takes long. */
export interface StoreConnection {
  readonly engine: Engine;
  /** For what is answered at once: SQLite works it out in the thread that asks. */
  readonly read: Db;
  /** For questions that may walk the whole store; reads only. */
  readonly scan: Db;
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
  /** For a thread that must go on meanwhile: SQLite answers what goes through `scan` in threads of its own. Without it `scan` is `read`. */
  readonly scanThreads?: boolean;
}

/**
 * Opens and migrates a store.
 * @param place a folder (a `node:sqlite` file inside it), `postgres://…`, or a PGlite (PostgreSQL in this process, for tests: not durable), which
 * stays open.
 */
export async function openStore(place: string | PGlite, options: StoreOptions = {}): Promise<StoreConnection> {
  const connection = await connect(place, options);
  try {
    await (options.readOnly === true ? expectMigrated(connection) : migrate(connection));
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

/** Said on the connection: options that the address has would replace others. */
const refuseWrites = async (connection: DatabaseConnection): Promise<void> =>
  void (await connection.executeQuery(CompiledQuery.raw('set default_transaction_read_only = on')));

async function connect(
  place: string | PGlite,
  { onStatement, lean = false, readOnly = false, scanThreads = false }: StoreOptions,
): Promise<StoreConnection> {
  const open = (dialect: Dialect): Db =>
    new Kysely<Tables>({ dialect, ...(onStatement && { log: (event: LogEvent) => (event.level === 'query' ? onStatement() : undefined) }) });
  if (typeof place !== 'string') {
    return { ...single('postgres', open(new PGliteDialect({ pglite: place }))), close: () => Promise.resolve() };
  }
  if (/^postgres(ql)?:/.test(place)) {
    const { Pool, types } = await import('pg');
    // bigint columns hold row ids, revisions and epoch milliseconds, all below 2^53.
    types.setTypeParser(20, Number);
    return single(
      'postgres',
      open(
        new PostgresDialect({
          pool: new Pool({ connectionString: place, max: 8 }),
          ...(readOnly && { onCreateConnection: refuseWrites }),
        }),
      ),
    );
  }
  const file = join(place, 'rollcall.db');
  if (readOnly) {
    if (!existsSync(file)) throw new Error('nothing has been stored there yet');
    return single('sqlite', open(new SqliteDialect({ database: sqlite(file, lean ? leanDoor : readDoor, readOnly) })));
  }
  mkdirSync(place, { recursive: true });
  const write = open(new SqliteDialect({ database: sqlite(file, leanDoor) }));
  const read = open(new SqliteDialect({ database: sqlite(file, lean ? leanDoor : readDoor) }));
  const scan = scanThreads ? open(new ScanDialect(file)) : read;
  const doors = new Set([read, scan, write]);
  return { engine: 'sqlite', read, scan, write, close: async () => void (await Promise.all([...doors].map((door) => door.destroy()))) };
}

const single = (engine: Engine, db: Db): StoreConnection => ({ engine, read: db, scan: db, write: db, close: () => db.destroy() });

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
