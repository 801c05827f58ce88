import type { JsonObject } from '../../contract/records.ts';
import type { AuditEventView, AuditTarget, StepStatus } from '../../model/audit.ts';
import type { ActorRef } from '../../model/views.ts';
import type { AuditRow } from './chain.ts';

export const toAuditEvent = (row: AuditRow): AuditEventView => ({
  id: row.id,
  at: row.at,
  revision: row.rev,
  actor: JSON.parse(row.actor) as ActorRef,
  operation: row.operation,
  svc: row.svc ?? undefined,
  targets: JSON.parse(row.targets) as readonly AuditTarget[],
  outcome: row.outcome as StepStatus,
  reason: row.reason ?? undefined,
  requestId: row.request_id ?? undefined,
  before: row.before === null ? undefined : (JSON.parse(row.before) as JsonObject),
  after: row.after === null ? undefined : (JSON.parse(row.after) as JsonObject),
  reverts: row.reverts ?? undefined,
});
