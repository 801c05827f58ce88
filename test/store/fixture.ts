import type {
  EmailProof,
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  MembershipRecord,
  RecordKind,
  RoleRecord,
  ScopeRecord,
  SourceRecord,
} from '../../src/contract/records.ts';
import { recordKey } from '../../src/contract/records.ts';
import { emailKey } from '../../src/model/email-key.ts';
import { foldName, sortName } from '../../src/model/fold.ts';
import type { LinkState, MatchCaseView } from '../../src/model/views.ts';
import { askAll } from '../../src/store/linking/batches.ts';
import { replaceLinks, type LinkRow } from '../../src/store/linking/links.ts';
import type { StoreConnection } from '../../src/store/open.ts';
import { keepGroupReach } from '../../src/store/sync/group-reach.ts';
import { kindTables, projection } from '../../src/store/sync/kinds.ts';
import { openRev, type PersonTable, type ServiceTable, type Tables } from '../../src/store/tables.ts';

interface ServiceFill extends Partial<Omit<ServiceTable, 'svc' | 'profile' | 'issue' | 'live_reads'>> {
  readonly name: string;
  readonly profile?: object;
  readonly issue?: object;
}

export interface RecordFill {
  /** Name of the service. */
  readonly service: string;
  readonly record: SourceRecord;
  readonly incarnation?: number;
  readonly misses?: number;
  readonly readAt?: number;
}

type PersonFill = Pick<PersonTable, 'id'> & Partial<Omit<PersonTable, 'from_rev' | 'to_rev'>>;

interface LinkFill extends Partial<Omit<LinkRow, 'svc' | 'key' | 'state' | 'user_id' | 'evidence' | 'decided_by'>> {
  readonly service: string;
  readonly account: string;
  readonly user?: string;
  readonly state?: LinkState;
  readonly evidence?: readonly string[];
  readonly decided_by?: object;
}

/** What one revision brings. What has the key of something that is there replaces it. */
export interface Filling {
  readonly services?: readonly ServiceFill[];
  readonly records?: readonly RecordFill[];
  /** Records that end. */
  readonly gone?: readonly RecordFill[];
  readonly people?: readonly PersonFill[];
  readonly links?: readonly LinkFill[];
  /** The first is merged into the second and ends. */
  readonly merged?: readonly (readonly [string, string])[];
  readonly cases?: readonly (Omit<MatchCaseView, 'identity' | 'decision'> & {
    readonly service: string;
    readonly account: string;
    readonly decision?: string;
  })[];
}

/** Takes the next revision and writes it into the tables. */
export function fillStore({ write }: StoreConnection, filling: Filling): Promise<{ readonly rev: number; svc(name: string): number }> {
  return write.transaction().execute((trx) => fill(trx, filling));
}

async function fill(write: Write, filling: Filling): Promise<{ readonly rev: number; svc(name: string): number }> {
  const { services = [], records = [], gone = [], people = [], links = [], merged = [], cases = [] } = filling;
  const newest = await write
    .selectFrom('revision')
    .select(({ fn }) => fn.max('rev').as('rev'))
    .executeTakeFirstOrThrow();
  const rev = newest.rev + 1;
  await write.insertInto('revision').values({ rev, at: rev, cause: 'fixture' }).execute();
  for (const service of services) await putService(write, service, rev);
  const rows = await write.selectFrom('service').select(['svc', 'name']).execute();
  const svcs = new Map(rows.map(({ svc, name }) => [name, svc]));
  const svc = (name: string): number => {
    const found = svcs.get(name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };

  const touched = Map.groupBy([...gone, ...records], ({ service }) => svc(service));
  for (const [own, fills] of touched) await endRecords(write, own, fills, rev);
  for (const [kind, fills] of Map.groupBy(records, ({ record }) => record.kind)) {
    await insert(
      write,
      kindTables[kind],
      fills.map((each) => toVersion(each, svc(each.service), rev)),
    );
  }
  await insert(
    write,
    'email',
    records.flatMap(({ service, record }) => (record.kind === 'identity' ? toEmails(record, svc(service), rev) : [])),
  );
  for (const own of touched.keys()) await keepGroupReach(write, own, rev);

  const end = (table: 'person' | 'match_case', ids: readonly string[]) =>
    askAll(ids, (batch) => write.updateTable(table).set({ to_rev: rev }).where('id', 'in', batch).where('to_rev', '=', openRev).execute());
  await end('person', [...people.map(({ id }) => id), ...merged.map(([from]) => from)]);
  await insert(
    write,
    'person',
    people.map((each) => toPerson(each, rev)),
  );
  await insert(
    write,
    'retired_person',
    merged.map(([id, into_id]) => ({ id, into_id, rev })),
  );

  const linkRows = links.map(({ service, ...link }) => toLink(link, svc(service)));
  await replaceLinks(write, linkRows, linkRows, rev);

  await end(
    'match_case',
    cases.map(({ id }) => id),
  );
  await insert(
    write,
    'match_case',
    cases.map(({ service, account, candidates, openedAt, decision, ...rest }) => ({
      ...rest,
      svc: svc(service),
      key: account,
      candidates: JSON.stringify(candidates),
      opened_at: openedAt,
      decision: decision ?? null,
      from_rev: rev,
      to_rev: openRev,
    })),
  );
  return { rev, svc };
}

/** As it was after the first start. */
export function emptyStore({ write }: StoreConnection): Promise<void> {
  const tables = [
    ...Object.values(kindTables),
    'email',
    'declaration',
    'person',
    'person_number',
    'retired_person',
    'link',
    'link_rejection',
    'audit_event',
    'audit_target',
    'match_case',
    'group_reach',
    'sync_run',
    'sync_listing',
    'service',
  ] as const;
  return write.transaction().execute(async (trx) => {
    for (const table of tables) await trx.deleteFrom(table).execute();
    await trx.deleteFrom('revision').where('rev', '>', 0).execute();
  });
}

type Write = StoreConnection['write'];

async function insert(write: Write, table: keyof Tables, rows: readonly object[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 500) {
    await write
      .insertInto(table)
      .values(rows.slice(start, start + 500))
      .execute();
  }
}

async function putService(write: Write, { profile, issue, ...fill }: ServiceFill, rev: number): Promise<void> {
  const row = {
    type: fill.name,
    service_id: `${fill.name}-1`,
    display_name: fill.name,
    configured: 1,
    sealed_rev: rev,
    ...fill,
    profile: JSON.stringify(profile ?? {}),
    issue: issue === undefined ? null : JSON.stringify(issue),
  };
  const updated = await write.updateTable('service').set(row).where('name', '=', fill.name).executeTakeFirst();
  if (updated.numUpdatedRows === 0n) {
    await write
      .insertInto('service')
      .values({ partial: 0, quarantined: 0, lease_until: 0, fence: 0, ...row })
      .execute();
  }
}

async function endRecords(write: Write, svc: number, fills: readonly RecordFill[], rev: number): Promise<void> {
  for (const [kind, own] of Map.groupBy(fills, ({ record }) => record.kind)) {
    const keys = own.map(({ record }) => recordKey(record));
    for (const table of kind === 'identity' ? (['identity', 'email'] as const) : [kindTables[kind]]) {
      await endKeys(write, table, svc, keys, rev);
    }
  }
}

type Keyed = (typeof kindTables)[RecordKind] | 'email';

const endKeys = (write: Write, table: Keyed, svc: number, keys: readonly string[], rev: number): Promise<unknown> =>
  askAll(keys, (batch) =>
    write.updateTable(table).set({ to_rev: rev }).where('svc', '=', svc).where('key', 'in', batch).where('to_rev', '=', openRev).execute(),
  );

function toVersion({ record, incarnation = 1, misses = 0, readAt }: RecordFill, svc: number, rev: number): object {
  const data = JSON.stringify(record);
  const key = recordKey(record);
  return { svc, key, hash: data, data, misses, read_at: readAt ?? null, from_rev: rev, to_rev: openRev, ...projection(record, incarnation) };
}

function toEmails(record: IdentityRecord, svc: number, rev: number): readonly object[] {
  return record.emails.map(({ address, proof, primary }) => {
    const { exact = null, untagged = null } = emailKey(address) ?? {};
    return { svc, key: recordKey(record), address, exact, untagged, proof, is_primary: Number(primary), from_rev: rev, to_rev: openRev };
  });
}

const toPerson = (fill: PersonFill, rev: number): PersonTable => ({
  kind: 'HUMAN',
  status: 'ACTIVE',
  display_name: null,
  first_name: null,
  last_name: null,
  username: null,
  primary_email: null,
  sort_name: sortName(fill.display_name ?? undefined, fill.username ?? undefined),
  search_text: foldName([fill.display_name, fill.username, fill.primary_email].filter(Boolean).join(' ')),
  last_active_at: null,
  updated_at: 1,
  ...fill,
  from_rev: rev,
  to_rev: openRev,
});

const toLink = ({ account, user, state, evidence, decided_by, ...fill }: Omit<LinkFill, 'service'>, svc: number): LinkRow => ({
  incarnation: 1,
  rule: null,
  confidence: null,
  decided_at: 1,
  note: null,
  ...fill,
  svc,
  key: account,
  state: state ?? 'LINKED_AUTO',
  user_id: user ?? null,
  evidence: JSON.stringify(evidence ?? []),
  decided_by: decided_by === undefined ? null : JSON.stringify(decided_by),
});

export const of = (service: string, ...records: readonly SourceRecord[]): readonly RecordFill[] => records.map((record) => ({ service, record }));

export const identity = (externalId: string, more: Partial<IdentityRecord> = {}): IdentityRecord => ({
  kind: 'identity',
  externalId,
  accountKind: 'HUMAN',
  status: 'ACTIVE',
  emails: [],
  declared: [],
  roles: [],
  ...more,
});

export const email = (address: string, proof: EmailProof = 'VERIFIED', primary = true): IdentityRecord['emails'][number] => ({
  address,
  proof,
  primary,
});

export const group = (externalId: string, displayName = externalId): GroupRecord => ({
  kind: 'group',
  externalId,
  displayName,
  groupKind: 'team',
  status: 'ACTIVE',
});

export const member = (groupId: string, kind: 'identity' | 'group', externalId: string): MembershipRecord => ({
  kind: 'membership',
  group: groupId,
  member: { kind, externalId },
});

export const role = (externalId: string, more: Partial<RoleRecord> = {}): RoleRecord => ({
  kind: 'role',
  externalId,
  name: externalId,
  level: 'MEMBER',
  appliesTo: [],
  permissions: [],
  custom: false,
  ...more,
});

export const scope = (scopeKind: ScopeRecord['scopeKind'], externalId: string, more: Partial<ScopeRecord> = {}): ScopeRecord => ({
  kind: 'scope',
  scopeKind,
  externalId,
  displayName: externalId,
  ...more,
});

export const grant = (externalId: string, principal: GrantRecord['principal'], more: Partial<GrantRecord> = {}): GrantRecord => ({
  kind: 'grant',
  externalId,
  principal,
  level: 'MEMBER',
  scopeKind: 'WORKSPACE',
  allScopes: false,
  permissions: [],
  source: 'DIRECT',
  immutable: false,
  ...more,
});
