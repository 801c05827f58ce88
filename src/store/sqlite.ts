import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';
import { LRUCache } from 'lru-cache';

// A prepared statement costs SQLite some hundred times the length of its text, and each distinct number of values is a statement of its own.
const preparedTextLength = 64 * 1024;

interface Door {
  readonly cacheKiB: number;
  readonly mappedBytes: number;
  /** The part of the file for which each transaction has room, up to the most. */
  readonly shareOfFile?: number;
  readonly maxCacheKiB?: number;
}

// Look-ups all over a file find its pages in the system's cache: mapped, they are not copied out of it (sqlite.org/mmap.html).
export const readDoor: Door = { cacheKiB: 16_384, mappedBytes: 2 ** 30 };
// Whoever walks a file comes by each of its pages once or stays where the cache holds them: mapped, they would count as memory of this process.
export const scanDoor: Door = { cacheKiB: 16_384, mappedBytes: 0 };
// The pages that inserts touch grow with the store; those for which a writer has no room it writes and reads again and again.
export const leanDoor: Door = { cacheKiB: 2_048, mappedBytes: 0, shareOfFile: 1 / 32, maxCacheKiB: 32_768 };

/** Opens a file for the thread that calls. A writer waits 15 s for another one. */
export function sqlite(file: string, { cacheKiB, mappedBytes, shareOfFile = 0, maxCacheKiB = cacheKiB }: Door, readOnly = false): SqliteDatabase {
  const db = new DatabaseSync(file, { timeout: 15_000, readOnly });
  if (!readOnly) db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
  db.exec(`pragma cache_size = -${cacheKiB}; pragma mmap_size = ${mappedBytes}`);
  const statements = new LRUCache<string, ReturnType<SqliteDatabase['prepare']>>({
    maxSize: preparedTextLength,
    sizeCalculation: (_, text) => text.length,
  });
  let roomKiB = cacheKiB;
  const makeRoom = (): void => {
    const wanted = Math.min(Math.floor((statSync(file).size / 1024) * shareOfFile), maxCacheKiB);
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
