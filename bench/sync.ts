// Reads a large company once and tells what it cost: calls against the least that page sizes allow, memory, time; then once more with nothing changed.
// npm run bench:sync -- [people] [types]
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRuntime } from '../src/cli/runtime.ts';
import { startCompany } from './company.ts';

const people = Number(process.argv[2] ?? 10_000);
const types = (process.argv[3] ?? 'sym,slack,pagerduty').split(',');
const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
const company = await startCompany({ people, types, store: folder });
const runtime = await createRuntime(company.config);
await sleep(500);
const idle = process.memoryUsage().rss;
let peak = idle;
const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);

async function readOnce(title: string): Promise<void> {
  const before = await runtime.sync.calls();
  const started = performance.now();
  const outcomes = await runtime.sync.once();
  const seconds = (performance.now() - started) / 1000;
  console.log(`\n${title}: ${seconds.toFixed(1)} s`);
  const after = await runtime.sync.calls();
  const view = await runtime.directory.open();
  console.table(
    [...outcomes].map(([service, outcome]) => ({
      service,
      identities: view.services.find(({ name }) => name === service)?.seen,
      calls: (after.get(service) ?? 0) - (before.get(service) ?? 0),
      pages: outcome.kind === 'sealed' ? outcome.calls : outcome.kind,
      changed: outcome.kind === 'sealed' ? outcome.seal.changed : undefined,
      revision: outcome.kind === 'sealed' ? (outcome.seal.revision ?? 'none') : undefined,
    })),
  );
}

await readOnce(`first read of ${people} people`);
const file = join(folder, 'rollcall.db');
const sizeAfterFirst = (await stat(file)).size;
await readOnce('second read, nothing changed');
clearInterval(sampler);
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
console.log(`memory: idle ${mib(idle)}, peak ${mib(peak)}, growth ${mib(peak - idle)}`);
console.log(`store: ${mib(sizeAfterFirst)} after the first read, ${mib((await stat(file)).size)} after the second`);
console.log(await (await runtime.directory.open()).counts());
await runtime.close();
company.stop();
await rm(folder, { recursive: true, force: true });
