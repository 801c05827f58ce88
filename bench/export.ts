// What the whole role report costs as a file, asked of a gateway over HTTP: its memory before, and the most while it answers. The gateway has been
// asked for other things before, as gateways are: what the nursery of its heap grows by under any traffic is not the export's.
// npm run bench:export -- [--people 100000] [--store <folder>: keep the filled store there]
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { reportFormats } from '../src/model/access.ts';
import { openFilledStore } from './filled.ts';
import { cpuMsOf, post, rssMibOf, startGateway } from './processes.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '100000' }, store: { type: 'string' } } });
const goalMib = 64;
const sampleMs = 20;
const settleMs = 3_000;
const pagesBefore = 300;
const list = { query: '{ users(first: 100) { nodes { id displayName identities { externalId status } } } }' };

const filled = await openFilledStore(values.people, values.store);
const report: Record<string, Record<string, string>> = {};
let missed = false;
for (const format of reportFormats) {
  const gateway = await startGateway(filled.configFile, list);
  for (let page = 0; page < pagesBefore; page += 1) await (await post(gateway.url, list)).text();
  await sleep(settleMs);
  const idle = rssMibOf(gateway.pid);
  let peak = idle;
  const sampling = setInterval(() => (peak = Math.max(peak, rssMibOf(gateway.pid))), sampleMs);
  const before = cpuMsOf(gateway.pid) ?? Number.NaN;
  const began = performance.now();
  const answer = await fetch(new URL(`/export/role-report.${format.toLowerCase()}`, gateway.url));
  if (!answer.ok || answer.body === null) throw new Error(`${answer.status}: ${await answer.text()}`);
  let [bytes, lines] = [0, 0];
  for await (const piece of answer.body) {
    bytes += piece.length;
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) lines += 1;
  }
  clearInterval(sampling);
  const growth = peak - idle;
  missed ||= growth > goalMib;
  report[format] = {
    lines: String(lines),
    'MiB written': (bytes / 2 ** 20).toFixed(0),
    seconds: ((performance.now() - began) / 1000).toFixed(1),
    'CPU seconds': (((cpuMsOf(gateway.pid) ?? Number.NaN) - before) / 1000).toFixed(1),
    'RSS before, MiB': idle.toFixed(0),
    'grew by, MiB': growth.toFixed(0),
    'goal, MiB': String(goalMib),
  };
  await gateway.stop();
}
await filled.close();
console.table(report);
process.exitCode = missed ? 1 : 0;
