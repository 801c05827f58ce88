import { sql } from 'kysely';
import type { ScopeKind } from '../../contract/records.ts';
import type { RecordKey } from '../../model/views.ts';
import { firstOfEach, type OfParent } from './each-parent.ts';
import { behindName, namedColumns, nameOrder, recordsByName, type NamedRow, type NamePosition } from './records.ts';
import { allOf, askKeys, keyRows, live, storable, type Snapshot, type Stretch } from './snapshot.ts';

export function listScopes(
  at: Snapshot,
  { kind, parent }: { readonly kind: ScopeKind; readonly parent?: RecordKey | undefined },
  stretch: Stretch<NamePosition>,
): Promise<readonly NamedRow[]> {
  const within = parent === undefined ? [] : [storable(parent.key) ? sql`r.svc = ${parent.svc} and r.parent_key = ${parent.key}` : sql`1 = 0`];
  return recordsByName(at, 'scope', [sql`r.scope_kind = ${kind}`, ...within], stretch);
}

/** `parent` is the key of the scope above. */
export function scopesUnder(
  at: Snapshot,
  parents: readonly RecordKey[],
  kind: ScopeKind,
  { after, limit }: Stretch<NamePosition>,
): Promise<readonly OfParent<NamedRow>[]> {
  return askKeys(at, parents, (asked) =>
    firstOfEach<NamedRow>(at, {
      ctes: sql`asked(svc, key) as (${keyRows(asked)})`,
      parent: sql`a.key`,
      partition: sql`a.svc, a.key`,
      columns: namedColumns('s'),
      of: sql`asked a`,
      rows: sql`scope s`,
      where: allOf([sql`s.svc = a.svc and s.parent_key = a.key and s.scope_kind = ${kind}`, live(at, 's'), ...behindName('s', after)]),
      order: nameOrder('s'),
      limit,
    }),
  );
}
