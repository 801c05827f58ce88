import type { ZodType } from 'zod';
import type { Cursor } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';

export const formatCursor = (state: object): Cursor => JSON.stringify(state);

/** @throws AdapterError CURSOR_EXPIRED for a cursor that this version does not know: the listing starts again. */
export function parseCursor<T>(cursor: Cursor, shape: ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new AdapterError('CURSOR_EXPIRED', 'ftrack: this page cursor is none of ours; the listing starts again', { cause });
  }
}
