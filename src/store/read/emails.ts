import { sql } from 'kysely';
import type { RecordKey } from '../../model/views.ts';
import { linked, links } from './accounts.ts';
import { askTexts, listOf, live, rowsOf, storable, type Fragment, type Snapshot } from './snapshot.ts';

/** An address of an account that is linked to a person. */
export interface EmailRow extends RecordKey {
  readonly user_id: string;
  /** Of the account. */
  readonly status: string;
  readonly address: string;
  readonly exact: string | null;
  readonly untagged: string | null;
  readonly proof: string;
}

const emailColumns = sql`e.svc, e.key, e.address, e.exact, e.untagged, e.proof, l.user_id, i.status`;

const linkedEmails = (at: Snapshot, condition: Fragment): Fragment =>
  sql`select ${emailColumns} from ${links(at)} join email e on e.svc = l.svc and e.key = l.key and ${live(at, 'e')} where ${linked(at)} and ${condition}`;

/** Addresses of the living accounts, with the address that the person goes by. */
export function emailsOfPeople(at: Snapshot, userIds: readonly string[]): Promise<readonly (EmailRow & { readonly primary_email: string | null })[]> {
  return askTexts(userIds, (ids) =>
    rowsOf(
      at,
      sql`select ${emailColumns}, p.primary_email from ${links(at)}
        join email e on e.svc = l.svc and e.key = l.key and ${live(at, 'e')}
        join person p on p.id = l.user_id and ${live(at, 'p')}
        where ${linked(at)} and l.user_id in (${listOf(ids)}) and i.status <> 'DELETED'
        order by e.svc, e.key`,
    ),
  );
}

/**
 * Who holds these addresses, living accounts and tombstones.
 * @param sought `exact`: keys of addresses; `spelled`: addresses that have no key, as they are spelled.
 */
export async function holdersOfAddresses(
  at: Snapshot,
  sought: { readonly exact: readonly string[]; readonly spelled: readonly string[] },
): Promise<readonly EmailRow[]> {
  const ways = addressed(sought);
  return ways === undefined ? [] : rowsOf(at, linkedEmails(at, ways));
}

/** Who holds an address that is one of these when its +tag is cut. */
export function holdersOfUntagged(at: Snapshot, untagged: readonly string[]): Promise<readonly EmailRow[]> {
  return askTexts(untagged, (keys) => rowsOf(at, linkedEmails(at, sql`e.untagged in (${listOf(keys)})`)));
}

/** Condition on `e`; undefined when nothing that could be stored is sought. */
export function addressed({ exact, spelled }: { readonly exact: readonly string[]; readonly spelled: readonly string[] }): Fragment | undefined {
  const keys = exact.filter(storable);
  const spellings = spelled.filter(storable);
  const ways = [
    ...(keys.length === 0 ? [] : [sql`e.exact in (${listOf(keys)})`]),
    ...(spellings.length === 0 ? [] : [sql`(e.exact is null and e.address in (${listOf(spellings)}))`]),
  ];
  return ways.length === 0 ? undefined : sql`(${sql.join(ways, sql` or `)})`;
}
