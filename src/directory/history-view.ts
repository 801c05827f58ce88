import type { Instant } from '../contract/records.ts';
import type { UserComparisonView } from './compare.ts';
import type { AuditEventView } from '../model/audit.ts';
import type { GrantFilter, GrantView, RecordKey, ServiceSelector, ServiceView, Slice, Window } from '../model/views.ts';

export interface AuditFilter {
  /** Under any id. */
  readonly userId?: string | undefined;
  readonly service?: ServiceSelector | undefined;
  readonly operation?: string | undefined;
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

/** The same grant at two moments. */
export interface GrantChangeView extends RecordKey {
  readonly before: GrantView;
  readonly after: GrantView;
}

/** What differs between two moments, of the grants that a filter takes. */
export interface AccessDiffView {
  /** What each service's part stands on: one that was not known yet at the first moment says so. */
  readonly services: readonly ServiceView[];
  added(window: Window): Promise<Slice<GrantView>>;
  removed(window: Window): Promise<Slice<GrantView>>;
  changed(window: Window): Promise<Slice<GrantChangeView>>;
}

/** What was, and what became of it. */
export interface HistoryView {
  /** Decisions, the newest first. */
  auditEvents(filter: AuditFilter, window: Window): Promise<Slice<AuditEventView>>;
  /** Decisions, and what reads and rules found. */
  auditEventsByIds(ids: readonly string[]): Promise<ReadonlyMap<string, AuditEventView>>;
  /** What happened to people, and to the accounts while these were theirs, the newest first. */
  historyOfUsers(userIds: readonly string[], since: Instant | undefined, window: Window): Promise<ReadonlyMap<string, Slice<AuditEventView>>>;
  /** @param to the view's own moment when not given. */
  accessDiff(from: Instant, to: Instant | undefined, filter: GrantFilter): Promise<AccessDiffView>;
  /** @throws ComparisonTooLongError */
  compareUsers(a: string, b: string, filter: GrantFilter): Promise<UserComparisonView>;
  /** What changed about access after a revision, the oldest first: at most `limit` events, and where to go on. */
  accessEvents(
    after: AccessPosition,
    filter: GrantFilter,
    limit: number,
  ): Promise<{ readonly events: readonly AuditEventView[]; readonly next: AccessPosition }>;
}

/** A place in the stream of changes; opaque but for its revision. */
export interface AccessPosition {
  readonly revision: number;
  readonly behind?: object | undefined;
}
