import { describe, expect, test } from 'vitest';
import { codesOf } from '../server/support.ts';
import { group, identity, of, role } from '../store/fixture.ts';
import { ann, share, small, startFilled, uuid } from './support.ts';

const bench = share([
  ...small,
  {
    records: of(
      'lab',
      ...Array.from({ length: 45 }, (_, n) => identity(`X${n}`, { displayName: `Name ${n}` })),
      ...Array.from({ length: 25 }, (_, n) => group(`x${n}`)),
      ...Array.from({ length: 21 }, (_, n) => role(`x${n}`, { category: 'many' })),
    ),
  },
]);

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const lists = ['users', 'identities', 'groups', 'roles', 'grants', 'organizations', 'workspaces', 'projects', 'matchCases'];

async function page(list: string, first: number | null, after: string | null): Promise<Page> {
  const query = `query ($first: Int, $after: String) { page: ${list}(first: $first, after: $after) {
    nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }`;
  return ((await bench().data(query, { first, after })) as { page: Page }).page;
}

describe('paging', () => {
  test.each(lists)('%s: pages of any size give every row once, in one order', async (list) => {
    const whole = await page(list, 100, null);
    expect(whole.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    for (const size of [1, 7]) {
      const ids: string[] = [];
      let after: string | null = null;
      for (;;) {
        const { nodes, edges, pageInfo }: Page = await page(list, size, after);
        expect(nodes.length).toBeLessThanOrEqual(size);
        expect(edges.map(({ node }) => node)).toEqual(nodes);
        expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor ?? null, edges.at(-1)?.cursor ?? null]);
        expect(pageInfo.hasPreviousPage).toBe(after !== null);
        ids.push(...nodes.map(({ id }) => id));
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      expect(ids).toEqual(whole.nodes.map(({ id }) => id));
    }
  });

  test('twenty rows when nothing is said', async () => {
    const { nodes, pageInfo } = await page('identities', null, null);
    expect([nodes.length, pageInfo.hasNextPage]).toEqual([20, true]);
  });

  test.each(lists)('%s refuses sizes and cursors that it did not give', async (list) => {
    for (const args of ['first: 0', 'first: -1', 'first: 101', 'first: 1000000000', 'after: "x"', 'after: ""', `after: "${'z'.repeat(5000)}"`]) {
      const reply = await bench().ask(`{ ${list}(${args}) { nodes { id } } }`);
      expect([args, codesOf(reply)]).toEqual([args, ['BAD_USER_INPUT']]);
    }
    expect(bench().entries).toEqual([]);
  });

  test('a cursor of another list is refused', async () => {
    const { pageInfo } = await page('groups', 1, null);
    const reply = await bench().ask('query ($after: String) { roles(after: $after) { nodes { id } } }', { after: pageInfo.endCursor });
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
  });

  test('counts where counting is cheap, null elsewhere', async () => {
    const query =
      '{ a: users { totalCount } b: identities { totalCount } c: matchCases { totalCount } d: grants { totalCount } e: users(filter: { kind: BOT }) { totalCount } }';
    expect(await bench().data(query)).toEqual({
      a: { totalCount: 3 },
      b: { totalCount: expect.any(Number) as number },
      c: { totalCount: 1 },
      d: { totalCount: null },
      e: { totalCount: null },
    });
  });

  test('counting several lists costs one statement a revision, and none when nobody asks', async () => {
    await using fresh = await startFilled(small);
    const costOf = (query: string) => fresh.costOf(() => fresh.data(query));
    const counting = '{ users { nodes { id } totalCount } identities { nodes { id } totalCount } }';
    const without = await costOf('{ users { nodes { id } } identities { nodes { id } } }');
    expect(await costOf(counting)).toBe(without + 1);
    expect(await costOf(counting)).toBe(without);
  });

  test('a cursor that does not fit fails the list that it was given to, and no other of the same kind', async () => {
    const reply = await bench().ask(
      `{ a: user(by: { id: "${ann}" }) { groups(after: "junk") { nodes { id } } } b: user(by: { id: "${ann}" }) { groups { nodes { displayName } } } }`,
    );
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
    expect(reply.body.data).toEqual({ a: null, b: { groups: { nodes: [{ displayName: 'Platform' }] } } });
  });
});

describe('what a list stands on', () => {
  const coverage = async (list: string) =>
    ((await bench().data(`{ page: ${list} { coverage { service { serviceId } state } } }`)) as { page: { coverage: object[] } }).page.coverage;

  test('all services, or those that were asked for', async () => {
    expect(await coverage('users')).toHaveLength(4);
    expect(await coverage('groups(service: { type: "slack" })')).toEqual([
      { service: { serviceId: 'T1' }, state: 'COMPLETE' },
      { service: { serviceId: 'T2' }, state: 'STALE' },
    ]);
    expect(await coverage('grants(filter: { services: [{ type: "pagerduty" }, { type: "slack", serviceId: "T2" }] })')).toEqual([
      { service: { serviceId: 'T2' }, state: 'STALE' },
      { service: { serviceId: 'acme' }, state: 'COMPLETE' },
    ]);
  });
});

describe('filters', () => {
  const ids = async (list: string, field = 'externalId') =>
    ((await bench().data(`{ page: ${list} { nodes { ${field} } } }`)) as { page: { nodes: Record<string, string>[] } }).page.nodes.map(
      (node) => node[field],
    );

  test('identities', async () => {
    expect(await ids('identities(filter: { services: [{ type: "slack", serviceId: "T1" }], kind: BOT })')).toEqual(['B1']);
    expect(await ids('identities(filter: { link: [LINKED_MANUAL, CONFLICT] })')).toEqual(expect.arrayContaining(['P1', 'B1']));
    expect(await ids('identities(filter: { status: DELETED })')).toEqual(['P9']);
    expect(await ids('identities(filter: { services: [] })')).toEqual([]);
  });

  test('groups, roles', async () => {
    expect(await ids('groups(search: "plat")')).toEqual(['g1']);
    expect(await ids('roles(service: { type: "slack", serviceId: "T1" }, category: "base")')).toEqual(['admin', 'member']);
    expect(await ids('roles(level: ADMIN)')).toEqual(['admin']);
  });

  test('grants by scope, role and person', async () => {
    const found = (await bench().data('{ projects { nodes { id } } roles(level: ADMIN) { nodes { id } } services { id } }')) as Record<
      string,
      { nodes: { id: string }[] }
    > & {
      services: { id: string }[];
    };
    const scope = found['projects']?.nodes[0]?.id ?? '';
    const admin = found['roles']?.nodes[0]?.id ?? '';
    expect(await ids(`grants(filter: { scope: "${scope}" })`)).toEqual(['team-1']);
    expect(await ids(`grants(filter: { role: "${admin}" })`)).toEqual(['base-1']);
    expect(await ids(`grants(filter: { scope: "${found.services[0]?.id}" })`)).toEqual(['base-2']);
    expect(await ids(`grants(filter: { user: "${ann}", services: [{ type: "pagerduty" }] })`)).toEqual(['p-base']);
    expect(await ids('grants(filter: { expiresBefore: "2026-02-01T00:00:00+01:00" })')).toEqual(['team-2']);
    const never = await bench().ask(`{ grants(filter: { scope: "${found.services[3]?.id}" }) { nodes { id } } }`);
    expect(never.body.errors?.[0]?.message).toBe('filter.scope: the service "new" is not configured or has not been read yet');
  });

  test('scopes by what holds them', async () => {
    const { organizations, workspaces } = (await bench().data('{ organizations { nodes { id } } workspaces { nodes { id } } }')) as Record<
      string,
      { nodes: { id: string }[] }
    >;
    const org = organizations?.nodes[0]?.id ?? '';
    const workspace = workspaces?.nodes[0]?.id ?? '';
    expect(await ids(`workspaces(organization: "${org}")`)).toEqual(['T1']);
    expect(await ids(`projects(workspace: "${workspace}")`)).toEqual(['p/1']);
    const wrong = await bench().ask(`{ projects(workspace: "${org}") { nodes { id } } }`);
    expect(wrong.body.errors?.[0]?.message).toBe('workspace: the id of Organization, where the id of WORKSPACE is wanted');
  });

  test.each([
    ['users(filter: { unlinkedIn: [{ type: "nope" }] })', 'filter.unlinkedIn[0]: no service "nope"'],
    ['users(orderBy: { field: "name" })', 'orderBy.field: no such order: use displayName, updatedAt, lastActiveAt'],
    [
      'identities(filter: { services: [{ type: "slack" }, { type: "slackk" }] })',
      'filter.services[1]: no service "slackk" is configured; did you mean "slack"?',
    ],
    ['groups(service: { type: "slack", serviceId: "T9" })', 'service: no service "slack" with serviceId "T9"'],
    ['organizations(service: { type: "" })', 'service: no service "" is configured; configured: slack'],
    ['matchCases(service: { type: "x" })', 'service: no service "x"'],
    ['workspaces(organization: "x")', 'organization: not the id of a scope'],
    [`workspaces(organization: "${uuid(1)}")`, 'organization: the id of User'],
  ])('%s is the caller’s mistake', async (list, message) => {
    const reply = await bench().ask(`{ ${list} { nodes { id } } }`);
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
    expect(reply.body.errors?.[0]?.message).toContain(message);
  });

  test('a moment that is none is refused, as text and as variable', async () => {
    for (const moment of ['yesterday', '2026-13-01T00:00:00Z', '2026-01-01']) {
      expect(codesOf(await bench().ask(`{ users(filter: { inactiveSince: "${moment}" }) { nodes { id } } }`))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
      const reply = await bench().ask('query ($at: DateTime) { users(filter: { inactiveSince: $at }) { nodes { id } } }', { at: moment });
      expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
    }
    const query = 'query ($at: DateTime) { users(filter: { inactiveSince: $at }) { nodes { id } } }';
    for (let round = 0; round < 3; round++) expect(codesOf(await bench().ask(query, { at: '2026-01-31T12:00:00.5+02:00' }))).toEqual([]);
  });
});
