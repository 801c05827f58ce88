import type { Instant } from '../../contract/records.ts';
import type { DeskChange } from '../../model/desk-change.ts';
import type { AccountEvidence, PersonValues, ServiceEvidence } from '../../model/link-evidence.ts';
import type { Db } from '../open.ts';
import type { LazyRevision } from '../revision.ts';
import { openRev } from '../tables.ts';
import { askAll, insertAll } from './batches.ts';
import type { LinkingContext } from './context.ts';
import { readMembers } from './desk-read.ts';
import { replaceLinks, type LinkRow } from './links.ts';
import { savePeople } from './people.ts';

/** What a person's accounts say of the person. */
export type DescribePerson = (accounts: readonly AccountEvidence[], services: ReadonlyMap<number, ServiceEvidence>) => PersonValues | undefined;

/** Writes a decision by hand and brings the people that it concerns up to date, all at one revision. */
export async function applyDesk(
  trx: Db,
  context: LinkingContext,
  change: DeskChange,
  describe: DescribePerson,
  revision: LazyRevision,
  now: Instant,
): Promise<void> {
  const rev = await revision.get();
  await moveLinks(trx, change, rev);
  await moveRejections(trx, change, rev);
  await moveRetired(trx, change, rev);
  await moveCases(trx, change, rev);
  await movePeople(trx, context, change, describe, revision, now);
}

async function moveLinks(trx: Db, { links }: DeskChange, rev: number): Promise<void> {
  const rows = links.flatMap(({ svc, key, incarnation, after }): readonly LinkRow[] => {
    if (after === null) return [];
    const { state, userId, rule, confidence, evidence, decidedBy, decidedAt, note } = after;
    return [
      {
        svc,
        key,
        incarnation,
        state,
        user_id: userId ?? null,
        rule: rule ?? null,
        confidence: confidence ?? null,
        evidence: JSON.stringify(evidence),
        decided_by: decidedBy === undefined ? null : JSON.stringify(decidedBy),
        decided_at: decidedAt,
        note: note ?? null,
      },
    ];
  });
  await replaceLinks(trx, links, rows, rev);
}

async function moveRejections(trx: Db, { rejections }: DeskChange, rev: number): Promise<void> {
  for (const { svc, key, userId, after } of rejections) {
    if (after) continue;
    await trx
      .updateTable('link_rejection')
      .set({ to_rev: rev })
      .where('svc', '=', svc)
      .where('key', '=', key)
      .where('user_id', '=', userId)
      .where('to_rev', '=', openRev)
      .execute();
  }
  const rows = rejections
    .filter(({ after }) => after)
    .map(({ svc, key, incarnation, userId }) => ({ svc, key, incarnation, user_id: userId, from_rev: rev, to_rev: openRev }));
  await insertAll(rows, (batch) => trx.insertInto('link_rejection').values(batch).execute());
}

async function moveRetired(trx: Db, { retired }: DeskChange, rev: number): Promise<void> {
  await askAll(
    retired.map(({ id }) => id),
    async (batch) => {
      await trx.updateTable('retired_person').set({ to_rev: rev }).where('id', 'in', batch).where('to_rev', '=', openRev).execute();
      return [];
    },
  );
  const rows = retired.flatMap(({ id, after }) => (after === null ? [] : [{ id, into_id: after, rev }]));
  await insertAll(rows, (batch) => trx.insertInto('retired_person').values(batch).execute());
}

async function moveCases(trx: Db, { cases }: DeskChange, rev: number): Promise<void> {
  const decisions = new Map(cases.map(({ id, after }) => [id, after]));
  const rows = await askAll(decisions.keys(), (batch) =>
    trx.selectFrom('match_case').selectAll().where('id', 'in', batch).where('to_rev', '=', openRev).execute(),
  );
  await askAll(decisions.keys(), async (batch) => {
    await trx.updateTable('match_case').set({ to_rev: rev }).where('id', 'in', batch).where('to_rev', '=', openRev).execute();
    return [];
  });
  const versions = rows.map((row) => ({ ...row, decision: decisions.get(row.id) ?? null, from_rev: rev, to_rev: openRev }));
  await insertAll(versions, (batch) => trx.insertInto('match_case').values(batch).execute());
}

async function movePeople(
  trx: Db,
  context: LinkingContext,
  { links, retired }: DeskChange,
  describe: DescribePerson,
  revision: LazyRevision,
  now: Instant,
): Promise<void> {
  const gone = new Set(retired.flatMap(({ id, after }) => (after === null ? [] : [id])));
  const owners = links.flatMap(({ before, after }) => [before?.userId, after?.userId].filter((id) => id !== undefined));
  const revived = retired.flatMap(({ id, after }) => (after === null ? [id] : []));
  const living = [...new Set([...owners, ...revived])].filter((id) => !gone.has(id));
  const members = await readMembers(trx, context, living);
  await bringBack(
    trx,
    revived.filter((id) => members.get(id)?.length === 0),
    await revision.get(),
    now,
  );
  const people = new Map([...members].map(([id, accounts]) => [id, describe(accounts, context.services)]));
  await savePeople(trx, people, gone, revision, now);
}

/** People without accounts, as they were last. */
async function bringBack(trx: Db, ids: readonly string[], rev: number, now: Instant): Promise<void> {
  const rows = await askAll(ids, (batch) => trx.selectFrom('person').selectAll().where('id', 'in', batch).orderBy('from_rev').execute());
  const last = [...new Map(rows.map((row) => [row.id, row])).values()].filter(({ to_rev }) => to_rev < openRev);
  await insertAll(
    last.map((row) => ({ ...row, updated_at: now, from_rev: rev, to_rev: openRev })),
    (batch) => trx.insertInto('person').values(batch).execute(),
  );
}
