import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { createAdapterFiles, registerAdapter, registerSandbox, toAdapterNames } from './adapter-kit.ts';

const root = process.env['ROLLCALL_ROOT'] ?? join(import.meta.dirname, '..');

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

async function createAdapter(type: string): Promise<void> {
  const names = toAdapterNames(type);
  const folder = join(root, 'adapters', type);
  if (existsSync(folder)) throw new RangeError(`adapters/${type} is there already`);
  const registries = new Map<string, string>();
  for (const [file, register] of [
    ['index.ts', registerAdapter],
    ['sandboxes.ts', registerSandbox],
  ] as const) {
    const path = join(root, 'adapters', file);
    registries.set(path, register(await readFile(path, 'utf8'), names));
  }
  const files = await createAdapterFiles(names);
  await mkdir(folder);
  for (const [file, text] of files) await write(join(folder, file), text);
  for (const [path, text] of registries) await write(path, text);
  console.log(`adapters/${type} is made and registered. Next: docs/adapters.md, and\n\n  npx vitest run test/conformance -t '^${type} '\n`);
}

const [type] = process.argv.slice(2);
try {
  if (type === undefined) throw new RangeError('usage: npm run adapter:new NAME');
  await createAdapter(type);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
