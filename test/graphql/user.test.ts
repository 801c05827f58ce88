import { describe, expect, test } from 'vitest';
import { codesOf } from '../server/support.ts';
import { ann, ben, now, retiredAnn, share, small, uuid } from './support.ts';

const bench = share(small);

const slackAnn = '{ identity: { service: "slack", serviceId: "T1", externalId: "U1" } }';

describe('one person', () => {
  test('the whole answer to “who is this?”', async () => {
    const query = `{ user(by: ${slackAnn}) {
      id displayName primaryEmail
      identities { service { type serviceId } externalId link { state rule evidence } role { name level } }
      groups { nodes { displayName } }
      grants { nodes { level scope { displayName } } }
    } }`;
    expect(await bench().data(query)).toEqual({
      user: {
        id: ann,
        displayName: 'Ann',
        primaryEmail: 'ann@acme.example',
        identities: [
          {
            service: { type: 'pagerduty', serviceId: 'acme' },
            externalId: 'P1',
            link: { state: 'LINKED_MANUAL', rule: null, evidence: [] },
            role: { name: 'Responder', level: 'MEMBER' },
          },
          {
            service: { type: 'slack', serviceId: 'T1' },
            externalId: 'U1',
            link: { state: 'LINKED_AUTO', rule: 'verified e-mail', evidence: ['both services verified the address'] },
            role: { name: 'Admin', level: 'ADMIN' },
          },
        ],
        groups: { nodes: [{ displayName: 'Platform' }] },
        grants: { nodes: expect.arrayContaining([{ level: 'ADMIN', scope: { displayName: 'Acme Slack' } }]) as unknown },
      },
    });
  });

  test('is found by id, retired id, address, user name and account', async () => {
    for (const by of [`{ id: "${ann}" }`, `{ id: "${retiredAnn}" }`, '{ email: "ANN@acme.example" }', '{ username: "ann" }', slackAnn]) {
      expect(await bench().data(`{ user(by: ${by}) { id retiredIds } }`)).toEqual({ user: { id: ann, retiredIds: [retiredAnn] } });
    }
  });

  test('nobody is null', async () => {
    for (const by of [`{ id: "${uuid(77)}" }`, '{ email: "nobody@acme.example" }', '{ email: "" }', '{ username: "nobody" }']) {
      expect(await bench().data(`{ user(by: ${by}) { id } }`)).toEqual({ user: null });
    }
    expect(await bench().data('{ user(by: { identity: { service: "slack", externalId: "U404" } }) { id } }')).toEqual({ user: null });
    expect(await bench().data('{ user(by: { identity: { service: "slack", externalId: "B1" } }) { id } }')).toEqual({ user: null });
  });

  test('several people are a conflict that says how many and what to ask instead', async () => {
    const byName = await bench().ask('{ user(by: { username: "twin" }) { id } ok: services { type } }');
    expect(codesOf(byName)).toEqual(['CONFLICT']);
    expect(byName.body.errors?.[0]?.message).toBe('2 people answer to this username: look one up by `identity` instead');
    expect(byName.body.data).toMatchObject({ user: null, ok: [{}, {}, {}, {}] });
    const byAccount = await bench().ask('{ user(by: { identity: { service: "slack", externalId: "U1" } }) { id } }');
    expect(codesOf(byAccount)).toEqual(['CONFLICT']);
    expect(byAccount.body.errors?.[0]?.message).toContain('`serviceId`');
  });

  test.each([
    ['{ id: "junk" }', 'by.id: not the id of a person: take `id` from an earlier answer'],
    [
      '{ identity: { service: "slak", externalId: "U1" } }',
      'by.identity.service: no service "slak" is configured; did you mean "slack"? configured: slack, pagerduty, segment',
    ],
    [
      '{ identity: { service: "okta", externalId: "U1" } }',
      'by.identity.service: no service "okta" is configured; configured: slack, pagerduty, segment',
    ],
    [
      '{ identity: { service: "slack", serviceId: "T9", externalId: "U1" } }',
      'by.identity.service: no service "slack" with serviceId "T9" is configured; its instances: "T1", "T2"',
    ],
    [
      '{ identity: { service: "segment", serviceId: "x", externalId: "1" } }',
      'by.identity.service: no service "segment" with serviceId "x" is configured; its instances: new (not read yet)',
    ],
  ])('%s is the caller’s mistake', async (by, message) => {
    const reply = await bench().ask(`{ user(by: ${by}) { id } }`);
    expect(reply.body.errors).toMatchObject([{ message, path: ['user'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(reply.body.data).toEqual({ user: null });
  });

  test('exactly one way to look up may be given', async () => {
    for (const by of ['{}', '{ email: null }', '{ email: "a", username: "b" }']) {
      expect(codesOf(await bench().ask(`{ user(by: ${by}) { id } }`))).toContain('GRAPHQL_VALIDATION_FAILED');
    }
    const query = 'query ($e: String) { user(by: { email: $e }) { id } }';
    for (let round = 0; round < 3; round++) expect(codesOf(await bench().ask(query, { e: null }))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('many people', () => {
  test('answers come in the order of the keys; one that is ambiguous spoils only itself', async () => {
    const refs = [
      { username: 'twin' },
      { email: 'nobody@acme.example' },
      { id: retiredAnn },
      { identity: { service: 'slack', externalId: 'U2' } },
      { id: ann },
    ];
    for (let round = 0; round < 3; round++) {
      const reply = await bench().ask('query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id } }', { refs });
      expect(reply.body.data).toEqual({ usersBy: [null, null, { id: ann }, { id: ben }, { id: ann }] });
      expect(reply.body.errors).toMatchObject([{ path: ['usersBy', 0], extensions: { code: 'CONFLICT' } }]);
    }
  });

  test('a hundred keys pass, one more does not, none is fine', async () => {
    const ask = (count: number) =>
      bench().ask('query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id } }', { refs: Array.from({ length: count }, () => ({ id: ann })) });
    expect((await ask(100)).body.data).toEqual({ usersBy: Array.from({ length: 100 }, () => ({ id: ann })) });
    expect((await ask(0)).body.data).toEqual({ usersBy: [] });
    const reply = await ask(101);
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
    expect(reply.body.errors?.[0]?.message).toBe('refs: 101 are too many: ask for at most 100 at once');
  });

  test('a malformed key names its place', async () => {
    const reply = await bench().ask(`{ usersBy(refs: [{ id: "${ann}" }, { id: "x" }]) { id } }`);
    expect(reply.body.errors?.[0]?.message).toMatch(/^refs\[1\]\.id: /);
  });

  test('filters, orders and pages', async () => {
    const ids = async (args: string) =>
      ((await bench().data(`{ users(${args}) { nodes { id } } }`)) as { users: { nodes: { id: string }[] } }).users.nodes.map(({ id }) => id);
    expect(await ids('first: 10')).toEqual([ann, ben, uuid(3)]);
    expect(await ids('filter: { kind: BOT }')).toEqual([uuid(3)]);
    expect(await ids('filter: { services: [{ type: "pagerduty" }] }')).toEqual([ann]);
    expect(await ids('filter: { unlinkedIn: [{ type: "pagerduty" }], kind: HUMAN }')).toEqual([ben]);
    expect(await ids('filter: { email: "ann@acme.example" }')).toEqual([ann]);
    expect(await ids('filter: { search: "be" }')).toEqual([ben, uuid(3)]);
    expect(await ids('orderBy: { field: "displayName", descending: true }, first: 1')).toEqual([uuid(3)]);
  });
});

describe('what hangs on a person', () => {
  const fields = async (selection: string, by = `{ id: "${ann}" }`) => {
    return ((await bench().data(`{ user(by: ${by}) { ${selection} } }`)) as { user: unknown }).user;
  };

  test('accounts by service, instance and life', async () => {
    expect(await fields('identities(service: "pagerduty") { externalId }')).toEqual({ identities: [{ externalId: 'P1' }] });
    expect(await fields('identities(service: "pagerduty", includeDeleted: true) { externalId }')).toEqual({
      identities: [{ externalId: 'P1' }, { externalId: 'P9' }],
    });
    expect(await fields('identities(service: "slack", serviceId: "T2") { externalId }')).toEqual({ identities: [] });
    expect(await fields('one: identity(service: "slack") { externalId } none: identity(service: "segment") { externalId }')).toEqual({
      one: { externalId: 'U1' },
      none: null,
    });
    const { identity } = (await fields('identity(service: "slack", serviceId: "T2") { displayName }', `{ id: "${ben}" }`)) as { identity: unknown };
    expect(identity).toEqual({ displayName: 'Benjamin' });
  });

  test('addresses with their strongest proof and where they were seen', async () => {
    expect(await fields('emails { address proof primary seenIn { externalId } }')).toEqual({
      emails: [
        {
          address: 'ann@acme.example',
          proof: 'VERIFIED',
          primary: true,
          seenIn: expect.arrayContaining([{ externalId: 'U1' }, { externalId: 'P1' }]) as unknown,
        },
        { address: 'ann.a@home.example', proof: 'UNKNOWN', primary: false, seenIn: [{ externalId: 'P1' }] },
      ],
    });
  });

  test('groups, direct and transitive', async () => {
    expect(await fields('groups { nodes { displayName kind } }')).toEqual({ groups: { nodes: [{ displayName: 'Platform', kind: 'team' }] } });
    const { groups } = (await fields('groups(transitive: true, service: "slack") { nodes { displayName } coverage { service { serviceId } } }')) as {
      groups: { nodes: object[]; coverage: object[] };
    };
    expect(groups.nodes).toEqual(expect.arrayContaining([{ displayName: 'Platform' }, { displayName: 'Engineering' }]));
    expect(groups.coverage).toEqual([{ service: { serviceId: 'T1' } }, { service: { serviceId: 'T2' } }]);
  });

  test('grants through accounts and groups, filtered', async () => {
    const { grants } = (await fields('grants(first: 2) { nodes { externalId } pageInfo { hasNextPage endCursor } }')) as {
      grants: { nodes: object[]; pageInfo: { hasNextPage: boolean } };
    };
    expect(grants).toMatchObject({ nodes: [{}, {}], pageInfo: { hasNextPage: true } });
    expect(await fields('grants(filter: { minLevel: ADMIN }) { nodes { externalId level } }')).toEqual({
      grants: {
        nodes: expect.arrayContaining([
          { externalId: 'base-1', level: 'ADMIN' },
          { externalId: 'team-2', level: 'UNKNOWN' },
        ]) as unknown,
      },
    });
    expect(await fields('grants(filter: { source: VIA_GROUP, scopeKind: PROJECT }) { nodes { externalId } }')).toEqual({
      grants: { nodes: [{ externalId: 'team-1' }] },
    });
  });

  test('the level, anywhere, in a service, on a scope', async () => {
    const { workspaces } = (await bench().data('{ workspaces { nodes { id } } }')) as { workspaces: { nodes: { id: string }[] } };
    const query =
      'query ($ws: ID!, $ann: ID!, $bot: ID!) { a: user(by: { id: $ann }) { all: level here: level(service: "pagerduty") ws: level(scope: $ws) } b: user(by: { id: $bot }) { level } }';
    expect(await bench().data(query, { ws: workspaces.nodes[0]?.id, ann, bot: uuid(3) })).toEqual({
      a: { all: 'ADMIN', here: 'MEMBER', ws: 'ADMIN' },
      b: { level: 'NONE' },
    });
  });

  test('what is known of the person, and what it stands on', async () => {
    expect(await fields('kind status firstName lastName username lastActiveAt coverage { service { serviceId } state }')).toEqual({
      kind: 'HUMAN',
      status: 'ACTIVE',
      firstName: 'Ann',
      lastName: null,
      username: 'ann',
      lastActiveAt: new Date(now - 60_000).toISOString(),
      coverage: [
        { service: { serviceId: 'T1' }, state: 'COMPLETE' },
        { service: { serviceId: 'T2' }, state: 'STALE' },
        { service: { serviceId: 'acme' }, state: 'COMPLETE' },
        { service: { serviceId: null }, state: 'FAILED' },
      ],
    });
  });

  test.each([
    ['identities(serviceId: "T1") { id }', 'serviceId: give `service` too'],
    ['identities(service: "slck") { id }', 'service: no service "slck" is configured; did you mean "slack"?'],
    ['identity(service: "slack", serviceId: "T3") { id }', 'service: no service "slack" with serviceId "T3"'],
    ['groups(first: 0) { nodes { id } }', 'first: must be from 1 to 100'],
    ['groups(first: -1) { nodes { id } }', 'first: must be from 1 to 100'],
    ['grants(first: 101) { nodes { id } }', 'first: must be from 1 to 100'],
    ['grants(first: 1000000000) { nodes { id } }', 'first: must be from 1 to 100'],
    ['groups(after: "x") { nodes { id } }', 'after: the cursor does not belong to this list'],
    ['grants(filter: { scope: "x" }) { nodes { id } }', 'filter.scope: not the id of a scope'],
    [`grants(filter: { scope: "${uuid(1)}" }) { nodes { id } }`, 'filter.scope: the id of User, where'],
    ['grants(filter: { role: "x" }) { nodes { id } }', 'filter.role: not the id of a role'],
    ['grants(filter: { user: "x" }) { nodes { id } }', 'filter.user: not the id of a person'],
    ['grants(filter: { services: [{ type: "slack" }, { type: "nope" }] }) { nodes { id } }', 'filter.services[1]: no service "nope"'],
    ['level(scope: "x")', 'scope: not the id of a scope'],
    ['level(service: "nope")', 'service: no service "nope"'],
  ])('%s is the caller’s mistake', async (selection, message) => {
    const reply = await bench().ask(`{ user(by: { id: "${ann}" }) { ${selection} } }`);
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
    expect(reply.body.errors?.[0]?.message).toContain(message);
    expect(bench().entries).toEqual([]);
  });
});
