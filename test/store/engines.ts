import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { openStore, type StoreConnection, type StoreOptions } from '../../src/store/open.ts';

export interface TestStore {
  readonly connection: StoreConnection;
  /** What `openStore` opened. */
  readonly place: string | PGlite;
  /** How many statements `act` cost. */
  costOf(act: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

export interface TestEngine {
  readonly name: string;
  open(): Promise<TestStore>;
}

async function open(place: string | PGlite, clean: () => Promise<void>, options: StoreOptions = {}): Promise<TestStore> {
  let statements = 0;
  const connection = await openStore(place, { ...options, onStatement: () => void statements++ });
  return {
    connection,
    place,
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
  // Nothing here asks what a crash of the server leaves: no commit waits for its disk.
  url.searchParams.set('options', '-c synchronous_commit=off');
  return open(url.href, () => admin(`drop database ${name}`));
}

let pglite: Promise<PGlite> | undefined;

/** In the one PGlite of this process, for it takes seconds to start: emptied, and for one store at a time. */
async function openPglite(): Promise<TestStore> {
  const engine = await (pglite ??= PGlite.create());
  await engine.exec('drop schema public cascade; create schema public');
  return open(engine, () => Promise.resolve());
}

const server = process.env['ROLLCALL_TEST_POSTGRES'];

/** Every engine that can be had here; PGlite speaks for PostgreSQL where no server is named. */
export const engines: readonly TestEngine[] = [
  { name: 'SQLite', open: () => openSqlite() },
  { name: 'PGlite', open: openPglite },
  ...(server === undefined ? [] : [{ name: 'PostgreSQL', open: () => openPostgres(server) }]),
];

/** The same for questions, which a server puts to SQLite in threads. */
export const askedEngines: readonly TestEngine[] = [...engines, { name: 'SQLite in threads', open: () => openSqlite({ scanThreads: true }) }];
