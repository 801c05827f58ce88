import { z } from 'zod';
import type { Cursor, Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { RecordKind, SourceRecord } from '../../src/contract/records.ts';

export interface Found {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRecord[];
}
export const nothing: Found = { records: [], rejected: [] };

interface QueueOptions {
  readonly name: string;
  readonly yields: readonly RecordKind[];
  /** How many things one page reads. */
  readonly pageSize: number;
  /** The things to read one by one. What was found on the way is kept the first time only. */
  list(signal: AbortSignal): Promise<Found & { readonly ids: readonly string[] }>;
  read(id: string, signal: AbortSignal): Promise<Found>;
}

const state = z.union([
  /** `more`: further things follow the last of the queue. */
  z.object({ queue: z.array(z.string()).min(1), more: z.boolean() }),
  /** List again, and go on after this one. */
  z.object({ after: z.string() }),
]);
type State = z.infer<typeof state>;

/** A cursor is stored and must stay below 64 KiB; a character takes three bytes at most. */
const maxQueueChars = 20_000;

/**
 * A list, then one call or two for each thing in it: the first page is the list, every other page a piece of the queue that the cursor holds. A list
 * that does not fit is read again when the queue is done, once for about 800 things.
 */
export function queueListing({ name, yields, pageSize, list, read }: QueueOptions): Listing {
  async function listPage(after: string | undefined, signal: AbortSignal): Promise<Page> {
    const { ids, records, rejected } = await list(signal);
    const due = [...new Set(ids)].filter((id) => after === undefined || id > after).toSorted((a, b) => (a < b ? -1 : 1));
    const queue = takeFitting(due);
    const next = queue.length === 0 ? null : formatCursor({ queue, more: queue.length < due.length });
    return { ...(after === undefined ? { records, rejected } : nothing), next };
  }

  return {
    name,
    yields,
    async page(cursor, signal): Promise<Page> {
      const at = cursor === null ? { after: undefined } : parseCursor(name, cursor);
      if ('after' in at) return listPage(at.after, signal);
      const batch = at.queue.slice(0, pageSize);
      const rest = at.queue.slice(pageSize);
      const found = await readEach(batch, (id) => read(id, signal));
      const last = batch.at(-1) ?? '';
      return {
        records: found.flatMap(({ records }) => records),
        rejected: found.flatMap(({ rejected }) => rejected),
        next: rest.length > 0 ? formatCursor({ queue: rest, more: at.more }) : at.more ? formatCursor({ after: last }) : null,
      };
    },
  };
}

/** As many at once as the service is to be asked (see `manners`); the first failure ends the others. Answers stand in the order of the ids. */
export async function readEach<T>(ids: readonly string[], read: (id: string) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  const entries = ids.entries();
  let failed = false;
  async function readRest(): Promise<void> {
    for (const [at, id] of entries) {
      if (failed) return;
      try {
        results[at] = await read(id);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: callsAtOnce }, readRest));
  return results;
}

/** Neither limits nor refusals for them are documented: be polite. */
export const callsAtOnce = 4;

function takeFitting(ids: readonly string[]): readonly string[] {
  let chars = 0;
  const end = ids.findIndex((id) => (chars += JSON.stringify(id).length + 1) > maxQueueChars);
  return end === -1 ? ids : ids.slice(0, end);
}

const formatCursor = (next: State | { readonly queue: readonly string[]; readonly more: boolean }): Cursor => JSON.stringify(next);

/** A cursor of another version of this adapter starts the listing again. */
function parseCursor(name: string, cursor: Cursor): State {
  try {
    return state.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new AdapterError('CURSOR_EXPIRED', `Squirro ${name}: this page cursor is none of ours; the listing starts again`, { cause });
  }
}
