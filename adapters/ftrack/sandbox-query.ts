import type { EntitySchema, Relation, Schemas } from './sandbox-schema.ts';
import { QueryError, tokenize, type Token } from './sandbox-tokens.ts';

export type Literal = string | null;
export type Operator = 'is' | 'is_not' | 'like' | 'not_like' | '>' | '<' | '>=' | '<=';

/** A way from the queried type over relations to an attribute. */
export interface Path {
  readonly relations: readonly { readonly name: string; readonly relation: Relation }[];
  /** Absent: the path ends at a relation. */
  readonly attribute?: string;
}

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'compare'; readonly path: Path; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: 'in'; readonly path: Path; readonly not: boolean; readonly values: readonly Literal[] | ParsedQuery }
  /** `none` of the related entities meet it, or `some` do. */
  | { readonly kind: 'related'; readonly path: Path; readonly not: boolean; readonly where: Condition | undefined };

export interface ParsedQuery {
  readonly type: string;
  readonly projections: readonly Path[];
  readonly where: Condition | undefined;
  readonly order: readonly { readonly path: Path; readonly descending: boolean }[];
  readonly limit: number | undefined;
  readonly offset: number;
}

const operators: Readonly<Record<string, Operator>> = {
  is: 'is',
  '=': 'is',
  is_not: 'is_not',
  '!=': 'is_not',
  like: 'like',
  not_like: 'not_like',
  '>': '>',
  after: '>',
  greater_than: '>',
  '<': '<',
  before: '<',
  less_than: '<',
  '>=': '>=',
  '<=': '<=',
};

/**
 * The documented grammar and nothing else: github.com/ftrackhq/ftrack-python, doc/querying.rst.
 * @throws QueryError with the service's text for what its schemas lack
 */
export function parseQuery(expression: string, schemas: Schemas): ParsedQuery {
  const tokens = tokenize(expression);
  let at = 0;

  const isNext = (value: string, kind: Token['kind'] = 'word'): boolean => tokens[at]?.kind === kind && tokens[at]?.value === value;
  const accept = (value: string, kind: Token['kind'] = 'word'): boolean => {
    const found = isNext(value, kind);
    if (found) at += 1;
    return found;
  };
  const expect = (value: string, kind: Token['kind'] = 'word'): void => {
    if (!accept(value, kind)) throw unexpected(`expected ${value}`);
  };
  const unexpected = (what: string): QueryError => new QueryError(`Syntax error at token ${at + 1}: ${what}.`);
  const word = (): string => {
    const token = tokens[at];
    if (token?.kind !== 'word') throw unexpected('expected a name');
    at += 1;
    return token.value;
  };
  const number = (): number => {
    const text = word();
    if (!/^\d{1,9}$/.test(text)) throw unexpected('expected a whole number');
    return Number(text);
  };
  function list<T>(item: () => T): readonly T[] {
    const items = [item()];
    while (accept(',', 'sign')) items.push(item());
    return items;
  }

  function query(): ParsedQuery {
    const names = accept('select') ? list(word) : [];
    if (names.length > 0) expect('from');
    const type = word();
    const projections = names.map((name) => toPath(schemas, type, name));
    schemaOf(schemas, type);
    const where = accept('where') ? either(type) : undefined;
    const order = accept('order') ? (expect('by'), list(() => ordering(type))) : [];
    const limit = accept('limit') ? number() : undefined;
    return { type, projections, where, order, limit, offset: accept('offset') ? number() : 0 };
  }

  function ordering(type: string): ParsedQuery['order'][number] {
    const path = attributePath(type);
    const descending = accept('descending');
    if (!descending) accept('ascending');
    return { path, descending };
  }

  function either(type: string): Condition {
    const parts = [both(type)];
    while (accept('or')) parts.push(both(type));
    return joined('or', parts);
  }

  function both(type: string): Condition {
    const parts = [single(type)];
    while (accept('and')) parts.push(single(type));
    return joined('and', parts);
  }

  function single(type: string): Condition {
    if (accept('(', 'sign')) {
      const inner = either(type);
      expect(')', 'sign');
      return inner;
    }
    const not = accept('not');
    const path = toPath(schemas, type, word());
    if (path.attribute === undefined) {
      if (!accept('has') && !accept('any')) throw unexpected('expected has or any');
      expect('(', 'sign');
      const target = path.relations.at(-1)?.relation.to ?? type;
      const where = isNext(')', 'sign') ? undefined : either(target);
      expect(')', 'sign');
      return { kind: 'related', path, not, where };
    }
    if (not) throw unexpected('not goes with has and any');
    return comparison(path);
  }

  function comparison(path: Path): Condition {
    if (isNext('in') || isNext('not_in')) {
      const isNot = word() === 'not_in';
      expect('(', 'sign');
      const values = isNext('select') ? query() : list(literal);
      expect(')', 'sign');
      return { kind: 'in', path, not: isNot, values };
    }
    const token = tokens[at];
    const operator = token === undefined || token.kind === 'text' || !Object.hasOwn(operators, token.value) ? undefined : operators[token.value];
    if (operator === undefined) throw unexpected('expected an operator');
    at += 1;
    return { kind: 'compare', path, operator, value: literal() };
  }

  function literal(): Literal {
    const token = tokens[at];
    if (token === undefined || token.kind === 'sign') throw unexpected('expected a value');
    at += 1;
    return token.kind === 'word' && ['none', 'None', 'null'].includes(token.value) ? null : token.value;
  }

  function attributePath(type: string): Path {
    const path = toPath(schemas, type, word());
    if (path.attribute === undefined) throw unexpected('expected an attribute');
    return path;
  }

  const parsed = query();
  if (at < tokens.length) throw unexpected('expected the end');
  return parsed;
}

const joined = (kind: 'and' | 'or', parts: readonly Condition[]): Condition =>
  parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind, parts };

function toPath(schemas: Schemas, type: string, dotted: string): Path {
  const relations: { readonly name: string; readonly relation: Relation }[] = [];
  let at = type;
  const names = dotted.split('.');
  for (const [n, name] of names.entries()) {
    const schema = schemaOf(schemas, at);
    const relation = Object.hasOwn(schema.relations, name) ? schema.relations[name] : undefined;
    if (relation !== undefined) {
      relations.push({ name, relation });
      at = relation.to;
    } else if (n === names.length - 1 && Object.hasOwn(schema.attributes, name)) return { relations, attribute: name };
    else throw new QueryError(`No attribute '${name}' exists for schema '${at}'.`);
  }
  return { relations };
}

function schemaOf(schemas: Schemas, type: string): EntitySchema {
  const schema = schemas.get(type);
  if (schema === undefined) throw new QueryError(`No schema '${type}' exists.`);
  return schema;
}
