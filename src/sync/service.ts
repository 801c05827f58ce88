import type { Adapter, LevelMap } from '../contract/adapter.ts';
import type { ServiceProfile } from '../model/profile.ts';

/** One configured service with the adapter that reads it. */
export interface SyncedService {
  /** The operator's name. */
  readonly name: string;
  readonly type: string;
  readonly adapter: Adapter;
  readonly profile: ServiceProfile;
  /** The operator's words on roles; win over the adapter's. */
  readonly levels: LevelMap;
  readonly everyMs: number;
  /** Changes when an interrupted read must not go on: another address, other settings. Made of no secret. */
  readonly settingsHash: string;
}

export interface SyncProgress {
  readonly service: string;
  readonly listing: string;
  readonly pages: number;
  readonly records: number;
}
