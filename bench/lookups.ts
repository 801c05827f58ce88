// What look-ups cost, against a plain GraphQL Yoga whose resolvers read the same answers from a Map.
// npm run bench -- [--people 100000] [--rounds 3] [--seconds 4] [--store <folder>: keep the filled store there]
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import { openRev } from '../src/store/tables.ts';
import { openFilledStore } from './filled.ts';
import type { Kind, Outcome, Round } from './load.ts';
import { median } from './median.ts';
import type { Answers } from './plain-yoga.ts';
import { cpuMsOf, post, start, startGateway, talk, type Gateway } from './processes.ts';
import { askMany, askOne, batchSize, pagedLists, type PagedList, type Question } from './questions.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    store: { type: 'string' },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const callers = 16;
const goals = { one: 1.5, many: 1, page: 0.8, firstAnswerMs: 1000 };

const filled = await openFilledStore(values.people, values.store);
const { folder, configFile } = filled;

const starts: number[] = [];
let gateway: Gateway | undefined;
const [anybody = ''] = await readEmails();
for (let n = 0; n < 5; n += 1) {
  await gateway?.stop();
  gateway = await startGateway(configFile, askOne(anybody));
  starts.push(gateway.firstAnswerMs);
}
if (gateway === undefined) throw new Error('no gateway');
const answers = await readAnswers(gateway.url);
// One that nobody has asked yet.
await gateway.stop();
gateway = await startGateway(configFile, askOne(anybody));
const { url, pid } = gateway;

const plain = start('plain-yoga.ts');
const { url: plainUrl } = await talk<{ url: string }>(plain, answers);
const load = start('load.ts');
const emails = answers.map(([email]) => email);
await talk(load, { emails });
for (const question of [askOne(emails[0] ?? ''), askMany(emails.slice(0, batchSize))]) {
  if (!isDeepStrictEqual(await ask(url, question), await ask(plainUrl, question))) throw new Error('the two servers answer differently');
}

const report: Record<string, string | number>[] = [];
let missed = false;
const callsBefore = filled.calls();
await compareFirst();
await compare('one person', 'one', goals.one);
await compare(`${batchSize} people with accounts, roles, groups`, 'many', goals.many);
for (const list of pagedLists) await comparePages(list);
console.table(report);
const firstAnswerMs = median(starts);
const everyStart = starts.map((ms) => ms.toFixed(0)).join(', ');
console.log(`first answer ${firstAnswerMs.toFixed(0)} ms after the start (median of ${everyStart}; goal: ${goals.firstAnswerMs})`);
console.log(`calls to services during the look-ups: ${filled.calls() - callsBefore}`);
missed ||= firstAnswerMs > goals.firstAnswerMs || filled.calls() > callsBefore;

load.disconnect();
plain.disconnect();
await gateway.stop();
await filled.close();
process.exitCode = missed ? 1 : 0;

async function compare(title: string, kind: Kind, goal: number): Promise<void> {
  const sides = { gateway: { url, pid }, plain: { url: plainUrl, pid: plain.pid ?? 0 } };
  const round = (side: { readonly url: string }): Round => ({ url: side.url, kind, callers, seconds });
  conclude(title, goal, await alternate(sides.gateway, sides.plain, round));
}

/** Everybody, each for the first time since the start: what is not in memory yet is read from the store. */
async function compareFirst(): Promise<void> {
  const round = (side: Side): Promise<Measured> => measure(side, { url: side.url, kind: 'first', callers, seconds: 0 });
  const pair = [await round({ url, pid }), await round({ url: plainUrl, pid: plain.pid ?? 0 })] as const;
  conclude(`everybody for the first time, ${batchSize} at once`, undefined, [pair]);
}

/** One list, its fiftieth page against its first. */
async function comparePages({ title, query, listOf }: PagedList): Promise<void> {
  const first = 20;
  let after: string | undefined;
  for (let page = 1; page < 50; page += 1) {
    const { data } = (await ask(url, { query, variables: { first, after } })) as { data: never };
    const { pageInfo } = listOf(data);
    if (!pageInfo.hasNextPage) throw new Error(`${title}: fewer than 50 pages`);
    after = pageInfo.endCursor;
  }
  const page = (cursor: string | undefined) => ({ url, pid, question: { query, variables: { first, after: cursor } } });
  const pairs = await alternate(page(after), page(undefined), ({ question }) => ({ url, kind: 'fixed', callers, seconds, question }));
  conclude(`page 50 of ${title} against page 1`, goals.page, pairs);
}

interface Side {
  readonly url: string;
  readonly pid: number;
}

interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuMicros: number;
}

/** One round each to warm up, then round by round in turn. */
async function alternate<S extends Side>(ours: S, theirs: S, round: (side: S) => Round): Promise<readonly (readonly [Measured, Measured])[]> {
  const pairs: [Measured, Measured][] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const pair: [Measured, Measured] = [await measure(ours, round(ours)), await measure(theirs, round(theirs))];
    if (n > 0) pairs.push(pair);
  }
  return pairs;
}

async function measure({ pid: id }: Side, round: Round): Promise<Measured> {
  const before = cpuMsOf(id);
  const { answers: count, seconds: took, p50, p99 } = await talk<Outcome>(load, round);
  const cpuMs = (cpuMsOf(id) ?? Number.NaN) - (before ?? Number.NaN);
  return { perSecond: count / took, p50, p99, cpuMicros: (cpuMs * 1000) / count };
}

function conclude(title: string, goal: number | undefined, pairs: readonly (readonly [Measured, Measured])[]): void {
  const of = (side: 0 | 1, what: keyof Measured): number => median(pairs.map((pair) => pair[side][what]));
  const ratio = median(pairs.map(([ours, theirs]) => ours.perSecond / theirs.perSecond));
  missed ||= ratio < (goal ?? 0);
  const row = (name: string, side: 0 | 1): Record<string, string | number> => ({
    what: title,
    side: name,
    'per second': Math.round(of(side, 'perSecond')),
    'p50 ms': Number(of(side, 'p50').toFixed(2)),
    'p99 ms': Number(of(side, 'p99').toFixed(2)),
    'CPU µs each': Math.round(of(side, 'cpuMicros')),
  });
  const pages = title.startsWith('page');
  report.push(
    { ...row(pages ? 'page 50' : 'gateway', 0), ratio: Number(ratio.toFixed(2)), ...(goal && { goal }) },
    row(pages ? 'page 1' : 'plain yoga', 1),
  );
}

async function readEmails(): Promise<readonly string[]> {
  const store = await openStore(folder);
  const people = await store.read
    .selectFrom('person')
    .select('primary_email')
    .where('to_rev', '=', openRev)
    .where('status', '<>', 'DELETED')
    .where('primary_email', 'is not', null)
    .execute();
  await store.close();
  return people.flatMap(({ primary_email }) => primary_email ?? []);
}

/** What the gateway says of everybody whom an address names alone. */
async function readAnswers(from: string): Promise<Answers> {
  const found: [string, object][] = [];
  const all = await readEmails();
  for (let at = 0; at < all.length; at += batchSize) {
    const asked = all.slice(at, at + batchSize);
    const { data } = (await ask(from, askMany(asked))) as { data: { usersBy: readonly (object | null)[] } };
    for (const [index, person] of data.usersBy.entries()) {
      const email = asked[index];
      if (person !== null && email !== undefined) found.push([email, person]);
    }
  }
  return found;
}

async function ask(at: string, question: Question): Promise<unknown> {
  return (await post(at, question)).json();
}
