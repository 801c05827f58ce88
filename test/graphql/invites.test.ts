import { describe, expect, test } from 'vitest';
import type { InviteRecord } from '../../src/contract/records.ts';
import { email, group, identity, member, of, role, scope, type Filling } from '../store/fixture.ts';
import { codesOf } from '../server/support.ts';
import { now, share, uuid } from './support.ts';

const invite = (externalId: string, address: string, more: Partial<InviteRecord> = {}): InviteRecord => ({
  kind: 'invite',
  externalId,
  email: address,
  status: 'PENDING',
  grants: [],
  ...more,
});
const numbers = Array.from({ length: 30 }, (_, n) => n);
const unkeyed = 'jörg@acme.example';

const filling: Filling = {
  services: [
    {
      name: 'cdp',
      type: 'segment',
      service_id: 'W1',
      sealed_as_of: now,
      profile: { emailTrust: 'VERIFIED_ONLY', listings: [{ name: 'invites', yields: ['invite'] }], passwordPolicy: true },
    },
    { name: 'chat', type: 'slack', service_id: 'T1', sealed_as_of: now, profile: { emailTrust: 'VERIFIED_ONLY' } },
    { name: 'lab', type: 'slack', service_id: 'T2', sealed_as_of: now },
  ],
  records: [
    ...of(
      'cdp',
      role('owner'),
      scope('WORKSPACE', 'W1', { displayName: 'Acme' }),
      identity('boss', { displayName: 'Boss' }),
      invite('i1', 'Ann@ACME.example', {
        grants: [
          {
            role: 'owner',
            scopes: [
              { kind: 'WORKSPACE', externalId: 'W1' },
              { kind: 'SERVICE', externalId: 'W1' },
              { kind: 'PROJECT', externalId: 'gone' },
            ],
          },
          { role: 'unlisted', scopes: [] },
        ],
        expiresAt: now,
        invitedBy: { kind: 'identity', externalId: 'boss' },
      }),
      invite('i2', 'shared@acme.example', { status: 'EXPIRED' }),
      invite('i3', 'claimed@acme.example'),
      invite('i4', unkeyed),
      ...numbers.map((n) => invite(`n${n}`, `p${n}@acme.example`)),
    ),
    ...of(
      'chat',
      identity('U1', { emails: [email('ann@acme.example')] }),
      identity('U2', { emails: [email('shared@acme.example'), email('claimed@acme.example', 'UNKNOWN')] }),
      identity('U3', { emails: [email('shared@acme.example')] }),
      identity('U4', { status: 'DELETED', emails: [email('claimed@acme.example')] }),
      group('g1'),
      { ...member('g1', 'identity', 'U1'), role: 'manager' },
      member('g1', 'identity', 'U2'),
      ...numbers.map((n) => identity(`n${n}`, { emails: [email(`p${n}@acme.example`)] })),
    ),
  ],
  people: [1, 2, 3, 4]
    .map((n) => ({ id: uuid(n), display_name: `Person ${n}` }))
    .concat(numbers.map((n) => ({ id: uuid(100 + n), display_name: `N ${n}` }))),
  links: [
    ...[1, 2, 3, 4].map((n) => ({ service: 'chat', account: `U${n}`, user: uuid(n) })),
    ...numbers.map((n) => ({ service: 'chat', account: `n${n}`, user: uuid(100 + n) })),
  ],
};
const bench = share([filling]);

async function listed(args: string) {
  const { invites } = (await bench().data(
    `{ invites(first: 100 ${args}) { nodes { id externalId email status user { displayName } expiresAt invitedBy { ... on Identity { displayName } }
      grants { role { name } scopes { __typename displayName } } } coverage { service { type } state } } }`,
  )) as { invites: { nodes: Record<string, unknown>[]; coverage: unknown[] } };
  return invites;
}
const idsOf = async (args: string) => (await listed(args)).nodes.map(({ externalId }) => externalId);

describe('invites', () => {
  test('say where they lead and who sent them; roles and places that are not listed are left out', async () => {
    expect((await listed('email: "ann@acme.example"')).nodes).toEqual([
      {
        id: expect.any(String),
        externalId: 'i1',
        email: 'Ann@ACME.example',
        status: 'PENDING',
        user: { displayName: 'Person 1' },
        expiresAt: new Date(now).toISOString(),
        invitedBy: { displayName: 'Boss' },
        grants: [
          {
            role: { name: 'owner' },
            scopes: [
              { __typename: 'Service', displayName: 'cdp' },
              { __typename: 'Workspace', displayName: 'Acme' },
            ],
          },
        ],
      },
    ]);
  });

  test.each([
    ['status: EXPIRED', ['i2']],
    ['email: "SHARED@acme.example"', ['i2']],
    [`email: "${unkeyed}"`, ['i4']],
    ['email: "JÖRG@acme.example"', []],
    ['email: "nobody"', []],
    ['service: { type: "slack" }', []],
  ])('are narrowed by %s', async (args, ids) => expect(await idsOf(args)).toEqual(ids));

  test('are nobody’s while the address is proven for several, only claimed, or its account is gone', async () => {
    const holders = new Map((await listed('')).nodes.map(({ externalId, user }) => [externalId, user]));
    expect([holders.get('i2'), holders.get('i3'), holders.get('i4')]).toEqual([null, null, null]);
  });

  test('stand with the person whose they are, and with nobody else', async () => {
    const { usersBy } = (await bench().data('query ($refs: [UserBy!]!) { usersBy(refs: $refs) { invites { externalId } } }', {
      refs: [1, 2, 3, 4].map((n) => ({ id: uuid(n) })),
    })) as { usersBy: ({ invites: { externalId: string }[] } | null)[] };
    expect(usersBy.map((user) => user?.invites.map(({ externalId }) => externalId))).toEqual([['i1'], [], [], []]);
  });

  test('are found again by their ids', async () => {
    const [first] = (await listed('email: "ann@acme.example"')).nodes;
    expect(await bench().data('query ($id: ID!) { node(id: $id) { ... on Invite { externalId } } }', { id: first?.['id'] })).toEqual({
      node: { externalId: 'i1' },
    });
  });

  test('tell which services cannot', async () => {
    expect((await listed('')).coverage).toEqual([
      { service: { type: 'segment' }, state: 'COMPLETE' },
      { service: { type: 'slack' }, state: 'UNSUPPORTED' },
      { service: { type: 'slack' }, state: 'UNSUPPORTED' },
    ]);
  });

  test('of thirty people cost what those of one do', async () => {
    const query = 'query ($refs: [UserBy!]!) { usersBy(refs: $refs) { invites { email user { displayName } grants { role { name } } } } }';
    const ask = (count: number) => bench().costOf(() => bench().data(query, { refs: numbers.slice(0, count).map((n) => ({ id: uuid(100 + n) })) }));
    const [one, thirty] = [await ask(1), await ask(30)];
    expect(thirty).toBe(one);
  });
});

describe('what an account is in a group', () => {
  const roleIn = (id: string) =>
    bench().ask('query ($id: ID!) { one: identity(by: { service: "slack", externalId: "U1" }) { groupRole(group: $id) } }', { id });
  const groupId = async () =>
    ((await bench().data('{ group(service: { type: "slack" }, externalId: "g1") { id } }')) as { group: { id: string } }).group.id;

  test('is the service’s word, or null', async () => {
    const { group: found } = (await bench().data(
      'query ($id: ID!) { group: node(id: $id) { ... on Group { members { nodes { externalId groupRole(group: $id) } } } } }',
      { id: await groupId() },
    )) as { group: { members: { nodes: unknown[] } } };
    expect(found.members.nodes).toEqual([
      { externalId: 'U1', groupRole: 'manager' },
      { externalId: 'U2', groupRole: null },
    ]);
  });

  test('is not asked of what is no group', async () => {
    expect(codesOf(await roleIn(uuid(1)))).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await roleIn('nonsense'))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('fields that some services have', () => {
  test('a policy is null where the instance does not tell, and an error where the kind of service cannot', async () => {
    expect(await bench().data('{ passwordPolicy(service: { type: "segment" }) { minLength } }')).toEqual({ passwordPolicy: null });
    const unsupported = await bench().ask('{ passwordPolicy(service: { type: "slack", serviceId: "T1" }) { minLength } }');
    expect([codesOf(unsupported), unsupported.body.data]).toEqual([['SERVICE_UNSUPPORTED'], { passwordPolicy: null }]);
    expect(codesOf(await bench().ask('{ passwordPolicy(service: { type: "slack" }) { minLength } }'))).toEqual(['CONFLICT']);
  });

  test('counts of events are null where nothing counts, and the coverage says so', async () => {
    const query = `{ user(by: { id: "${uuid(1)}" }) { eventCount(event: "escalate") coverage(operation: "count events") { state } } }`;
    expect(await bench().data(query)).toEqual({ user: { eventCount: null, coverage: [1, 2, 3].map(() => ({ state: 'UNSUPPORTED' })) } });
    expect(codesOf(await bench().ask(`{ user(by: { id: "${uuid(1)}" }) { coverage(operation: "make coffee") { state } } }`))).toEqual([
      'BAD_USER_INPUT',
    ]);
    const backwards = 'eventCount(event: "e", since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z")';
    expect(codesOf(await bench().ask(`{ user(by: { id: "${uuid(1)}" }) { ${backwards} } }`))).toEqual(['BAD_USER_INPUT']);
  });
});
