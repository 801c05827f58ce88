import { z } from 'zod';
import { accountText, fromArray, personText, serviceText, type Answer } from './answer.ts';
import { question, type Gateway } from './question.ts';
import { account, accountFields, level, role, roleFields, service, serviceFields, type Service } from './shapes.ts';
import { findWho } from './who.ts';

const identityFields = `${accountFields} id kind lastActiveAt mfaEnabled asOf stale
  service { ${serviceFields} } role { ${roleFields} level } link { state rule confidence evidence }`;
const identity = account.extend({
  id: z.string(),
  kind: z.string(),
  lastActiveAt: z.string().nullable(),
  mfaEnabled: z.boolean().nullable(),
  asOf: z.string(),
  stale: z.boolean(),
  service,
  role: role.extend({ level }).nullable(),
  link: z.object({ state: z.string(), rule: z.string().nullable(), confidence: z.number().nullable(), evidence: z.array(z.string()) }),
});
type Identity = z.infer<typeof identity>;

const whoIs = question<{ readonly id: string }>()(
  `query WhoIs($id: ID!) {
    user(by: { id: $id }) {
      id displayName primaryEmail username kind status level lastActiveAt
      emails { address proof primary }
      identities { ${identityFields} }
    }
  }`,
  z.object({
    user: z.object({
      id: z.string(),
      displayName: z.string().nullable(),
      primaryEmail: z.string().nullable(),
      username: z.string().nullable(),
      kind: z.string(),
      status: z.string(),
      level,
      lastActiveAt: z.string().nullable(),
      emails: z.array(z.object({ address: z.string(), proof: z.string(), primary: z.boolean() })),
      identities: z.array(identity),
    }),
  }),
);

const accountAlone = question<{ readonly id: string }>()(
  `query WhichAccount($id: ID!) { node(id: $id) { ... on Identity { ${identityFields} } } }`,
  z.object({ node: identity }),
);

/** Who somebody is, with the accounts and why they count as this person's. */
export async function whois(gateway: Gateway, who: string, services: readonly Service[]): Promise<Answer<Identity>> {
  const found = await findWho(gateway, who, services);
  if (found.kind === 'account') {
    const { node } = await gateway.ask(accountAlone, { id: found.id });
    return toAnswer(
      { user: null },
      [['person', 'nobody is linked to this account; `rollcall links review` lists what waits for a decision']],
      [node],
    );
  }
  const {
    user: { identities, ...user },
  } = await gateway.ask(whoIs, { id: found.id });
  const addresses = user.emails.map(({ address, proof }) => `${address} (${proof.toLowerCase()})`);
  return toAnswer(
    { user },
    [
      ['person', personText(user) ?? ''],
      ['id', user.id],
      ['kind', `${user.kind}, ${user.status}`],
      ['addresses', addresses.join(', ')],
      ['highest level', user.level],
    ],
    identities,
  );
}

const toAnswer = (
  about: Readonly<Record<string, unknown>>,
  headline: readonly (readonly [string, string])[],
  accounts: readonly Identity[],
): Answer<Identity> => ({
  about,
  headline,
  rowsName: 'accounts',
  rows: fromArray(accounts),
  none: 'no accounts',
  columns: [
    { name: 'service', cell: (row) => serviceText(row.service) },
    { name: 'id', cell: (row) => row.externalId },
    { name: 'name', cell: accountText },
    { name: 'status', cell: (row) => row.status },
    { name: 'role', cell: (row) => row.role?.name ?? null },
    { name: 'level', cell: (row) => row.role?.level ?? null },
    { name: 'link', cell: (row) => row.link.state },
    { name: 'because', cell: (row) => row.link.evidence.join('; ') },
  ],
});
