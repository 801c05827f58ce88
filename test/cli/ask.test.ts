import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessFor } from '../../src/cli/ask/access.ts';
import type { Answer } from '../../src/cli/ask/answer.ts';
import { diff } from '../../src/cli/ask/diff.ts';
import { openLocal } from '../../src/cli/ask/local.ts';
import { toMoment } from '../../src/cli/ask/moment.ts';
import { outputFormats, type OutputFormat } from '../../src/cli/ask/names.ts';
import { written } from '../../src/cli/ask/output.ts';
import { findStore } from '../../src/cli/ask/place.ts';
import type { Gateway } from '../../src/cli/ask/question.ts';
import { openRemote } from '../../src/cli/ask/remote.ts';
import { report } from '../../src/cli/ask/report.ts';
import { review } from '../../src/cli/ask/review.ts';
import { coverageWarnings } from '../../src/cli/ask/run.ts';
import { whoCan } from '../../src/cli/ask/who-can.ts';
import { readWho } from '../../src/cli/ask/who.ts';
import { whois } from '../../src/cli/ask/whois.ts';
import { createDirectory } from '../../src/directory/directory.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { openStore, type StoreConnection } from '../../src/store/open.ts';
import { ann, ben, retiredAnn, small, uuid } from '../graphql/support.ts';
import { createRecorder, idle, idleDesk } from '../server/support.ts';
import { email, fillStore, grant, identity, of } from '../store/fixture.ts';

const hostile = '=HYPERLINK("http://x")\u001B[2J\u202E';
const mallory = uuid(4);
const onService = { scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: 'T1' } } as const;
// Revisions of a filled store are milliseconds apart.
const beforeLast = '1970-01-01T00:00:00.003Z';

let folder: string;
let store: StoreConnection;
let server: Server;
let url: string;
let local: Gateway;
let remote: Gateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-ask-'));
  store = await openStore(folder);
  for (const filling of small) await fillStore(store, filling);
  await fillStore(store, {
    records: of('chat', identity('W4', { displayName: hostile, emails: [email('mallory@acme.example')] })),
    people: [{ id: mallory, display_name: hostile, primary_email: 'mallory@acme.example' }],
    links: [{ service: 'chat', account: 'W4', user: mallory }],
  });
  await fillStore(store, {
    records: of(
      'chat',
      grant('base-2', { kind: 'identity', externalId: 'U2' }, { ...onService, role: 'admin', level: 'MANAGER' }),
      grant('new', { kind: 'group', externalId: 'g1' }, { ...onService, role: 'member', level: 'READER' }),
    ),
    gone: of('chat', grant('lost', { kind: 'identity', externalId: 'nobody' }, {})),
  });
  const directory = createDirectory(store, { now: Date.now, managedDomains: [] });
  const { log } = createRecorder();
  server = createServer({ directory, operator: idle, desk: idleDesk, ready: () => ({ ready: true, detail: [] }), log });
  ({ url } = await server.listen('127.0.0.1', 0));
  local = await openLocal({ store: folder, managedDomains: [], order: [] });
  remote = openRemote({ url, key: undefined, warn: expect.unreachable });
});

afterAll(async () => {
  await local[Symbol.asyncDispose]();
  await server.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const services = [
  { type: 'slack', serviceId: 'T1', displayName: 'Acme Slack' },
  { type: 'slack', serviceId: 'T2', displayName: 'Lab Slack' },
  { type: 'pagerduty', serviceId: 'acme', displayName: 'Pager' },
  { type: 'segment', serviceId: null, displayName: 'Segment' },
];

async function text<Row>(answer: Answer<Row>, format: OutputFormat, colour = false): Promise<string> {
  let all = '';
  for await (const piece of written(format, answer, [], { colour })) all += piece;
  return all;
}

const json = async <Row>(answer: Answer<Row>): Promise<unknown> => JSON.parse(await text(answer, 'json'));

type Asked = (gateway: Gateway) => Promise<Answer<never>>;
const asked = <Row>(ask: (gateway: Gateway) => Answer<Row> | Promise<Answer<Row>>): Asked => ask as Asked;

const commands: readonly (readonly [string, Asked])[] = [
  ['whois', asked((gateway) => whois(gateway, 'ann@acme.example', services))],
  ['whois of an account that nobody holds', asked((gateway) => whois(gateway, 'slack:T1/B1', services))],
  ['access', asked((gateway) => accessFor(gateway, 'ann', services))],
  ['who-can with a level', asked((gateway) => whoCan(gateway, 'admin'))],
  ['who-can on a scope', asked((gateway) => whoCan(gateway, 'launch'))],
  ['report admins', asked((gateway) => report(gateway, 'admins'))],
  ['report orphans', asked((gateway) => report(gateway, 'orphans'))],
  ['links review', asked(review)],
  ['diff', asked((gateway) => diff(gateway, beforeLast, '2026-01-01', 0))],
];

describe.each(commands)('%s', (_, ask) => {
  it('answers the same from a server and from the store itself, in every format', async () => {
    for (const format of outputFormats) {
      const answer = await text(await ask(local), format);
      expect(answer).not.toBe('');
      expect(await text(await ask(remote), format)).toBe(answer);
    }
  });

  it('has as many rows in each format', async () => {
    const answer = await ask(local);
    const count = (await text(answer, 'ndjson'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown).length;
    const whole = (await json(await ask(local))) as Record<string, readonly unknown[]>;
    expect(whole[answer.rowsName]).toHaveLength(count);
    expect(parse(await text(await ask(local), 'csv'), { columns: true })).toHaveLength(count);
    expect(count).toBeGreaterThan(0);
  });
});

describe('what is found', () => {
  it('every way to name a person leads to the same', async () => {
    for (const who of [
      'ann@acme.example',
      'ANN@acme.example',
      'ann',
      ann,
      ann.toUpperCase(),
      retiredAnn,
      'slack:T1/U1',
      'pagerduty:acme/P1',
      'pagerduty:P1',
    ]) {
      expect(await json(await whois(local, who, services)), who).toMatchObject({
        user: { id: ann },
        accounts: expect.arrayContaining([expect.objectContaining({ externalId: 'U1' })]),
      });
    }
    const { accounts } = (await json(await whois(local, 'ann', services))) as { accounts: readonly [{ id: string }] };
    expect(await json(await whois(local, accounts[0].id, services))).toMatchObject({ user: { id: ann } });
  });

  it('access names the ways that lead there', async () => {
    const lines = parse(await text(await accessFor(local, 'ann', services), 'csv'), { columns: true });
    expect(lines).toContainEqual(expect.objectContaining({ scope: 'Launch', level: 'MANAGER', through: 'Ann › Platform › Engineering › Launch' }));
    expect(lines).toContainEqual(expect.objectContaining({ scope: 'Acme Slack', level: 'ADMIN', through: 'Ann › Acme Slack' }));
  });

  it('who-can takes a scope by its name, its own id and our id', async () => {
    const holders = async (what: string) => parse(await text(await whoCan(local, what), 'csv'), { columns: true });
    const byName = await holders('Launch');
    expect(byName).toContainEqual(expect.objectContaining({ person: 'Ann', level: 'ADMIN', through: 'Ann › Acme Slack › Launch (and 1 other way)' }));
    const { access } = (await json(await whoCan(local, 'Launch'))) as { access: readonly { scope: { id: string } | null }[] };
    const id = access.find(({ scope }) => scope !== null)?.scope?.id ?? '';
    expect(await holders(id)).toEqual(byName);
    expect(await holders('p/1')).toEqual(byName);
    expect(await holders('OWNER')).not.toContainEqual(expect.objectContaining({ level: 'ADMIN' }));
  });
});

it('diff tells what came, went and changed', async () => {
  const lines = parse(await text(await diff(local, beforeLast, undefined, Date.now()), 'csv'), { columns: true });
  expect(lines).toEqual([
    expect.objectContaining({ change: 'ADDED', holder: 'Platform', level: 'READER', role: 'Member' }),
    expect.objectContaining({ change: 'REMOVED', holder: '', level: 'READER', scope: 'Warehouse' }),
    expect.objectContaining({ change: 'CHANGED', holder: 'Ben', level: 'MEMBER → MANAGER', role: 'Member → Admin' }),
  ]);
});

describe('what is not found says what to do', () => {
  const refusals: readonly (readonly [string, () => Promise<unknown>, number, RegExp])[] = [
    [
      'nobody',
      () => whois(local, 'nobody@acme.example', services),
      3,
      /nobody is known as "nobody@acme\.example": give an e-mail address, an account/,
    ],
    ['part of a name', () => whois(local, 'An', services), 3, new RegExp(`did you mean one of these\\?\n {2}${ann} {2}Ann <ann@acme\\.example>`)],
    ['an account', () => whois(local, 'slack:T1/U9', services), 3, /an account is type:serviceId\/externalId; services: slack:T1, slack:T2/],
    ['a name that two have', () => whois(local, 'twin', services), 3, new RegExp(`several people.*\n {2}${ben} {2}Ben\n {2}${uuid(3)} {2}Ben$`)],
    ['an id in two services', () => access('slack:U1'), 3, new RegExp(`several people.*\n {2}slack:T1/U1 {2}${ann}.*\n {2}slack:T2/U1 {2}${ben}`)],
    ['access of a bot that nobody owns', () => access('slack:T1/B1'), 3, /nobody is linked to it: `rollcall links review`/],
    ['a scope', () => whoCan(local, 'Lunch'), 3, /no scope is named "Lunch": give a level \(GUEST, READER/],
    [
      'two scopes',
      () => whoCan(local, 'Acme Slack'),
      3,
      /several scopes.*\n.* (workspace|service) Acme Slack in .*\n.* (workspace|service) Acme Slack/,
    ],
    ['no moment', () => diff(local, 'yesterday', undefined, 0), 2, /"yesterday" is no moment: give a day/],
    ['moments the wrong way round', () => diff(local, '2026-02-01', '2026-01-01', 0), 2, /exchange them/],
  ];
  const access = (who: string) => accessFor(local, who, services);
  it.each(refusals)('%s', async (_, ask, exitCode, message) => {
    await expect(ask()).rejects.toMatchObject({ name: 'UserError', exitCode, message: expect.stringMatching(message) });
  });
});

describe('an account as it is written', () => {
  const clusters = ['a.example', 'a.example/lab', 'https://b.example:81/'].map((serviceId) => ({ type: 'squirro', serviceId, displayName: '' }));
  const read = (who: string) => readWho(who, [...clusters, ...services]);
  const named = (service: string, serviceId: string | null, externalId: string) => ({ identity: { service, serviceId, externalId } });

  it('ends the instance where a known one ends, the longest first', () => {
    expect(read('squirro:a.example/lab/u/1')).toEqual([
      named('squirro', 'a.example/lab', 'u/1'),
      named('squirro', 'a.example', 'lab/u/1'),
      named('squirro', null, 'a.example/lab/u/1'),
    ]);
    expect(read('squirro:https://b.example:81//u:1')[0]).toEqual(named('squirro', 'https://b.example:81/', 'u:1'));
    expect(read('slack:U1')).toEqual([named('slack', null, 'U1')]);
  });

  it('is a name where no such type is known', () => {
    expect(read('jira:U1')).toEqual([{ username: 'jira:U1' }]);
    expect(read('a:b@acme.example')).toEqual([{ email: 'a:b@acme.example' }, { username: 'a:b@acme.example' }]);
  });
});

describe('names that services made up', () => {
  const answer = () => whois(local, 'mallory@acme.example', services);

  const unruly = /[^\P{Cc}\n]|\u202E/u;

  it('move nothing in a terminal', async () => {
    for (const format of ['table', 'json', 'ndjson'] as const) expect(await text(await answer(), format)).not.toMatch(unruly);
    expect(await json(await answer())).toMatchObject({ user: { displayName: hostile } });
    const refused = whois(local, 'mallory', services);
    await expect(refused).rejects.toThrow(/=HYPERLINK/);
    await expect(refused).rejects.not.toThrow(unruly);
  });

  it('are no formulas in a spreadsheet', async () => {
    const lines = parse(await text(await answer(), 'csv'), { columns: true });
    expect(lines).toEqual([expect.objectContaining({ name: `'=HYPERLINK("http://x") [2J` })]);
  });
});

it('a table has colour only when it is asked for', async () => {
  const ask = () => whois(local, 'ann', services);
  expect(await text(await ask(), 'table', true)).toContain('\u001B[1m');
  expect(await text(await ask(), 'table')).not.toContain('\u001B');
});

it('what a service lacks is a warning, and what it cannot have is none', () => {
  const [slack, , , segment] = services;
  if (slack === undefined || segment === undefined) throw new Error('no services');
  const complete = { service: slack, state: 'COMPLETE', asOf: '2026-01-31T12:00:00.000Z', issue: null };
  const never = { service: segment, state: 'NEVER_SYNCED', asOf: null, issue: { code: 'SERVICE_UNREACHABLE', message: 'segment: no connection' } };
  expect(coverageWarnings([complete, { ...complete, state: 'UNSUPPORTED' }, never, { ...complete, state: 'STALE' }])).toEqual([
    'Segment (segment) is NEVER_SYNCED: nothing of it is known; segment: no connection',
    'Acme Slack (slack:T1) is STALE: what is known of it was read at 2026-01-31T12:00:00.000Z',
  ]);
  expect(coverageWarnings([])).toEqual([expect.stringContaining('rollcall sync')]);
});

it('a moment is a day, an instant or how long ago', () => {
  const now = Date.UTC(2026, 0, 31, 12);
  expect(['2026-01-30', '2026-01-30T12:00:00+02:00', '12h', '2w'].map((each) => toMoment(each, now))).toEqual([
    '2026-01-30T00:00:00.000Z',
    '2026-01-30T10:00:00.000Z',
    '2026-01-31T00:00:00.000Z',
    '2026-01-17T12:00:00.000Z',
  ]);
  for (const bad of ['', '7', '2026-13-01', '1 May 2026', '2026']) expect(() => toMoment(bad, now)).toThrow(/is no moment/);
});

describe('the store', () => {
  it('refuses every write when it is opened for reading', async () => {
    const reader = await openStore(folder, { readOnly: true });
    try {
      await expect(sql`delete from person`.execute(reader.write)).rejects.toThrow(/readonly/);
    } finally {
      await reader.close();
    }
  });

  it('is not made by asking', async () => {
    await expect(openLocal({ store: join(folder, 'none'), managedDomains: [], order: [] })).rejects.toThrow(/nothing has been stored there yet/);
  });

  it('is found by a configuration without any of its secrets', async () => {
    const config = join(folder, 'rollcall.yaml');
    await writeFile(
      config,
      'store: ${PLACE}\nmanagedDomains: [acme.example]\nservices: [{ name: chat, type: slack, credentials: { token: "${TOKEN}" } }]\n',
    );
    const find = (environment: Record<string, string>, given?: string) => findStore({ config, environment, store: given });
    expect(find({ PLACE: './data' })).toEqual({ store: join(folder, 'data'), managedDomains: ['acme.example'], order: ['chat'] });
    expect(find({}, '/elsewhere').store).toBe('/elsewhere');
    expect(() => find({})).toThrow(/store: the environment variable PLACE is not set/);
    expect(() => findStore({ config: join(folder, 'none.yaml'), environment: {}, store: undefined })).toThrow(/--config.*--store.*--url/);
  });
});

describe('a server', () => {
  const whoami = (address: string, key?: string) => whois(openRemote({ url: address, key, warn: () => undefined }), 'ann', services);

  it('that is not there is named with its address', async () => {
    await expect(whoami('http://127.0.0.1:9')).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/no server answers at http:\/\/127\.0\.0\.1:9/),
    });
  });

  it('is given the key as a bearer token, and anything but Rollcall is told apart', async () => {
    let authorization: string | undefined;
    const other = createHttpServer((request, response) => {
      ({ authorization } = request.headers);
      response.end('<html>');
    });
    await once(other.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = other.address() as { port: number };
      await expect(whoami(`http://127.0.0.1:${port}`, 'rc_secret')).rejects.toThrow(/is not Rollcall/);
      expect(authorization).toBe('Bearer rc_secret');
    } finally {
      other.close();
    }
  });

  it('is asked at an address, which holds no secret', async () => {
    await expect(async () => whoami('127.0.0.1:4000')).rejects.toThrow(/must be an address/);
    await expect(async () => whoami('http://ann:secret@127.0.0.1:4000')).rejects.toThrow(/^(?!.*secret).*ROLLCALL_KEY/);
  });
});
