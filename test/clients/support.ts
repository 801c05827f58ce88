import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A project of a user of the API, in a folder of its own, with the packages of this one. */
export interface ClientProject extends Disposable {
  readonly folder: string;
  write(name: string, content: string): void;
}

export function startProject(): ClientProject {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-client-'));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'), 'junction');
  return {
    folder,
    write: (name, content) => writeFileSync(join(folder, name), content),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

export interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs a program to its end. */
export function run(folder: string, file: string, ...args: readonly string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(file, args, { cwd: folder, timeout: 30_000 }, (_error, stdout, stderr) => {
    resolve({ code: child.exitCode ?? -1, said: `${stdout}${stderr}` });
  });
  return promise;
}
