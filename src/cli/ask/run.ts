import { z } from 'zod';
import { environment } from '../../config/environment.ts';
import { exitCodes, UserError } from '../exit.ts';
import { serviceText, type Answer } from './answer.ts';
import type { OutputFormat } from './names.ts';
import { written } from './output.ts';
import { plain } from './plain.ts';
import { question, QueryError, type Gateway } from './question.ts';
import { coverage, coverageFields, type Coverage, type Service } from './shapes.ts';

export interface AskOptions {
  readonly output: OutputFormat;
  readonly config: string;
  readonly url?: string;
  readonly store?: string;
}

/** One command's question, once it is known which services there are. */
export type Command<Row> = (gateway: Gateway, services: readonly Service[]) => Answer<Row> | Promise<Answer<Row>>;

const basis = question<object>()(
  `query Basis { services { coverage { ${coverageFields} } } }`,
  z.object({ services: z.array(z.object({ coverage })) }).transform(({ services }) => services.map((each) => each.coverage)),
);

/** Asks, writes the answer to stdout and what it lacks to stderr. @returns the exit code. */
export async function run<Row>(options: AskOptions, command: Command<Row>): Promise<number> {
  await using gateway = await open(options);
  try {
    const standing = await gateway.ask(basis, {});
    const answer = await command(
      gateway,
      standing.map(({ service }) => service),
    );
    const coverage = answer.coverage ?? standing;
    for (const line of coverageWarnings(coverage)) warn(line);
    // What cannot be written is told to whoever writes; without a listener it would end the process.
    process.stdout.on('error', () => undefined);
    const colour = process.stdout.isTTY && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
    for await (const text of written(options.output, answer, coverage, { colour })) {
      if (!(await put(text))) break;
    }
    return exitCodes.done;
  } catch (error) {
    if (error instanceof QueryError) throw new UserError(error.message, error.code === 'BAD_USER_INPUT' ? exitCodes.unusable : exitCodes.failed);
    throw error;
  }
}

async function open({ url, store, config }: AskOptions): Promise<Gateway> {
  if (url !== undefined) {
    if (store !== undefined) throw new UserError('--url asks a running server, --store a store itself: give one of them');
    const { openRemote } = await import('./remote.ts');
    const key = environment['ROLLCALL_KEY'];
    return openRemote({ url, key: key === '' ? undefined : key, warn });
  }
  const [{ openLocal }, { findStore }] = await Promise.all([import('./local.ts'), import('./place.ts')]);
  return openLocal(findStore({ store, config, environment }));
}

/** What a service does not contribute, or only what is old. One that has no such data lacks nothing. */
export function coverageWarnings(all: readonly Coverage[]): readonly string[] {
  if (all.length === 0) return ['no service was read yet: run `rollcall sync`'];
  return all
    .filter(({ state }) => state !== 'COMPLETE' && state !== 'UNSUPPORTED')
    .map(({ service, state, asOf, issue }) => {
      const name = `${service.displayName} (${serviceText(service)})`;
      const since = asOf === null ? 'nothing of it is known' : `what is known of it was read at ${asOf}`;
      return `${name} is ${state}: ${since}${issue === null ? '' : `; ${issue.message}`}`;
    });
}

const warn = (text: string): void => console.error(`warning: ${plain(text)}`);

/** @returns false when nobody reads on, as behind `| head`. */
function put(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error == null) resolve(true);
      else if ('code' in error && error.code === 'EPIPE') resolve(false);
      else reject(error);
    });
  });
}
