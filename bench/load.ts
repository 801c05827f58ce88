// Callers in a process of their own: each asks the next question as soon as it has an answer.
import { Caller } from './caller.ts';
import { askMany, askOne, batchSize, type Question } from './questions.ts';

/** `first`: everybody once, a batch after the other, however long it takes. */
export type Kind = 'one' | 'many' | 'fixed' | 'first';

export interface Round {
  readonly url: string;
  readonly kind: Kind;
  readonly callers: number;
  readonly seconds: number;
  /** For `fixed`. */
  readonly question?: Question;
}

export interface Outcome {
  readonly answers: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

let emails: readonly string[] = [];
let asked = 0;
const random = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

function ask({ kind, question }: Round): Question {
  if (kind === 'first') return askMany(emails.slice(asked, (asked += batchSize)));
  if (kind === 'one') return askOne(random(emails));
  if (kind === 'many') return askMany(Array.from({ length: batchSize }, () => random(emails)));
  if (question === undefined) throw new Error('a fixed round needs its question');
  return question;
}

async function run(round: Round): Promise<Outcome> {
  const callers = await Promise.all(Array.from({ length: round.callers }, () => Caller.open(round.url)));
  const times: number[] = [];
  asked = 0;
  const start = performance.now();
  const isOver = (): boolean => (round.kind === 'first' ? asked >= emails.length : performance.now() >= start + round.seconds * 1000);
  const keepAsking = async (caller: Caller): Promise<void> => {
    while (!isOver()) {
      const body = JSON.stringify(ask(round));
      const began = performance.now();
      await caller.ask(body);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(callers.map(keepAsking));
  const seconds = (performance.now() - start) / 1000;
  for (const caller of callers) caller.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { answers: times.length, seconds, p50: at(0.5), p99: at(0.99) };
}

process.on('disconnect', () => process.exit());
process.on('message', (message: { readonly emails: readonly string[] } | Round) => {
  if ('emails' in message) {
    ({ emails } = message);
    process.send?.('ready');
  } else void run(message).then((outcome) => process.send?.(outcome));
});
