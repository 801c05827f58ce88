import { describe, expect, test } from 'vitest';
import { formatNodeId } from '../../src/model/global-id.ts';
import { email, grant, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';
import { share, uuid } from './support.ts';

const many = 50;
const numbers = Array.from({ length: many }, (_, n) => n);
const services = ['chat', 'pager'];

/** Fifty people, each with two accounts, two groups (one through the other) and a grant of each kind. */
const crowd: Filling = {
  services: services.map((name) => ({ name, sealed_as_of: 1 })),
  records: services.flatMap((service) =>
    of(
      service,
      role('base'),
      ...numbers.flatMap((n) => [
        identity(`u${n}`, { displayName: `Name ${n}`, emails: [email(`p${n}@acme.example`)], roles: ['base'] }),
        group(`g${n}`),
        group(`h${n}`),
        member(`g${n}`, 'identity', `u${n}`),
        member(`h${n}`, 'group', `g${n}`),
        scope('PROJECT', `p${n}`),
        grant(
          `own${n}`,
          { kind: 'identity', externalId: `u${n}` },
          { role: 'base', scopeKind: 'PROJECT', scope: { kind: 'PROJECT', externalId: `p${n}` } },
        ),
        grant(
          `via${n}`,
          { kind: 'group', externalId: `h${n}` },
          { role: 'base', scopeKind: 'SERVICE', scope: { kind: 'SERVICE', externalId: `${service}-1` } },
        ),
      ]),
    ),
  ),
  people: numbers.map((n) => ({ id: uuid(n), display_name: `Person ${String(n).padStart(2, '0')}`, username: `p${n}` })),
  links: numbers.flatMap((n) => services.map((service) => ({ service, account: `u${n}`, user: uuid(n) }))),
  cases: numbers.map((n) => ({
    id: `c${n}`,
    service: 'chat',
    account: `u${n}`,
    reason: 'r',
    openedAt: n,
    candidates: [{ userId: uuid(n), confidence: 1, rule: 'r', evidence: [], against: [] }],
  })),
};

const bench = share([crowd]);

const person = `{ id displayName primaryEmail retiredIds level
  emails { address seenIn { displayName } }
  identities { service { type serviceId } externalId link { state rule evidence decidedBy { ... on User { id } } } role { name level } roles { name } }
  groups { nodes { displayName parents { displayName } members { nodes { externalId } } } }
  grants { nodes { level user { id } principal { ... on Identity { name: displayName } ... on Group { displayName } } role { name } scope { displayName parent { displayName } } } }
  coverage { service { displayName } state }
}`;
const refs = (count: number) => numbers.slice(0, count).map((n) => ({ identity: { service: 'chat', externalId: `u${n}` } }));

describe('an operation costs the same for one person and for fifty', () => {
  test.each([
    ['people by account', `query ($refs: [UserBy!]!) { usersBy(refs: $refs) ${person} }`, 18],
    [
      'the example',
      `query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id displayName primaryEmail identities { service { type serviceId } externalId link { state rule evidence } role { name level } } groups { nodes { displayName } } grants { nodes { level scope { displayName } } } } }`,
      9,
    ],
  ])('%s', async (_name, query, atMost) => {
    const costs: number[] = [];
    for (const count of [1, many, 1, many]) {
      costs.push(
        await bench().costOf(async () => {
          const { usersBy } = (await bench().data(query, { refs: refs(count) })) as { usersBy: { groups: { nodes: object[] } }[] };
          expect(usersBy).toHaveLength(count);
          for (const each of usersBy) expect(each.groups.nodes).toHaveLength(2);
        }),
      );
    }
    expect(new Set(costs).size).toBe(1);
    expect(costs[0]).toBeLessThanOrEqual(atMost);
  });

  test.each([
    [
      'users',
      `query ($first: Int) { users(first: $first) { nodes { id identities { externalId role { name } } groups { nodes { displayName } } grants { nodes { scope { displayName } } } } } }`,
    ],
    [
      'identities',
      'query ($first: Int) { identities(first: $first) { nodes { user { displayName } link { state } role { name } service { type } } } }',
    ],
    [
      'groups',
      'query ($first: Int) { groups(first: $first) { nodes { parents { displayName } children { displayName } members(transitive: true) { nodes { externalId } } grants { nodes { level } } } } }',
    ],
    [
      'grants',
      'query ($first: Int) { grants(first: $first) { nodes { user { displayName } role { name } scope { displayName members { nodes { externalId } } } } } }',
    ],
    ['projects', 'query ($first: Int) { projects(first: $first) { nodes { parent { displayName } members { nodes { user { displayName } } } } } }'],
    ['matchCases', 'query ($first: Int) { matchCases(first: $first) { nodes { identity { displayName } candidates { user { displayName } } } } }'],
  ])('%s', async (_name, query) => {
    const costOf = (first: number) => bench().costOf(() => bench().data(query, { first }));
    expect(await costOf(many)).toBe(await costOf(2));
  });

  test('equal questions under two names cost once; other arguments cost one more', async () => {
    const costOf = (groups: string) =>
      bench().costOf(() => bench().data(`query ($refs: [UserBy!]!) { usersBy(refs: $refs) { ${groups} } }`, { refs: refs(many) }));
    const once = await costOf('groups { nodes { id } }');
    expect(await costOf('a: groups { nodes { id } } b: groups { nodes { id } }')).toBe(once);
    expect(await costOf('a: groups { nodes { id } } b: groups(transitive: true) { nodes { id } }')).toBe(once + 1);
  });

  test('ids of all kinds of scope cost one statement', async () => {
    const scopes = (kinds: readonly ('Project' | 'Workspace' | 'Resource')[]) =>
      kinds.map((type) => formatNodeId({ type, service: 'chat', serviceId: 'chat-1', key: 'p1' }));
    const costOf = (ids: readonly string[]) => bench().costOf(() => bench().data('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }));
    expect(await costOf(scopes(['Project', 'Workspace', 'Resource']))).toBe(await costOf(scopes(['Project'])));
  });

  test('what needs no store asks none', async () => {
    expect(await bench().costOf(() => bench().data('{ __typename }'))).toBe(0);
    expect(await bench().costOf(() => bench().data('{ services { displayName coverage { state } } }'))).toBe(1);
  });
});

describe('operations share nothing', () => {
  test('many at once give each its own answer; at most the statement that opens their views is one', async () => {
    const query = 'query ($refs: [UserBy!]!) { usersBy(refs: $refs) { id groups { nodes { displayName } } } }';
    const cost = await bench().costOf(async () => {
      const answers = await Promise.all(numbers.map((n) => bench().data(query, { refs: [refs(many)[n]] })));
      for (const [n, answer] of answers.entries())
        expect(answer).toMatchObject({ usersBy: [{ id: uuid(n), groups: { nodes: [{ displayName: `g${n}` }, { displayName: `g${n}` }] } }] });
    });
    const alone = await bench().costOf(() => bench().data(query, { refs: refs(1) }));
    expect(cost).toBeGreaterThan((alone - 1) * many);
    expect(cost).toBeLessThanOrEqual(alone * many);
  });
});
