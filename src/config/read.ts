import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { AdapterDefinition } from '../contract/adapter.ts';
import type { Config, ConfiguredService } from './config.ts';
import { ConfigError, createLocator, formatPath, nearest, type ConfigProblem, type Path } from './problems.ts';
import { commonServiceKeys, commonServiceSettings, configFile } from './schema.ts';
import { interpolate } from './secrets.ts';
import { inputSchema, unknownKeys } from './unknown-keys.ts';

export interface ReadOptions {
  readonly adapters: ReadonlyMap<string, AdapterDefinition>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads and checks a configuration file whole: every problem is told at once, with its place, its cause and what to do.
 * @throws ConfigError
 */
export function readConfig(file: string, options: ReadOptions): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new ConfigError(file, [
      {
        line: 1,
        column: 1,
        path: '',
        cause: missing ? 'there is no such file' : 'the file cannot be read',
        fix: 'give its path with --config FILE; without any configuration `rollcall demo` shows the demo company',
      },
    ]);
  }
  return parseConfig(text, file, options);
}

export function parseConfig(text: string, file: string, { adapters, environment }: ReadOptions): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0)
    throw new ConfigError(
      file,
      document.errors.map((error) => yamlProblem(error, lines)),
    );
  const collector = createCollector(document, lines);
  const folder = dirname(resolve(file));
  const { value, problems, literals } = interpolate(document.toJS({ maxAliasCount: 100 }) ?? {}, environment, folder);
  for (const { path, cause, fix } of problems) collector.add(path, cause, fix);
  const unresolved = problems.map(({ path }) => formatPath(path));

  const top = configFile.safeParse(value);
  if (!top.success) {
    collector.addZod(top.error, value, [], unresolved);
    throw new ConfigError(file, collector.problems());
  }
  const services = top.data.services.map((entry, index) => readService(entry, ['services', index], adapters, collector, unresolved));
  refuseTwins(services, collector);
  if (collector.problems().length > 0) throw new ConfigError(file, collector.problems());
  const { store } = top.data;
  return {
    listen: top.data.listen,
    store: /^postgres(ql)?:/.test(store) ? store : resolve(folder, store),
    managedDomains: top.data.managedDomains,
    services: services.filter((service) => service !== undefined),
    source: { text, file },
    warnings: literals.filter((path) => !isPlainCredential(path)).map((path) => literalWarning(file, collector, path)),
  };
}

const yamlProblem = (error: { readonly message: string; readonly pos: readonly [number, number] }, lines: LineCounter): ConfigProblem => {
  const { line, col } = lines.linePos(error.pos[0]);
  return {
    line,
    column: col,
    path: '',
    cause: `this is not valid YAML: ${error.message.split('\n')[0] ?? ''}`,
    fix: 'check the indentation and the quotes on this line',
  };
};

// Paths and addresses that stand among the credentials but are none.
const plainCredentials: ReadonlySet<PropertyKey> = new Set(['csv', 'dump', 'users', 'from', 'apiUser']);
const isPlainCredential = (path: Path): boolean => plainCredentials.has(path.at(-1) ?? '');

function literalWarning(file: string, collector: Collector, path: Path): string {
  const { line, column } = collector.locate(path);
  return `${file}:${line}:${column}: ${formatPath(path)} stands in the file in clear: use "\${NAME}" or file:PATH`;
}

function readService(
  entry: Readonly<Record<string, unknown>>,
  path: Path,
  adapters: ReadonlyMap<string, AdapterDefinition>,
  collector: Collector,
  unresolved: readonly string[],
): ConfiguredService | undefined {
  const common = commonServiceSettings.safeParse(entry);
  if (!common.success) collector.addZod(common.error, entry, path, unresolved);
  const type = typeof entry['type'] === 'string' ? entry['type'] : undefined;
  const definition = type === undefined ? undefined : adapters.get(type);
  if (type !== undefined && definition === undefined) {
    const known = [...adapters.keys()];
    const meant = nearest(type, known);
    collector.add(
      [...path, 'type'],
      `there is no adapter for "${type}"`,
      meant === undefined ? `known types: ${known.join(', ')}` : `did you mean "${meant}"?`,
    );
  }
  if (definition === undefined) return undefined;

  const own = Object.fromEntries(Object.entries(entry).filter(([key]) => !commonServiceKeys.includes(key)));
  const strangers = unknownKeys(own, inputSchema(definition.settings), commonServiceKeys);
  for (const { path: inner, cause, fix } of strangers) collector.add([...path, ...inner], cause, fix, 'key');
  const settings = definition.settings.safeParse(own);
  if (!settings.success) collector.addZod(settings.error, own, path, unresolved);
  if (!common.success || !settings.success) return undefined;
  const { name, emailTrust = definition.defaults.emailTrust, people = definition.defaults.people, levels, sync, unsafeTrustAllEmails } = common.data;
  if (emailTrust === 'ALWAYS' && unsafeTrustAllEmails !== true) {
    collector.add(
      [...path, 'emailTrust'],
      'ALWAYS lets whoever can type an address into this service become that person',
      'take MANAGED_DOMAINS, or add unsafeTrustAllEmails: true if nobody can',
    );
  }
  return { name, type: definition.type, definition, settings: settings.data, emailTrust, people, levels, everyMs: sync.every };
}

function refuseTwins(services: readonly (ConfiguredService | undefined)[], collector: Collector): void {
  const names = new Set<string>();
  for (const [index, service] of services.entries()) {
    if (service === undefined) continue;
    if (names.has(service.name))
      collector.add(['services', index, 'name'], `"${service.name}" names two services`, 'give each service a name of its own');
    names.add(service.name);
  }
}

interface Collector {
  add(path: Path, cause: string, fix?: string, at?: 'key' | 'value'): void;
  addZod(error: z.ZodError, value: unknown, base: Path, unresolved: readonly string[]): void;
  locate(path: Path): { line: number; column: number };
  problems(): readonly ConfigProblem[];
}

function createCollector(document: Document, lines: LineCounter): Collector {
  const locate = createLocator(document, lines);
  const found: ConfigProblem[] = [];
  const add: Collector['add'] = (path, cause, fix, at) => {
    const shown = formatPath(path);
    if (found.some((problem) => problem.path === shown)) return;
    found.push({ ...locate(path, at), path: shown, cause, fix });
  };
  return {
    add,
    locate: (path) => locate(path),
    problems: () => found.toSorted((a, b) => a.line - b.line || a.column - b.column),
    addZod(error, value, base, unresolved) {
      for (const issue of flatten(error.issues)) {
        const path = [...base, ...issue.path];
        // What could not be filled in is told once, as the missing variable.
        if (unresolved.includes(formatPath(path))) continue;
        if (issue.code === 'unrecognized_keys') {
          for (const key of issue.keys) {
            const meant = base.length === 0 && issue.path.length === 0 ? nearest(key, Object.keys(configFile.shape)) : undefined;
            add([...path, key], 'unknown key', meant === undefined ? undefined : `did you mean "${meant}"?`, 'key');
          }
        } else add(path, causeOf(issue, at(value, issue.path)));
      }
    },
  };
}

type ZodIssue = z.core.$ZodIssue;

/** For a union, what is wrong with the branch that came nearest. */
function flatten(issues: readonly ZodIssue[]): readonly ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const [nearestBranch] = issue.errors.toSorted((a, b) => a.length - b.length);
    return flatten(nearestBranch ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

function causeOf(issue: ZodIssue, value: unknown): string {
  if (value === undefined && issue.code === 'invalid_type') return `is missing: ${expectation(issue.expected)}`;
  if (issue.code === 'invalid_type') return `${expectation(issue.expected)}, found ${shapeOf(value)}`;
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String);
    const meant = typeof value === 'string' ? nearest(value, words) : undefined;
    return `expected one of ${words.join(', ')}${value === undefined ? '; it is missing' : ''}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  }
  return issue.message;
}

const expectation = (expected: string): string =>
  `expected ${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected === 'record' ? 'mapping' : expected}`;

const shapeOf = (value: unknown): string =>
  value === null ? 'nothing' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, part) => (node !== null && typeof node === 'object' ? (node as Record<PropertyKey, unknown>)[part] : undefined),
    value,
  );
}
