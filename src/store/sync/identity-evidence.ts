import type { IdentityRecord } from '../../contract/records.ts';
import { emailKey } from '../../model/email-key.ts';
import type { Db } from '../open.ts';
import { openRev } from '../tables.ts';
import type { EarlierIdentity } from './incarnation.ts';
import { storable } from './kinds.ts';

/** The current versions of accounts, before they are replaced. */
export async function readIdentityEvidence(trx: Db, svc: number, keys: readonly string[]): Promise<ReadonlyMap<string, EarlierIdentity>> {
  const rows = await trx
    .selectFrom('identity')
    .select(['key', 'data', 'incarnation'])
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where('key', 'in', keys)
    .execute();
  return new Map(rows.map((row) => [row.key, { record: JSON.parse(row.data) as IdentityRecord, incarnation: row.incarnation }]));
}

/** Addresses and declarations as rows of their own, so that they can be looked up and keep their history; untouched where they did not change. */
export async function replaceEvidence(
  trx: Db,
  svc: number,
  identities: readonly { readonly key: string; readonly record: IdentityRecord }[],
  before: ReadonlyMap<string, EarlierIdentity>,
  rev: number,
): Promise<void> {
  const interval = { svc, from_rev: rev, to_rev: openRev };
  const moved = identities.filter(({ key, record }) => !same(before.get(key)?.record, record, emailRows));
  const redeclared = identities.filter(({ key, record }) => !same(before.get(key)?.record, record, declarationRows));
  if (moved.length > 0) {
    await closeEvidence(trx, 'email', svc, moved, rev);
    const rows = moved.flatMap(({ key, record }) => emailRows(record).map((row) => ({ ...interval, key, ...row })));
    await insertAll(rows, (values) => trx.insertInto('email').values(values).execute());
  }
  if (redeclared.length > 0) {
    await closeEvidence(trx, 'declaration', svc, redeclared, rev);
    const rows = redeclared.flatMap(({ key, record }) => declarationRows(record).map((row) => ({ ...interval, key, ...row })));
    await insertAll(rows, (values) => trx.insertInto('declaration').values(values).execute());
  }
}

const same = (before: IdentityRecord | undefined, after: IdentityRecord, rows: (record: IdentityRecord) => readonly object[]): boolean =>
  JSON.stringify(before === undefined ? [] : rows(before)) === JSON.stringify(rows(after));

/** A tombstone holds no address any more; that it once did stays in the closed rows. */
function emailRows({ status, emails }: IdentityRecord) {
  if (status === 'DELETED') return [];
  return emails.map(({ address, proof, primary }) => {
    const key = emailKey(address);
    return { address: storable(address), exact: key?.exact ?? null, untagged: key?.untagged ?? null, proof, is_primary: primary ? 1 : 0 };
  });
}

function declarationRows({ status, declared }: IdentityRecord) {
  if (status === 'DELETED') return [];
  return declared.map(({ type, serviceId, externalId, via }) => ({
    target_type: type,
    target_service_id: storable(serviceId),
    target_external_id: storable(externalId),
    via: storable(via),
  }));
}

async function closeEvidence(
  trx: Db,
  table: 'email' | 'declaration',
  svc: number,
  identities: readonly { readonly key: string }[],
  rev: number,
): Promise<void> {
  await trx
    .updateTable(table)
    .set({ to_rev: rev })
    .where('svc', '=', svc)
    .where('to_rev', '=', openRev)
    .where(
      'key',
      'in',
      identities.map(({ key }) => key),
    )
    .execute();
}

const insertSize = 200;

async function insertAll<Row>(rows: readonly Row[], insert: (batch: readonly Row[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += insertSize) await insert(rows.slice(start, start + insertSize));
}
