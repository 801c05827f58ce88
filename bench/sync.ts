// Reads a large company once and tells what it cost: calls against the least that page sizes allow, memory, time; then once more with nothing changed.
// npm run bench:sync -- [people] [types]
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRuntime } from '../src/cli/runtime.ts';
import type { DemoInstance } from '../src/contract/sandbox.ts';
import { createCompany, demoServices } from '../src/sandbox/company.ts';
import { startCompany } from './company.ts';
import { smallestRead } from './smallest.ts';

const people = Number(process.argv[2] ?? 10_000);
const types = (process.argv[3] ?? 'sym,slack,pagerduty').split(',');
const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
const company = await startCompany({ people, types, store: folder });
const runtime = await createRuntime(company.config);
await runtime.sync.ready();
await sleep(1000);
const idle = process.memoryUsage().rss;
let peak = idle;
const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
let calls: { service: string; calls: number }[] = [];

async function readOnce(title: string): Promise<void> {
  const before = await runtime.sync.calls();
  const started = performance.now();
  const outcomes = await runtime.sync.once();
  const seconds = (performance.now() - started) / 1000;
  console.log(`\n${title}: ${seconds.toFixed(1)} s; memory grew by ${mib(peak - idle)}`);
  const after = await runtime.sync.calls();
  const view = await runtime.directory.open();
  console.table(
    [...outcomes].map(([service, outcome]) => ({
      service,
      identities: view.services.find(({ name }) => name === service)?.seen,
      calls: (after.get(service) ?? 0) - (before.get(service) ?? 0),
      ...(outcome.kind === 'sealed'
        ? { pages: outcome.calls, changed: outcome.seal.changed, revision: outcome.seal.revision ?? 'none' }
        : { pages: outcome.kind }),
    })),
  );
  calls = [...outcomes.keys()].map((service) => ({ service, calls: (after.get(service) ?? 0) - (before.get(service) ?? 0) }));
}

await readOnce(`first read of ${people} people`);
const firstCalls = calls;
const file = join(folder, 'rollcall.db');
const sizeAfterFirst = (await stat(file)).size;
await readOnce('second read, nothing changed');
clearInterval(sampler);
console.log(`memory: idle ${mib(idle)}, peak ${mib(peak)}, growth ${mib(peak - idle)}`);
console.log(`store: ${mib(sizeAfterFirst)} after the first read, ${mib((await stat(file)).size)} after the second`);
console.log(await (await runtime.directory.open()).counts());
const instances = new Map<string, DemoInstance>(demoServices(createCompany({ people })).map(({ name, instance }) => [name, instance]));
console.table(
  firstCalls.map(({ service, calls: made }) => {
    const instance = instances.get(service);
    const least = instance === undefined ? undefined : smallestRead(instance);
    return { service, calls: made, least, ratio: least === undefined ? undefined : (made / least).toFixed(3) };
  }),
);
await runtime.close();
company.stop();
await rm(folder, { recursive: true, force: true });
