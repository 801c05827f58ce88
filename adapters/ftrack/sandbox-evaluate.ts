import { related, type Row, type Table, type Tables, type Value } from './sandbox-data.ts';
import type { Condition, Literal, Operator, ParsedQuery, Path } from './sandbox-query.ts';

export interface Result {
  readonly rows: readonly Row[];
  /** Offset of the next page; null on the last, and without a limit. */
  readonly next: number | null;
}

type Test = (row: Row) => boolean;

export function runQuery(query: ParsedQuery, tables: Tables, maxPageSize: number): Result {
  const rows = matching(query, tables);
  const limit = query.limit === undefined ? undefined : Math.min(query.limit, maxPageSize);
  const end = limit === undefined ? rows.length : query.offset + limit;
  return { rows: rows.slice(query.offset, end), next: end < rows.length ? end : null };
}

function matching({ type, where, order }: ParsedQuery, tables: Tables): readonly Row[] {
  const table = tables(type);
  const [first] = order;
  const byId = order.length === 1 && first?.path.relations.length === 0 && first.path.attribute === 'id' && !first.descending;
  const candidates = (where && indexed(where, table)) ?? (byId ? table.sortedById() : table.rows);
  const found = where === undefined ? candidates : candidates.filter(toTest(where, tables));
  return order.length === 0 || found === table.sortedById() ? found : sorted(found, order, tables);
}

/** Candidates by an index, where one part of the condition asks for whole values of an own attribute. */
function indexed(where: Condition, table: Table): readonly Row[] | undefined {
  if (where.kind === 'and') {
    for (const part of where.parts) {
      const found = indexed(part, table);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const attribute = 'path' in where && where.path.relations.length === 0 ? where.path.attribute : undefined;
  const values =
    where.kind === 'compare' && where.operator === 'is'
      ? [where.value]
      : where.kind === 'in' && !where.not && !('type' in where.values)
        ? where.values
        : undefined;
  // Booleans are spelled in more than one way.
  if (attribute === undefined || values === undefined || typeof table.rows[0]?.values[attribute] === 'boolean') return undefined;
  return [...new Set(values)].flatMap((value) => table.having(attribute, value));
}

function toTest(condition: Condition, tables: Tables): Test {
  switch (condition.kind) {
    case 'and': {
      const tests = condition.parts.map((part) => toTest(part, tables));
      return (row) => tests.every((test) => test(row));
    }
    case 'or': {
      const tests = condition.parts.map((part) => toTest(part, tables));
      return (row) => tests.some((test) => test(row));
    }
    case 'compare': {
      const holds = toComparison(condition.operator, condition.value);
      return (row) => valuesAt(tables, row, condition.path).some(holds);
    }
    case 'in': {
      const wanted = new Set<Literal>('type' in condition.values ? subquery(condition.values, tables) : condition.values);
      return (row) => valuesAt(tables, row, condition.path).some((value) => wanted.has(spelled(value)) !== condition.not);
    }
    case 'related': {
      const test = condition.where && toTest(condition.where, tables);
      return (row) => {
        const others = rowsAt(tables, row, condition.path);
        return (test === undefined ? others.length > 0 : others.some(test)) !== condition.not;
      };
    }
  }
}

function subquery(query: ParsedQuery, tables: Tables): readonly Literal[] {
  const [path = { relations: [], attribute: 'id' }] = query.projections;
  return runQuery(query, tables, Infinity).rows.flatMap((row) => valuesAt(tables, row, path).map(spelled));
}

/** Case counts for `is` and `in`, not for `like`; which of it the service does is not documented. */
function toComparison(operator: Operator, wanted: Literal): (value: Value) => boolean {
  if (operator === 'is' || operator === 'is_not') return (value) => (spelled(value) === boolean(wanted, value)) === (operator === 'is');
  if (operator === 'like' || operator === 'not_like') {
    const pattern = (wanted ?? '')
      .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
      .replaceAll('%', '.*')
      .replaceAll('_', '.');
    const like = new RegExp(`^${pattern}$`, 'is');
    return (value) => typeof value === 'string' && like.test(value) === (operator === 'like');
  }
  return (value) => {
    const text = spelled(value);
    if (text === null || wanted === null) return false;
    if (text === wanted) return operator.endsWith('=');
    return text < wanted === operator.startsWith('<');
  };
}

const spelled = (value: Value): Literal => (typeof value === 'boolean' ? String(value) : value);
const boolean = (wanted: Literal, value: Value): Literal =>
  typeof value !== 'boolean' || wanted === null ? wanted : ['true', '1'].includes(wanted.toLowerCase()) ? 'true' : 'false';

/** All values at the end of a path: conditions hold when one of them does. Nothing there counts as null. */
function valuesAt(tables: Tables, row: Row, path: Path): readonly Value[] {
  const { attribute = 'id' } = path;
  if (path.relations.length === 0) return [row.values[attribute] ?? null];
  const ends = rowsAt(tables, row, path);
  return ends.length === 0 ? [null] : ends.map((end) => end.values[attribute] ?? null);
}

function rowsAt(tables: Tables, row: Row, { relations }: Path): readonly Row[] {
  let rows: readonly Row[] = [row];
  for (const { relation } of relations) rows = rows.flatMap((from) => related(tables, from, relation));
  return rows;
}

function sorted(rows: readonly Row[], order: ParsedQuery['order'], tables: Tables): readonly Row[] {
  const keyed = rows.map((row) => ({ row, keys: order.map(({ path }) => String(valuesAt(tables, row, path)[0] ?? '')) }));
  keyed.sort((a, b) => {
    for (const [n, { descending }] of order.entries()) {
      const [left = '', right = ''] = [a.keys[n], b.keys[n]];
      if (left !== right) return left < right === descending ? 1 : -1;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}
