import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openStore, type StoreConnection, type StoreOptions } from '../../src/store/open.ts';

export interface TestStore {
  readonly connection: StoreConnection;
  /** How many statements `act` cost. */
  costOf(act: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

export interface TestEngine {
  readonly name: string;
  open(): Promise<TestStore>;
}

async function open(url: string, clean: () => Promise<void>, options: StoreOptions = {}): Promise<TestStore> {
  let statements = 0;
  const connection = await openStore(url, { ...options, onStatement: () => void statements++ });
  return {
    connection,
    costOf: async (act) => {
      const before = statements;
      await act();
      return statements - before;
    },
    close: async () => {
      await connection.close();
      await clean();
    },
  };
}

/** In a folder of its own. */
export async function openSqlite(options?: StoreOptions): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-store-'));
  return open(folder, () => rm(folder, { recursive: true }), options);
}

/** In a database of its own on the server that the URL names. */
async function openPostgres(server: string): Promise<TestStore> {
  const name = `rollcall_${crypto.randomUUID().replaceAll('-', '')}`;
  const admin = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: server });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await admin(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return open(url.href, () => admin(`drop database ${name}`));
}

const server = process.env['ROLLCALL_TEST_POSTGRES'];

/** Every engine that can be had here; PGlite speaks for PostgreSQL where no server is named. */
export const engines: readonly TestEngine[] = [
  { name: 'SQLite', open: () => openSqlite() },
  { name: 'PGlite', open: () => open('pglite:', () => Promise.resolve()) },
  ...(server === undefined ? [] : [{ name: 'PostgreSQL', open: () => openPostgres(server) }]),
];

/** The same for questions, which a server puts to SQLite in threads. */
export const askedEngines: readonly TestEngine[] = [...engines, { name: 'SQLite in threads', open: () => openSqlite({ scanThreads: true }) }];
