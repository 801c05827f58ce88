import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const fileHere = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const environment = { ...process.env, NODE_ENV: 'production' };

/** Starts a file of this folder. */
export const start = (name: string): ChildProcess => fork(fileHere(name), { env: environment, serialization: 'advanced' });

/** Sends a message and waits for the next answer. */
export async function talk<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answered = once(child, 'message');
  child.send(message);
  const settled = new AbortController();
  const died = once(child, 'exit', { signal: settled.signal }).then(() => Promise.reject(new Error('a process of the bench ended too soon')));
  const [answer] = (await Promise.race([answered, died])) as [Answer];
  died.catch(() => undefined);
  settled.abort();
  return answer;
}

export const post = (url: string, question: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) });

export interface Gateway {
  readonly pid: number;
  readonly url: string;
  /** From the start of the process to the first answer. */
  readonly firstAnswerMs: number;
  stop(): Promise<void>;
}

/** Starts the gateway as an operator does and asks until it answers. */
export async function startGateway(configFile: string, question: object): Promise<Gateway> {
  const began = performance.now();
  const child = spawn(process.execPath, [fileHere('../src/cli/main.mjs'), '-c', configFile, 'start'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  process.once('exit', () => child.kill());
  let url: string | undefined;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    url = /answers at (\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined || child.pid === undefined) throw new Error('the gateway did not start');
  child.stdout.resume();
  const answer = await post(url, question);
  const body = await answer.text();
  if (!answer.ok || body.includes('"errors"')) throw new Error(`the gateway answered ${answer.status}: ${body.slice(0, 500)}`);
  return {
    pid: child.pid,
    url,
    firstAnswerMs: performance.now() - began,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Memory of a process in MiB. */
export function rssMibOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

// Of Linux: clock ticks are hundredths of a second there (man 5 proc_pid_stat).
const msPerTick = 10;

/** What a process has cost, where the system tells. */
export function cpuMsOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return undefined;
  }
}
