import type { LiveIdentity } from '../../contract/adapter.ts';
import type { Instant, RecordKind } from '../../contract/records.ts';
import type { Db } from '../open.ts';
import type { CurrentVersion } from '../sync/pages.ts';

/** What a service said of single accounts. */
export interface LiveReading {
  readonly svc: number;
  readonly serviceName: string;
  /** When the call began: as of then the answer holds. */
  readonly readAt: Instant;
  readonly found: readonly LiveIdentity[];
  /** External ids that were asked for and that the service does not know. */
  readonly absent: readonly string[];
  /** False for a service that only holds what it happened to see. */
  readonly absenceCounts: boolean;
}

export interface HeldService {
  readonly sealedAsOf: Instant;
  readonly quarantined: boolean;
}

/** Neither a whole read nor another single one that began later has spoken since. */
export const isOlder = (known: CurrentVersion, sealedAsOf: Instant, readAt: Instant): boolean => Math.max(known.readAt ?? 0, sealedAsOf) <= readAt;

/** A version that a page brought before this read began would undo it at the seal. */
export async function dropWaiting(
  trx: Db,
  svc: number,
  kind: RecordKind,
  records: readonly { readonly key: string }[],
  readAt: Instant,
): Promise<void> {
  if (records.length === 0) return;
  await trx
    .deleteFrom('incoming')
    .where('svc', '=', svc)
    .where('kind', '=', kind)
    .where(
      'key',
      'in',
      records.map(({ key }) => key),
    )
    .where('asked_at', '<=', readAt)
    .execute();
}
