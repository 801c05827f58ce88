import type { AccountEvidence } from '../../model/link-evidence.ts';
import type { RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { askAll } from './batches.ts';
import type { LinkingContext } from './context.ts';

/** An address that more accounts hold is a role's, not a person's; following it would pull the whole store into one batch. */
const maxHolders = 50;

type Crowd = Map<string, ReadonlySet<number>>;

export interface AddressFollower {
  /** Addresses, and mailboxes of ours, that too many hold, with the services where more than one account does. */
  readonly crowded: Crowd;
  readonly crowdedMailboxes: Crowd;
  /** Who else holds, or held, an address of these accounts, or within our domains a variant of it. No address is followed twice. */
  follow(accounts: readonly AccountEvidence[]): Promise<readonly RecordKey[]>;
}

export function createAddressFollower(db: Db, { services, retainedFrom }: LinkingContext): AddressFollower {
  const managed = [...new Set([...services.values()].flatMap(({ managedDomains }) => managedDomains))];
  const crowded: Crowd = new Map();
  const crowdedMailboxes: Crowd = new Map();
  const asked = new Set<string>();
  const isFresh = (value: string): boolean => !asked.has(value) && asked.add(value).size > 0;
  return {
    crowded,
    crowdedMailboxes,
    async follow(accounts) {
      const addresses = accounts.flatMap((account) => account.addresses);
      const domainOf = (text: string): string => text.slice(text.lastIndexOf('@') + 1);
      const ours = addresses.filter(({ untagged }) => managed.includes(domainOf(untagged)));
      const mailboxes = ours.flatMap(({ untagged }) => {
        const local = untagged.slice(0, untagged.lastIndexOf('@') + 1);
        return managed.map((domain) => local + domain).filter((variant) => isFresh(`mailbox ${variant}`));
      });
      // A mailbox finds every spelling of an address in it, so that only foreign addresses, and those of crowded mailboxes, are asked for as they are.
      const variants = await holdersOf(db, 'untagged', mailboxes, retainedFrom, crowdedMailboxes);
      const exact = addresses
        .filter(({ untagged }) => !managed.includes(domainOf(untagged)) || crowdedMailboxes.has(untagged))
        .flatMap((address) => (isFresh(`address ${address.exact}`) ? address.exact : []));
      return [...variants, ...(await holdersOf(db, 'exact', exact, retainedFrom, crowded))];
    },
  };
}

async function holdersOf(
  db: Db,
  column: 'exact' | 'untagged',
  values: readonly string[],
  endedAfter: number,
  crowded: Crowd,
): Promise<readonly RecordKey[]> {
  return askAll(values, async (batch) => {
    const holders = (wanted: string[]) =>
      db
        .selectFrom('email')
        .select([`${column} as value`, 'svc', 'key'])
        .where(column, 'in', wanted)
        .where('to_rev', '>', endedAfter);
    const limit = batch.length * 10 + maxHolders;
    const rows = await holders(batch).limit(limit).execute();
    const counts = new Map<string, Map<number, number>>();
    const count = (value: string | null, svc: number, more: number): void => {
      const bySvc = counts.get(value ?? '') ?? new Map<number, number>();
      counts.set(value ?? '', bySvc.set(svc, (bySvc.get(svc) ?? 0) + more));
    };
    if (rows.length < limit) for (const { value, svc } of rows) count(value, svc, 1);
    else for (const { value, svc, held } of await countHolders(db, column, batch, endedAfter)) count(value, svc, held);
    const followed = batch.filter((value) => {
      const bySvc = counts.get(value);
      if (bySvc === undefined || bySvc.values().reduce((sum, held) => sum + held, 0) <= maxHolders) return true;
      crowded.set(value, new Set([...bySvc].flatMap(([svc, held]) => (held > 1 ? svc : []))));
      return false;
    });
    if (rows.length >= limit) return followed.length === 0 ? [] : holders(followed).execute();
    return followed.length === batch.length ? rows : rows.filter(({ value }) => !crowded.has(value ?? ''));
  });
}

async function countHolders(db: Db, column: 'exact' | 'untagged', values: string[], endedAfter: number) {
  const rows = await db
    .selectFrom('email')
    .select([`${column} as value`, 'svc', (e) => e.fn.countAll<number | string>().as('held')])
    .where(column, 'in', values)
    .where('to_rev', '>', endedAfter)
    .groupBy([column, 'svc'])
    .execute();
  return rows.map(({ value, svc, held }) => ({ value, svc, held: Number(held) }));
}
