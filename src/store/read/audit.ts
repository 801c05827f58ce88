import { sql } from 'kysely';
import { targetText } from '../../model/audit.ts';
import type { Instant } from '../../contract/records.ts';
import type { AuditRow } from '../audit/chain.ts';
import { allOf, askTexts, listOf, rowsOf, storable, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

export interface AuditConditions {
  /** Events about this person, under any id. */
  readonly userId?: string | undefined;
  readonly svcs?: readonly number[] | undefined;
  readonly operation?: string | undefined;
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

/** Stored events, the newest first. */
export function listAudit(at: Snapshot, filter: AuditConditions, { after, limit }: Stretch<{ readonly seq: number }>): Promise<readonly AuditRow[]> {
  const { userId, svcs, operation, since, until } = filter;
  const known = (text: string): string => (storable(text) ? text : '');
  const conditions = [
    sql`e.rev <= ${at.rev}`,
    ...(userId === undefined
      ? []
      : [
          sql`e.seq in (with recursive ${idsOfPeople(at, [known(userId)])}
            select t.seq from who w join audit_target t on t.target = ${userTarget(sql`w.id`)})`,
        ]),
    ...(svcs === undefined ? [] : [svcs.length === 0 ? sql`1 = 0` : sql`e.svc in (${listOf(svcs)})`]),
    ...(operation === undefined ? [] : [sql`e.operation = ${known(operation)}`]),
    ...(since === undefined ? [] : [sql`e.at >= ${since}`]),
    ...(until === undefined ? [] : [sql`e.at < ${until}`]),
    ...(after === undefined ? [] : [sql`e.seq < ${after.seq}`]),
  ];
  return rowsOf<AuditRow>(at, sql`select e.* from audit_event e where ${allOf(conditions)} order by e.seq desc limit ${limit}`);
}

export function auditByIds(at: Snapshot, ids: readonly string[]): Promise<readonly AuditRow[]> {
  return askTexts(ids, (texts) => rowsOf<AuditRow>(at, sql`select e.* from audit_event e where e.id in (${listOf(texts)}) and e.rev <= ${at.rev}`));
}

export const userTarget = (id: Fragment): Fragment => sql`${targetText({ type: 'User', id: '' })} || ${id}`;

/** `who(root, id)`: the living person in the place of each asked id, under every id that was merged into them. */
export const idsOfPeople = (at: Snapshot, ids: readonly string[]): Fragment =>
  sql`heir(root, id) as (
    select a.id, a.id from (${sql.join(
      ids.map((id) => sql`select cast(${id} as text) as id`),
      sql` union `,
    )}) a
    union
    select h.root, r.into_id from heir h join retired_person r on r.id = h.id and r.rev <= ${at.rev} and r.to_rev > ${at.rev}
  ),
  who(root, id) as (
    select root, id from heir
    union
    select w.root, r.id from who w join retired_person r on r.into_id = w.id and r.rev <= ${at.rev} and r.to_rev > ${at.rev}
  )`;
