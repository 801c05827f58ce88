import { sql } from 'kysely';
import type { RoleLevel } from '../../contract/records.ts';
import { levelRank } from '../../model/levels.ts';
import { recordsByName, type NamedRow, type NamePosition } from './records.ts';
import { storable, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

export function listRoles(
  at: Snapshot,
  { category, level }: { readonly category?: string | undefined; readonly level?: RoleLevel | undefined },
  stretch: Stretch<NamePosition>,
): Promise<readonly NamedRow[]> {
  const conditions: readonly Fragment[] = [
    ...(category === undefined ? [] : [storable(category) ? sql`r.category = ${category}` : sql`1 = 0`]),
    ...(level === undefined ? [] : [sql`r.level = ${levelRank(level)}`]),
  ];
  return recordsByName(at, 'role', conditions, stretch);
}
