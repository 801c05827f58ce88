import { sql } from 'kysely';
import type { Instant } from '../../contract/records.ts';
import type { GrantFilter } from '../../model/views.ts';
import { ofLevel } from './at-least.ts';
import { heirsOf } from './people.ts';
import { countsOnRoot, scopesAbove, type ScopePlace } from './scopes-above.ts';
import { allOf, live, ofServices, storable, type Fragment, type Snapshot } from './snapshot.ts';

/** Which grants access is worked out from. */
export interface AccessConditions extends Omit<GrantFilter, 'services' | 'scope' | 'asOf'> {
  readonly scope?: ScopePlace | undefined;
}

export interface AccessQuestion {
  readonly at: Snapshot;
  readonly now: Instant;
  readonly filter: AccessConditions;
}

/** One account and one grant that it has, itself or through groups. */
export interface PairRow {
  readonly svc: number;
  readonly account: string;
  readonly account_row: number;
  readonly user_id: string | null;
  readonly user_number: number | null;
  readonly grant_row: number;
  readonly grant_key: string;
  readonly level: number;
  readonly role_key: string | null;
  readonly scope_kind: string;
  readonly scope_key: string | null;
  readonly expires_at: number | null;
  readonly source: string;
  /** The group that holds the grant; null when the account does itself. */
  readonly group_key: string | null;
}

/** What the service says of an account's own grant; one of a group comes through the group. */
const source = sql`case when g.principal_kind = 'group' then 'VIA_GROUP' else g.source end`;

const columns = sql`i.svc, i.key as account, i.row_id as account_row, l.user_id, l.user_number, g.row_id as grant_row, g.key as grant_key, g.level,
  g.role_key, g.scope_kind, g.scope_key, g.expires_at, ${source} as source,
  case when g.principal_kind = 'group' then g.principal_key end as group_key`;

export const isLinked = (at: Snapshot): Fragment => sql`l.state in ('LINKED_AUTO', 'LINKED_MANUAL') and ${live(at, 'l')}`;

export const accountOfLink = sql`l.svc = i.svc and l.key = i.key and l.incarnation = i.incarnation`;

/** An account `i` with the link `l` that counts, if there is one. */
export const linkedOrNot = (at: Snapshot): Fragment => sql`identity i left join link l on ${accountOfLink} and ${isLinked(at)}`;

/** Nobody can use an account that is suspended or gone. */
export const isUsable = sql`i.status not in ('SUSPENDED', 'DELETED')`;

export const isUnexpired = (alias: 'g' | 'p', now: Instant): Fragment => {
  const expiresAt = sql.ref(`${alias}.expires_at`);
  return sql`(${expiresAt} is null or ${expiresAt} > ${now})`;
};

/**
 * From where the statement starts: people or accounts in a common table `entry`, or the grants, of which distinct people or accounts are collected or
 * counted. The rest follows in that order.
 */
export type Entry = 'people' | 'accounts' | 'grants';

/** Two ways lead from an account to a grant: it holds it, or a group that it is in, or a group around that, does. */
function way(at: Snapshot, entry: Entry, steps: readonly Fragment[], on: Fragment, conditions: readonly Fragment[]): Fragment {
  const grantsFirst = entry === 'grants';
  const cross = (tables: readonly Fragment[]): Fragment => sql.join(tables, sql` cross join `);
  const tables = {
    people: () => cross([sql`entry e`, sql`link l`, sql`identity i`, ...steps]),
    accounts: () => cross([sql`entry e`, linkedOrNot(at), ...steps]),
    grants: () => cross([...steps.toReversed(), linkedOrNot(at)]),
  }[entry]();
  const entered = {
    people: [sql`l.user_id = e.id`, accountOfLink, isLinked(at)],
    accounts: [sql`i.svc = e.svc and i.key = e.key`],
    grants: [],
  }[entry];
  const services = ofServices(at.svcs, grantsFirst ? 'g' : 'i');
  return sql`from ${tables} where ${allOf([...entered, on, live(at, 'i'), live(at, 'g'), isUsable, services, ...conditions])}`;
}

const ownStep = [sql`access_grant g`];
const isOwn = sql`g.svc = i.svc and g.principal_kind = 'identity' and g.principal_key = i.key`;

const groupSteps = [sql`membership m`, sql`group_reach r`, sql`access_grant g`];
const isThroughGroups = (at: Snapshot): Fragment =>
  sql`m.svc = i.svc and m.member_kind = 'identity' and m.member_key = i.key and ${live(at, 'm')}
    and r.svc = m.svc and r.group_key = m.group_key and ${live(at, 'r')}
    and g.svc = r.svc and g.principal_kind = 'group' and g.principal_key = r.ancestor_key`;

/** A select of `PairRow`s, each once, or from the grants once for each way. `conditions`: on `i`, `l` and `g`, beyond the question's. */
export function pairs(question: AccessQuestion, entry: Entry, conditions: readonly Fragment[] = []): Fragment {
  const { at } = question;
  const all = [...grantConditions(question), ...conditions];
  return sql`select ${columns} ${way(at, entry, ownStep, isOwn, all)}
    union all
    ${entry === 'grants' ? sql`select` : sql`select distinct`} ${columns} ${way(at, entry, groupSteps, isThroughGroups(at), all)}`;
}

/** For `exists (…)`: the account `i` of the statement around has such a grant. `condition`: on `g`, beyond the question's; that it has not expired. */
export function anyPair({ at, now, filter }: AccessQuestion, condition = isUnexpired('g', now)): Fragment {
  const all = allOf([live(at, 'g'), condition, ...grantConditions({ at, filter })]);
  return sql`select 1 from access_grant g where ${isOwn} and ${all}
    union all
    select 1 from ${sql.join(groupSteps, sql` cross join `)} where ${isThroughGroups(at)} and ${all}`;
}

/** On the grant `g`, and with a person's id on the link `l`. */
export function grantConditions({ at, filter }: Pick<AccessQuestion, 'at' | 'filter'>): readonly Fragment[] {
  const { minLevel, scope, scopeKind, role, userId, source: wanted, expiresBefore } = filter;
  return [
    ...(minLevel === undefined ? [] : [ofLevel(at, minLevel)]),
    ...(scope === undefined
      ? []
      : [sql`g.row_id in (select g.row_id from scope_above a cross join access_grant g where ${countsOnRoot} and ${live(at, 'g')})`]),
    ...(scopeKind === undefined ? [] : [sql`g.scope_kind = ${scopeKind}`]),
    ...(role === undefined ? [] : [storable(role.key) ? sql`g.svc = ${role.svc} and g.role_key = ${role.key}` : sql`1 = 0`]),
    ...(userId === undefined ? [] : [sql`l.user_id in (${heirsOf(at, userId)})`]),
    ...(wanted === undefined ? [] : [sql`${source} = ${wanted}`]),
    ...(expiresBefore === undefined ? [] : [sql`g.expires_at < ${expiresBefore}`]),
  ];
}

/** Common table expressions that the conditions of a question refer to. */
export const conditionCtes = ({ at, filter: { scope } }: AccessQuestion): readonly Fragment[] =>
  scope === undefined ? [] : [scopesAbove(at, [scope])];
