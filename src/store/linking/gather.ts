import type { AccountEvidence, Evidence } from '../../model/link-evidence.ts';
import { keyText, type RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import { toAccountEvidence } from './account.ts';
import { createAddressFollower } from './addresses.ts';
import { askAll, parseKey } from './batches.ts';
import { instanceText, type LinkingContext } from './context.ts';
import { readHeirs } from './heirs.ts';
import { readAccountRows } from './rows.ts';

/** The accounts with all that may tie them, directly or through others. */
export async function gatherEvidence(db: Db, seeds: readonly RecordKey[], context: LinkingContext): Promise<Evidence> {
  const accounts = new Map<string, AccountEvidence>();
  const addresses = createAddressFollower(db, context);
  const asked = { accounts: new Set(seeds.map(keyText)), users: new Set<string>() };
  for (let next: readonly RecordKey[] = seeds; next.length > 0;) {
    const found = await readAccounts(db, next, context);
    for (const account of found) accounts.set(account.id, account);
    const users = found
      .flatMap(({ link, formerUser }) => link?.userId ?? formerUser ?? [])
      .filter((user) => !asked.users.has(user) && asked.users.add(user));
    const neighbours = [
      ...(await addresses.follow(found)),
      ...(await accountsOf(db, users)),
      ...(await declarersOf(db, found, context)),
      ...found.flatMap(({ declares }) => declares.map(({ target }) => parseKey(target))),
    ];
    next = neighbours.filter((key) => context.services.has(key.svc) && !asked.accounts.has(keyText(key)) && asked.accounts.add(keyText(key)));
  }
  const { services, retainedFrom } = context;
  return { accounts, services, retainedFrom, crowded: addresses.crowded, crowdedMailboxes: new Set(addresses.crowdedMailboxes.keys()) };
}

/** The accounts as they are now; unknown ones, and those of services that nobody told of, are left out. */
export async function readAccounts(db: Db, keys: readonly RecordKey[], context: LinkingContext): Promise<readonly AccountEvidence[]> {
  const rows = await readAccountRows(db, keys);
  const byHand = rows.links.flatMap(({ decided_by, user_id, to_rev }) =>
    decided_by === null || user_id === null || to_rev !== openRev ? [] : [user_id],
  );
  const heirs = await readHeirs(db, [...byHand, ...rows.rejections.map(({ user_id }) => user_id)]);
  const of = {
    earlier: byAccount(rows.earlier),
    emails: byAccount(rows.emails),
    declarations: byAccount(rows.declarations),
    links: byAccount(rows.links),
    rejections: byAccount(rows.rejections),
    cases: byAccount(rows.cases),
  };
  return rows.current.flatMap((current) => {
    const service = context.services.get(current.svc);
    const id = keyText(current);
    if (service === undefined) return [];
    return toAccountEvidence(
      {
        current,
        earlier: of.earlier.get(id) ?? [],
        emails: of.emails.get(id) ?? [],
        declarations: of.declarations.get(id) ?? [],
        links: of.links.get(id) ?? [],
        rejections: of.rejections.get(id) ?? [],
        cases: of.cases.get(id) ?? [],
      },
      service,
      context,
      heirs,
    );
  });
}

function byAccount<R extends RecordKey>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const id = keyText(row);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return groups;
}

export function accountsOf(db: Db, users: readonly string[]): Promise<readonly RecordKey[]> {
  return askAll(users, (batch) => db.selectFrom('link').select(['svc', 'key']).where('user_id', 'in', batch).where('to_rev', '=', openRev).execute());
}

async function declarersOf(db: Db, accounts: readonly AccountEvidence[], { instances }: LinkingContext): Promise<readonly RecordKey[]> {
  const known = new Set(accounts.map(({ id }) => id));
  const rows = await askAll(new Set(accounts.map(({ key }) => key)), (batch) =>
    db
      .selectFrom('declaration')
      .select(['svc', 'key', 'target_type', 'target_service_id', 'target_external_id'])
      .where('target_external_id', 'in', batch)
      .where('to_rev', '=', openRev)
      .execute(),
  );
  return rows.filter(({ target_type, target_service_id, target_external_id: key }) => {
    const svc = instances.get(instanceText(target_type, target_service_id));
    return svc !== undefined && known.has(keyText({ svc, key }));
  });
}
