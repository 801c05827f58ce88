import type { Directory } from '../directory/view.ts';

export interface Example {
  readonly title: string;
  readonly query: string;
}

/** Three questions about people who are really there, so that each can be pasted as it stands. */
export async function createExamples(directory: Directory): Promise<readonly Example[]> {
  const view = await directory.open();
  const account = await bestKnownAccount(view);
  const who =
    account === undefined
      ? `{ email: "ann@example.com" }`
      : `{ identity: { service: "${account.type}", serviceId: "${account.serviceId}", externalId: ${JSON.stringify(account.externalId)} } }`;
  return [
    {
      title: 'Who is this?',
      query: `{
  user(by: ${who}) {
    id
    displayName
    primaryEmail
    identities { service { type serviceId } externalId link { state rule evidence } role { name level } }
    groups { nodes { displayName } }
    grants { nodes { level scope { displayName } } }
  }
}`,
    },
    {
      title: 'Who is an admin?',
      query: `{
  users(filter: { level: ADMIN }, first: 10) {
    nodes { displayName primaryEmail identities { service { name: displayName } role { name level } } }
    pageInfo { hasNextPage endCursor }
    coverage { service { displayName } state asOf }
  }
}`,
    },
    {
      title: 'What could not be decided?',
      query: `{
  matchCases(first: 10) {
    nodes { reason identity { service { displayName } displayName } candidates { confidence rule evidence against user { displayName } } }
  }
}`,
    },
  ];
}

async function bestKnownAccount(
  view: Awaited<ReturnType<Directory['open']>>,
): Promise<{ type: string; serviceId: string; externalId: string } | undefined> {
  const { edges } = await view.users({ kind: 'HUMAN', status: 'ACTIVE' }, { field: 'displayName', descending: false }, { first: 100 });
  const accounts = await view.identitiesOfUsers(
    edges.map(({ node }) => node.id),
    false,
  );
  const services = new Map(view.services.map((service) => [service.svc, service]));
  const candidates = [...accounts.values()]
    .map((identities) => ({ identities, services: new Set(identities.map(({ svc }) => svc)).size }))
    .toSorted((a, b) => b.services - a.services);
  for (const { identities } of candidates) {
    for (const { svc, record } of identities) {
      const service = services.get(svc);
      if (service?.serviceId !== undefined && (service.type === 'slack' || candidates.length === 1)) {
        return { type: service.type, serviceId: service.serviceId, externalId: record.externalId };
      }
    }
  }
  return undefined;
}
