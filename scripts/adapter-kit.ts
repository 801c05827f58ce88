import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const templateFolder = join(import.meta.dirname, 'adapter-template');
const validType = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export interface AdapterNames {
  /** `acme-chat`: the folder, and the type in the configuration. */
  readonly type: string;
  /** `acmeChat` */
  readonly variable: string;
  /** `AcmeChat` */
  readonly prefix: string;
  /** `Acme Chat`; the newcomer corrects the spelling. */
  readonly vendor: string;
}

/** @throws RangeError for a name that cannot be a folder, a type and a variable */
export function toAdapterNames(type: string): AdapterNames {
  if (!validType.test(type))
    throw new RangeError(`"${type}" cannot be the name of an adapter: expected lower-case words joined by "-", such as acme-chat`);
  const words = type.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const prefix = words.join('');
  return { type, prefix, variable: prefix.charAt(0).toLowerCase() + prefix.slice(1), vendor: words.join(' ') };
}

/** The files of a new adapter by name: the template, which is an adapter of its own and passes the suite, under its new name. */
export async function createAdapterFiles({ type, variable, prefix, vendor }: AdapterNames): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const file of await readdir(templateFolder)) {
    const text = await readFile(join(templateFolder, file), 'utf8');
    const renamed = text
      .replaceAll('new-service', type)
      .replaceAll('New Service', vendor)
      .replaceAll('NewService', prefix)
      .replaceAll('newService', variable);
    files.set(file, renamed);
  }
  return files;
}

/**
 * The registry (`adapters/index.ts`) with the new adapter in it.
 * @throws Error when the registry does not look as this expects
 */
export function registerAdapter(registry: string, { type, variable }: AdapterNames): string {
  const line = `import { ${variable} } from './${type}/index.ts';`;
  return extend(registry, line, /(byType\(\[[^\]]*?),?(\s*\]\))/, `$1, ${variable}$2`, 'adapters/index.ts');
}

/**
 * The sandboxes (`adapters/sandboxes.ts`) with the new one among them.
 * @throws Error when the file does not look as this expects
 */
export function registerSandbox(registry: string, { type, prefix }: AdapterNames): string {
  const line = `import { create${prefix}Sandbox } from './${type}/sandbox.ts';`;
  return extend(
    registry,
    line,
    /(sandboxes[^=]*= new Map\(\[[^;]*?)(\n\]\);)/,
    `$1\n  ['${type}', create${prefix}Sandbox],$2`,
    'adapters/sandboxes.ts',
  );
}

function extend(text: string, line: string, form: RegExp, replacement: string, file: string): string {
  const lastImport = text.lastIndexOf('\nimport ');
  if (lastImport === -1 || !form.test(text)) throw new Error(`${file} has another form than expected: add the import and the line by hand`);
  const afterImports = text.indexOf('\n', lastImport + 1) + 1;
  return `${text.slice(0, afterImports)}${line}\n${text.slice(afterImports)}`.replace(form, replacement);
}
