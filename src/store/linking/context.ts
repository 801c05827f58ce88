import type { Instant } from '../../contract/records.ts';
import type { LinkingService, ServiceEvidence } from '../../model/link-evidence.ts';
import { keyText } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';

/** What a linking run knows before it looks at accounts. */
export interface LinkingContext {
  readonly services: ReadonlyMap<number, ServiceEvidence>;
  /** `type` and `service_id` of an instance, as `instanceText`, → its row. */
  readonly instances: ReadonlyMap<string, number>;
  readonly retainedFrom: number;
}

export const instanceText = (type: string, serviceId: string): string => JSON.stringify([type, serviceId]);

const retentionMs = 90 * 24 * 60 * 60_000;

export async function readLinkingContext(db: Db, services: readonly LinkingService[], now: Instant): Promise<LinkingContext> {
  const rows = await db.selectFrom('service').select(['svc', 'name', 'type', 'service_id']).execute();
  const evidence = new Map<number, ServiceEvidence>();
  for (const service of services) {
    const row = rows.find(({ svc }) => svc === service.svc);
    if (row === undefined) continue;
    const first = await db.selectFrom('identity').select('from_rev').where('svc', '=', service.svc).orderBy('from_rev').limit(1).executeTakeFirst();
    evidence.set(service.svc, { ...service, name: row.name, firstRev: first?.from_rev ?? 0 });
  }
  const retained = await db
    .selectFrom('revision')
    .select((e) => e.fn.max('rev').as('rev'))
    .where('at', '<', now - retentionMs)
    .executeTakeFirst();
  return {
    services: evidence,
    instances: new Map(rows.flatMap(({ type, service_id, svc }) => (service_id === null ? [] : [[instanceText(type, service_id), svc] as const]))),
    retainedFrom: retained?.rev ?? 0,
  };
}

/** Accounts whose evidence came or ended since the last linking run. */
export async function pendingAccounts(db: Db, svcs: Iterable<number>, after: number): Promise<Set<string>> {
  const pending = new Set<string>();
  for (const svc of svcs) {
    for (const table of ['identity', 'email', 'declaration'] as const) {
      for (const rows of [
        await db.selectFrom(table).select('key').where('svc', '=', svc).where('from_rev', '>', after).execute(),
        await db.selectFrom(table).select('key').where('svc', '=', svc).where('to_rev', '>', after).where('to_rev', '<', openRev).execute(),
      ]) {
        for (const { key } of rows) pending.add(keyText({ svc, key }));
      }
    }
  }
  return pending;
}

const marker = 'linked_rev';

/** The revision up to which everything is linked. */
export async function readLinkedRevision(db: Db): Promise<number> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', marker).executeTakeFirst();
  return Number(row?.value ?? 0);
}

export async function saveLinkedRevision(db: Db, rev: number): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name: marker, value: String(rev) })
    .onConflict((c) => c.column('name').doUpdateSet({ value: String(rev) }))
    .execute();
}

export async function latestRevision(db: Db): Promise<number> {
  const row = await db
    .selectFrom('revision')
    .select((e) => e.fn.max('rev').as('rev'))
    .executeTakeFirst();
  return row?.rev ?? 0;
}
