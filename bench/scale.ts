// Whether cost grows no faster than the company: reading its services, linking, nested groups, reports, and a second read with nothing changed.
// npm run bench:scale -- [--people 1000,3162,10000,31623,100000]
import { parseArgs } from 'node:util';
import { start, talk } from './processes.ts';
import type { ScaleRun } from './scale-run.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '1000,3162,10000,31623,100000' } } });
const sizes = values.people.split(',').map(Number);
const goals = { exponent: 1.05, shareWritten: 0.05 };

type Costs = ScaleRun['costs'];
const titles: Readonly<Record<keyof Costs, string>> = {
  sync: 'sync',
  linking: 'linking',
  closure: 'closure',
  summary: 'report summary',
  rows: 'report rows',
  again: 'unchanged sync',
};
const columns = Object.keys(titles) as (keyof Costs)[];

/** The least of some runs for small companies: what disturbs a run weighs most there. */
const runsOf = (people: number): number => (people < 5_000 ? 5 : people < 20_000 ? 3 : people < 50_000 ? 2 : 1);

async function measure(people: number): Promise<ScaleRun> {
  const runs: ScaleRun[] = [];
  for (let n = 0; n < runsOf(people); n += 1) {
    const child = start('scale-run.ts');
    runs.push(await talk<ScaleRun>(child, { people }));
    child.disconnect();
  }
  const [run] = runs;
  if (run === undefined) throw new Error('nothing was run');
  const costs = Object.fromEntries(columns.map((column) => [column, Math.min(...runs.map((each) => each.costs[column]))])) as Costs;
  return { ...run, costs };
}

/** Least squares of log cost on log people. */
function exponentOf(points: readonly (readonly [people: number, cost: number])[]): number {
  const logs = points.map(([people, cost]) => [Math.log(people), Math.log(cost)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  return logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

console.log(
  'Processor time in seconds, user and system, of a process of its own for each size (the least of some runs for the small ones), after it has read a\n' +
    'company of 300: compiling and starting are not in it. The services answer from another process; taking in their answers is in it. The store does\n' +
    'not wait for the disk. Closure: all groups from nothing. Reports: of a store that was just opened; rows: the whole report, 500 a page.',
);
const measured: (readonly [people: number, run: ScaleRun])[] = [];
for (const people of sizes) {
  const run = await measure(people);
  measured.push([people, run]);
  console.log(`${people} people: ${JSON.stringify({ ...run.counts, ...run.costs })}`);
}
const exponents = columns.map((column) => [column, exponentOf(measured.map(([people, { costs }]) => [people, costs[column]]))] as const);
const mib = (bytes: number | undefined): string => (bytes === undefined ? '' : (bytes / 1024 / 1024).toFixed(1));
console.table({
  ...Object.fromEntries(
    measured.map(([people, { costs, first, again }]) => [
      people,
      {
        ...Object.fromEntries(columns.map((column) => [titles[column], (costs[column] / 1000).toFixed(3)])),
        'rows written': first.rows,
        'MiB written': mib(first.bytes),
        'rows, unchanged': again.rows,
        'MiB, unchanged': mib(again.bytes),
      },
    ]),
  ),
  exponent: Object.fromEntries(exponents.map(([column, exponent]) => [titles[column], exponent.toFixed(3)])),
});

const missed = [
  ...exponents.filter(([, exponent]) => exponent > goals.exponent).map(([column, exponent]) => `${titles[column]}: exponent ${exponent.toFixed(3)}`),
  ...measured
    .filter(
      ([, { first, again }]) => again.rows > first.rows * goals.shareWritten || (again.bytes ?? 0) > (first.bytes ?? Infinity) * goals.shareWritten,
    )
    .map(([people]) => `an unchanged sync of ${people} people wrote more than ${goals.shareWritten * 100} % of what the first wrote`),
];
for (const each of missed) console.error(`missed: ${each}`);
process.exitCode = missed.length === 0 ? 0 : 1;
