import { Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
} from 'kysely';

/** What is asked of a thread that reads. */
export interface ScanCalls {
  all(text: string, parameters: readonly unknown[]): readonly unknown[];
}

// One that is busy for long leaves the other to whoever asks less.
const maxThreads = 2;

/** SQLite in threads of its own, each with its own connection that only reads: whoever asks goes on meanwhile. */
export class ScanDialect implements Dialect {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  createAdapter(): ScanAdapter {
    return new ScanAdapter();
  }

  createDriver(): Driver {
    return new ScanDriver(this.#file);
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }
}

class ScanAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** A thread starts when there is something to ask and all others are busy; who finds no free one waits in line. */
class ScanDriver implements Driver {
  readonly #file: string;
  readonly #threads = new Set<ScanThread>();
  readonly #free = new Set<ScanThread>();
  readonly #waiting: PromiseWithResolvers<ScanThread>[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ScanThread> {
    const [free] = this.#free;
    if (free !== undefined) {
      this.#free.delete(free);
      return free;
    }
    if (this.#threads.size < maxThreads) return this.#start();
    const turn = Promise.withResolvers<ScanThread>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  async releaseConnection(thread: ScanThread): Promise<void> {
    const isThere = this.#threads.has(thread);
    const next = this.#waiting.shift();
    if (next !== undefined) next.resolve(isThere ? thread : this.#start());
    else if (isThere) this.#free.add(thread);
  }

  #start(): ScanThread {
    const thread = new ScanThread(this.#file, () => {
      this.#threads.delete(thread);
      this.#free.delete(thread);
    });
    this.#threads.add(thread);
    return thread;
  }

  beginTransaction = refuse;
  commitTransaction = refuse;
  rollbackTransaction = refuse;

  async destroy(): Promise<void> {
    for (const turn of this.#waiting.splice(0)) turn.reject(closed());
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }
}

class ScanThread implements DatabaseConnection {
  readonly #worker: Worker;
  readonly #calls: ReturnType<typeof createBirpc<ScanCalls>>;

  constructor(file: string, onEnd: () => void) {
    const worker = new Worker(new URL('scan-worker.mjs', import.meta.url), { workerData: file });
    // It keeps the process alive only while somebody waits for an answer.
    worker.unref();
    this.#worker = worker;
    this.#calls = createBirpc<ScanCalls>(
      {},
      { post: (message) => worker.postMessage(message), on: (listener) => worker.on('message', listener), timeout: -1 },
    );
    worker.on('error', (cause) => {
      onEnd();
      this.#calls.$close(new Error('a thread that reads the store failed', { cause }));
    });
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    this.#worker.ref();
    try {
      return { rows: (await this.#calls.all(sql, parameters)) as Row[] };
    } finally {
      this.#worker.unref();
    }
  }

  streamQuery(): never {
    throw new Error('a thread answers whole');
  }

  async close(): Promise<void> {
    this.#calls.$close(closed());
    await this.#worker.terminate();
  }
}

const closed = (): Error => new Error('the store is closed');

const refuse = (): Promise<never> => Promise.reject(new Error('what is scanned takes no transaction'));
