import { afterAll, beforeAll } from 'vitest';
import { createLinkDesk } from '../../src/cli/link-desk.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import type { Directory, Operator } from '../../src/directory/view.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { createRecorder, idle, post, type Logged, type Reply } from '../server/support.ts';
import { openSqlite } from '../store/engines.ts';
import { email, fillStore, grant, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';

export const now = Date.UTC(2026, 0, 31, 12);
export const minute = 60_000;

/** A person's id must be a UUID for the API to take it. */
export const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

export interface Bench extends AsyncDisposable {
  readonly server: Server;
  readonly directory: Directory;
  readonly entries: readonly Logged[];
  ask(query: string, variables?: object): Promise<Reply>;
  /** The data of an answer without errors. */
  data(query: string, variables?: object): Promise<unknown>;
  costOf(act: () => Promise<unknown>): Promise<number>;
  /** The next revision. */
  seal(filling: Filling): Promise<unknown>;
}

export async function startFilled(fillings: readonly Filling[], operator: Operator = idle): Promise<Bench> {
  const store = await openSqlite();
  for (const filling of fillings) await fillStore(store.connection, filling);
  const { log, entries } = createRecorder();
  const directory = createDirectory(store.connection, { now: () => now, managedDomains: ['acme.example'] });
  const server = createServer({
    directory,
    operator,
    desk: createLinkDesk({ store: store.connection, now: () => now }),
    ready: () => ({ ready: true, detail: [] }),
    log,
  });
  const ask = (query: string, variables?: object) => post(server, { query, variables });
  return {
    server,
    directory,
    entries,
    ask,
    async data(query, variables) {
      const { body } = await ask(query, variables);
      if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
      return body.data;
    },
    costOf: (act) => store.costOf(act),
    seal: (filling) => fillStore(store.connection, filling),
    async [Symbol.asyncDispose]() {
      await server.close();
      await store.close();
    },
  };
}

/** One bench for the tests of a file that only read. */
export function share(fillings: readonly Filling[]): () => Bench {
  let bench: Bench | undefined;
  beforeAll(async () => {
    bench = await startFilled(fillings);
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());
  return () => {
    if (bench === undefined) throw new Error('the bench has not started');
    return bench;
  };
}

const person = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const team = (externalId: string) => ({ kind: 'group', externalId }) as const;

export const ann = uuid(1);
export const ben = uuid(2);
export const retiredAnn = uuid(9);

/** Two people with accounts in Slack (two workspaces) and PagerDuty, a bot that nobody owns, teams in teams, a project, an open case. */
export const small: readonly Filling[] = [
  {
    services: [
      {
        name: 'chat',
        type: 'slack',
        service_id: 'T1',
        display_name: 'Acme Slack',
        sealed_as_of: now - 5 * minute,
        seen: 3,
        profile: { emailTrust: 'VERIFIED_ONLY', managedDomains: ['acme.example'] },
      },
      { name: 'lab', type: 'slack', service_id: 'T2', display_name: 'Lab Slack', sealed_as_of: now - 90 * minute, seen: 1 },
      { name: 'pager', type: 'pagerduty', service_id: 'acme', display_name: 'Pager', sealed_as_of: now - minute, seen: 2 },
      {
        name: 'new',
        type: 'segment',
        service_id: null,
        display_name: 'Segment',
        issue: { code: 'SERVICE_UNREACHABLE', message: 'segment: no connection', retryable: true, retryAfter: now + minute, path: ['users'] },
      },
    ],
    records: [
      ...of(
        'chat',
        role('admin', {
          name: 'Admin',
          level: 'ADMIN',
          category: 'base',
          appliesTo: ['WORKSPACE'],
          permissions: [{ key: 'manage', description: 'Manage all' }, { key: 'read' }],
        }),
        role('member', { name: 'Member', category: 'base', custom: true }),
        scope('ORGANIZATION', 'E1', { displayName: 'Acme', parent: { kind: 'SERVICE', externalId: 'T1' }, settings: { plan: 'grid' } }),
        scope('WORKSPACE', 'T1', { displayName: 'Acme Slack', parent: { kind: 'ORGANIZATION', externalId: 'E1' } }),
        scope('PROJECT', 'p/1', { displayName: 'Launch', parent: { kind: 'WORKSPACE', externalId: 'T1' } }),
        scope('RESOURCE', 'r1', { displayName: 'Warehouse', resourceType: 'WAREHOUSE', parent: { kind: 'PROJECT', externalId: 'p/1' } }),
        identity('U1', {
          displayName: 'Ann',
          username: 'ann',
          emails: [email('ann@acme.example')],
          roles: ['admin', 'member'],
          organization: 'E1',
          settings: { theme: 'dark' },
          mfaEnabled: true,
          lastActiveAt: now - minute,
          raw: { id: 'U1' },
        }),
        identity('U2', { displayName: 'Ben', emails: [email('ben@acme.example', 'ASSERTED')], roles: ['member'] }),
        identity('B1', { displayName: 'Deploy bot', accountKind: 'BOT', roles: ['ghost'] }),
        group('g1', 'Platform'),
        group('g2', 'Engineering'),
        member('g1', 'identity', 'U1'),
        member('g1', 'identity', 'B1'),
        member('g2', 'group', 'g1'),
        grant('base-1', person('U1'), {
          role: 'admin',
          level: 'ADMIN',
          scopeKind: 'WORKSPACE',
          scope: { kind: 'WORKSPACE', externalId: 'T1' },
          createdAt: 0,
          grantedBy: person('U2'),
        }),
        grant('base-2', person('U2'), { role: 'member', scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: 'T1' } }),
        grant('team-1', team('g2'), {
          role: 'member',
          level: 'MANAGER',
          scopeKind: 'PROJECT',
          scope: { kind: 'PROJECT', externalId: 'p/1' },
          permissions: ['write'],
          source: 'VIA_GROUP',
        }),
        grant('team-2', team('g1'), { level: 'UNKNOWN', scopeKind: 'PROJECT', allScopes: true, expiresAt: now + minute, immutable: true }),
        grant('lost', person('nobody'), { level: 'READER', scopeKind: 'RESOURCE', scope: { kind: 'RESOURCE', externalId: 'r1' } }),
      ),
      ...of('lab', identity('U1', { displayName: 'Benjamin', username: 'ben' })),
      ...of(
        'pager',
        role('responder', { name: 'Responder' }),
        identity('P1', {
          displayName: 'Ann A.',
          emails: [email('ann@acme.example', 'UNVERIFIED'), email('ann.a@home.example', 'UNKNOWN', false)],
          roles: ['responder'],
        }),
        identity('P9', { displayName: 'Old Ann', status: 'DELETED' }),
        grant('p-base', person('P1'), { role: 'responder', level: 'MEMBER', scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: 'acme' } }),
      ),
    ],
    people: [
      { id: retiredAnn, display_name: 'Ann old' },
      { id: ann, display_name: 'Ann', first_name: 'Ann', username: 'ann', primary_email: 'ann@acme.example', last_active_at: now - minute },
      { id: ben, display_name: 'Ben', username: 'twin' },
      { id: uuid(3), display_name: 'Ben', username: 'twin', kind: 'BOT' },
    ],
    links: [
      {
        service: 'chat',
        account: 'U1',
        user: ann,
        rule: 'verified e-mail',
        confidence: 1,
        evidence: ['both services verified the address'],
        decided_at: now - minute,
      },
      { service: 'pager', account: 'P1', user: ann, state: 'LINKED_MANUAL', note: 'asked her', decided_by: { kind: 'user', id: ben } },
      { service: 'pager', account: 'P9', user: ann },
      { service: 'chat', account: 'U2', user: ben, decided_by: { kind: 'principal', id: 'key-1', displayName: 'nightly' } },
      { service: 'lab', account: 'U1', user: ben },
      { service: 'chat', account: 'B1', state: 'CONFLICT' },
    ],
    cases: [
      {
        id: 'case-1',
        service: 'chat',
        account: 'B1',
        reason: 'two people may own it',
        openedAt: now - minute,
        candidates: [
          { userId: ann, confidence: 0.5, rule: 'name', evidence: ['wrote it'], against: [] },
          { userId: retiredAnn, confidence: 0.4, rule: 'name', evidence: [], against: ['left'] },
        ],
      },
    ],
  },
  { merged: [[retiredAnn, ann]] },
];
