import type { Insertable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Instant } from '../../contract/records.ts';
import type { AccountEvidence, LinkChange, OpenCase, WantedCase } from '../../model/link-evidence.ts';
import { keyText, type RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import type { LazyRevision } from '../revision.ts';
import { openRev, type MatchCaseTable } from '../tables.ts';
import { askKeys, insertAll } from './batches.ts';
import { replaceLinks, type LinkRow } from './links.ts';

/** Replaces the decisions about these accounts. A link by hand that moves with its person keeps who made it, when and why. */
export async function saveLinks(trx: Db, changes: readonly LinkChange[], revision: LazyRevision, now: Instant): Promise<void> {
  if (changes.length === 0) return;
  const rev = await revision.get();
  const kept = await askKeys(
    changes.filter(({ byHand }) => byHand),
    (svc, keys) => trx.selectFrom('link').selectAll().where('svc', '=', svc).where('key', 'in', keys).where('to_rev', '=', openRev).execute(),
  );
  const byHand = new Map(kept.map((row) => [keyText(row), row]));
  const rows = changes.flatMap(({ svc, key, incarnation, decision }): readonly LinkRow[] => {
    if (decision === undefined) return [];
    const before = byHand.get(keyText({ svc, key }));
    return [
      {
        svc,
        key,
        incarnation,
        state: decision.state,
        user_id: decision.userId ?? null,
        rule: decision.rule ?? null,
        confidence: decision.confidence ?? null,
        evidence: JSON.stringify(decision.evidence),
        decided_by: before?.decided_by ?? null,
        decided_at: before?.decided_at ?? now,
        note: before?.note ?? null,
      },
    ];
  });
  await replaceLinks(trx, changes, rows, rev);
}

/** Remembers merged people. Chains stay as they came about, so that each revision resolves an id as it did then. */
export async function saveRetired(trx: Db, merged: ReadonlyMap<string, string>, revision: LazyRevision): Promise<void> {
  if (merged.size === 0) return;
  const rev = await revision.get();
  const rows = [...merged].map(([id, into_id]) => ({ id, into_id, rev }));
  await insertAll(rows, (batch) => trx.insertInto('retired_person').values(batch).execute());
}

/**
 * Opens, rewrites and closes cases until the undecided ones of these accounts are the wanted ones.
 * @param keeps says of an open case that it is not this caller's to close.
 * @returns how many cases changed.
 */
export async function saveCases(
  trx: Db,
  accounts: Iterable<Pick<AccountEvidence, keyof RecordKey | 'cases'>>,
  wanted: readonly WantedCase[],
  keeps: (account: RecordKey, open: OpenCase) => boolean,
  revision: LazyRevision,
  now: Instant,
): Promise<number> {
  const missing = new Map(wanted.map((each) => [caseText(each, each.reason), each]));
  const ended: (RecordKey & { readonly reason: string })[] = [];
  const written: Omit<Insertable<MatchCaseTable>, 'from_rev' | 'to_rev'>[] = [];
  const write = ({ svc, key, reason, candidates }: WantedCase, id: string, opened_at: Instant): void =>
    void written.push({ id, svc, key, reason, candidates: JSON.stringify(candidates), opened_at, decision: null });
  for (const { svc, key, cases } of accounts) {
    for (const open of cases) {
      const text = caseText({ svc, key }, open.reason);
      const want = missing.get(text);
      if (open.decided) {
        if (want?.candidates.every(({ userId }) => open.candidates.some((candidate) => candidate.userId === userId))) missing.delete(text);
        continue;
      }
      if (keeps({ svc, key }, open)) continue;
      missing.delete(text);
      if (want !== undefined && JSON.stringify(want.candidates) === JSON.stringify(open.candidates)) continue;
      ended.push({ svc, key, reason: open.reason });
      if (want !== undefined) write(want, open.id, open.openedAt);
    }
  }
  for (const want of missing.values()) write(want, uuidv7(), now);
  if (ended.length === 0 && written.length === 0) return 0;
  const rev = await revision.get();
  for (const { svc, key, reason } of ended) {
    await trx
      .updateTable('match_case')
      .set({ to_rev: rev })
      .where('svc', '=', svc)
      .where('key', '=', key)
      .where('reason', '=', reason)
      .where('to_rev', '=', openRev)
      .where('decision', 'is', null)
      .execute();
  }
  await insertAll(
    written.map((row) => ({ ...row, from_rev: rev, to_rev: openRev })),
    (batch) => trx.insertInto('match_case').values(batch).execute(),
  );
  return ended.length + written.length;
}

const caseText = ({ svc, key }: RecordKey, reason: string): string => `${reason}/${keyText({ svc, key })}`;
