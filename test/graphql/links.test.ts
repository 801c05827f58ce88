import { describe, expect, test } from 'vitest';
import { ann, ben, now, retiredAnn, small, startFilled, uuid, type Bench } from './support.ts';

const payload =
  'user { id displayName retiredIds } identities { externalId link { state note decidedBy { ... on ServicePrincipal { displayName } } } user { id } } cases { decision } event { id operation reason actor { ... on ServicePrincipal { displayName } } targets before after outcome } userErrors { code field message }';

interface Payload {
  readonly user: { readonly id: string } | null;
  readonly identities: readonly { readonly externalId: string; readonly user: { readonly id: string } | null }[];
  readonly cases: readonly { readonly decision: string | null }[];
  readonly event: {
    readonly id: string;
    readonly operation: string;
    readonly targets: readonly string[];
    readonly before: object;
    readonly after: object;
  } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[]; readonly message: string }[];
}

async function decide(bench: Bench, call: string): Promise<Payload> {
  const data = (await bench.data(`mutation { done: ${call} { ${payload} } }`)) as { readonly done: Payload };
  return data.done;
}

const identityId = async (bench: Bench, service: string, externalId: string): Promise<string> => {
  const { identity } = (await bench.data(`{ identity(by: { service: "${service}", externalId: "${externalId}" }) { id } }`)) as {
    identity: { id: string };
  };
  return identity.id;
};

const quoted = (ids: readonly string[]): string => `[${ids.map((id) => `"${id}"`).join(', ')}]`;

describe('decisions about links', () => {
  test('answer with what stands after them, and with their one event', async () => {
    await using bench = await startFilled(small);
    const done = await decide(bench, `linkIdentity(identity: { service: "pagerduty", externalId: "P1" }, user: "${ben}", note: "it is his")`);
    expect(done).toMatchObject({
      user: { id: ben },
      identities: [
        { externalId: 'P1', link: { state: 'LINKED_MANUAL', note: 'it is his', decidedBy: { displayName: 'local operator' } }, user: { id: ben } },
      ],
      event: { operation: 'linkIdentity', reason: 'it is his', outcome: 'APPLIED', actor: { displayName: 'local operator' } },
      userErrors: [],
    });
    const p1 = await identityId(bench, 'pagerduty', 'P1');
    expect(done.event?.targets).toEqual(expect.arrayContaining([ann, ben, p1]));
    expect(done.event?.before).toMatchObject({ links: [{ identity: p1, link: { userId: ann } }] });
    expect(await bench.data(`{ node(id: "${done.event?.id ?? ''}") { ... on AuditEvent { operation } } }`)).toEqual({
      node: { operation: 'linkIdentity' },
    });
  });

  test('several in one operation see one another', async () => {
    await using bench = await startFilled(small);
    const data = (await bench.data(
      `mutation { a: mergeUsers(into: "${ben}", from: ["${uuid(3)}"]) { user { id retiredIds } } b: mergeUsers(into: "${ann}", from: ["${ben}"]) { user { id retiredIds identities { externalId } } userErrors { message } } }`,
    )) as { b: { user: { retiredIds: string[]; identities: object[] } } };
    expect(data.b.user.retiredIds.toSorted()).toEqual([ben, retiredAnn, uuid(3)].toSorted());
    expect(data.b.user.identities).toHaveLength(4);
    expect(await bench.data(`{ user(by: { id: "${uuid(3)}" }) { id } usersBy(refs: [{ id: "${ben}" }]) { id } node(id: "${ben}") { id } }`)).toEqual({
      user: { id: ann },
      usersBy: [{ id: ann }],
      node: { id: ann },
    });
  });

  test('are taken back by their event, and listed with what they took back', async () => {
    await using bench = await startFilled(small);
    const u2 = await identityId(bench, 'slack', 'U2');
    const split = await decide(bench, `splitUser(user: "${ben}", identities: ${quoted([u2])}, note: "two people")`);
    expect(split.userErrors).toEqual([]);
    expect(split.user?.id).not.toBe(ben);
    const back = await decide(bench, `revertLinkChange(event: "${split.event?.id ?? ''}")`);
    expect(back.identities).toMatchObject([{ externalId: 'U2', user: { id: ben } }]);
    expect(
      await bench.data(`{ user(by: { id: "${split.user?.id ?? ''}" }) { id } auditEvents(user: "${ben}") { nodes { operation reverts { id } } } }`),
    ).toEqual({
      user: { id: ben },
      auditEvents: {
        nodes: [
          { operation: 'revertLinkChange', reverts: { id: split.event?.id } },
          { operation: 'splitUser', reverts: null },
        ],
      },
    });
  });

  test('cases are decided by id and by filter', async () => {
    await using bench = await startFilled(small);
    const { matchCases } = (await bench.data('{ matchCases { nodes { id } } }')) as { matchCases: { nodes: { id: string }[] } };
    const ids = quoted(matchCases.nodes.map(({ id }) => id));
    const none = await decide(bench, 'decideMatches(filter: { services: [{ type: "pagerduty" }] }, decision: REJECT)');
    expect(none).toMatchObject({ cases: [], event: null, userErrors: [] });
    const rejected = await decide(bench, `decideMatches(cases: ${ids}, decision: REJECT)`);
    expect(rejected.cases).toEqual([{ decision: 'REJECT' }]);
    await decide(bench, `revertLinkChange(event: "${rejected.event?.id ?? ''}")`);
    const confirmed = await decide(bench, 'decideMatches(filter: { kind: BOT }, decision: CONFIRM)');
    expect(confirmed).toMatchObject({ user: { id: ann }, cases: [{ decision: 'CONFIRM' }] });
  });

  test.each([
    [`linkIdentity(identity: { service: "slack", externalId: "U1" }, user: "${ann}")`, 'CONFLICT', ['identity']],
    [`linkIdentity(identity: { service: "pagerduty", externalId: "nobody" }, user: "${ann}")`, 'NOT_FOUND', ['identity']],
    [`linkIdentity(identity: { service: "pagerduty", externalId: "P1" }, user: "${uuid(77)}")`, 'NOT_FOUND', ['user']],
    ['linkIdentity(identity: { service: "pagerduty", externalId: "P1" }, user: "x")', 'BAD_USER_INPUT', ['user']],
    [`unlinkIdentity(identity: "${ann}")`, 'BAD_USER_INPUT', ['identity']],
    [`mergeUsers(into: "${ann}", from: ["${retiredAnn}"])`, 'BAD_USER_INPUT', ['from']],
    [`mergeUsers(into: "${ann}", from: ["y"])`, 'BAD_USER_INPUT', ['from', '0']],
    ['decideMatches(decision: CONFIRM)', 'BAD_USER_INPUT', ['cases']],
    ['decideMatches(filter: {}, decision: CONFIRM, limit: 0)', 'BAD_USER_INPUT', ['limit']],
    [`revertLinkChange(event: "${ann}")`, 'BAD_USER_INPUT', ['event']],
  ])('%s is something that the caller can mend', async (call, code, field) => {
    await using bench = await startFilled(small);
    const { userErrors, event } = await decide(bench, call);
    expect([userErrors, event]).toMatchObject([[{ code, field }], null]);
  });
});

describe('what was', () => {
  test('is told of a person as events, of grants as a difference and as of a moment', async () => {
    await using bench = await startFilled(small);
    await decide(bench, `unlinkIdentity(identity: "${await identityId(bench, 'pagerduty', 'P1')}")`);
    const data = (await bench.data(
      `{ user(by: { id: "${ann}" }) { history(first: 1) { nodes { operation at service { displayName } targets } pageInfo { hasNextPage } } grants { nodes { externalId } } }
        was: grants(filter: { user: "${ann}", asOf: "1970-01-01T00:00:00.002Z" }) { nodes { externalId } }
        before: grants(filter: { asOf: "1969-01-01T00:00:00Z" }) { nodes { externalId } }
        accessDiff(from: "1970-01-01T00:00:00.002Z", filter: { user: "${ann}" }) { added { nodes { externalId } } removed { nodes { externalId } } changed { nodes { before { level } after { level } } } coverage { service { displayName } state } } }`,
    )) as {
      user: { history: { nodes: object[] }; grants: { nodes: { externalId: string }[] } };
      was: { nodes: object[] };
      accessDiff: { removed: object };
    };
    expect(data.user.history).toMatchObject({
      nodes: [{ operation: 'unlinkIdentity', at: new Date(now).toISOString() }],
      pageInfo: { hasNextPage: true },
    });
    expect(data.was.nodes).toHaveLength(data.user.grants.nodes.length + 1);
    expect(data).toMatchObject({
      before: { nodes: [] },
      accessDiff: { added: { nodes: [] }, removed: { nodes: [{ externalId: 'p-base' }] }, changed: { nodes: [] } },
    });
  });

  test.each([
    ['accessDiff(from: "2026-01-01T00:00:00Z", to: "2025-01-01T00:00:00Z") { coverage { state } }', 'to:'],
    ['accessDiff(from: "2026-01-01T00:00:00Z", filter: { asOf: "2025-01-01T00:00:00Z" }) { coverage { state } }', 'filter.asOf'],
  ])('%s is refused', async (query, message) => {
    await using bench = await startFilled(small);
    const { body } = await bench.ask(`{ ${query} }`);
    expect(body.errors?.[0]?.message).toContain(message);
  });
});
