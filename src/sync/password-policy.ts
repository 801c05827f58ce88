import { AdapterError } from '../contract/errors.ts';
import type { StoreConnection } from '../store/open.ts';
import { savePasswordPolicy } from '../store/sync/services.ts';
import type { SyncedService } from './service.ts';

/** Keeps what the service asks of passwords beside it. A failure leaves what was known: the listings will meet it too, and say so. */
export async function readPasswordPolicy(store: StoreConnection, svc: number, { adapter }: SyncedService, signal: AbortSignal): Promise<void> {
  if (adapter.passwordPolicy === undefined) return;
  try {
    await savePasswordPolicy(store, svc, await adapter.passwordPolicy(signal));
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
  }
}
