import { hash } from 'node:crypto';
import type { Selectable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { targetText, type AuditEventView } from '../../model/audit.ts';
import { insertAll } from '../linking/batches.ts';
import type { Db } from '../open.ts';
import { lockRevisions } from '../revision.ts';
import type { AuditEventTable } from '../tables.ts';

export type AuditRow = Selectable<AuditEventTable>;
export type NewAuditEvent = Omit<AuditEventView, 'id'>;

/** The end of a chain: kept elsewhere, it tells when the newest events were cut off. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

const headName = 'audit_head';

/**
 * Writes down what a transaction does, within it: an effect and its event are there together or not at all. Each event takes the hash of the one
 * before into its own.
 * @returns the event's id.
 */
export async function appendAudit(trx: Db, event: NewAuditEvent): Promise<string> {
  await lockRevisions(trx);
  const head = await readHead(trx);
  const id = uuidv7();
  const json = (value: object | undefined): string | null => (value === undefined ? null : JSON.stringify(value));
  const row: Omit<AuditRow, 'hash'> = {
    seq: head.seq + 1,
    id,
    rev: event.revision,
    at: event.at,
    actor: JSON.stringify(event.actor),
    operation: event.operation,
    svc: event.svc ?? null,
    targets: JSON.stringify(event.targets),
    outcome: event.outcome,
    reason: event.reason ?? null,
    request_id: event.requestId ?? null,
    before: json(event.before),
    after: json(event.after),
    reverts: event.reverts ?? null,
    prev_hash: head.hash,
  };
  const seal = hashOf(row);
  await trx
    .insertInto('audit_event')
    .values({ ...row, hash: seal })
    .execute();
  const targets = [...new Set(event.targets.map(targetText))].map((target) => ({ target, seq: row.seq }));
  await insertAll(targets, (batch) => trx.insertInto('audit_target').values(batch).execute());
  const value = `${row.seq}:${seal}`;
  await trx
    .insertInto('meta')
    .values({ name: headName, value })
    .onConflict((c) => c.column('name').doUpdateSet({ value }))
    .execute();
  return id;
}

/** The newest event's number and hash. Before the first event it is the store's own id, so that no chain of another store fits. */
export async function readHead(db: Db): Promise<ChainHead> {
  const rows = await db.selectFrom('meta').select(['name', 'value']).where('name', 'in', [headName, 'generation']).execute();
  const head = rows.find(({ name }) => name === headName)?.value;
  const origin = rows.find(({ name }) => name === 'generation')?.value ?? '';
  if (head === undefined) return { seq: 0, hash: origin };
  const colon = head.indexOf(':');
  return { seq: Number(head.slice(0, colon)), hash: head.slice(colon + 1) };
}

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { prev_hash, seq, id, rev, at, actor, operation, svc, targets, outcome, reason, request_id, before, after, reverts } = row;
  const fields = [prev_hash, seq, id, rev, at, actor, operation, svc, targets, outcome, reason, request_id, before, after, reverts];
  return hash('sha256', JSON.stringify(fields));
}

export type ChainVerdict =
  { readonly events: number } | { readonly brokenAt: number; readonly problem: 'MISSING' | 'ALTERED' | 'OUT_OF_CHAIN' | 'CUT_OFF' };

const rowsAtOnce = 500;

/**
 * Walks the whole chain and names the first event that is not as it was written.
 * @param outside a head that was kept elsewhere; without it an attacker who rewrites the head as well can cut off the newest events unseen.
 */
export async function verifyAudit(db: Db, outside?: ChainHead): Promise<ChainVerdict> {
  const generation = await db.selectFrom('meta').select('value').where('name', '=', 'generation').executeTakeFirstOrThrow();
  let last: ChainHead = { seq: 0, hash: generation.value };
  for (;;) {
    const rows = await db.selectFrom('audit_event').selectAll().where('seq', '>', last.seq).orderBy('seq').limit(rowsAtOnce).execute();
    for (const row of rows) {
      if (row.seq !== last.seq + 1) return { brokenAt: last.seq + 1, problem: 'MISSING' };
      if (row.prev_hash !== last.hash) return { brokenAt: row.seq, problem: 'OUT_OF_CHAIN' };
      if (hashOf(row) !== row.hash) return { brokenAt: row.seq, problem: 'ALTERED' };
      last = { seq: row.seq, hash: row.hash };
      if (outside?.seq === row.seq && outside.hash !== row.hash) return { brokenAt: row.seq, problem: 'ALTERED' };
    }
    if (rows.length < rowsAtOnce) break;
  }
  const head = await readHead(db);
  if (head.seq !== last.seq || head.hash !== last.hash || (outside !== undefined && outside.seq > last.seq)) {
    return { brokenAt: last.seq + 1, problem: 'CUT_OFF' };
  }
  return { events: last.seq };
}
