import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Path } from './problems.ts';

export interface Interpolation {
  readonly value: unknown;
  readonly problems: readonly { readonly path: Path; readonly cause: string; readonly fix: string }[];
  /** Paths of credentials that stand in the file in clear. */
  readonly literals: readonly Path[];
}

const variable = /\$\{([A-Za-z_]\w*)\}/g;

/** Replaces `${NAME}` by the environment's value everywhere, and a credential `file:PATH` by the first line of that file. */
export function interpolate(value: unknown, environment: Readonly<Record<string, string | undefined>>, folder: string): Interpolation {
  const problems: { path: Path; cause: string; fix: string }[] = [];
  const literals: Path[] = [];

  function text(raw: string, path: Path): string {
    const replaced = raw.replaceAll(variable, (_, name: string) => {
      const found = environment[name];
      if (found === undefined || found === '') {
        problems.push({
          path,
          cause: `the environment variable ${name} is ${found === '' ? 'empty' : 'not set'}`,
          fix: `set ${name} before starting, or use file:PATH`,
        });
        return '';
      }
      return found;
    });
    const isCredential = path.at(-2) === 'credentials';
    if (isCredential && replaced.startsWith('file:')) return fromFile(replaced.slice('file:'.length), path);
    if (isCredential && replaced === raw) literals.push(path);
    return replaced;
  }

  function fromFile(name: string, path: Path): string {
    try {
      return readFileSync(resolve(folder, name), 'utf8').trim();
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
      problems.push({
        path,
        cause: `the secret's file cannot be read (${why})`,
        fix: 'give the path of a readable file behind file:, relative to the configuration or absolute',
      });
      return '';
    }
  }

  function walk(node: unknown, path: Path): unknown {
    if (typeof node === 'string') return text(node, path);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (node !== null && typeof node === 'object')
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
    return node;
  }

  return { value: walk(value, []), problems, literals };
}
