import { BadCursorError } from './view.ts';

/** What each value of a position is: `service` its number in the store; `null` stands for a value that some rows lack. */
export type PositionShape = readonly ('text' | 'service' | 'integer' | 'integer or null')[];
export type PositionValue = string | number | null;

/** A cursor names its list, so that one of another list, or of the same list in another order, is refused. It holds a position, never a record. */
export const formatCursor = (list: string, position: readonly PositionValue[]): string =>
  Buffer.from(JSON.stringify([list, ...position])).toString('base64url');

const maxLength = 16_384;

/** @throws BadCursorError */
export function parseCursor(list: string, shape: PositionShape, cursor: string): readonly PositionValue[] {
  if (cursor.length > maxLength || !/^[\w-]+$/.test(cursor)) throw new BadCursorError();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new BadCursorError();
  }
  if (!Array.isArray(parts)) throw new BadCursorError();
  const [of, ...position] = parts as unknown[];
  if (of !== list || position.length !== shape.length || !position.every((value, n) => fits(value, shape[n]))) throw new BadCursorError();
  return position as readonly PositionValue[];
}

function fits(value: unknown, shape: PositionShape[number] | undefined): boolean {
  // The stores hold no NUL, and PostgreSQL takes none.
  if (shape === 'text') return typeof value === 'string' && !value.includes('\0');
  // PostgreSQL refuses what its 32-bit columns could not hold.
  if (shape === 'service') return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
  return Number.isSafeInteger(value) || (shape === 'integer or null' && value === null);
}
