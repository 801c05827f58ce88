import { sql } from 'kysely';
import { dormantAfterDays, type Finding } from '../../model/access.ts';
import { levelRank } from '../../model/levels.ts';
import type { Instant } from '../../contract/records.ts';
import { isUnexpired } from './pairs.ts';
import { allOf, listOf, live, type Fragment, type Snapshot } from './snapshot.ts';

export interface FindingsQuestion {
  readonly at: Snapshot;
  readonly now: Instant;
  /** Services whose accounts tell who is with the company. */
  readonly sources: readonly number[];
}

export interface FindingRule {
  /** On the account `i` and its person's id; undefined: any account. */
  readonly account: ((userId: Fragment) => Fragment) | undefined;
  /** On the grant; undefined: any that has not expired, and an account without such a grant counts as well. */
  readonly grant: ((alias: 'g' | 'p') => Fragment) | undefined;
}

const dayMs = 86_400_000;

export const dormantSince = (now: Instant): Instant => now - dormantAfterDays * dayMs;

export function findingRules({ at, now, sources }: FindingsQuestion): Readonly<Record<Finding, FindingRule>> {
  const unexpired = (alias: 'g' | 'p', condition: Fragment): Fragment => sql`${isUnexpired(alias, now)} and ${condition}`;
  const level = (alias: 'g' | 'p'): Fragment => sql.ref(`${alias}.level`);
  return {
    ORPHAN: { account: (userId) => sql`${userId} is null`, grant: undefined },
    LEAVER_WITH_ACCESS: { account: (userId) => sql`i.status = 'ACTIVE' and ${userId} in (${leavers(at, sources)})`, grant: undefined },
    DORMANT: { account: () => sql`i.status = 'ACTIVE' and i.last_active_at < ${dormantSince(now)}`, grant: undefined },
    UNKNOWN_LEVEL: { account: undefined, grant: (alias) => unexpired(alias, sql`${level(alias)} = ${levelRank('UNKNOWN')}`) },
    ADMIN_WITHOUT_MFA: {
      account: () => sql`i.mfa_enabled = 0`,
      grant: (alias) => unexpired(alias, sql`${level(alias)} in (${levelRank('ADMIN')}, ${levelRank('OWNER')})`),
    },
    EXPIRED_GRANT: { account: undefined, grant: (alias) => sql`${sql.ref(`${alias}.expires_at`)} <= ${now}` },
    BOT_WITHOUT_OWNER: {
      account: (userId) =>
        sql`i.account_kind in ('BOT', 'SERVICE', 'AGENT')
          and not exists (select 1 from person q where q.id = ${userId} and ${live(at, 'q')} and q.kind = 'HUMAN')`,
      grant: undefined,
    },
  };
}

/** A service in which the person has accounts, none of them in use any more; null when there is none. `userId` is of a statement around. */
export const goneFrom = (at: Snapshot, sources: readonly number[], userId: Fragment): Fragment =>
  sources.length === 0
    ? sql`null`
    : sql`(select min(gone.svc) from link ended cross join identity gone where ended.user_id = ${userId} and ${isGone(at, sources)})`;

/** Everybody of whom that is so, worked out once for a statement: few accounts are not in use. */
const leavers = (at: Snapshot, sources: readonly number[]): Fragment =>
  sources.length === 0 ? sql`null` : sql`select ended.user_id from identity gone cross join link ended where ${isGone(at, sources)}`;

const isGone = (at: Snapshot, sources: readonly number[]): Fragment =>
  sql`gone.svc in (${listOf(sources)}) and ${holds(at, 'ended', 'gone')} and gone.status in ('SUSPENDED', 'DELETED')
    and not exists (select 1 from link other cross join identity kept
      where other.user_id = ended.user_id and other.svc = ended.svc and ${holds(at, 'other', 'kept')} and kept.status not in ('SUSPENDED', 'DELETED'))`;

function holds(at: Snapshot, link: string, account: string): Fragment {
  const column = (table: string, name: string): Fragment => sql.ref(`${table}.${name}`);
  const same = ['svc', 'key', 'incarnation'].map((name) => sql`${column(account, name)} = ${column(link, name)}`);
  return allOf([...same, sql`${column(link, 'state')} in ('LINKED_AUTO', 'LINKED_MANUAL')`, live(at, link), live(at, account)]);
}
