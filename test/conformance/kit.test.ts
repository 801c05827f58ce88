import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNewServiceSandbox } from '../../scripts/adapter-template/sandbox.ts';
import { newService } from '../../scripts/adapter-template/index.ts';
import { registerAdapter, registerSandbox, toAdapterNames } from '../../scripts/adapter-kit.ts';
import type * as Registry from '../../adapters/index.ts';
import type * as Sandboxes from '../../adapters/sandboxes.ts';
import { openBench } from './bench.ts';
import { checks, findCheck } from './checks.ts';
import { createPlainInstance, findSubjects } from './subject.ts';
import { conforms } from './suite.ts';

conforms(
  { type: 'new-service', definition: newService, createSandbox: createNewServiceSandbox, instance: createPlainInstance('new-service') },
  checks,
);

const execute = promisify(execFile);
/** A failure shows what the command printed: tsc says its errors on stdout. */
const run = (file: string, args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv } = {}) =>
  execute(file, args, options).catch((error: Error & { readonly stdout?: string; readonly stderr?: string }) => {
    throw new Error(`${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  });
const repository = join(import.meta.dirname, '../..');
const registries = ['adapters/index.ts', 'adapters/sandboxes.ts'];

describe('npm run adapter:new', () => {
  let root: string;
  const create = (name: string) =>
    run(process.execPath, [join(repository, 'scripts/new-adapter.ts'), name], { env: { ...process.env, ROLLCALL_ROOT: root } });

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'rollcall-kit-'));
    await mkdir(join(root, 'adapters'));
    for (const shared of ['src', 'node_modules', 'package.json', '.prettierrc.json']) await symlink(join(repository, shared), join(root, shared));
    for (const { type } of findSubjects()) await symlink(join(repository, 'adapters', type), join(root, 'adapters', type));
    for (const registry of registries) await cp(join(repository, registry), join(root, registry));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('makes an adapter that compiles, is registered beside the others, and reads its sandbox whole', { timeout: 60_000 }, async () => {
    await create('acme-chat');
    const options = {
      extends: join(repository, 'tsconfig.json'),
      include: ['adapters/acme-chat'],
    };
    await writeFile(join(root, 'tsconfig.json'), JSON.stringify(options));
    await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', root]);
    await run(process.execPath, [
      join(repository, 'node_modules/prettier/bin/prettier.cjs'),
      '--check',
      join(root, 'adapters/acme-chat'),
      ...registries.map((registry) => join(root, registry)),
    ]);

    const { adapters } = (await import(join(root, 'adapters/index.ts'))) as typeof Registry;
    const { sandboxes } = (await import(join(root, 'adapters/sandboxes.ts'))) as typeof Sandboxes;
    expect([...adapters.keys()]).toEqual([...findSubjects().map(({ type }) => type), 'acme-chat']);
    expect(adapters.get('acme-chat')?.vendor).toBe('Acme Chat');
    const subject = findSubjects(adapters, sandboxes).find(({ type }) => type === 'acme-chat');
    if (subject === undefined) throw new Error('not registered');
    await using bench = await openBench(subject);
    for (const id of ['T1 whole read', 'T2 record rules', 'T3 definition', 'L1 by id', 'P8 401']) expect(await findCheck(id).run(bench)).toEqual([]);
  });

  test('overwrites nothing and takes no odd names', async () => {
    await expect(create('sym')).rejects.toThrow('adapters/sym is there already');
    await expect(create('../evil')).rejects.toThrow('cannot be the name of an adapter');
    for (const registry of registries) expect(await readFile(join(root, registry), 'utf8')).not.toContain('evil');
  });

  test('says so when the registry has another form', () => {
    expect(() => registerAdapter('export const adapters = [];\n', toAdapterNames('acme'))).toThrow('adapters/index.ts has another form');
    expect(() => registerSandbox('export const sandboxes = [];\n', toAdapterNames('acme'))).toThrow('adapters/sandboxes.ts has another form');
  });
});
