import type { AuditEventView } from '../model/audit.ts';
import type { GrantFilter } from '../model/views.ts';
import type { AccessPosition } from './history-view.ts';
import type { RevisionFeed } from './revision-feed.ts';
import type { Directory } from './view.ts';

/** Events read ahead of a listener: what is not taken yet is not read. */
const eventsAtOnce = 100;

/** What changes about access after a revision, one event after the other, until the signal aborts. Nothing is left out, however slowly it is taken. */
export async function* watchAccess(
  directory: Directory,
  feed: RevisionFeed,
  filter: GrantFilter,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<AuditEventView, void> {
  let position: AccessPosition = { revision: from };
  while (!signal.aborted) {
    const view = await directory.open();
    if (position.behind === undefined && view.revision <= position.revision) {
      await feed.after(position.revision, signal);
      continue;
    }
    const { events, next } = await view.accessEvents(position, filter, eventsAtOnce);
    position = next;
    for (const event of events) {
      if (signal.aborted) return;
      yield event;
    }
  }
}
