import { z } from 'zod';
import type { Cursor, Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { RecordKind, SourceRecord } from '../../src/contract/records.ts';

/** What a listed record still needs: one more request, or several pages of one. */
export type Task = readonly [what: string, id: string];

export interface Part {
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly RejectedRecord[];
  /** The service's cursor; undefined at the end. */
  readonly next: string | undefined;
}

export interface Walk {
  readonly name: string;
  readonly yields: readonly RecordKind[];
  /** One page of the list itself, and what is due before the next one. */
  list(after: string | undefined, signal: AbortSignal): Promise<Part & { readonly due?: readonly Task[]; readonly total: number | undefined }>;
  follow?(task: Task, after: string | undefined, signal: AbortSignal): Promise<Part>;
}

const state = z
  .object({
    /** Where the list goes on; null when it was read. */
    list: z.object({ after: z.string().optional() }).nullable(),
    /** What is due before that; the first is the present one. */
    queue: z.array(z.tuple([z.string(), z.string()])).readonly(),
    /** Within the present task. */
    after: z.string().optional(),
  })
  .refine(({ list, queue }) => list !== null || queue.length > 0);
type State = z.infer<typeof state>;

/** Stored cursors stay below 64 KiB; a character takes three bytes at most. */
const maxCursorLength = 16_000;
/** Tasks that bring nothing are taken together: long rows of empty pages look like a service that leads in circles. */
const maxEmptyTasks = 50;

/** A listing of one request a page: a page of the list, then what its records need, then the next page. */
export function toListing({ name, yields, list, follow }: Walk): Listing {
  async function step(
    at: State,
    signal: AbortSignal,
  ): Promise<{ readonly part: Part & { readonly total?: number | undefined }; readonly next: State }> {
    const [task, ...rest] = at.queue;
    if (task !== undefined && follow !== undefined) {
      const part = await follow(task, at.after, signal);
      return { part, next: part.next === undefined ? { list: at.list, queue: rest } : { ...at, after: part.next } };
    }
    const part = await list(at.list?.after, signal);
    return { part, next: { list: part.next === undefined ? null : { after: part.next }, queue: (part.due ?? []).map(([what, id]) => [what, id]) } };
  }

  return {
    name,
    yields,
    async page(cursor, signal): Promise<Page> {
      let at: State = cursor === null ? { list: {}, queue: [] } : parseCursor(cursor, name);
      const records: SourceRecord[] = [];
      const rejected: RejectedRecord[] = [];
      let announced: Pick<Page, 'announced'> = {};
      for (let calls = 1; ; calls += 1) {
        const { part, next } = await step(at, signal);
        records.push(...part.records);
        rejected.push(...part.rejected);
        // Pages are offsets: a removal meanwhile hides a record, and only the first total shows that.
        if (cursor === null && calls === 1 && part.total !== undefined) announced = { announced: part.total };
        if (next.list === null && next.queue.length === 0) return { records, rejected, next: null, ...announced };
        const wasEmptyTask = at.queue.length > 0 && records.length === 0 && calls < maxEmptyTasks;
        const text = JSON.stringify(next);
        if (!wasEmptyTask && text.length <= maxCursorLength) return { records, rejected, next: text, ...announced };
        at = next;
      }
    },
  };
}

/** @throws AdapterError CURSOR_EXPIRED for a cursor that this version does not know: the listing starts again. */
function parseCursor(cursor: Cursor, name: string): State {
  try {
    return state.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new AdapterError('CURSOR_EXPIRED', `Segment ${name}: this page cursor is none of ours; the listing starts again`, { cause });
  }
}
