import { initContextCache } from '@pothos/core';
import type DataLoader from 'dataloader';
import type { LinkDesk } from '../directory/link-desk.ts';
import type { Directory, Operator, View } from '../directory/view.ts';
import type { AuditEventView } from '../model/audit.ts';
import type { GrantFilter, ServiceView } from '../model/views.ts';
import type { RevisionFeed } from '../directory/revision-feed.ts';
import { watchAccess } from '../directory/watch-access.ts';
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
  /** What changes about access from now on. */
  watchAccess(filter: GrantFilter): AsyncIterable<AuditEventView>;
  /** Closes the view; the next call opens a newer one. */
  close(): void;
  /** The operation's one view, opened at the first call. */
  view(): Promise<View>;
  /** The same, for whoever holds a record already: it can only come from an opened view. */
  opened(): View;
  readonly loaders: Map<string, DataLoader<unknown, unknown, string>>;
}

export interface ContextOptions {
  readonly directory: Directory;
  readonly operator: Operator;
  readonly desk: LinkDesk;
  readonly feed: RevisionFeed;
  readonly requestId: string;
  readonly reader?: Reader | undefined;
  readonly signal: AbortSignal;
}

export function createContext(options: ContextOptions): Context {
  const { directory, operator, desk, feed, requestId, reader, signal } = options;
  let opening: Promise<View> | undefined;
  let opened: View | undefined;
  return {
    ...initContextCache(),
    requestId,
    reader,
    signal,
    operator,
    desk,
    watchAccess: (filter) => watchAccess(directory, feed, filter, signal),
    close() {
      opening = undefined;
    },
    loaders: new Map(),
    view() {
      if (signal.aborted) return Promise.reject(apiError('OPERATION_TIMEOUT', 'the operation has ended'));
      opening ??= directory.open().then((view) => (opened = view));
      return opening;
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
  Object.assign(context, initContextCache());
}

/** The service that a record belongs to. */
export function serviceOf(context: Context, svc: number): ServiceView {
  const service = context.opened().services.find((candidate) => candidate.svc === svc);
  if (service === undefined) throw new Error(`a record names service row ${svc}, which is not configured`);
  return service;
}
