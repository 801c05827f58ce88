import { ownerOf, type DeskAccount, type DeskCase, type DeskState, type MatchDecision, type StoredLink } from '../../model/desk-change.ts';
import type { AccountEvidence } from '../../model/link-evidence.ts';
import { keyText, type ActorRef, type LinkState, type MatchCandidate, type RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import { askAll, askKeys } from './batches.ts';
import type { LinkingContext } from './context.ts';
import { accountsOf, readAccounts } from './gather.ts';
import { livingId, readHeirs } from './heirs.ts';

export interface DeskQuestion {
  readonly accounts: readonly RecordKey[];
  readonly users: readonly string[];
  readonly cases: readonly string[];
}

/** What stands of the accounts, people and cases that a decision is about: the accounts of every person concerned are there. */
export async function readDesk(db: Db, context: LinkingContext, { accounts, users, cases }: DeskQuestion): Promise<DeskState> {
  const asked = await askAll(cases, (batch) => openCaseRows(db).where('id', 'in', batch).execute());
  const found = await readDeskAccounts(db, context, [...accounts, ...asked]);
  const own = await casesOf(db, [...found.values()]);
  const mentioned = [
    ...users,
    ...[...found.values()].flatMap(({ link, rejections }) => [...(link?.userId === undefined ? [] : [link.userId]), ...rejections]),
    ...own.flatMap(({ candidates }) => candidates.map(({ userId }) => userId)),
  ];
  const heirs = await readHeirs(db, mentioned);
  const living = [...new Set(mentioned.map((id) => livingId(id, heirs)))];
  const others = await readDeskAccounts(db, context, await accountsOf(db, living));
  const all = new Map([...others, ...found]);
  const owners = [...all.values()].flatMap(({ link }) => ownerOf(link) ?? []);
  const rejected = [...all.values()].flatMap(({ rejections }) => rejections);
  const people = await askAll(new Set([...living, ...owners]), (batch) =>
    db.selectFrom('person').select('id').where('id', 'in', batch).where('to_rev', '=', openRev).execute(),
  );
  const allCases = new Map([...own, ...(await casesOf(db, [...others.values()]))].map((each) => [each.id, each]));
  const candidates = [...allCases.values()].flatMap((each) => each.candidates.map(({ userId }) => userId));
  return {
    accounts: all,
    cases: allCases,
    retired: new Map([...heirs, ...(await readHeirs(db, [...rejected, ...candidates]))]),
    people: new Set(people.map(({ id }) => id)),
  };
}

async function readDeskAccounts(db: Db, context: LinkingContext, keys: readonly RecordKey[]): Promise<ReadonlyMap<string, DeskAccount>> {
  const distinct = [...new Map(keys.map((key) => [keyText(key), { svc: key.svc, key: key.key }])).values()];
  const identities = await askKeys(distinct, (svc, batch) =>
    db
      .selectFrom('identity')
      .select(['svc', 'key', 'incarnation'])
      .where('svc', '=', svc)
      .where('key', 'in', batch)
      .where('to_rev', '=', openRev)
      .execute(),
  );
  const links = await askKeys(distinct, (svc, batch) =>
    db.selectFrom('link').selectAll().where('svc', '=', svc).where('key', 'in', batch).where('to_rev', '=', openRev).execute(),
  );
  const rejections = await askKeys(distinct, (svc, batch) =>
    db.selectFrom('link_rejection').selectAll().where('svc', '=', svc).where('key', 'in', batch).where('to_rev', '=', openRev).execute(),
  );
  const linkOf = new Map(links.map((row) => [keyText(row), row]));
  const rejectedBy = Map.groupBy(rejections, keyText);
  return new Map(
    identities
      .filter(({ svc }) => context.services.has(svc))
      .map(({ svc, key, incarnation }): [string, DeskAccount] => {
        const id = keyText({ svc, key });
        const row = linkOf.get(id);
        const own = (rejectedBy.get(id) ?? []).filter((each) => each.incarnation === incarnation);
        const link = row?.incarnation === incarnation ? toStoredLink(row) : null;
        return [id, { id, svc, key, incarnation, link, rejections: own.map(({ user_id }) => user_id) }];
      }),
  );
}

const toStoredLink = (row: {
  readonly state: string;
  readonly user_id: string | null;
  readonly rule: string | null;
  readonly confidence: number | null;
  readonly evidence: string;
  readonly decided_by: string | null;
  readonly decided_at: number;
  readonly note: string | null;
}): StoredLink => ({
  state: row.state as LinkState,
  userId: row.user_id ?? undefined,
  rule: row.rule ?? undefined,
  confidence: row.confidence ?? undefined,
  evidence: JSON.parse(row.evidence) as readonly string[],
  decidedBy: row.decided_by === null ? undefined : (JSON.parse(row.decided_by) as ActorRef),
  decidedAt: row.decided_at,
  note: row.note ?? undefined,
});

const openCaseRows = (db: Db) => db.selectFrom('match_case').selectAll().where('to_rev', '=', openRev);

async function casesOf(db: Db, keys: readonly RecordKey[]): Promise<readonly DeskCase[]> {
  const rows = await askKeys(keys, (svc, batch) => openCaseRows(db).where('svc', '=', svc).where('key', 'in', batch).execute());
  return rows.map((row) => ({
    id: row.id,
    svc: row.svc,
    key: row.key,
    reason: row.reason,
    candidates: JSON.parse(row.candidates) as readonly MatchCandidate[],
    openedAt: row.opened_at,
    decision: row.decision as MatchDecision | null,
  }));
}

/** Each person with the accounts that are theirs now. */
export async function readMembers(
  db: Db,
  context: LinkingContext,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly AccountEvidence[]>> {
  const accounts = await readAccounts(db, await accountsOf(db, userIds), context);
  const byUser = Map.groupBy(accounts, ({ link }) => (link === undefined ? undefined : ownerOf(link)));
  return new Map(userIds.map((id) => [id, byUser.get(id) ?? []]));
}
