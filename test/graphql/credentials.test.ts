import { describe, expect, test } from 'vitest';
import type { CredentialRecord } from '../../src/contract/records.ts';
import { formatNodeId } from '../../src/model/global-id.ts';
import { identity, of, type Filling } from '../store/fixture.ts';
import { codesOf } from '../server/support.ts';
import { now, share, uuid } from './support.ts';

const credential = (
  credentialKind: CredentialRecord['credentialKind'],
  account: string,
  externalId: string,
  more: Partial<CredentialRecord> = {},
): CredentialRecord => ({ kind: 'credential', credentialKind, identity: account, externalId, ...more });

const day = 86_400_000;
const everything = [{ name: 'all', yields: ['identity', 'credential'] }];
const numbers = Array.from({ length: 30 }, (_, n) => n);

const filling: Filling = {
  services: [
    { name: 'search', type: 'squirro', service_id: 'S1', sealed_as_of: now, profile: { listings: [{ ...everything[0], own: ['SESSION'] }] } },
    { name: 'sql', type: 'waii', service_id: 'W1', sealed_as_of: now, profile: { listings: [{ ...everything[0], own: ['ACCESS_KEY'] }] } },
    { name: 'chat', type: 'slack', service_id: 'T1', sealed_as_of: now, profile: { listings: [{ name: 'users', yields: ['identity'] }] } },
  ],
  records: [
    ...of(
      'search',
      identity('u1', { displayName: 'Ann' }),
      identity('u2', { displayName: 'Ben' }),
      credential('TOKEN_GRANT', 'u1', 't/1', { grantType: 'service', client: 'indexer', permissions: ['items.read'], createdAt: 0 }),
      credential('TOKEN_GRANT', 'u1', 't2', { expiresAt: now - day }),
      credential('TOKEN_GRANT', 'u2', 't/1', { expiresAt: now + day, lastUsedAt: now - 10 * day }),
      credential('SESSION', 'u1', 't/1', { client: 'browser', active: true, expiresAt: now - day }),
      credential('SERVICE_CONNECTION', 'u1', 'salesforce', { target: 'salesforce', targetUserId: 'sf', displayName: 'Ann at SF', state: 'ok' }),
      credential('TOKEN_GRANT', 'nobody', 'lost'),
      ...numbers.flatMap((n) => [identity(`n${n}`), credential('TOKEN_GRANT', `n${n}`, 'token')]),
    ),
    ...of('sql', identity('w1'), credential('ACCESS_KEY', 'w1', 'notebook', { name: 'notebook', hint: 'c9f1' })),
    ...of('chat', identity('U1')),
  ],
  people: [{ id: uuid(1), display_name: 'Ann' }, { id: uuid(2), display_name: 'Ben' }, ...numbers.map((n) => ({ id: uuid(100 + n) }))],
  links: [
    { service: 'search', account: 'u1', user: uuid(1) },
    { service: 'sql', account: 'w1', user: uuid(1) },
    { service: 'search', account: 'u2', user: uuid(2) },
    ...numbers.map((n) => ({ service: 'search', account: `n${n}`, user: uuid(100 + n) })),
  ],
};
const bench = share([filling]);

interface Shown {
  readonly id: string;
  readonly __typename: string;
  readonly [field: string]: unknown;
}
const fields = `__typename id service { serviceId } identity { externalId } user { displayName } createdAt expiresAt lastUsedAt active
  ... on TokenGrant { type clientId projectPermissions } ... on AccessKey { name hint } ... on Session { client }
  ... on ServiceConnection { target targetUserId displayName state }`;

async function listed(args: string): Promise<readonly Shown[]> {
  const { credentials } = (await bench().data(`{ credentials(first: 100 ${args}) { nodes { ${fields} } } }`)) as { credentials: { nodes: Shown[] } };
  return credentials.nodes;
}
const ofUser1 = async (): Promise<readonly Shown[]> => listed(`user: "${uuid(1)}"`);

describe('credentials', () => {
  test('say what each kind of them is', async () => {
    expect(await ofUser1()).toMatchObject([
      { __typename: 'ServiceConnection', target: 'salesforce', targetUserId: 'sf', displayName: 'Ann at SF', state: 'ok', active: null },
      { __typename: 'Session', client: 'browser', active: true, expiresAt: new Date(now - day).toISOString() },
      {
        __typename: 'TokenGrant',
        type: 'service',
        clientId: 'indexer',
        projectPermissions: ['items.read'],
        createdAt: new Date(0).toISOString(),
        active: null,
        identity: { externalId: 'u1' },
        user: { displayName: 'Ann' },
        service: { serviceId: 'S1' },
      },
      { __typename: 'TokenGrant', type: 'unknown', clientId: null, projectPermissions: [], active: false },
      { __typename: 'AccessKey', name: 'notebook', hint: 'c9f1', service: { serviceId: 'W1' } },
    ]);
  });

  test('whose account is not listed stand for themselves', async () => {
    const lost = (await listed('service: { type: "squirro" }, kinds: ["TOKEN_GRANT"]')).filter(({ identity: account }) => account === null);
    expect(lost).toMatchObject([{ user: null, service: { serviceId: 'S1' } }]);
  });

  test.each([
    ['kinds: ["SESSION", "ACCESS_KEY"]', 2],
    ['kinds: []', 0],
    ['service: { type: "waii" }', 1],
    [`user: "${uuid(2)}"`, 1],
    [`user: "${uuid(2)}", kinds: ["SESSION"]`, 0],
    [`expiresBefore: "${new Date(now).toISOString()}"`, 2],
    [`unusedSince: "${new Date(now - 9 * day).toISOString()}"`, 1],
    [`unusedSince: "${new Date(now - 11 * day).toISOString()}"`, 0],
  ])('are narrowed by %s', async (args, count) => expect(await listed(args)).toHaveLength(count));

  test('come page by page, each once', async () => {
    const seen: string[] = [];
    for (let after: string | null = null, pages = 0; pages < 50; pages += 1) {
      const query = 'query ($after: String) { credentials(first: 7, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
      const page = (await bench().data(query, { after })) as {
        credentials: { edges: { node: Shown }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      };
      seen.push(...page.credentials.edges.map(({ node }) => node.id));
      if (!page.credentials.pageInfo.hasNextPage) break;
      after = page.credentials.pageInfo.endCursor;
    }
    expect(seen).toEqual((await listed('')).map(({ id }) => id));
    expect(new Set(seen).size).toBe(37);
  });

  test('are found again by their ids, and by nothing like them', async () => {
    const shown = await ofUser1();
    const { nodes } = (await bench().data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids: shown.map(({ id }) => id) })) as {
      nodes: Shown[];
    };
    expect(nodes).toEqual(shown.map(({ __typename, id }) => ({ __typename, id })));
    // The session and the token have one external id: a token's key is no session's.
    const other = formatNodeId({ type: 'Session', service: 'squirro', serviceId: 'S1', key: 'TOKEN_GRANT/u1/t%2F1' });
    expect(await bench().data('query ($id: ID!) { node(id: $id) { id } }', { id: other })).toEqual({ node: null });
  });

  test('are found by account, kind and key', async () => {
    const query = (kind: string, key: string, account = 'u1') =>
      bench().data(`{ credential(kind: "${kind}", identity: { service: "squirro", externalId: "${account}" }, key: "${key}") { __typename } }`);
    expect(await query('SESSION', 't/1')).toEqual({ credential: { __typename: 'Session' } });
    expect(await query('TOKEN_GRANT', 't/1')).toEqual({ credential: { __typename: 'TokenGrant' } });
    expect(await query('SESSION', 't2')).toEqual({ credential: null });
    expect(await query('SESSION', 't/1', 'u2')).toEqual({ credential: null });
  });

  test.each([
    ['{ credentials(kinds: ["TOKEN"]) { nodes { id } } }', 'kinds[0]'],
    ['{ credential(kind: "KEY", identity: { service: "waii", externalId: "w1" }, key: "k") { id } }', 'kind'],
    ['{ credential(kind: "SESSION", identity: { service: "vault", externalId: "w1" }, key: "k") { id } }', 'identity.service'],
    ['{ credentials(user: "nobody") { nodes { id } } }', 'user'],
    ['{ users { nodes { credentials(kinds: ["x"]) { nodes { id } } } } }', 'kinds[0]'],
  ])('refuse %s', async (query, where) => {
    const reply = await bench().ask(query);
    expect(codesOf(reply)[0]).toBe('BAD_USER_INPUT');
    expect(reply.body.errors?.[0]?.message).toContain(where);
  });
});

describe('coverage of credentials', () => {
  const coverage = 'coverage { service { type coverage { state } } state issue { code message } }';
  const statesOf = (list: { coverage: { service: { type: string }; state: string }[] }) =>
    Object.fromEntries(list.coverage.map(({ service, state }) => [service.type, state]));
  const ofPerson = async (id: string, args = '') => {
    const { user } = (await bench().data(`{ user(by: { id: "${id}" }) { credentials${args} { nodes { __typename } ${coverage} } } }`)) as {
      user: { credentials: Parameters<typeof statesOf>[0] };
    };
    return statesOf(user.credentials);
  };

  test('tells which services cannot, and which tell only their own', async () => {
    const { credentials } = (await bench().data(`{ credentials { ${coverage} } }`)) as { credentials: Parameters<typeof statesOf>[0] };
    expect(statesOf(credentials)).toEqual({ squirro: 'PARTIAL', waii: 'PARTIAL', slack: 'UNSUPPORTED' });
    expect(credentials.coverage).toMatchObject([
      { service: { coverage: { state: 'COMPLETE' } }, issue: { code: 'SERVICE_FORBIDDEN', message: expect.stringContaining('SESSION') } },
      { issue: { code: 'SERVICE_FORBIDDEN', message: expect.stringContaining('ACCESS_KEY') } },
      { service: { coverage: { state: 'COMPLETE' } }, issue: { code: 'SERVICE_UNSUPPORTED' } },
    ]);
  });

  test('is DENIED for a person of whom a service may tell nothing', async () => {
    expect(await ofPerson(uuid(2), '(kinds: ["ACCESS_KEY"])')).toMatchObject({ waii: 'DENIED', squirro: 'COMPLETE' });
    expect(await ofPerson(uuid(2), '(kinds: ["SESSION"])')).toMatchObject({ squirro: 'DENIED' });
    expect(await ofPerson(uuid(1), '(kinds: ["ACCESS_KEY"])')).toMatchObject({ waii: 'PARTIAL' });
    expect(await ofPerson(uuid(2), '(kinds: ["TOKEN_GRANT"])')).toMatchObject({ squirro: 'COMPLETE' });
    expect(await ofPerson(uuid(2))).toMatchObject({ squirro: 'PARTIAL', waii: 'PARTIAL' });
  });

  test('stands beside the capability', async () => {
    const { services } = (await bench().data('{ services(type: "waii") { capabilities { operation supported note } } }')) as {
      services: { capabilities: { operation: string; note: string | null }[] }[];
    };
    const note = services[0]?.capabilities.find(({ operation }) => operation === 'read credentials')?.note;
    expect(note).toBe('ACCESS_KEY: only of the account that reads');
  });
});

test('credentials of thirty people cost what those of one do', async () => {
  const query = `query ($refs: [UserBy!]!) { usersBy(refs: $refs) { credentials(first: 5) { nodes { id identity { displayName } user { displayName } } } } }`;
  const ask = (count: number) => bench().costOf(() => bench().data(query, { refs: numbers.slice(0, count).map((n) => ({ id: uuid(100 + n) })) }));
  const [one, thirty] = [await ask(1), await ask(30)];
  expect(thirty).toBe(one);
  expect(one).toBeGreaterThan(0);
});
