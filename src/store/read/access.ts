import { sql } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import { linked, links } from './accounts.ts';
import { heirsOf } from './people.ts';
import { keyRows, live, rowsOf, type Fragment, type Snapshot } from './snapshot.ts';

/*
 * Closures over nested groups. `union` drops what was already reached, so a cycle ends them.
 */

/** `principal(user_id, svc, kind, key)`: the living accounts of people (`userIds`: what stands in `in (…)`), and every group that these are in. */
export const principalsOfPeople = (at: Snapshot, userIds: Fragment): Fragment =>
  sql`principal(user_id, svc, kind, key) as (
    select l.user_id, l.svc, cast('identity' as text), l.key from ${links(at)}
      where ${linked(at)} and l.user_id in (${userIds}) and i.status <> 'DELETED'
    union
    select p.user_id, m.svc, cast('group' as text), m.group_key from principal p
      join membership m on m.svc = p.svc and m.member_kind = p.kind and m.member_key = p.key and ${live(at, 'm')}
  )`;

/** What a person holds grants by, as `svc/kind/key`. */
export async function principalsHeld(at: Snapshot, userId: string): Promise<readonly string[]> {
  const rows = await rowsOf<{ svc: number; kind: string; key: string }>(
    at,
    sql`with recursive ${principalsOfPeople(at, heirsOf(at, userId))} select svc, kind, key from principal`,
  );
  return rows.map(({ svc, kind, key }) => `${svc}/${kind}/${key}`);
}

/** `principal(user_id, svc, kind, key)`: the groups that list the people's living accounts themselves. */
export const directGroupsOfPeople = (at: Snapshot, userIds: Fragment): Fragment =>
  sql`principal(user_id, svc, kind, key) as (
    select distinct l.user_id, m.svc, cast('group' as text), m.group_key from ${links(at)}
      join membership m on m.svc = l.svc and m.member_kind = 'identity' and m.member_key = l.key and ${live(at, 'm')}
      where ${linked(at)} and l.user_id in (${userIds}) and i.status <> 'DELETED'
  )`;

/** `member(svc, root, kind, key)`: what the groups list; `transitive`: what the groups among that list, too. */
export const membersUnder = (at: Snapshot, groups: readonly RecordKey[], transitive: boolean): Fragment =>
  sql`asked(svc, root) as (${keyRows(groups)}),
  member(svc, root, kind, key) as (
    select a.svc, a.root, m.member_kind, m.member_key from asked a
      join membership m on m.svc = a.svc and m.group_key = a.root and ${live(at, 'm')}
    ${transitive ? deeper(at) : sql``}
  )`;

const deeper = (at: Snapshot): Fragment =>
  sql`union
    select d.svc, d.root, m.member_kind, m.member_key from member d
      join membership m on m.svc = d.svc and m.group_key = d.key and ${live(at, 'm')}
      where d.kind = 'group'`;
