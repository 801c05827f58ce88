import type { Instant } from '../contract/records.ts';
import type { LinkDesk } from '../directory/link-desk.ts';
import type { LiveAnswer, LiveFinding, RateBudget } from '../model/live.ts';
import type { ReadOutcome } from '../sync/read-service.ts';
import type { SyncEvent } from '../sync/scheduler.ts';
import type { SyncProgress } from '../sync/service.ts';

/** What the server's thread asks of the thread that reads services: whatever writes, for that may have to wait for the store's lock. */
export interface SyncCalls extends LinkDesk {
  /** Resolves when the services stand in the store. */
  ready(): Promise<void>;
  start(): void;
  once(names?: readonly string[]): Promise<ReadonlyMap<string, ReadOutcome>>;
  trigger(name: string): boolean;
  link(): Promise<void>;
  /** Accepts or refuses the removals that were held back of the service with this row, and links. */
  settleQuarantine(svc: number, accept: boolean, reason: string): Promise<void>;
  /** Reads single accounts of a service and stores what it says. */
  readLive(question: LiveQuestion & { readonly externalIds: readonly string[] }): Promise<ReadonlyMap<string, LiveAnswer>>;
  /** The same for the accounts of a service that carry one of these addresses, spelled as `askableAddress` does. */
  findLive(question: LiveQuestion & { readonly addresses: readonly string[] }): Promise<ReadonlyMap<string, LiveFinding>>;
  /** Whoever asked this does not wait any more. */
  leaveLive(id: number): void;
  /** Calls put on the wire so far, by service. */
  calls(): ReadonlyMap<string, number>;
  /** As `LiveReader.budgets`. */
  budgets(): ReadonlyMap<string, RateBudget>;
  stop(): Promise<void>;
}

export interface LiveQuestion {
  /** Of the question, for `leaveLive`. */
  readonly id: number;
  readonly service: string;
  readonly notBefore: Instant;
}

/** What the reading thread tells. */
export interface SyncNews {
  onEvent(event: SyncEvent): void;
  onProgress(progress: SyncProgress): void;
}

export interface SyncThreadData {
  readonly text: string;
  readonly file: string;
}
