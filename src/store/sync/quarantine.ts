import { recordKinds, type Instant } from '../../contract/records.ts';
import { localOperator } from '../../model/audit.ts';
import type { ActorRef } from '../../model/views.ts';
import { appendAudit } from '../audit/chain.ts';
import { latestRevision } from '../linking/context.ts';
import type { StoreConnection } from '../open.ts';
import { lazyRevision } from '../revision.ts';
import { missedRows, setMisses } from './absent.ts';
import { keepGroupReach } from './group-reach.ts';
import { endRecords, liveIdentities } from './versions.ts';

/**
 * Settles a quarantine: accepted removals end now; refused ones count as never missed.
 * @returns how many records ended, or undefined when nothing was held back.
 */
export async function settleQuarantine(
  connection: StoreConnection,
  svc: number,
  accept: boolean,
  reason: string,
  now: Instant,
  by: { readonly actor: ActorRef; readonly requestId?: string | undefined } = { actor: localOperator },
): Promise<number | undefined> {
  return connection.write.transaction().execute(async (trx) => {
    const before = await trx.selectFrom('service').select('quarantined').where('svc', '=', svc).executeTakeFirst();
    const settled = await trx.updateTable('service').set({ quarantined: 0 }).where('svc', '=', svc).where('quarantined', '>', 0).executeTakeFirst();
    if (settled.numUpdatedRows !== 1n) return undefined;
    const revision = lazyRevision(trx, `quarantine ${accept ? 'accepted' : 'refused'}: ${reason}`, now);
    let removed = 0;
    for (const kind of recordKinds) {
      const held = await missedRows(trx, svc, kind);
      if (accept) removed += await endRecords(trx, svc, kind, held, revision);
      else await setMisses(trx, kind, held, 0);
    }
    const settledAt = revision.taken();
    if (settledAt !== undefined) await keepGroupReach(trx, svc, settledAt);
    await trx
      .updateTable('service')
      .set({ seen: await liveIdentities(trx, svc) })
      .where('svc', '=', svc)
      .execute();
    await appendAudit(trx, {
      at: now,
      revision: revision.taken() ?? (await latestRevision(trx)),
      actor: by.actor,
      operation: 'acknowledgeQuarantine',
      svc,
      targets: [{ type: 'Service', svc }],
      outcome: 'APPLIED',
      reason,
      requestId: by.requestId,
      before: { quarantined: before?.quarantined ?? 0 },
      after: { quarantined: 0, accepted: accept, removed },
      reverts: undefined,
    });
    return removed;
  });
}
