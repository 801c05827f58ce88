import { sql } from 'kysely';
import type { RoleLevel } from '../../contract/records.ts';
import { emailKey } from '../../model/email-key.ts';
import type { UserFilter, UserOrder } from '../../model/views.ts';
import { holdersOfGrants } from './access.ts';
import { linked, links } from './accounts.ts';
import { addressed } from './emails.ts';
import { atLeast } from './grants.ts';
import { personColumns, type PersonRow } from './people.ts';
import { contains } from './search.ts';
import { allOf, live, ofServices, rowsOf, type Fragment, type Snapshot, type Stretch } from './snapshot.ts';

/** The filter with its services as the store numbers them; undefined: not asked for. */
export interface PeopleFilter extends Omit<UserFilter, 'services' | 'unlinkedIn'> {
  readonly svcs: readonly number[] | undefined;
  readonly unlinkedIn: readonly number[] | undefined;
}

export interface PersonPosition {
  readonly value: string | number | null;
  readonly id: string;
}

export const orderColumns = { displayName: 'sort_name', updatedAt: 'updated_at', lastActiveAt: 'last_active_at' } as const satisfies Record<
  UserOrder['field'],
  keyof PersonRow
>;

/** Whoever was never seen active comes last in both directions. People whose accounts are all gone are listed only when the status asks for them. */
export function listPeople(
  at: Snapshot,
  filter: PeopleFilter,
  { field, descending }: UserOrder,
  { after, limit }: Stretch<PersonPosition>,
): Promise<readonly PersonRow[]> {
  const column = sql.ref(`p.${orderColumns[field]}`);
  const nullable = field === 'lastActiveAt';
  const direction = descending ? sql`desc` : sql`asc`;
  return rowsOf<PersonRow>(
    at,
    sql`select ${personColumns} from person p
      where ${allOf([live(at, 'p'), ...conditions(at, filter), ...behind(column, nullable, descending, after)])}
      order by ${column} ${direction}${nullable ? sql` nulls last` : sql``}, p.id ${direction} limit ${limit}`,
  );
}

function behind(column: Fragment, nullable: boolean, descending: boolean, after: PersonPosition | undefined): readonly Fragment[] {
  if (after === undefined) return [];
  const beyond = descending ? sql`<` : sql`>`;
  if (after.value === null) return [sql`${column} is null and p.id ${beyond} ${after.id}`];
  const next = sql`(${column}, p.id) ${beyond} (${after.value}, ${after.id})`;
  return [nullable ? sql`(${next} or ${column} is null)` : next];
}

function conditions(at: Snapshot, filter: PeopleFilter): readonly Fragment[] {
  const { kind, status, email, search, level, svcs, unlinkedIn, inactiveSince, updatedSince } = filter;
  const livingIn = (services: Fragment): Fragment =>
    sql`(exists (select 1 from ${links(at)} where l.user_id = p.id and ${linked(at)} and ${services} and i.status <> 'DELETED'))`;
  return [
    status === undefined ? sql`p.status <> 'DELETED'` : sql`p.status = ${status}`,
    ...(kind === undefined ? [] : [sql`p.kind = ${kind}`]),
    ...(search === undefined ? [] : contains('p.search_text', search)),
    ...(email === undefined ? [] : [sql`p.id in ${holdersOf(at, email)}`]),
    ...(svcs === undefined ? [] : [askedOfEach(livingIn(ofServices(svcs, 'l')))]),
    ...(unlinkedIn === undefined ? [] : [unlinkedIn.length === 0 ? sql`1 = 0` : askedOfEach(sql`(not ${livingIn(ofServices(unlinkedIn, 'l'))})`)]),
    ...(level === undefined ? [] : [askedOfEach(sql`(p.id in ${holdersOfLevel(at, level, svcs ?? at.svcs)})`)]),
    ...(inactiveSince === undefined ? [] : [sql`p.last_active_at < ${inactiveSince}`]),
    ...(updatedSince === undefined ? [] : [sql`p.updated_at >= ${updatedSince}`]),
  ];
}

/**
 * A condition that is put to each person in the order of the list, until the page is full. `is true` keeps PostgreSQL from joining with all answers
 * first: it takes them for few, and then compares everybody with every one of them.
 */
const askedOfEach = (condition: Fragment): Fragment => sql`${condition} is true`;

function holdersOf(at: Snapshot, email: string): Fragment {
  const key = emailKey(email);
  const condition = addressed(key === undefined ? { exact: [], spelled: [email] } : { exact: [key.exact], spelled: [] }) ?? sql`1 = 0`;
  return sql`(select l.user_id from ${links(at)} join email e on e.svc = l.svc and e.key = l.key and ${live(at, 'e')}
    where ${linked(at)} and i.status <> 'DELETED' and ${condition})`;
}

const holdersOfLevel = (at: Snapshot, level: RoleLevel, svcs: readonly number[]): Fragment =>
  sql`(with recursive ${holdersOfGrants(at, allOf([atLeast(sql`g.level`, level), ofServices(svcs, 'g')]))}
    select l.user_id from ${links(at)} join holder h on h.kind = 'identity' and h.svc = l.svc and h.key = l.key
      where ${linked(at)} and i.status <> 'DELETED')`;
