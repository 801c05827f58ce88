import { sql } from 'kysely';
import { scopeKeyText } from '../../contract/records.ts';
import type { GrantFilter, RecordKey, ScopeRef } from '../../model/views.ts';
import { principalsOfPeople } from './access.ts';
import { atLeast, ofLevel } from './at-least.ts';
import { firstOfEach, type OfParent } from './each-parent.ts';
import { isHeldByFew } from './holders.ts';
import { heirsOf } from './people.ts';
import { recordColumns, type RecordRow } from './records.ts';
import {
  allOf,
  askKeys,
  askTexts,
  keyRows,
  listOf,
  live,
  ofServices,
  rowsOf,
  storable,
  type Fragment,
  type Snapshot,
  type Stretch,
} from './snapshot.ts';

const grantOrder = sql`g.svc, g.key`;
/** The unary plus keeps SQLite from walking all grants in their order where few are to be sorted. */
export const sortedGrants = sql`+g.svc, g.key`;

/** Conditions on the grant `g`, revision and services included. */
export function grantConditions(at: Snapshot, filter: Omit<GrantFilter, 'services'>, after: RecordKey | undefined): Fragment {
  const { minLevel, scope, scopeKind, role, userId, source, expiresBefore } = filter;
  return allOf([
    // The few accounts and groups of one person lead to the grants, and no revision.
    userId === undefined ? live(at, 'g') : sql`+g.from_rev <= ${at.rev} and +g.to_rev > ${at.rev}`,
    ofServices(at.svcs, 'g'),
    // Pages are walked in key order; the index on the level would have to be sorted whole for each of them.
    ...(minLevel === undefined ? [] : [atLeast(sql`+g.level`, minLevel)]),
    ...(scope === undefined ? [] : [sql`g.svc = ${scope.svc} and g.scope_key = ${scopeKeyText(scope)}`]),
    ...(scopeKind === undefined ? [] : [sql`g.scope_kind = ${scopeKind}`]),
    ...(role === undefined ? [] : [storable(role.key) ? sql`g.svc = ${role.svc} and g.role_key = ${role.key}` : sql`1 = 0`]),
    ...(userId === undefined
      ? []
      : [
          sql`(g.svc, g.principal_kind, g.principal_key) in
            (with recursive ${principalsOfPeople(at, heirsOf(at, userId))} select svc, kind, key from principal)`,
        ]),
    ...(source === undefined ? [] : [sql`g.source = ${source}`]),
    ...(expiresBefore === undefined ? [] : [sql`g.expires_at < ${expiresBefore}`]),
    ...(after === undefined ? [] : [sql`(${grantOrder}) > (${after.svc}, ${after.key})`]),
  ]);
}

export type GrantConditions = Omit<GrantFilter, 'services'>;

export async function listGrants(at: Snapshot, filter: GrantConditions, { after, limit }: Stretch<RecordKey>): Promise<readonly RecordRow[]> {
  const { minLevel, userId } = filter;
  const isOfFew = minLevel !== undefined && (await isHeldByFew({ at, filter: { minLevel } }));
  const conditions = isOfFew ? sql`${grantConditions(at, filter, after)} and ${ofLevel(at, minLevel)}` : grantConditions(at, filter, after);
  const order = isOfFew || userId !== undefined ? sortedGrants : grantOrder;
  return rowsOf<RecordRow>(at, sql`select ${recordColumns('g')} from access_grant g where ${conditions} order by ${order} limit ${limit}`);
}

const isHeld = sql`g.svc = p.svc and g.principal_kind = p.kind and g.principal_key = p.key`;

/** Of the living accounts and every group that they are in; `parent` is the person's id. */
export function grantsOfPeople(
  at: Snapshot,
  userIds: readonly string[],
  filter: GrantConditions,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly OfParent<RecordRow>[]> {
  return askTexts(userIds, (ids) =>
    firstOfEach<RecordRow>(at, {
      ctes: principalsOfPeople(at, listOf(ids)),
      parent: sql`p.user_id`,
      columns: recordColumns('g'),
      of: sql`principal p`,
      rows: sql`access_grant g`,
      where: sql`${isHeld} and ${grantConditions(at, filter, after)}`,
      order: grantOrder,
      limit,
    }),
  );
}

/** What the groups hold themselves; `parent` is the group's key. */
export function grantsOfGroups(
  at: Snapshot,
  groups: readonly RecordKey[],
  filter: GrantConditions,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly OfParent<RecordRow>[]> {
  return askKeys(at, groups, (asked) =>
    firstOfEach<RecordRow>(at, {
      ctes: sql`asked(svc, key) as (${keyRows(asked)})`,
      parent: sql`a.key`,
      partition: sql`a.svc, a.key`,
      columns: recordColumns('g'),
      of: sql`asked a`,
      rows: sql`access_grant g`,
      where: sql`g.svc = a.svc and g.principal_kind = 'group' and g.principal_key = a.key and ${grantConditions(at, filter, after)}`,
      order: grantOrder,
      limit,
    }),
  );
}

/** Grants that name the scopes; `parent` is `scopeKeyText`. */
export function grantsOnScopes(
  at: Snapshot,
  scopes: readonly ScopeRef[],
  filter: GrantConditions,
  { after, limit }: Stretch<RecordKey>,
): Promise<readonly OfParent<RecordRow>[]> {
  const keys = scopes.map((scope) => ({ svc: scope.svc, key: scopeKeyText(scope) }));
  return askKeys(at, keys, (asked) =>
    firstOfEach<RecordRow>(at, {
      ctes: sql`asked(svc, key) as (${keyRows(asked)})`,
      parent: sql`a.key`,
      partition: sql`a.svc, a.key`,
      columns: recordColumns('g'),
      of: sql`asked a`,
      rows: sql`access_grant g`,
      where: sql`g.svc = a.svc and g.scope_key = a.key and ${grantConditions(at, filter, after)}`,
      order: grantOrder,
      limit,
    }),
  );
}
