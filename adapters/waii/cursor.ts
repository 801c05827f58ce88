import { z } from 'zod';
import type { Cursor } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';

const state = z.object({
  /** Ids of organizations that wait, the present one first; null is the caller's own, whatever its id. */
  queue: z.array(z.string().nullable()).readonly(),
  step: z.enum(['tenants', 'users']),
  /** More organizations than the cursor holds: those after this id are still to be asked for. */
  after: z.string().optional(),
  /** Whether the users of any organization could be read. */
  readable: z.boolean(),
});
/** Where the reading of the directory stands. */
export type State = z.infer<typeof state>;

export const formatCursor = (at: State): Cursor => JSON.stringify(at);

/** @throws AdapterError CURSOR_EXPIRED for a cursor that this version does not know: the listing starts again. */
export function parseCursor(cursor: Cursor): State {
  try {
    return state.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new AdapterError('CURSOR_EXPIRED', 'Waii: this page cursor is none of ours; the listing starts again', { cause });
  }
}

/** A cursor may take 64 KiB; this leaves room for the rest of it. */
const maxQueueBytes = 40_000;

/** The first of these whose ids fit into a cursor together; never none of some. */
export function takeFitting<T extends { readonly id: string }>(sorted: readonly T[]): readonly T[] {
  let bytes = 0;
  const end = sorted.findIndex(({ id }, at) => (bytes += Buffer.byteLength(JSON.stringify(id)) + 1) > maxQueueBytes && at > 0);
  return end === -1 ? sorted : sorted.slice(0, end);
}
