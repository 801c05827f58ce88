import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url));

export interface LaunchOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface Launched {
  readonly child: ChildProcess;
  /** Both streams as they came. */
  output(): string;
  stdout(): string;
  stderr(): string;
  /** The exit code. */
  readonly end: Promise<number | null>;
  /** The first match in what it prints. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** The command line in a process of its own, with nothing of this one's environment. */
export function launch(words: readonly string[], { cwd, environment = {} }: LaunchOptions): Launched {
  const child = spawn(process.execPath, [main, ...words], { cwd, env: { PATH: process.env['PATH'], ...environment } });
  let output = '';
  let told = Promise.withResolvers<void>();
  const streams = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
      streams[name] += piece;
      told.resolve();
      told = Promise.withResolvers();
    });
  }
  const end = once(child, 'close').then(([code]) => {
    told.resolve();
    return code as number | null;
  });
  return {
    child,
    output: () => output,
    stdout: () => streams.stdout,
    stderr: () => streams.stderr,
    end,
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`it ended without saying ${String(pattern)}:\n${output}`);
        await told.promise;
      }
    },
  };
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(words: readonly string[], options: LaunchOptions): Promise<Ended> {
  const running = launch(words, options);
  const code = await running.end;
  return { code, output: running.output(), stdout: running.stdout(), stderr: running.stderr() };
}
