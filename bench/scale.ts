// Whether cost grows no faster than the company: reading its services, linking, nested groups, reports, and a second read with nothing changed.
// npm run bench:scale -- [--people 1000,3162,10000,31623,100000]
import { parseArgs } from 'node:util';
import { median } from './median.ts';
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

/** How often a size is measured, and the median taken. */
const roundsOf = (people: number): number => (people < 50_000 ? 3 : 2);

async function measure(people: number): Promise<ScaleRun> {
  const child = start('scale-run.ts');
  const run = await talk<ScaleRun>(child, { people });
  child.disconnect();
  console.log(`${people} people: ${JSON.stringify({ ...run.counts, ...run.costs })}`);
  return run;
}

const costsOf = (cost: (column: keyof Costs) => number): Costs => Object.fromEntries(columns.map((column) => [column, cost(column)])) as Costs;

/**
 * Each run stands between two of the smallest size and counts as a multiple of these: a machine whose speed changes from minute to minute, as a
 * neighbour's load comes and goes, changes both.
 */
async function measureAll([smallest = 1_000, ...larger]: readonly number[]): Promise<readonly (readonly [people: number, run: ScaleRun])[]> {
  const gauges = [await measure(smallest)];
  const runs = new Map<number, { readonly run: ScaleRun; readonly times: Costs }[]>(larger.map((people) => [people, []]));
  for (let round = 0; round < Math.max(...larger.map(roundsOf)); round += 1) {
    for (const people of larger.filter((each) => roundsOf(each) > round)) {
      const run = await measure(people);
      const around = [gauges.at(-1), await measure(smallest)].filter((gauge) => gauge !== undefined);
      gauges.push(...around.slice(-1));
      const times = costsOf((column) => (run.costs[column] * around.length) / around.reduce((sum, { costs }) => sum + costs[column], 0));
      runs.get(people)?.push({ run, times });
    }
  }
  const unit = costsOf((column) => median(gauges.map(({ costs }) => costs[column])));
  return [
    ...gauges.slice(0, 1).map((gauge) => [smallest, { ...gauge, costs: unit }] as const),
    ...[...runs].flatMap(([people, each]) =>
      each.slice(0, 1).map(({ run }) => {
        const costs = costsOf((column) => unit[column] * median(each.map(({ times }) => times[column])));
        return [people, { ...run, costs }] as const;
      }),
    ),
  ];
}

/** Least squares of log cost on log people. */
function exponentOf(points: readonly (readonly [people: number, cost: number])[]): number {
  const logs = points.map(([people, cost]) => [Math.log(people), Math.log(cost)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  return logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

console.log(
  'Processor time in ms, user and system, of a process of its own for each run, after it has read a company of 300: compiling and starting are not in\n' +
    'it. The services answer from another process; taking in their answers is in it. The store does not wait for the disk. Closure: all groups from\n' +
    'nothing. Reports: of a store that was just opened; rows: the whole report, 500 a page. In the table: seconds, as multiples of runs of the smallest\n' +
    'size right before and after, medians.',
);
const measured = await measureAll(sizes);
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
