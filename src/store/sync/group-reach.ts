import { sql } from 'kysely';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import { batches } from './versions.ts';

type Edges = ReadonlyMap<string, readonly string[]>;

/**
 * Works out anew what membership in the groups of a service leads to, for the groups below whatever this revision changed: nestings that began or
 * ended, groups that came, went, or were suspended. To be called in the transaction that wrote them; without such a change it writes nothing.
 */
export async function keepGroupReach(trx: Db, svc: number, rev: number): Promise<void> {
  const changed = await changedGroups(trx, svc, rev);
  if (changed.size === 0) return;
  const affected = await withEverythingBelow(trx, svc, changed);
  const { above, closed } = await graphAbove(trx, svc, affected);
  const before = await reachOf(trx, svc, affected);
  const after = new Map([...affected].map((group) => [group, reachable(group, above, closed)]));
  const began: { group: string; ancestor: string }[] = [];
  const ended: { group: string; ancestor: string }[] = [];
  for (const group of affected) {
    const [old, fresh] = [before.get(group) ?? new Set<string>(), after.get(group) ?? new Set<string>()];
    for (const ancestor of fresh) if (!old.has(ancestor)) began.push({ group, ancestor });
    for (const ancestor of old) if (!fresh.has(ancestor)) ended.push({ group, ancestor });
  }
  await write(trx, svc, rev, began, ended);
}

/** Groups in which something began or ended at the revision, and the members of those that may pass on more, or less, than before. */
async function changedGroups(trx: Db, svc: number, rev: number): Promise<ReadonlySet<string>> {
  const nested = trx.selectFrom('membership').where('svc', '=', svc).where('member_kind', '=', 'group');
  const edges = await nested
    .select('member_key')
    .where((e) => e.or([e('from_rev', '=', rev), e('to_rev', '=', rev)]))
    .execute();
  const groups = [
    ...(await trx.selectFrom('user_group').select('key').where('svc', '=', svc).where('from_rev', '=', rev).execute()),
    ...(await trx.selectFrom('user_group').select('key').where('svc', '=', svc).where('to_rev', '=', rev).execute()),
  ].map(({ key }) => key);
  const changed = new Set([...edges.map(({ member_key }) => member_key), ...groups, ...(await unlistedGroups(trx, svc))]);
  for (const keys of batches([...new Set(groups)])) {
    const below = await nested.select('member_key').where('group_key', 'in', keys).where('to_rev', '=', openRev).execute();
    for (const { member_key } of below) changed.add(member_key);
  }
  return changed;
}

/** Groups that a membership names although the service does not list them, and that are new. */
async function unlistedGroups(trx: Db, svc: number): Promise<readonly string[]> {
  const { rows } = await sql<{ group_key: string }>`
    select m.group_key from (select distinct group_key from membership where svc = ${svc} and to_rev = ${openRev}) m
      where not exists (select 1 from group_reach r where r.svc = ${svc} and r.group_key = m.group_key and r.to_rev = ${openRev})
        and not exists (select 1 from user_group u where u.svc = ${svc} and u.key = m.group_key and u.to_rev = ${openRev})`.execute(trx);
  return rows.map(({ group_key }) => group_key);
}

/** By the reach as it stood: whoever reaches a change only through other changes is below the first of those. */
async function withEverythingBelow(trx: Db, svc: number, changed: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const affected = new Set(changed);
  for (const keys of batches([...changed])) {
    const rows = await trx
      .selectFrom('group_reach')
      .select('group_key')
      .where('svc', '=', svc)
      .where('ancestor_key', 'in', keys)
      .where('to_rev', '=', openRev)
      .execute();
    for (const { group_key } of rows) affected.add(group_key);
  }
  return affected;
}

/** Nestings above the groups, one step a statement, and which of the groups met are closed. */
async function graphAbove(trx: Db, svc: number, groups: ReadonlySet<string>): Promise<{ above: Edges; closed: ReadonlySet<string> }> {
  const above = new Map<string, string[]>();
  const closed = new Set<string>();
  const met = new Set(groups);
  for (let frontier = [...groups]; frontier.length > 0;) {
    const next: string[] = [];
    for (const keys of batches(frontier)) {
      const open = { svc, keys };
      for (const key of await closedAmong(trx, open)) closed.add(key);
      for (const { member_key: member, group_key: group } of await nestingsOf(trx, open)) {
        const groupsOfMember = above.get(member);
        if (groupsOfMember === undefined) above.set(member, [group]);
        else groupsOfMember.push(group);
        if (!met.has(group)) {
          met.add(group);
          next.push(group);
        }
      }
    }
    frontier = next;
  }
  return { above, closed };
}

interface Keys {
  readonly svc: number;
  readonly keys: readonly string[];
}

const nestingsOf = (trx: Db, { svc, keys }: Keys) =>
  trx
    .selectFrom('membership')
    .select(['member_key', 'group_key'])
    .where('svc', '=', svc)
    .where('member_kind', '=', 'group')
    .where('member_key', 'in', keys)
    .where('to_rev', '=', openRev)
    .execute();

/** A group that the service names as a member's but does not list counts as open. */
async function closedAmong(trx: Db, { svc, keys }: Keys): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('user_group')
    .select('key')
    .where('svc', '=', svc)
    .where('key', 'in', keys)
    .where('to_rev', '=', openRev)
    .where('status', 'in', ['SUSPENDED', 'DELETED'])
    .execute();
  return rows.map(({ key }) => key);
}

function reachable(group: string, above: Edges, closed: ReadonlySet<string>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [group];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (reached.has(at) || closed.has(at)) continue;
    reached.add(at);
    waiting.push(...(above.get(at) ?? []));
  }
  return reached;
}

async function reachOf(trx: Db, svc: number, groups: ReadonlySet<string>): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const reach = new Map<string, Set<string>>();
  for (const keys of batches([...groups])) {
    const rows = await trx
      .selectFrom('group_reach')
      .select(['group_key', 'ancestor_key'])
      .where('svc', '=', svc)
      .where('group_key', 'in', keys)
      .where('to_rev', '=', openRev)
      .execute();
    for (const { group_key, ancestor_key } of rows) reach.set(group_key, (reach.get(group_key) ?? new Set()).add(ancestor_key));
  }
  return reach;
}

type Pair = { readonly group: string; readonly ancestor: string };

async function write(trx: Db, svc: number, rev: number, began: readonly Pair[], ended: readonly Pair[]): Promise<void> {
  for (const [group, pairs] of Map.groupBy(ended, (pair) => pair.group)) {
    for (const gone of batches(pairs)) {
      await trx
        .updateTable('group_reach')
        .set({ to_rev: rev })
        .where('svc', '=', svc)
        .where('group_key', '=', group)
        .where(
          'ancestor_key',
          'in',
          gone.map(({ ancestor }) => ancestor),
        )
        .where('to_rev', '=', openRev)
        .execute();
    }
  }
  for (const pairs of batches(began)) {
    const rows = pairs.map(({ group, ancestor }) => ({ svc, group_key: group, ancestor_key: ancestor, from_rev: rev, to_rev: openRev }));
    await trx.insertInto('group_reach').values(rows).execute();
  }
}
