import { distance } from 'fastest-levenshtein';
import { LineCounter, isMap, isScalar, isSeq, type Document, type Node } from 'yaml';

/** One thing that is wrong with the configuration, and where. Values are never quoted: they may be secrets. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  /** `services[0].credentials.token`; empty for the file as a whole. */
  readonly path: string;
  readonly cause: string;
  readonly fix: string | undefined;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => formatProblem(file, problem)).join('\n'));
    this.problems = problems;
  }
}

const formatProblem = (file: string, { line, column, path, cause, fix }: ConfigProblem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${cause}${fix === undefined ? '' : `\n  ${fix}`}`;

export type Path = readonly PropertyKey[];

export function formatPath(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}

/** Tells where in the file a path stands: the value, the key itself, or the nearest thing around it that exists. */
export function createLocator(document: Document, lines: LineCounter): (path: Path, at?: 'key' | 'value') => { line: number; column: number } {
  return (path, at = 'value') => {
    const { line, col } = lines.linePos(offsetOf(document, path, at));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}

function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      const key = pair.key as Node;
      offset = key.range?.[0] ?? offset;
      node = pair.value as Node | null;
      if (index === path.length - 1 && at === 'key') return offset;
    } else if (isSeq(node)) node = (node.items[Number(part)] as Node | undefined) ?? null;
    else return offset;
    offset = node?.range?.[0] ?? offset;
  }
  return offset;
}

/** The known word that was probably meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, far: farness(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(2, Math.floor(candidate.length / 3)))
    .toSorted((a, b) => a.far - b.far);
  return best?.candidate;
}

const farness = (word: string, candidate: string): number => (word.length > 2 && candidate.startsWith(word) ? 1 : distance(word, candidate));
