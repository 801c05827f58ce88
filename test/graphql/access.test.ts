import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { formatReportPath, parseReportPath, type ReportParams } from '../../src/graphql/report-params.ts';
import { grant, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';
import { ann, ben, minute, now, share, uuid } from './support.ts';

const person = (externalId: string) => ({ kind: 'identity', externalId }) as const;
const workspace = { scopeKind: 'WORKSPACE', scope: { kind: 'WORKSPACE', externalId: 'w' } } as const;

const company: Filling = {
  services: [
    { name: 'lab', type: 'squirro', service_id: 'L1', display_name: 'Lab', sealed_as_of: now - 5 * minute },
    {
      name: 'dead',
      type: 'waii',
      service_id: null,
      display_name: 'Dead',
      issue: { code: 'SERVICE_UNREACHABLE', message: 'waii: no connection', retryable: true },
    },
  ],
  records: of(
    'lab',
    role('admin', { name: 'Admin', level: 'ADMIN' }),
    scope('WORKSPACE', 'w', { displayName: 'Work' }),
    scope('PROJECT', 'p', { displayName: 'Launch', parent: { kind: 'WORKSPACE', externalId: 'w' } }),
    identity('ann', { mfaEnabled: false }),
    identity('ben'),
    identity('lost', { displayName: '=HYPERLINK("x")' }),
    group('in', 'Inner'),
    group('out', 'Outer'),
    member('in', 'identity', 'ann'),
    member('out', 'group', 'in'),
    grant(
      'g-out',
      { kind: 'group', externalId: 'out' },
      { ...workspace, role: 'admin', level: 'ADMIN', permissions: ['rule'], expiresAt: now + minute },
    ),
    grant('g-all', person('ben'), { scopeKind: 'PROJECT', allScopes: true, level: 'MEMBER' }),
    grant('g-odd', person('ben'), { ...workspace, level: 'UNKNOWN' }),
    grant('g-lost', person('lost'), { ...workspace, level: 'READER' }),
  ),
  people: [
    { id: ann, display_name: 'Ann', primary_email: 'ann@acme.example' },
    { id: ben, display_name: 'Ben' },
  ],
  links: [
    { service: 'lab', account: 'ann', user: ann },
    { service: 'lab', account: 'ben', user: ben },
  ],
};
const bench = share([company]);

const row = `{ user { displayName } service { displayName } role { name } level scope { displayName } scopeKind allScopes permissions expiresAt morePaths
  paths { grant { externalId } hops { reason identity { externalId } group { displayName } scope { displayName } } } }`;

describe('effective access', () => {
  test('tells level, place, end and every way', async () => {
    const data = await bench().data(`{ effectiveAccess(filter: { minLevel: ADMIN }, first: 5) { nodes ${row} coverage { state } } }`);
    expect(data).toMatchObject({
      effectiveAccess: {
        nodes: [
          {
            user: { displayName: 'Ann' },
            service: { displayName: 'Lab' },
            role: { name: 'Admin' },
            level: 'ADMIN',
            scope: { displayName: 'Work' },
            scopeKind: 'WORKSPACE',
            allScopes: false,
            permissions: ['rule'],
            expiresAt: new Date(now + minute).toISOString(),
            morePaths: false,
            paths: [
              {
                grant: { externalId: 'g-out' },
                hops: [
                  { identity: { externalId: 'ann' }, group: null, scope: null, reason: 'an account of the person' },
                  { identity: null, group: { displayName: 'Inner' }, reason: 'the account is a member' },
                  { group: { displayName: 'Outer' }, reason: 'the group before lies within this one' },
                  { group: null, scope: { displayName: 'Work' }, reason: 'the grant is on this workspace' },
                ],
              },
            ],
          },
          { user: { displayName: 'Ben' }, level: 'UNKNOWN', scope: { displayName: 'Work' } },
        ],
        coverage: [{ state: 'COMPLETE' }, { state: 'FAILED' }],
      },
    });
  });

  test('on a scope counts what is for every one, and the administrators of what is around it; its members and levels say the same', async () => {
    const { projects } = (await bench().data('{ projects { nodes { id } } }')) as { projects: { nodes: readonly { id: string }[] } };
    const id = projects.nodes[0]?.id;
    const data = await bench().data(
      `query ($id: ID!) {
        effectiveAccess(filter: { scope: $id }) { nodes { user { displayName } level paths { hops { scope { displayName } reason } } } }
        node(id: $id) { ... on Project { members { nodes { externalId } } effective: members(effective: true) { nodes { externalId } } } }
        users { nodes { displayName level(scope: $id) effectiveAccess(filter: { scope: $id }) { nodes { level } } } }
      }`,
      { id },
    );
    const places = (...hops: readonly (readonly [string, string])[]) =>
      expect.arrayContaining(hops.map(([displayName, reason]) => ({ scope: { displayName }, reason })));
    const below = 'within the scope before, whose administrators may do here what they may do there';
    expect(data).toMatchObject({
      effectiveAccess: {
        nodes: [
          { user: { displayName: 'Ann' }, level: 'ADMIN', paths: [{ hops: places(['Work', 'the grant is on this workspace'], ['Launch', below]) }] },
          { user: { displayName: 'Ben' }, level: 'MEMBER', paths: [{ hops: places(['Launch', 'the grant is for every project, now and later']) }] },
          { user: { displayName: 'Ben' }, level: 'UNKNOWN' },
        ],
      },
      node: { members: { nodes: [] }, effective: { nodes: [{ externalId: 'g-all' }, { externalId: 'g-odd' }, { externalId: 'g-out' }] } },
      users: {
        nodes: [
          { displayName: 'Ann', level: 'ADMIN', effectiveAccess: { nodes: [{ level: 'ADMIN' }] } },
          { displayName: 'Ben', level: 'MEMBER', effectiveAccess: { nodes: [{ level: 'MEMBER' }, { level: 'UNKNOWN' }] } },
        ],
      },
    });
  });

  test('pages, and costs the same for one person and for all', async () => {
    const query = `query ($first: Int!) { users(first: $first) { nodes { displayName effectiveAccess { nodes ${row} } } } }`;
    const cost = (first: number) => bench().costOf(() => bench().data(query, { first }));
    expect(await cost(2)).toBe(await cost(1));
    const page = (await bench().data('{ effectiveAccess(filter: {}, first: 2) { nodes { level } pageInfo { hasNextPage endCursor } } }')) as {
      effectiveAccess: { nodes: readonly unknown[]; pageInfo: { endCursor: string } };
    };
    const rest = await bench().data('query ($after: String!) { effectiveAccess(filter: {}, after: $after) { nodes { level } } }', {
      after: page.effectiveAccess.pageInfo.endCursor,
    });
    expect(page.effectiveAccess.nodes.length).toBe(2);
    expect(rest).toEqual({ effectiveAccess: { nodes: [{ level: 'UNKNOWN' }] } });
  });
});

describe('the role report', () => {
  test('counts, lists, says what it stands on and names the dead service', async () => {
    const data = await bench().data(`{ roleReport { asOf coverage { service { displayName } state issue { code } }
      summary(by: [SERVICE, LEVEL, SCOPE]) { service { displayName } level role { name } scope { displayName } users identities }
      rows(first: 2) { nodes { user { displayName } identity { externalId } grant { externalId } level source role { name } scope { displayName } finding reason paths { hops { group { displayName } } } } pageInfo { hasNextPage } } } }`);
    expect(data).toMatchObject({
      roleReport: {
        asOf: new Date(now - 5 * minute).toISOString(),
        coverage: [
          { service: { displayName: 'Lab' }, state: 'COMPLETE', issue: null },
          { service: { displayName: 'Dead' }, state: 'FAILED', issue: { code: 'SERVICE_UNREACHABLE' } },
        ],
        rows: {
          nodes: [
            {
              user: { displayName: 'Ann' },
              identity: { externalId: 'ann' },
              grant: { externalId: 'g-out' },
              level: 'ADMIN',
              source: 'VIA_GROUP',
              role: { name: 'Admin' },
              scope: { displayName: 'Work' },
              finding: null,
              reason: null,
              paths: [{ hops: [{ group: null }, { group: { displayName: 'Inner' } }, { group: { displayName: 'Outer' } }, { group: null }] }],
            },
            { user: { displayName: 'Ben' }, grant: { externalId: 'g-all' } },
          ],
          pageInfo: { hasNextPage: true },
        },
      },
    });
    expect((data as { roleReport: { summary: readonly unknown[] } }).roleReport.summary).toContainEqual({
      service: { displayName: 'Lab' },
      level: 'READER',
      role: null,
      scope: { displayName: 'Work' },
      users: 0,
      identities: 1,
    });
  });

  test('finds, with a reason', async () => {
    const data = await bench().data(
      '{ roleReport(findings: [ORPHAN, ADMIN_WITHOUT_MFA, UNKNOWN_LEVEL]) { rows { nodes { identity { externalId } finding reason } } } }',
    );
    expect(data).toMatchObject({
      roleReport: {
        rows: {
          nodes: [
            { identity: { externalId: 'ann' }, finding: 'ADMIN_WITHOUT_MFA', reason: 'ADMIN without a second factor' },
            { identity: { externalId: 'ben' }, finding: 'UNKNOWN_LEVEL' },
            { identity: { externalId: 'lost' }, finding: 'ORPHAN', reason: 'no person is linked to this account' },
          ],
        },
      },
    });
  });

  test('costs the same for a short page and a long one', async () => {
    const query = `query ($first: Int!) { roleReport { rows(first: $first) { nodes { user { displayName } role { name } scope { displayName } grant { externalId } paths { hops { group { displayName } identity { externalId } } } } } } }`;
    const cost = (first: number) => bench().costOf(() => bench().data(query, { first }));
    expect(await cost(50)).toBe(await cost(2));
  });
});

describe('the export of a report', () => {
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await bench().server.fetch(new Request(`http://127.0.0.1${path}`, { headers }));
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const exportPath = async (format: string, filter: string): Promise<string> => {
    const data = (await bench().data(`{ roleReport(${filter}) { export(format: ${format}) } }`)) as { roleReport: { export: string } };
    return data.roleReport.export;
  };

  test('is at the path that the report tells, with the same filter and findings', async () => {
    const path = await exportPath('CSV', 'filter: { services: [{ type: "squirro", serviceId: "L1" }], minLevel: ADMIN }, findings: [UNKNOWN_LEVEL]');
    expect(path).toBe('/export/role-report.csv?service=squirro%3AL1&minLevel=ADMIN&finding=UNKNOWN_LEVEL');
    const { status, type, text } = await get(path);
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
    expect(parse(text, { columns: true })).toMatchObject([
      { record: 'access', accountId: 'ben', finding: 'UNKNOWN_LEVEL' },
      { record: 'coverage', service: 'squirro', coverage: 'COMPLETE' },
    ]);
  });

  test('names the dead service in every format, and no formula gets into the table', async () => {
    const csv = await get(await exportPath('CSV', 'filter: {}'));
    expect(parse(csv.text, { columns: true })).toContainEqual(
      expect.objectContaining({ record: 'coverage', service: 'waii', coverage: 'FAILED', issue: 'SERVICE_UNREACHABLE: waii: no connection' }),
    );
    expect(csv.text).toContain(`"'=HYPERLINK(""x"")"`);
    const json = await get(await exportPath('JSON', 'filter: {}'));
    expect(JSON.parse(json.text)).toMatchObject({ coverage: [{ service: 'squirro' }, { service: 'waii', coverage: 'FAILED' }] });
    expect(json.text).toContain(String.raw`=HYPERLINK(\"x\")`);
    const lines = (await get(await exportPath('NDJSON', 'filter: {}'))).text.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ record: 'coverage', service: 'waii', coverage: 'FAILED' });
  });

  test.each<[string, number, RegExp, Readonly<Record<string, string>>?]>([
    ['/export/role-report.csv?minLevle=ADMIN', 400, /minLevle: no such parameter; did you mean \\"minLevel\\"/],
    ['/export/role-report.csv?minLevel=HIGH', 400, /minLevel: must be one of/],
    ['/export/role-report.csv?user=me', 400, /filter\.user/],
    ['/export/role-report.csv?service=nowhere', 400, /no service/],
    ['/export/role-report.csv?expiresBefore=soon', 400, /RFC 3339/],
    ['/export/role-report.xls', 404, /no such export/],
    ['/export/role-report.csv', 403, /other sites/, { 'sec-fetch-site': 'cross-site' }],
    ['/export/role-report.csv', 403, /localhost/, { host: 'evil.example' }],
  ])('refuses %s with %i', async (path, status, message, headers = {}) => {
    const answer = await get(path, headers);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(message);
  });

  test('streams over a socket, in chunks', async () => {
    const { url } = await bench().server.listen('127.0.0.1', 0);
    const response = await fetch(`${url}/export/role-report.ndjson`);
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    expect((await response.text()).trimEnd().split('\n').length).toBe(6);
    const head = await fetch(`${url}/export/role-report.csv`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('has a path that is read as it was written', () => {
    const filter = {
      services: [{ type: 'waii', serviceId: 'https://waii.example:8443/a b' }, { type: 'slack' }],
      minLevel: 'UNKNOWN',
      scope: 'abc',
      scopeKind: 'PROJECT',
      role: 'r',
      user: uuid(1),
      source: 'VIA_GROUP',
      expiresBefore: now,
      asOf: now - minute,
    } as const;
    const params: ReportParams = { format: 'NDJSON', filter: { ...filter, services: [...filter.services] }, findings: ['ORPHAN', 'DORMANT'] };
    const path = formatReportPath(params);
    const mark = path.indexOf('?');
    expect(parseReportPath(path.slice(0, mark), path.slice(mark + 1))).toEqual(params);
  });
});
