import type { ReadOutcome } from '../sync/read-service.ts';
import type { SyncEvent } from '../sync/scheduler.ts';
import type { SyncProgress } from '../sync/service.ts';

/** What the server's thread asks of the thread that reads services. */
export interface SyncCalls {
  /** Resolves when the services stand in the store. */
  ready(): Promise<void>;
  start(): void;
  once(names?: readonly string[]): Promise<ReadonlyMap<string, ReadOutcome>>;
  trigger(name: string): boolean;
  link(): Promise<void>;
  /** Calls put on the wire so far, by service. */
  calls(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
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
