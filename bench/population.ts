import { createHash } from 'node:crypto';
import type { EmailEvidence, IdentityRecord } from '../src/contract/records.ts';
import type { DemoAccount } from '../src/contract/sandbox.ts';
import type { LinkingService } from '../src/model/link-evidence.ts';
import { demoServices, type Company } from '../src/sandbox/company.ts';
import { isGuest } from '../src/sandbox/company/role-words.ts';
import type { StoreConnection } from '../src/store/open.ts';
import { nextRevision } from '../src/store/revision.ts';
import { replaceEvidence } from '../src/store/sync/identity-evidence.ts';
import { projection } from '../src/store/sync/kinds.ts';
import { openRev } from '../src/store/tables.ts';

export interface LoadedService extends LinkingService {
  readonly name: string;
  readonly type: string;
  readonly serviceId: string;
}

/** Registers the company's services in a store, empty. */
export async function loadServices({ write }: StoreConnection, company: Company): Promise<readonly LoadedService[]> {
  const loaded: LoadedService[] = [];
  for (const { name, instance, emailTrust, people } of demoServices(company)) {
    const { type, serviceId } = instance;
    const row = {
      name,
      type,
      service_id: serviceId,
      display_name: name,
      profile: '{}',
      configured: 1,
      lease_until: 0,
      fence: 0,
      partial: 0,
      quarantined: 0,
    };
    const { svc } = await write.insertInto('service').values(row).returning('svc').executeTakeFirstOrThrow();
    loaded.push({ svc, name, type, serviceId, emailTrust, people, managedDomains: company.managedDomains });
  }
  return loaded;
}

const batchSize = 500;

/** Seals all accounts of one service in one transaction, as its adapter would report them. */
export async function sealService(
  { write }: StoreConnection,
  company: Company,
  { svc, type, serviceId, name }: LoadedService,
  now: number,
): Promise<number> {
  const { accounts } = company.instance(type, serviceId);
  await write.transaction().execute(async (trx) => {
    const rev = await nextRevision(trx, `seal ${name}`, now);
    for (let start = 0; start < accounts.length; start += batchSize) {
      const records = accounts.slice(start, start + batchSize).map((account) => toRecord(type, account));
      const rows = records.map((record) => {
        const data = JSON.stringify(record);
        const hash = createHash('sha256').update(data).digest('base64url');
        const version = { svc, key: record.externalId, hash, data, from_rev: rev, to_rev: openRev, misses: 0, read_at: null };
        return { ...version, ...projection(record, 1) };
      });
      // The projection supplies the columns of an identity.
      await trx
        .insertInto('identity')
        .values(rows as never)
        .execute();
      const identities = records.map((record) => ({ key: record.externalId, record }));
      await replaceEvidence(trx, svc, identities, new Map(), rev);
    }
  });
  return accounts.length;
}

function toRecord(type: string, account: DemoAccount): IdentityRecord {
  const { externalId, kind, status, displayName, firstName, lastName, username, lastActiveAt } = account;
  return {
    kind: 'identity',
    externalId,
    accountKind: kind,
    status,
    displayName,
    ...(firstName === '' ? {} : { firstName }),
    ...(lastName === '' ? {} : { lastName }),
    username,
    emails: account.email === undefined ? [] : [{ address: account.email, proof: proofOf(type, account), primary: true }],
    declared: account.declared.map((declared) => ({ ...declared, via: 'identity' })),
    roles: [],
    ...(lastActiveAt === undefined ? {} : { lastActiveAt }),
  };
}

/** As the adapters have it: Slack knows what was confirmed, Sym and Slack have no word on guests, the others none on anybody. */
function proofOf(type: string, account: DemoAccount): EmailEvidence['proof'] {
  if (isGuest(type, account.role)) return 'UNVERIFIED';
  if (type === 'slack') return account.emailProven ? 'VERIFIED' : 'UNKNOWN';
  return account.sso && account.status === 'ACTIVE' ? 'ASSERTED' : 'UNKNOWN';
}
