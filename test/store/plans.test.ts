import type { GrantFilter } from '../../src/model/views.ts';
import { CompiledQuery, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { peopleNamed } from '../../src/store/linking/namesakes.ts';
import { grantsChanged, grantsOnlyAt } from '../../src/store/read/access-diff.ts';
import { linksByKeys, peopleOfAccounts } from '../../src/store/read/accounts.ts';
import { groupEdgesAbove } from '../../src/store/read/group-edges.ts';
import { listGrants } from '../../src/store/read/grants.ts';
import { groupsBeside } from '../../src/store/read/groups.ts';
import { eventsOfPeople } from '../../src/store/read/history.ts';
import { recordsByKeys } from '../../src/store/read/records.ts';
import { reportSummary } from '../../src/store/read/report.ts';
import type { Snapshot } from '../../src/store/read/snapshot.ts';
import { absentRows, missedRows } from '../../src/store/sync/absent.ts';
import type { Tables } from '../../src/store/tables.ts';
import { openSqlite, type TestStore } from './engines.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openSqlite();
});
afterAll(() => store.close());

/** Where SQLite looks for what is asked, step by step. */
async function planOf(ask: (at: Snapshot) => Promise<unknown>): Promise<readonly string[]> {
  const asked: CompiledQuery[] = [];
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (each) => new SqliteIntrospector(each),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    log: ({ query }) => void asked.push(query),
  });
  await ask({ db, rev: 1, svcs: [1] });
  const plans = await Promise.all(
    asked.map(({ sql, parameters }) =>
      store.connection.read.executeQuery<{ detail: string }>(CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])),
    ),
  );
  return plans.flatMap(({ rows }) => rows.map(({ detail }) => detail));
}

/** By a key, or through what was found so far. */
const looksUp = expect.stringMatching(/^SEARCH \w+ (EXISTS )?USING (COVERING )?INDEX \w+ \(svc=\? AND|^SCAN (e|edge)$/);
const keys = Array.from({ length: 500 }, (_, n) => ({ svc: 1, key: `u${n}` }));

test.each<[string, (at: Snapshot) => Promise<unknown>]>([
  ['records', (at) => recordsByKeys(at, 'identity', keys)],
  ['links', (at) => linksByKeys(at, keys)],
  ['people of accounts', (at) => peopleOfAccounts(at, keys)],
  ['groups around groups', (at) => groupsBeside(at, keys, 'parents')],
  ['ways through groups', (at) => groupEdgesAbove(at, keys)],
  ['groups in groups', (at) => groupsBeside(at, keys, 'children')],
])('%s are looked up key by key, however many are asked for', async (_, ask) => {
  const steps = (await planOf(ask)).filter((step) => /^(SCAN|SEARCH) /.test(step));
  expect(steps.slice(0, 2)).toEqual(['SCAN 500 CONSTANT ROWS', 'SCAN a']);
  expect(steps.length).toBeGreaterThan(2);
  expect(steps.slice(2)).toEqual(steps.slice(2).map(() => looksUp));
});

test('a summary walks the grants of accounts and those of groups in the order of accounts, and fetches no record', async () => {
  const question = (at: Snapshot) => ({ at, now: 0, filter: {}, sources: [1], findings: [] });
  const steps = (await planOf((at) => reportSummary(question(at), ['SERVICE', 'ROLE'], 1_000))).filter((step) => /^SEARCH [gil] /.test(step));
  const account = ['SEARCH i USING COVERING INDEX identity_key (svc=? AND key=? AND to_rev>?)'];
  const link = ['SEARCH l USING COVERING INDEX link_identity (svc=? AND key=? AND to_rev>?) LEFT-JOIN'];
  const grants = ['SEARCH g USING COVERING INDEX access_grant_principal (principal_kind=?)'];
  expect(steps).toEqual([...grants, ...account, ...link, ...grants, ...account, ...link]);
});

const first = { after: undefined, limit: 20 };
const earlier = (at: Snapshot): Snapshot => ({ ...at, rev: 0 });

test.each<[string, (at: Snapshot) => Promise<unknown>]>([
  ['history', (at) => eventsOfPeople(at, ['someone'], undefined, first)],
  ['grants', (at) => listGrants(at, { userId: 'someone' }, first)],
  ['grants that came', (at) => grantsOnlyAt(at, earlier(at), { userId: 'someone' }, first)],
  ['grants that went', (at) => grantsOnlyAt(earlier(at), at, { userId: 'someone' }, first)],
  ['grants that changed', (at) => grantsChanged(earlier(at), at, { userId: 'someone' }, first)],
  ['namesakes', ({ db }) => peopleNamed(db, ['ann lee', 'bob lee'], ['ann'])],
])('%s of a person are found by the person, never by a revision', async (_, ask) => {
  const steps = (await planOf(ask)).filter((step) => step.startsWith('SEARCH '));
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.filter((step) => /_(from|to) \(|^SCAN (g|l|i|x|person)\b/.test(step))).toEqual([]);
});

test.each<[string, GrantFilter]>([
  ['of all', {}],
  ['of a level', { minLevel: 'OWNER' }],
  ['of a role', { role: { svc: 1, key: 'admin' } }],
  ['on a scope', { scope: { svc: 1, kind: 'PROJECT', externalId: 'p1' } }],
])('grants %s that came, went or changed are each looked up at the other revision by their keys', async (_, filter) => {
  for (const ask of [
    (at: Snapshot) => grantsOnlyAt(at, earlier(at), filter, first),
    (at: Snapshot) => grantsOnlyAt(earlier(at), at, filter, first),
    (at: Snapshot) => grantsChanged(earlier(at), at, filter, first),
  ]) {
    const [moved, ...others] = (await planOf(ask)).filter((step) => /^(SCAN|SEARCH) /.test(step) && step !== 'SCAN g');
    expect(moved).toMatch(/^SEARCH g USING INDEX access_grant_\w+ \(svc=\?/);
    expect(others.length).toBeGreaterThan(0);
    expect(others).toEqual(others.map(() => expect.stringMatching(/^SEARCH [so] USING INDEX access_grant_key \(svc=\? AND key=\? AND to_rev>\?\)$/)));
  }
});

test.each(['identity', 'user_group', 'membership', 'access_grant'] as const)(
  'what a service no longer lists is told from its own records: %s',
  async (table) => {
    const kind = { identity: 'identity', user_group: 'group', membership: 'membership', access_grant: 'grant' } as const;
    const pages = { confirmed: new Map(), unreadable: new Map(), nameless: new Set<never>(), rejected: 0, rejectedReason: undefined };
    expect(await planOf(({ db }) => absentRows(db, 1, kind[table], pages, 0))).toEqual([
      `SEARCH ${table} USING INDEX ${table}_to (svc=? AND to_rev=? AND rowid>?)`,
    ]);
    expect(await planOf(({ db }) => missedRows(db, 1, kind[table]))).toEqual([`SEARCH ${table} USING INDEX ${table}_missed (svc=?)`]);
  },
);
