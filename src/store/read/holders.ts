import { sql } from 'kysely';
import { accountOfLink, anyPair, grantConditions, isLinked, isUnexpired, isUsable, pairs, type AccessQuestion } from './pairs.ts';
import { allOf, inServices, live, ofServices, rowsOf, type Fragment } from './snapshot.ts';

// With 100,000 people, to work out this many holders and to ask people until a page is full of such as are one in fifty takes about the same time.
const many = 2_000;

/**
 * Whether a page of those who hold something is best chosen from all who do; else they are asked one after the other, in the order of the list, until
 * the page is full. So neither the size of the company nor how much of it holds something makes a page dear.
 */
export async function isHeldByFew(question: Pick<AccessQuestion, 'at' | 'filter'>): Promise<boolean> {
  const { at, filter } = question;
  const { minLevel, scope, role, userId, expiresBefore } = filter;
  if (userId !== undefined) return false;
  if (scope !== undefined || expiresBefore !== undefined) return true;
  if (minLevel === undefined && role === undefined) return false;
  const fitting = allOf([live(at, 'g'), ofServices(at.svcs, 'g'), ...grantConditions(question)]);
  const [held] = await rowsOf<{ readonly times: number }>(
    at,
    sql`select cast(count(*) as integer) as times from (
      select 1 from access_grant g where g.principal_kind = 'identity' and ${fitting}
      union all
      select 1 from access_grant g cross join group_reach r cross join membership m
        where g.principal_kind = 'group' and ${fitting} and r.svc = g.svc and r.ancestor_key = g.principal_key and ${live(at, 'r')}
          and m.svc = r.svc and m.group_key = r.group_key and m.member_kind = 'identity' and ${live(at, 'm')}
      limit ${many}) held`,
  );
  return held !== undefined && held.times < many;
}

/** The people who hold something that fits and has not expired, each once; where no person is linked to an account, null stands among them. */
export const holders = (question: AccessQuestion): Fragment =>
  sql`select distinct user_id as id from (${pairs(question, 'grants', [isUnexpired('g', question.now)])}) held`;

/** The person `p` is one of them; to be asked of each person in the order of a list. */
export function isHolder(question: AccessQuestion): Fragment {
  const { at } = question;
  // The offset keeps PostgreSQL from joining with, or hashing, all answers first (`simplify_EXISTS_query` in its planner); SQLite wants a limit with it.
  return sql`exists (
    select 1 from link l cross join identity i
      where l.user_id = p.id and ${allOf([accountOfLink, isLinked(at), live(at, 'i'), isUsable])}
        and ${inServices(at.svcs, 'i')} and exists (${anyPair(question)})
      limit 1 offset 0)`;
}
