import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { View } from '../../src/directory/view.ts';
import { exportRoleReport } from '../../src/directory/export.ts';
import { openSqlite, type TestStore } from '../store/engines.ts';
import { fillStore, grant, group, identity, member, of } from '../store/fixture.ts';
import { turnsDuring } from '../store/turns.ts';
import { all, openView } from './support.ts';

const numbers = Array.from({ length: 300 }, (_, n) => String(n));

let store: TestStore;
let view: View;
let svc: number;
/** Of a store whose door for long questions is shut. */
let hurried: View;

beforeAll(async () => {
  store = await openSqlite({ scanThreads: true });
  const filled = await fillStore(store.connection, {
    services: [{ name: 'chat', type: 'chat', service_id: 'T1' }],
    records: of(
      'chat',
      group('everybody'),
      ...numbers.flatMap((n) => [
        identity(n),
        member('everybody', 'identity', n),
        grant(n, { kind: 'identity', externalId: n }, { level: 'ADMIN', scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId: n } }),
      ]),
    ),
    people: numbers.map((id) => ({ id })),
    links: numbers.map((n) => ({ service: 'chat', account: n, user: n })),
  });
  svc = filled.svc('chat');
  view = await openView(store);
  const shut = await openSqlite();
  await shut.close();
  hurried = await openView({ ...store, connection: { ...store.connection, scan: shut.connection.write } });
});
afterAll(() => store.close());

type Questions = readonly (readonly [name: string, ask: (asked: View) => Promise<unknown>])[];
const byName = { field: 'displayName', descending: false } as const;
const one = { first: 1 };
const chat = { type: 'chat' };

const long: Questions = [
  ['the summary of a report', (asked) => asked.reportSummary({}, [], ['LEVEL'])],
  ['the rows of a report', (asked) => asked.reportRows({ userId: '7' }, ['ORPHAN'], one)],
  ['what everybody may do', (asked) => asked.effectiveAccess({}, one)],
  ['counts', (asked) => asked.counts()],
  ['people by level', (asked) => asked.users({ level: 'ADMIN' }, byName, one)],
  ['people by activity', (asked) => asked.users({}, { field: 'lastActiveAt', descending: true }, one)],
  ['accounts by state', (asked) => asked.identities({ status: 'SUSPENDED' }, one)],
  ['groups by name', (asked) => asked.groups({ search: 'nobody' }, one)],
  ['members of a group', (asked) => asked.membersOfGroups([{ svc, key: 'everybody' }], true, one)],
  ['grants by level', (asked) => asked.grants({ minLevel: 'OWNER' }, one)],
  ['grants on scopes', (asked) => asked.grantsOnScopes([{ svc, kind: 'PROJECT', externalId: '7' }], undefined, one)],
  ['grants that count on scopes', (asked) => asked.effectiveGrantsOnScopes([{ svc, kind: 'PROJECT', externalId: '7' }], undefined, one)],
  ['invites of a service', (asked) => asked.invites({ service: chat }, one)],
  ['credentials of a service', (asked) => asked.credentials({ services: [chat] }, one)],
  ['cases of a service', (asked) => asked.matchCases({ service: chat }, one)],
  ['decisions of a kind', (asked) => asked.auditEvents({ operation: 'linkIdentity' }, one)],
  ['what happened to somebody', (asked) => asked.historyOfUsers(['7'], undefined, one)],
  ['what changed about access', (asked) => asked.accessEvents({ revision: 0 }, {}, 10)],
  ['what differs between two moments', (asked) => asked.accessDiff(1, undefined, {})],
  ['what two people may do', (asked) => asked.compareUsers('7', '8', {})],
];

const short: Questions = [
  ['people by id', (asked) => asked.usersByIds(['7'])],
  ['whom an account names', (asked) => asked.usersByLookup([{ by: 'identity', service: chat, externalId: '7' }])],
  ['accounts of people', (asked) => asked.identitiesOfUsers(numbers, true)],
  ['groups of people', (asked) => asked.groupsOfUsers(numbers, { transitive: true }, all)],
  ['grants of people', (asked) => asked.grantsOfUsers(numbers, {}, all)],
  ['grants of somebody', (asked) => asked.grants({ userId: '7', minLevel: 'ADMIN' }, one)],
  ['what somebody may do', (asked) => asked.effectiveAccess({ userId: '7' }, one)],
  ['people at an address', (asked) => asked.users({ email: 'ann@acme.example' }, byName, one)],
  ['people', (asked) => asked.users({}, byName, one)],
  ['accounts', (asked) => asked.identities({}, one)],
  ['grants', (asked) => asked.grants({}, one)],
];

test('the thread that asks goes on while a report is worked out', async () => {
  expect(await turnsDuring(() => view.reportSummary({}, [], ['SERVICE', 'ROLE', 'LEVEL', 'SCOPE']))).toBeGreaterThan(0);
});

test.each(short)('no thread is asked for %s', async (_, ask) => {
  expect(await turnsDuring(() => ask(view))).toBe(0);
  expect(await ask(hurried)).toEqual(await ask(view.scanning()));
});

test.each(long)('the thread that asks is not for %s', async (_, ask) => {
  await expect(ask(hurried)).rejects.toThrow(/destroyed/);
});

describe('with the door for short questions shut', () => {
  beforeAll(() => store.connection.read.destroy());

  test.each(long)('there is an answer to the question for %s', async (_, ask) => {
    expect(await ask(view)).toBeDefined();
  });

  test('an export is whole', async () => {
    await expect(view.usersByIds(['7'])).rejects.toThrow(/destroyed/);
    let text = '';
    for await (const piece of exportRoleReport(view, { format: 'NDJSON', filter: {}, findings: [] })) text += piece;
    expect(text.trim().split('\n')).toHaveLength(numbers.length + 1);
  });
});
