import type { Instant, RecordKind } from '../../contract/records.ts';
import type { StoreConnection } from '../open.ts';
import { lazyRevision } from '../revision.ts';
import { absentRows, ageAbsent, resetMisses, type AbsentRow } from './absent.ts';
import { keepGroupReach } from './group-reach.ts';
import { guardRemovals, type KindLoss } from './guard.ts';
import { clearRun } from './run.ts';
import { holdLease, type Lease } from './services.ts';
import { applyIncoming, liveIdentities } from './versions.ts';
import { readPages, wholeKinds } from './whole.ts';

export interface SealInput {
  readonly serviceName: string;
  /** What each listing may hold; `partial` listings prove no absence. */
  readonly listings: readonly { readonly name: string; readonly yields: readonly RecordKind[]; readonly partial: boolean }[];
  readonly now: Instant;
}

export interface SealResult {
  /** Undefined when nothing changed: no revision was taken. */
  readonly revision: number | undefined;
  readonly changed: number;
  readonly removed: number;
  /** Records that were held back although the listing lacked them. */
  readonly quarantined: number;
  readonly partial: boolean;
}

/**
 * Makes the finished read the current state, in one transaction: a reader sees the old revision or the new one. What changed gets a new version;
 * what two whole reads in a row lacked ends; a read that lacks too much ends nothing until somebody accepts it.
 */
export async function sealRun(connection: StoreConnection, lease: Lease, input: SealInput): Promise<SealResult> {
  return connection.write.transaction().execute(async (trx) => {
    await holdLease(trx, lease, input.now);
    const run = await trx.selectFrom('sync_run').select('started_at').where('svc', '=', lease.svc).executeTakeFirstOrThrow();
    const listings = await trx.selectFrom('sync_listing').selectAll().where('svc', '=', lease.svc).execute();
    const pages = await readPages(trx, lease.svc);
    const whole = await wholeKinds(trx, lease.svc, input, listings, pages, run.started_at);

    const absent = new Map<RecordKind, readonly AbsentRow[]>();
    const losses: KindLoss[] = [];
    for (const kind of whole.kinds) {
      const { missing, live } = await absentRows(trx, lease.svc, kind, pages, run.started_at);
      absent.set(kind, missing);
      losses.push({ kind, gone: missing.length, live });
    }
    const guarded = guardRemovals(losses);
    const revision = lazyRevision(trx, `seal ${input.serviceName}`, input.now);
    await resetMisses(trx, lease.svc, pages);
    const changed = await applyIncoming(trx, lease.svc, revision);
    let removed = 0;
    for (const [kind, rows] of absent) removed += await ageAbsent(trx, lease.svc, kind, rows, guarded, revision);
    const quarantined = guarded ? losses.reduce((sum, { gone }) => sum + gone, 0) : 0;
    const issue = listings.map((row) => row.issue).find((text) => text !== null) ?? (whole.issue === undefined ? null : JSON.stringify(whole.issue));
    const partial = issue !== null;
    const sealed = revision.taken();
    if (sealed !== undefined) await keepGroupReach(trx, lease.svc, sealed);
    await trx
      .updateTable('service')
      .set({
        ...(sealed === undefined ? {} : { sealed_rev: sealed }),
        sealed_as_of: run.started_at,
        partial: partial ? 1 : 0,
        issue,
        quarantined,
        seen: await liveIdentities(trx, lease.svc),
      })
      .where('svc', '=', lease.svc)
      .execute();
    await clearRun(trx, lease.svc);
    return { revision: sealed, changed, removed, quarantined, partial };
  });
}
