// One size of bench/scale.ts, in a process of its own.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBirpc } from 'birpc';
import { sql } from 'kysely';
import { createDirectory } from '../src/directory/directory.ts';
import type { View } from '../src/directory/view.ts';
import { openStore, type StoreConnection } from '../src/store/open.ts';
import { keepGroupReach } from '../src/store/sync/group-reach.ts';
import { best, cpuClock } from './cpu.ts';
import { createReader } from './fill.ts';
import { start } from './processes.ts';
import type { ServicesProcess } from './services-process.ts';

/** Processor time in ms, and what the second, unchanged sync wrote. */
export interface ScaleRun {
  readonly costs: Readonly<Record<'sync' | 'linking' | 'closure' | 'summary' | 'rows' | 'again', number>>;
  readonly counts: { readonly accounts: number; readonly grants: number; readonly reportRows: number };
  readonly first: Written;
  readonly again: Written;
}

interface Written {
  readonly rows: number;
  /** Undefined where the system does not tell. */
  readonly bytes: number | undefined;
}

const child = start('services-process.ts');
const company = createBirpc<ServicesProcess>(
  {},
  { post: (message) => child.send(message), on: (listener) => child.on('message', listener), timeout: -1 },
);

async function measure(people: number): Promise<ScaleRun> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  let spent = cpuClock();
  const moments = { sealed: 0, linked: 0 };
  const { store, once } = await createReader(await company.configure(people, folder), (service, asked) => company.answer(people, service, asked), {
    lean: true,
    onEvent: ({ kind }) => void (kind === 'sealed' || kind === 'linked' ? (moments[kind] = spent()) : 0),
  });
  const sync = async () => {
    const before = { rows: await rowsWritten(store), bytes: bytesWritten() };
    spent = cpuClock();
    await once();
    const bytes = bytesWritten();
    return {
      rows: (await rowsWritten(store)) - before.rows,
      bytes: bytes === undefined || before.bytes === undefined ? undefined : bytes - before.bytes,
    };
  };
  const first = await sync();
  const costs = { sync: moments.sealed, linking: moments.linked - moments.sealed, closure: await closure(store) };
  const again = await sync();
  const secondSync = moments.linked;
  await store.close();

  const summary = await leastOfOpened(3, folder, (view) => view.reportSummary({}, [], ['SERVICE', 'ROLE', 'LEVEL']));
  let reportRows = 0;
  const rows = await leastOfOpened(2, folder, async (view) => (reportRows = await walkReport(view)));
  const reads = await openStore(folder);
  const count = async (table: 'identity' | 'access_grant') =>
    (
      await reads.read
        .selectFrom(table)
        .select((e) => e.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    ).n;
  const counts = { accounts: await count('identity'), grants: await count('access_grant'), reportRows };
  await reads.close();
  await rm(folder, { recursive: true, force: true });
  return { costs: { ...costs, summary, rows, again: secondSync }, counts, first, again };
}

const rowsWritten = async ({ write }: StoreConnection): Promise<number> =>
  (await sql<{ n: number }>`select total_changes() as n`.execute(write)).rows[0]?.n ?? 0;

function bytesWritten(): number | undefined {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** The reach of all groups worked out from nothing, and not kept. */
async function closure({ write }: StoreConnection): Promise<number> {
  const services = await write.selectFrom('service').select(['svc', 'sealed_rev']).execute();
  return best(3, async () => {
    const trx = await write.startTransaction().execute();
    await trx.deleteFrom('group_reach').execute();
    for (const { svc, sealed_rev: rev } of services) if (rev !== null) await keepGroupReach(trx, svc, rev);
    await trx.rollback().execute();
  });
}

/** The least of some runs, each on a store that was just opened: a report is asked for now and then, and finds none of its pages in this process. */
async function leastOfOpened(runs: number, folder: string, ask: (view: View) => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const store = await openStore(folder);
    const view = await createDirectory(store, { now: Date.now, managedDomains: [] }).open();
    least = Math.min(least, await best(1, () => ask(view)));
    await store.close();
  }
  return least;
}

async function walkReport(view: View): Promise<number> {
  let rows = 0;
  for (let after: string | undefined; ;) {
    const slice = await view.reportRows({}, [], { first: 500, after });
    rows += slice.edges.length;
    if (!slice.hasNext) return rows;
    after = slice.edges.at(-1)?.cursor;
  }
}

// What is only done once in a process, such as compiling, is done with these.
const warmingPeople = 300;

process.on('message', ({ people }: { readonly people: number }) => {
  void (async () => {
    await measure(warmingPeople);
    process.send?.(await measure(people));
    child.disconnect();
  })();
});
process.on('disconnect', () => process.exit());
