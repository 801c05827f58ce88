// A role report over a large store: the summary against one aggregate statement written by hand, and pages of effective access.
// npm run bench:report -- [--people 25000] [--store <folder>: of a store that is filled already]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import type { GrantRecord, SourceRecord } from '../src/contract/records.ts';
import { recordKey } from '../src/contract/records.ts';
import { createDirectory } from '../src/directory/directory.ts';
import { findings } from '../src/model/access.ts';
import { levelOfRank } from '../src/model/levels.ts';
import { replaceLinks } from '../src/store/linking/links.ts';
import { openStore, type Db, type StoreConnection } from '../src/store/open.ts';
import { nextRevision } from '../src/store/revision.ts';
import { keepGroupReach } from '../src/store/sync/group-reach.ts';
import { kindTables, projection } from '../src/store/sync/kinds.ts';
import { openRev, type Tables } from '../src/store/tables.ts';
import { best } from './cpu.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '25000' }, store: { type: 'string' } } });
const people = Number(values.people);
const goals = { summary: 1.5 };
const services = 4;
const folder = values.store === undefined ? await mkdtemp(join(tmpdir(), 'rollcall-bench-')) : resolve(values.store);
const store = await openStore(folder);
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const groups = numbers(Math.ceil(people / 10));

async function insert(trx: Db, table: keyof Tables, rows: readonly object[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 500) {
    await trx
      .insertInto(table)
      .values(rows.slice(start, start + 500))
      .execute();
  }
}

const person = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Three grants each, three groups each; one group in ten lies in another, and one in four holds a grant. */
function recordsOf(): readonly SourceRecord[] {
  const grant = (externalId: string, principal: GrantRecord['principal'], n: number): GrantRecord => ({
    kind: 'grant',
    externalId,
    principal,
    role: `role-${n % 12}`,
    level: levelOfRank((n % 8) - 1),
    scopeKind: 'PROJECT',
    scope: { kind: 'PROJECT', externalId: `p${n % 500}` },
    allScopes: false,
    permissions: [],
    source: 'DIRECT',
    immutable: false,
  });
  return [
    ...numbers(people).flatMap((n): SourceRecord[] => [
      {
        kind: 'identity',
        externalId: `u${n}`,
        accountKind: 'HUMAN',
        status: n % 20 === 0 ? 'SUSPENDED' : 'ACTIVE',
        displayName: `Person ${n}`,
        emails: [],
        declared: [],
        roles: [],
      },
      ...numbers(3).map((m): SourceRecord => grant(`g${n}-${m}`, { kind: 'identity', externalId: `u${n}` }, n + m * 7)),
      ...numbers(3).map((m): SourceRecord => ({
        kind: 'membership',
        group: `t${(n * 7 + m * 31) % groups.length}`,
        member: { kind: 'identity', externalId: `u${n}` },
      })),
    ]),
    ...groups.flatMap((n): SourceRecord[] => [
      { kind: 'group', externalId: `t${n}`, displayName: `Team ${n}`, groupKind: 'team', status: 'ACTIVE' },
      ...(n % 10 === 1 ? [{ kind: 'membership', group: `t${n - 1}`, member: { kind: 'group', externalId: `t${n}` } } as const] : []),
      ...(n % 4 === 0 ? [grant(`of-t${n}`, { kind: 'group', externalId: `t${n}` }, n)] : []),
    ]),
  ];
}

async function fill({ write }: StoreConnection): Promise<void> {
  await write.transaction().execute(async (trx) => {
    const rev = await nextRevision(trx, 'bench', Date.now());
    const interval = { from_rev: rev, to_rev: openRev };
    await insert(
      trx,
      'person',
      numbers(people).map((n) => ({
        id: person(n),
        kind: 'HUMAN',
        status: 'ACTIVE',
        display_name: `Person ${n}`,
        sort_name: `person ${n}`,
        search_text: '',
        updated_at: 0,
        ...interval,
      })),
    );
    const byKind = Map.groupBy(recordsOf(), ({ kind }) => kind);
    for (const s of numbers(services)) {
      const name = `service-${s}`;
      const row = {
        name,
        type: name,
        service_id: name,
        display_name: name,
        profile: '{}',
        configured: 1,
        sealed_as_of: Date.now(),
        lease_until: 0,
        fence: 0,
        partial: 0,
        quarantined: 0,
      };
      const { svc } = await trx.insertInto('service').values(row).returning('svc').executeTakeFirstOrThrow();
      for (const [kind, records] of byKind) {
        await insert(
          trx,
          kindTables[kind],
          records.map((record) => ({
            svc,
            key: recordKey(record),
            hash: 'x',
            data: JSON.stringify(record),
            misses: 0,
            read_at: null,
            ...interval,
            ...projection(record, 1),
          })),
        );
      }
      const links = numbers(people).map((n) => ({
        svc,
        key: `u${n}`,
        incarnation: 1,
        state: 'LINKED_AUTO',
        user_id: person(n),
        evidence: '[]',
        decided_at: 0,
      }));
      await replaceLinks(trx, links, links, rev);
      const started = performance.now();
      await keepGroupReach(trx, svc, rev);
      if (s === 0) console.log(`reach of ${groups.length} groups: ${(performance.now() - started).toFixed(0)} ms`);
    }
  });
}

if (values.store === undefined) await fill(store);

const view = await createDirectory(store, { now: Date.now, managedDomains: [] }).open();

const byHand = new DatabaseSync(join(folder, 'rollcall.db'), { readOnly: true });
byHand.exec('pragma cache_size = -16384');
const linkOfAccount = `left join link l on l.svc = i.svc and l.key = i.key and l.to_rev = ${openRev} and l.incarnation = i.incarnation
        and l.state in ('LINKED_AUTO', 'LINKED_MANUAL')`;
const usable = `i.to_rev = ${openRev} and i.status not in ('SUSPENDED', 'DELETED') and (g.expires_at is null or g.expires_at > ${Date.now()})`;
const statement = byHand.prepare(`
  select svc, role_key, level, count(distinct user_id) as users, count(distinct account) as identities from (
    select g.svc, g.role_key, g.level, l.user_id, i.row_id as account
      from access_grant g cross join identity i ${linkOfAccount}
      where g.principal_kind = 'identity' and g.to_rev = ${openRev} and i.svc = g.svc and i.key = g.principal_key and ${usable}
    union all
    select g.svc, g.role_key, g.level, l.user_id, i.row_id
      from access_grant g cross join group_reach r cross join membership m cross join identity i ${linkOfAccount}
      where g.principal_kind = 'group' and g.to_rev = ${openRev} and r.svc = g.svc and r.ancestor_key = g.principal_key and r.to_rev = ${openRev}
        and m.svc = r.svc and m.group_key = r.group_key and m.member_kind = 'identity' and m.to_rev = ${openRev}
        and i.svc = m.svc and i.key = m.member_key and ${usable}
  ) group by svc, role_key, level`);

const summaryMs = await best(5, () => view.reportSummary({}, [], ['SERVICE', 'ROLE', 'LEVEL']));
const byHandMs = await best(5, () => statement.all());
const lines = await view.reportSummary({}, [], ['SERVICE', 'ROLE', 'LEVEL']);
const handLines = statement.all() as unknown as readonly { readonly users: number; readonly identities: number }[];
const total = (rows: readonly { readonly users: number; readonly identities: number }[]): string =>
  `${rows.length} lines, ${rows.reduce((sum, { users, identities }) => sum + users + identities, 0)}`;
if (total(lines) !== total(handLines)) throw new Error(`the summary differs: ${total(lines)} against ${total(handLines)} by hand`);
console.log(`summary: ${summaryMs.toFixed(0)} ms, by hand ${byHandMs.toFixed(0)} ms, ratio ${(summaryMs / byHandMs).toFixed(2)}`);

const some = (await store.read.selectFrom('person').select('id').where('to_rev', '=', openRev).orderBy('id').limit(50).execute()).map(({ id }) => id);
console.table({
  'administrators anywhere, summary': { ms: await best(3, () => view.reportSummary({ minLevel: 'OWNER' }, [], ['SERVICE'])) },
  'effective access, first page': { ms: await best(3, () => view.effectiveAccess({}, { first: 100 })) },
  'effective access, owners, first page': { ms: await best(3, () => view.effectiveAccess({ minLevel: 'OWNER' }, { first: 100 })) },
  'effective access of 50 people': { ms: await best(3, () => view.effectiveAccessOfUsers(some, {}, { first: 20 })) },
  'report rows, first page': { ms: await best(3, () => view.reportRows({}, [], { first: 100 })) },
  'all findings, first page': { ms: await best(3, () => view.reportRows({}, findings, { first: 100 })) },
});

const missed: string[] = [];
if (summaryMs > byHandMs * goals.summary) missed.push(`the summary costs more than ${goals.summary} times the statement by hand`);
byHand.close();
await store.close();

if (values.store === undefined) await rm(folder, { recursive: true, force: true });
for (const each of missed) console.error(`missed: ${each}`);
process.exitCode = missed.length === 0 ? 0 : 1;
