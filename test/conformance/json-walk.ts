import type { SandboxResponse } from '../../src/contract/sandbox.ts';
import { textOf } from './rows.ts';

export type Path = readonly (string | number)[];

/** The body as JSON; undefined when it is none. */
export function parseBody(response: SandboxResponse | undefined): unknown {
  try {
    return response && JSON.parse(textOf(response));
  } catch {
    return undefined;
  }
}

export function withText(response: SandboxResponse, body: string): SandboxResponse {
  return { ...response, headers: { 'content-type': 'application/json', ...response.headers }, body };
}

export const withJson = (response: SandboxResponse, value: unknown): SandboxResponse => withText(response, JSON.stringify(value));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

export function getAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined), value);
}

/** A changed copy; `undefined` takes the entry away. */
export function setAt(value: unknown, path: Path, replacement: unknown): unknown {
  const copy: unknown = structuredClone(value);
  const [last, ...above] = path.toReversed();
  const parent = getAt(copy, above.toReversed());
  if (last === undefined) return replacement;
  if (typeof parent !== 'object' || parent === null) return copy;
  if (replacement !== undefined) Reflect.set(parent, last, replacement);
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
  return copy;
}

/** Every place below, of lists the first entry only. */
export function walk(value: unknown, path: Path = []): readonly (readonly [Path, unknown])[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [[[...path, 0], value[0]] as const, ...walk(value[0], [...path, 0])];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[[...path, key], inner] as const, ...walk(inner, [...path, key])]);
}

/** Adds to every object. */
export function addEverywhere(value: unknown, extra: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((inner) => addEverywhere(inner, extra));
  if (!isObject(value)) return value;
  return { ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, addEverywhere(inner, extra)])), ...extra };
}

/** The list whose entries carry the given ids: the outermost one. */
export function findEntries(value: unknown, ids: ReadonlySet<string>): Path | undefined {
  let level: readonly (readonly [Path, unknown])[] = [[[], value]];
  while (level.length > 0) {
    for (const [path, at] of level) if (Array.isArray(at) && at.some((entry) => isObject(entry) && carries(entry, ids))) return path;
    level = level.flatMap(([path, at]) =>
      typeof at === 'object' && at !== null
        ? Object.entries(at).map(([key, inner]) => [[...path, Array.isArray(at) ? Number(key) : key], inner] as const)
        : [],
    );
  }
  return undefined;
}

function carries(entry: Readonly<Record<string, unknown>>, ids: ReadonlySet<string>): boolean {
  return Object.values(entry).some((inner) =>
    isObject(inner) ? carries(inner, ids) : (typeof inner === 'string' || typeof inner === 'number') && ids.has(String(inner)),
  );
}

export const countLeaves = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + countLeaves(inner), 0)
    : value === null || value === ''
      ? 0
      : 1;

export const showPath = (path: Path): string => path.join('.');
