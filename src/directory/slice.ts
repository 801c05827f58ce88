import type { Slice, Window } from '../model/views.ts';
import type { Stretch } from '../store/read/snapshot.ts';
import { formatCursor, parseCursor, type PositionShape, type PositionValue } from './cursor.ts';

/** How the rows of one kind of list are placed in it. */
export interface ListOrder<Row, Position> {
  readonly shape: PositionShape;
  readonly valuesOf: (row: Row) => readonly PositionValue[];
  readonly toPosition: (values: readonly PositionValue[]) => Position;
}

/** One row more than asked for tells whether there are more. */
export const toStretch = <Row, Position>(list: string, order: ListOrder<Row, Position>, { first, after }: Window): Stretch<Position> => ({
  after: after === undefined ? undefined : order.toPosition(parseCursor(list, order.shape, after)),
  limit: first + 1,
});

export const toSlice = <Row, Position, Node>(
  list: string,
  order: ListOrder<Row, Position>,
  { first }: Window,
  rows: readonly Row[],
  toNode: (row: Row) => Node,
): Slice<Node> => ({
  edges: rows.slice(0, first).map((row) => ({ cursor: formatCursor(list, order.valuesOf(row)), node: toNode(row) })),
  hasNext: rows.length > first,
});

export const mapSlice = <A, B>({ edges, hasNext }: Slice<A>, toNode: (node: A) => B): Slice<B> => ({
  edges: edges.map(({ cursor, node }) => ({ cursor, node: toNode(node) })),
  hasNext,
});

/** Slices of many lists of one kind, whose rows came in one answer. */
export function toSlices<Row, Position, Node>(
  list: string,
  order: ListOrder<Row, Position>,
  window: Window,
  rows: readonly Row[],
  parentOf: (row: Row) => string,
  toNode: (row: Row) => Node,
): ReadonlyMap<string, Slice<Node>> {
  const parents = Map.groupBy(rows, parentOf);
  return new Map([...parents].map(([parent, own]) => [parent, toSlice(list, order, window, own, toNode)]));
}
