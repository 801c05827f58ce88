import type { NamedPerson } from '../../model/link-evidence.ts';
import type { RecordKey } from '../../model/views.ts';
import type { Db } from '../open.ts';
import { openRev, plainToRev } from '../tables.ts';
import { askAll } from './batches.ts';

/** Accounts of nobody's that carry one of these names. */
export async function unownedByNames(db: Db, sortNames: Iterable<string>): Promise<readonly (RecordKey & { readonly sort_name: string })[]> {
  return askAll(sortNames, (batch) =>
    db
      .selectFrom('identity as i')
      .leftJoin('link as l', (join) => join.onRef('l.svc', '=', 'i.svc').onRef('l.key', '=', 'i.key').on('l.to_rev', '=', openRev))
      .select(['i.svc', 'i.key', 'i.sort_name'])
      .where('i.sort_name', 'in', batch)
      .where('i.to_rev', '=', openRev)
      .where('i.account_kind', '=', 'HUMAN')
      .where('i.status', '<>', 'DELETED')
      .where((e) => e.or([e('l.state', 'is', null), e('l.state', 'in', ['SUGGESTED', 'REJECTED', 'UNLINKED'])]))
      .execute(),
  );
}

/** People with one of these names, as they are ordered, or one of these user names. */
export async function peopleNamed(db: Db, sortNames: Iterable<string>, usernames: Iterable<string>): Promise<readonly NamedPerson[]> {
  const people = (column: 'sort_name' | 'username', values: Iterable<string>) =>
    askAll(values, (batch) =>
      db
        .selectFrom('person')
        .select(['id', 'sort_name', 'username', 'primary_email'])
        .where(column, 'in', batch)
        .where(plainToRev, '=', openRev)
        .where('kind', '=', 'HUMAN')
        .where('status', '<>', 'DELETED')
        .execute(),
    );
  const rows = new Map([...(await people('sort_name', sortNames)), ...(await people('username', usernames))].map((row) => [row.id, row]));
  const accounts = await askAll(rows.keys(), (batch) =>
    db
      .selectFrom('link as l')
      .innerJoin('identity as i', (join) => join.onRef('i.svc', '=', 'l.svc').onRef('i.key', '=', 'l.key').on('i.to_rev', '=', openRev))
      .select(['l.user_id', 'l.svc'])
      .where('l.user_id', 'in', batch)
      .where('l.to_rev', '=', openRev)
      .where('l.state', 'in', ['LINKED_AUTO', 'LINKED_MANUAL'])
      .where('i.status', 'not in', ['DELETED', 'SUSPENDED'])
      .execute(),
  );
  const svcs = new Map<string, number[]>();
  for (const { user_id, svc } of accounts) if (user_id !== null) svcs.set(user_id, [...(svcs.get(user_id) ?? []), svc]);
  return [...rows.values()].map(({ id, sort_name, username, primary_email }) => ({
    id,
    sortName: sort_name,
    username: username ?? undefined,
    primaryEmail: primary_email ?? undefined,
    svcs: svcs.get(id) ?? [],
  }));
}
