import { sql } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import { directGroupsOfPeople, membersUnder, principalsOfPeople } from './access.ts';
import { firstOfEach, type OfParent } from './each-parent.ts';
import { behindName, namedColumns, nameOrder, recordColumns, recordsByName, type NamedRow, type NamePosition, type RecordRow } from './records.ts';
import { contains } from './search.ts';
import { allOf, askKeys, askTexts, keyRows, listOf, live, rowsOf, type Snapshot, type Stretch } from './snapshot.ts';

export const listGroups = (at: Snapshot, search: string | undefined, stretch: Stretch<NamePosition>): Promise<readonly NamedRow[]> =>
  recordsByName(at, 'user_group', [sql`r.status <> 'DELETED'`, ...(search === undefined ? [] : contains('r.sort_name', search))], stretch);

/** `parent` is the person's id. */
export function groupsOfPeople(
  at: Snapshot,
  userIds: readonly string[],
  transitive: boolean,
  { after, limit }: Stretch<NamePosition>,
): Promise<readonly OfParent<NamedRow>[]> {
  return askTexts(userIds, (ids) =>
    firstOfEach<NamedRow>(at, {
      ctes: (transitive ? principalsOfPeople : directGroupsOfPeople)(at, listOf(ids)),
      parent: sql`p.user_id`,
      columns: namedColumns('g'),
      of: sql`principal p`,
      rows: sql`user_group g`,
      where: allOf([sql`g.svc = p.svc and g.key = p.key and p.kind = 'group' and g.status <> 'DELETED'`, live(at, 'g'), ...behindName('g', after)]),
      order: nameOrder('g'),
      limit,
    }),
  );
}

/** Living accounts; `parent` is the group's key. */
export function membersOfGroups(
  at: Snapshot,
  groups: readonly RecordKey[],
  transitive: boolean,
  { after, limit }: Stretch<NamePosition>,
): Promise<readonly OfParent<NamedRow>[]> {
  return askKeys(at, groups, (asked) =>
    firstOfEach<NamedRow>(at, {
      ctes: membersUnder(at, asked, transitive),
      parent: sql`d.root`,
      partition: sql`d.svc, d.root`,
      columns: namedColumns('i'),
      of: sql`member d`,
      rows: sql`identity i`,
      where: allOf([
        sql`i.svc = d.svc and i.key = d.key and d.kind = 'identity' and i.status <> 'DELETED'`,
        live(at, 'i'),
        ...behindName('i', after),
      ]),
      order: nameOrder('i'),
      limit,
    }),
  );
}

/** Groups that list the asked ones as members (`parents`), or that the asked ones list (`children`); `parent` is the asked group's key. */
export function groupsBeside(at: Snapshot, groups: readonly RecordKey[], side: 'parents' | 'children'): Promise<readonly OfParent<RecordRow>[]> {
  const [asked, other] = side === 'parents' ? [sql`m.member_key`, sql`m.group_key`] : [sql`m.group_key`, sql`m.member_key`];
  return askKeys(at, groups, (keys) =>
    rowsOf<OfParent<RecordRow>>(
      at,
      sql`with asked(svc, key) as (${keyRows(keys)})
        select a.key as parent, ${recordColumns('g')} from asked a
        cross join membership m
        cross join user_group g
        where m.svc = a.svc and m.member_kind = 'group' and ${asked} = a.key and ${live(at, 'm')}
          and g.svc = m.svc and g.key = ${other} and ${live(at, 'g')} and g.status <> 'DELETED' order by ${nameOrder('g')}`,
    ),
  );
}
