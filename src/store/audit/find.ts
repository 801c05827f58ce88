import type { AuditEventView } from '../../model/audit.ts';
import { askAll } from '../linking/batches.ts';
import type { Db } from '../open.ts';
import { toAuditEvent } from './rows.ts';

export async function auditEventById(db: Db, id: string): Promise<AuditEventView | undefined> {
  const row = await db.selectFrom('audit_event').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toAuditEvent(row);
}

/** The newest event after a revision that concerns any of the targets, each as `targetText`. */
export async function newestAbout(db: Db, targets: readonly string[], afterRev: number): Promise<AuditEventView | undefined> {
  const found = await askAll(new Set(targets), (batch) =>
    db
      .selectFrom('audit_event as e')
      .innerJoin('audit_target as t', 't.seq', 'e.seq')
      .selectAll('e')
      .where('t.target', 'in', batch)
      .where('e.rev', '>', afterRev)
      .orderBy('e.seq', 'desc')
      .limit(1)
      .execute(),
  );
  const [newest] = found.toSorted((a, b) => b.seq - a.seq);
  return newest === undefined ? undefined : toAuditEvent(newest);
}
