import type {
  EmailProof,
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  MembershipRecord,
  RoleRecord,
  ScopeRecord,
  SourceRecord,
} from '../../src/contract/records.ts';
import { recordKey } from '../../src/contract/records.ts';
import { emailKey } from '../../src/model/email-key.ts';
import { foldName, sortName } from '../../src/model/fold.ts';
import type { LinkState, MatchCaseView } from '../../src/model/views.ts';
import type { StoreConnection } from '../../src/store/open.ts';
import { keepGroupReach } from '../../src/store/sync/group-reach.ts';
import { kindTables, projection } from '../../src/store/sync/kinds.ts';
import { openRev, type LinkTable, type PersonTable, type ServiceTable, type Tables } from '../../src/store/tables.ts';

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

interface LinkFill extends Partial<Omit<LinkTable, 'svc' | 'key' | 'state' | 'user_id' | 'from_rev' | 'to_rev' | 'evidence' | 'decided_by'>> {
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
export async function fillStore({ write }: StoreConnection, filling: Filling): Promise<{ readonly rev: number; svc(name: string): number }> {
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

  for (const { service, record } of [...gone, ...records]) await endRecord(write, svc(service), record, rev);
  for (const fill of records) await putRecord(write, svc(fill.service), fill, rev);
  for (const touched of new Set([...gone, ...records].map(({ service }) => svc(service)))) await keepGroupReach(write, touched, rev);

  const end = (table: 'person' | 'match_case', id: string) =>
    write.updateTable(table).set({ to_rev: rev }).where('id', '=', id).where('to_rev', '=', openRev).execute();
  for (const id of [...people.map((each) => each.id), ...merged.map(([from]) => from)]) await end('person', id);
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

  for (const { service, account } of links) {
    await write
      .updateTable('link')
      .set({ to_rev: rev })
      .where('svc', '=', svc(service))
      .where('key', '=', account)
      .where('to_rev', '=', openRev)
      .execute();
  }
  await insert(
    write,
    'link',
    links.map(({ service, ...link }) => toLink(link, svc(service), rev)),
  );

  for (const { id } of cases) await end('match_case', id);
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
export async function emptyStore({ write }: StoreConnection): Promise<void> {
  const tables = [
    ...Object.values(kindTables),
    'email',
    'declaration',
    'person',
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
  for (const table of tables) await write.deleteFrom(table).execute();
  await write.deleteFrom('revision').where('rev', '>', 0).execute();
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

async function endRecord(write: Write, svc: number, record: SourceRecord, rev: number): Promise<void> {
  const tables = record.kind === 'identity' ? (['identity', 'email'] as const) : [kindTables[record.kind]];
  for (const table of tables) {
    await write
      .updateTable(table)
      .set({ to_rev: rev })
      .where('svc', '=', svc)
      .where('key', '=', recordKey(record))
      .where('to_rev', '=', openRev)
      .execute();
  }
}

async function putRecord(write: Write, svc: number, { record, incarnation = 1, misses = 0, readAt }: RecordFill, rev: number): Promise<void> {
  const key = recordKey(record);
  const interval = { from_rev: rev, to_rev: openRev };
  const data = JSON.stringify(record);
  await insert(write, kindTables[record.kind], [
    { svc, key, hash: data, data, misses, read_at: readAt ?? null, ...interval, ...projection(record, incarnation) },
  ]);
  if (record.kind !== 'identity') return;
  const emails = record.emails.map(({ address, proof, primary }) => {
    const parts = emailKey(address);
    return { svc, key, address, exact: parts?.exact ?? null, untagged: parts?.untagged ?? null, proof, is_primary: Number(primary), ...interval };
  });
  await insert(write, 'email', emails);
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

const toLink = ({ account, user, state, evidence, decided_by, ...fill }: Omit<LinkFill, 'service'>, svc: number, rev: number): LinkTable => ({
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
  from_rev: rev,
  to_rev: openRev,
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
