import { sql } from 'kysely';
import type { Instant } from '../../contract/records.ts';
import { emailKey } from '../../model/email-key.ts';
import type { UserFilter, UserOrder } from '../../model/views.ts';
import { linked, links } from './accounts.ts';
import { addressed } from './emails.ts';
import { holders, isHeldByFew, isHolder } from './holders.ts';
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

export interface Moment {
  readonly at: Snapshot;
  readonly now: Instant;
}

/** Whoever was never seen active comes last in both directions. People whose accounts are all gone are listed only when the status asks for them. */
export async function listPeople(
  moment: Moment,
  filter: PeopleFilter,
  { field, descending }: UserOrder,
  { after, limit }: Stretch<PersonPosition>,
): Promise<readonly PersonRow[]> {
  const { at } = moment;
  const column = sql.ref(`p.${orderColumns[field]}`);
  const [beyond, direction] = descending ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`];
  const [people, level] = await ofLevel(moment, filter);
  const wanted = [live(at, 'p'), ...conditions(at, filter), ...level];
  const page = (where: readonly Fragment[], most: number): Promise<readonly PersonRow[]> =>
    rowsOf(
      at,
      sql`select ${personColumns} from ${people} where ${allOf([...wanted, ...where])} order by ${column} ${direction}, p.id ${direction} limit ${most}`,
    );
  const behind = after === undefined || after.value === null ? [] : [sql`(${column}, p.id) ${beyond} (${after.value}, ${after.id})`];
  if (field !== 'lastActiveAt') return page(behind, limit);
  // Asked apart, both parts run along the index; the databases do not agree on where it has its nulls.
  const seen = after?.value === null ? [] : await page([sql`${column} is not null`, ...behind], limit);
  if (seen.length === limit || filter.inactiveSince !== undefined) return seen;
  const behindUnseen = after?.value === null ? [sql`p.id ${beyond} ${after.id}`] : [];
  return [...seen, ...(await page([sql`${column} is null`, ...behindUnseen], limit - seen.length))];
}

function conditions(at: Snapshot, filter: PeopleFilter): readonly Fragment[] {
  const { kind, status, email, search, svcs, unlinkedIn, inactiveSince, updatedSince } = filter;
  const livingIn = (services: Fragment): Fragment =>
    sql`(exists (select 1 from ${links(at)} where l.user_id = p.id and ${linked(at)} and ${services} and i.status <> 'DELETED'))`;
  return [
    status === undefined ? sql`p.status <> 'DELETED'` : sql`p.status = ${status}`,
    ...(kind === undefined ? [] : [sql`p.kind = ${kind}`]),
    ...(search === undefined ? [] : contains('p.search_text', search)),
    ...(email === undefined ? [] : [sql`p.id in ${holdersOf(at, email)}`]),
    // Whoever holds something in a service has an account there.
    ...(svcs === undefined || asksLevel(filter) ? [] : [askedOfEach(livingIn(ofServices(svcs, 'l')))]),
    ...(unlinkedIn === undefined ? [] : [unlinkedIn.length === 0 ? sql`1 = 0` : askedOfEach(sql`(not ${livingIn(ofServices(unlinkedIn, 'l'))})`)]),
    ...(inactiveSince === undefined ? [] : [sql`p.last_active_at < ${inactiveSince}`]),
    ...(updatedSince === undefined ? [] : [sql`p.updated_at >= ${updatedSince}`]),
  ];
}

/** Everybody has at least NONE. */
const asksLevel = ({ level }: PeopleFilter): boolean => level !== undefined && level !== 'NONE';

/** Where the people come from, and a condition on them. */
async function ofLevel({ at, now }: Moment, filter: PeopleFilter): Promise<readonly [Fragment, readonly Fragment[]]> {
  if (!asksLevel(filter)) return [sql`person p`, []];
  const question = { at: { ...at, svcs: filter.svcs ?? at.svcs }, now, filter: { minLevel: filter.level } };
  // `cross join` has SQLite start from the few, instead of sorting nothing and looking at everybody.
  return (await isHeldByFew(question))
    ? [sql`(${holders(question)}) h cross join person p`, [sql`p.id = h.id`]]
    : [sql`person p`, [isHolder(question)]];
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
