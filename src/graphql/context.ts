import { setImmediate } from 'node:timers/promises';
import { initContextCache } from '@pothos/core';
import type { LinkDesk } from '../directory/link-desk.ts';
import type { Directory, Operator, View } from '../directory/view.ts';
import type { AuditEventView } from '../model/audit.ts';
import type { GrantFilter, ServiceView } from '../model/views.ts';
import type { RevisionFeed } from '../directory/revision-feed.ts';
import { watchAccess } from '../directory/watch-access.ts';
import type { LiveReader } from '../directory/live.ts';
import { mergeReadings, type RateBudget, type Readings } from '../model/live.ts';
import { apiError } from './errors.ts';

/** Who asks. Absent: nobody was asked to say so, which only a loopback server allows. */
interface Reader {
  readonly id: string;
}

/** Everything that one operation shares; never shared between operations. */
export interface Context {
  readonly requestId: string;
  readonly reader: Reader | undefined;
  /** Aborts at the deadline of the operation, or when the client has gone. */
  readonly signal: AbortSignal;
  readonly operator: Operator;
  readonly desk: LinkDesk;
  /** What changes about access after a revision. */
  watchAccess(filter: GrantFilter, from: number): AsyncIterable<AuditEventView>;
  /** Undefined: services are not asked live. */
  readonly live: LiveReader | undefined;
  /** What services told of their quotas, by their names, asked for once an operation. */
  budgets(): Promise<ReadonlyMap<string, RateBudget>>;
  /**
   * Has something read live before the operation's view is opened, so that all its fields see the result. To be called by a field at the root before
   * it waits for anything.
   * @param work is given a view to find out by what is to be read.
   */
  beforehand<R extends Readings>(work: (view: View) => Promise<R>): Promise<R>;
  /** Closes the view; the next call opens a newer one. */
  close(): void;
  /** The operation's one view, opened at the first call. */
  view(): Promise<View>;
  /** The same, for whoever holds a record already: it can only come from an opened view. */
  opened(): View;
  /** Filled by `loaderOf`. */
  readonly loaders: Map<symbol, unknown>;
}

export interface ContextOptions {
  readonly directory: Directory;
  readonly operator: Operator;
  readonly desk: LinkDesk;
  readonly feed: RevisionFeed;
  readonly requestId: string;
  readonly reader?: Reader | undefined;
  readonly signal: AbortSignal;
  /** Whether the operation is to begin in a turn of the event loop of its own, asked when its view is open. */
  readonly takesTurn?: () => boolean;
}

export function createContext(options: ContextOptions): Context {
  const { directory, operator, desk, feed, requestId, reader, signal, takesTurn } = options;
  let opening: Promise<View> | undefined;
  let opened: View | undefined;
  let draft: Promise<View> | undefined;
  let budgets: Promise<ReadonlyMap<string, RateBudget>> | undefined;
  const preparations: Promise<Readings>[] = [];

  async function open(): Promise<View> {
    // A turn later every field at the root has said what it wants read live.
    await Promise.resolve();
    const done = await Promise.allSettled(preparations);
    const view = await directory.open(mergeReadings(done.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))));
    // Large operations side by side outlive collections of young objects; one after the other they do not.
    if (takesTurn?.() === true) await setImmediate();
    return (opened = view);
  }

  return {
    ...initContextCache(),
    requestId,
    reader,
    signal,
    operator,
    desk,
    watchAccess: (filter, from) => watchAccess(directory, feed, filter, from, signal),
    close() {
      opening = undefined;
    },
    live: directory.live,
    budgets: () => (budgets ??= directory.live?.budgets() ?? Promise.resolve(new Map<string, RateBudget>())),
    beforehand(work) {
      if (opened !== undefined) throw new Error('the view is open already');
      draft ??= directory.open();
      const prepared = draft.then(work);
      // The field that asked tells of its failure, unless it fails before.
      prepared.catch(() => undefined);
      preparations.push(prepared);
      return prepared;
    },
    loaders: new Map(),
    view() {
      if (signal.aborted) return Promise.reject(apiError('OPERATION_TIMEOUT', 'the operation has ended'));
      return (opening ??= open());
    },
    opened() {
      if (opened === undefined) throw new Error('no view is open yet');
      return opened;
    },
  };
}

/** After a write: what was loaded for the operation so far is forgotten, so that the rest of it sees the write. */
export function renew(context: Context): void {
  context.close();
  context.loaders.clear();
  Object.assign(context, initContextCache());
}

/** The service that a record belongs to. */
export function serviceOf(context: Context, svc: number): ServiceView {
  const service = context.opened().services.find((candidate) => candidate.svc === svc);
  if (service === undefined) throw new Error(`a record names service row ${svc}, which is not configured`);
  return service;
}
