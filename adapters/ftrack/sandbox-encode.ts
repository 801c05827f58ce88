import { related, type Row, type Tables } from './sandbox-data.ts';
import type { Path } from './sandbox-query.ts';
import type { Schemas } from './sandbox-schema.ts';

/** Rows with what was selected of them. */
export interface Selected {
  readonly rows: readonly Row[];
  readonly projections: readonly Path[];
}

/**
 * The entities of one reply. Each is written out where it first occurs, with all that any query of the request selected of it; after that only its
 * type and id are sent.
 */
export function encodeNormalised(replies: readonly Selected[], tables: Tables, schemas: Schemas): readonly (readonly object[])[] {
  const wanted = new Map<Row, Set<string>>();
  const want = (row: Row): Set<string> => {
    let names = wanted.get(row);
    if (names === undefined) wanted.set(row, (names = new Set(schemas.get(row.type)?.system)));
    return names;
  };
  for (const { rows, projections } of replies) {
    for (const row of rows) {
      want(row);
      for (const { relations, attribute } of projections) {
        let ends: readonly Row[] = [row];
        for (const { name, relation } of relations) {
          for (const end of ends) want(end).add(name);
          ends = ends.flatMap((end) => related(tables, end, relation));
        }
        for (const end of ends) {
          const names = want(end);
          if (attribute !== undefined) names.add(attribute);
        }
      }
    }
  }
  const sent = new Set<Row>();
  const encode = (row: Row): object => {
    const mention = { __entity_type__: row.type, id: row.id };
    if (sent.has(row)) return mention;
    sent.add(row);
    return { ...mention, ...Object.fromEntries(Array.from(wanted.get(row) ?? [], (name) => [name, valueOf(row, name, encode, tables, schemas)])) };
  };
  return replies.map(({ rows }) => rows.map(encode));
}

/** With `denormalize:1` every mention is whole, and nothing comes unasked. */
export function encodeDenormalised({ rows, projections }: Selected, tables: Tables, schemas: Schemas): readonly object[] {
  return rows.map((row) => encode(row, projections));

  function encode(row: Row, paths: readonly Path[]): object {
    const names = new Map<string, Path[]>();
    for (const { relations, attribute } of paths) {
      const [first, ...rest] = relations;
      const name = first?.name ?? attribute;
      if (name === undefined) continue;
      const below = names.get(name) ?? [];
      if (first !== undefined) below.push({ relations: rest, ...(attribute !== undefined && { attribute }) });
      names.set(name, below);
    }
    const values = Array.from(names, ([name, below]) => [name, valueOf(row, name, (other) => encode(other, below), tables, schemas)]);
    return { __entity_type__: row.type, id: row.id, ...Object.fromEntries(values) };
  }
}

function valueOf(row: Row, name: string, encode: (row: Row) => object, tables: Tables, schemas: Schemas): unknown {
  const relation = schemas.get(row.type)?.relations[name];
  if (relation === undefined) return row.values[name] ?? null;
  const others = related(tables, row, relation).map(encode);
  return relation.kind === 'one' ? (others[0] ?? null) : others;
}
