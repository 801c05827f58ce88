import type { EmailProof, IdentityRecord } from '../../src/contract/records.ts';
import type { LinkingService } from '../../src/model/link-evidence.ts';
import type { StoreConnection } from '../../src/store/open.ts';
import { nextRevision } from '../../src/store/revision.ts';
import { replaceEvidence } from '../../src/store/sync/identity-evidence.ts';
import { projection } from '../../src/store/sync/kinds.ts';
import { openRev } from '../../src/store/tables.ts';
import { linkPending } from '../../src/sync/link.ts';
import type { TestEngine } from './engines.ts';

const managedDomains = ['acme.example', 'acme.co'];
export const [symSvc, slackSvc, pagerdutySvc] = [1, 2, 3];
const services: readonly LinkingService[] = [
  { svc: symSvc, emailTrust: 'MANAGED_DOMAINS', managedDomains, people: 'source' },
  { svc: slackSvc, emailTrust: 'VERIFIED_ONLY', managedDomains, people: 'source' },
  { svc: pagerdutySvc, emailTrust: 'MANAGED_DOMAINS', managedDomains, people: 'match' },
];
export const types = new Map([
  [symSvc, 'sym'],
  [slackSvc, 'slack'],
  [pagerdutySvc, 'pagerduty'],
]);

interface Reported extends Partial<Omit<IdentityRecord, 'kind' | 'externalId' | 'emails' | 'declared'>> {
  readonly key: string;
  readonly email?: readonly [address: string, proof: EmailProof];
  readonly names?: readonly (readonly [svc: number, key: string])[];
  readonly incarnation?: number;
}

function toRecord({ key, email, names = [], displayName, firstName, lastName, lastActiveAt, status = 'ACTIVE' }: Reported): IdentityRecord {
  return {
    kind: 'identity',
    externalId: key,
    accountKind: 'HUMAN',
    status,
    emails: email === undefined ? [] : [{ address: email[0], proof: email[1], primary: true }],
    declared: names.map(([svc, externalId]) => ({ type: types.get(svc) ?? '', serviceId: 'acme', externalId, via: 'identity' })),
    roles: [],
    ...(displayName === undefined ? {} : { displayName }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(lastActiveAt === undefined ? {} : { lastActiveAt }),
  };
}

/** Ann’s account in Sym. */
export const ann = { key: 'ann', email: ['ann@acme.example', 'UNKNOWN'], displayName: 'Ann Lee', firstName: 'Ann', lastName: 'Lee' } as const;

export type LinkingStore = Awaited<ReturnType<typeof openLinkingStore>>;

/** A store that knows three services, with a clock that tests turn. */
export async function openLinkingStore(engine: TestEngine) {
  const store = await engine.open();
  const { connection } = store;
  const clock = { now: Date.UTC(2026, 0, 1) };
  for (const [svc, type] of types) {
    const row = { svc, name: `${type}-main`, type, service_id: 'acme', display_name: type, profile: '{}', configured: 1 };
    await connection.write
      .insertInto('service')
      .values({ ...row, partial: 0, quarantined: 0, lease_until: 0, fence: 0 })
      .execute();
  }

  /** New versions of these accounts, as a seal writes them. */
  async function seal(svc: number, accounts: readonly Reported[]): Promise<void> {
    await connection.write.transaction().execute(async (trx) => {
      const rev = await nextRevision(trx, 'seal', clock.now);
      const keys = accounts.map(({ key }) => key);
      const open = await trx
        .selectFrom('identity')
        .selectAll()
        .where('svc', '=', svc)
        .where('key', 'in', keys)
        .where('to_rev', '=', openRev)
        .execute();
      const before = new Map(open.map((row) => [row.key, { record: JSON.parse(row.data) as IdentityRecord, incarnation: row.incarnation }]));
      await trx.updateTable('identity').set({ to_rev: rev }).where('svc', '=', svc).where('key', 'in', keys).where('to_rev', '=', openRev).execute();
      const rows = accounts.map((account) => {
        const record = toRecord(account);
        const version = { svc, key: account.key, hash: '', data: JSON.stringify(record), from_rev: rev, to_rev: openRev, misses: 0, read_at: null };
        return { ...version, ...projection(record, account.incarnation ?? 1) };
      });
      await trx
        .insertInto('identity')
        .values(rows as never)
        .execute();
      await replaceEvidence(
        trx,
        svc,
        accounts.map((account) => ({ key: account.key, record: toRecord(account) })),
        before,
        rev,
      );
    });
  }

  const links = () => connection.read.selectFrom('link').selectAll().where('to_rev', '=', openRev).orderBy('svc').orderBy('key').execute();
  return {
    connection,
    clock,
    costOf: store.costOf,
    close: store.close,
    seal,
    link: (through: StoreConnection = connection, batchSize = 1000) => linkPending(through, { services, now: () => clock.now, batchSize }),
    /** Makes the next run look at everything again. */
    forget: () => connection.write.updateTable('meta').set({ value: '0' }).where('name', '=', 'linked_rev').execute(),
    links,
    people: () => connection.read.selectFrom('person').selectAll().where('to_rev', '=', openRev).orderBy('sort_name').execute(),
    cases: () => connection.read.selectFrom('match_case').selectAll().where('to_rev', '=', openRev).execute(),
    userOf: async (svc: number, key: string): Promise<string | null | undefined> =>
      (await links()).find((row) => row.svc === svc && row.key === key && row.state.startsWith('LINKED'))?.user_id,
  };
}
