import { z } from 'zod';
import { UserError } from '../exit.ts';
import { personText, placeText, serviceText, type Answer } from './answer.ts';
import { toMoment } from './moment.ts';
import { pageOf, rowsOf } from './page.ts';
import { question, type Gateway } from './question.ts';
import { coverage, coverageFields, level, person, personFields, role, roleFields, scope, scopeFields, service, serviceFields } from './shapes.ts';

const grantFields = `id level source allScopes createdAt expiresAt
  service { ${serviceFields} } user { ${personFields} } role { ${roleFields} } scope { ${scopeFields} }
  principal {
    __typename
    ... on Identity { externalId accountName: displayName username }
    ... on Group { externalId groupName: displayName }
  }`;

const principal = z
  .object({
    __typename: z.string(),
    externalId: z.string(),
    accountName: z.string().nullish(),
    username: z.string().nullish(),
    groupName: z.string().optional(),
  })
  .transform(({ __typename: kind, externalId, accountName, username, groupName }) => ({
    kind: kind === 'Group' ? 'group' : 'account',
    externalId,
    displayName: groupName ?? accountName ?? username ?? externalId,
  }));

const grant = z.object({
  id: z.string(),
  level,
  source: z.string(),
  allScopes: z.boolean(),
  createdAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  service,
  user: person.nullable(),
  role: role.nullable(),
  scope: scope.nullable(),
  principal: principal.nullable(),
});
type Grant = z.infer<typeof grant>;

type Change =
  | { readonly change: 'ADDED'; readonly before: null; readonly after: Grant }
  | { readonly change: 'REMOVED'; readonly before: Grant; readonly after: null }
  | { readonly change: 'CHANGED'; readonly before: Grant; readonly after: Grant };

interface Between {
  readonly from: string;
  readonly to: string | null;
}

type Variables = Between & { readonly after: string | null };

const listOf = (name: 'added' | 'removed') =>
  question<Variables>()(
    `query Diff($from: DateTime!, $to: DateTime, $after: String) {
      accessDiff(from: $from, to: $to) { rows: ${name}(first: 100, after: $after) { nodes { ${grantFields} } pageInfo { hasNextPage endCursor } } }
    }`,
    z.object({ accessDiff: z.object({ rows: pageOf(grant) }) }),
  );

const added = listOf('added');
const removed = listOf('removed');

const changed = question<Variables>()(
  `query Changed($from: DateTime!, $to: DateTime, $after: String) {
    accessDiff(from: $from, to: $to) {
      rows: changed(first: 100, after: $after) {
        nodes { before { ${grantFields} } after { ${grantFields} } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  z.object({ accessDiff: z.object({ rows: pageOf(z.object({ before: grant, after: grant })) }) }),
);

const compared = question<Between>()(
  `query Compared($from: DateTime!, $to: DateTime) { accessDiff(from: $from, to: $to) { coverage { ${coverageFields} } } }`,
  z.object({ accessDiff: z.object({ coverage: z.array(coverage) }) }),
);

/** Which grants came, went and changed between two moments. */
export async function diff(gateway: Gateway, fromText: string, toText: string | undefined, now: number): Promise<Answer<Change>> {
  const from = toMoment(fromText, now);
  const to = toText === undefined ? null : toMoment(toText, now);
  if (to !== null && to < from) throw new UserError('the second moment is before the first: exchange them');
  const { accessDiff } = await gateway.ask(compared, { from, to });
  return {
    about: { from, to },
    rowsName: 'changes',
    rows: changes(gateway, { from, to }),
    coverage: accessDiff.coverage,
    none: 'no grant came, went or changed',
    columns: [
      { name: 'change', cell: ({ change }) => change },
      { name: 'service', cell: (row) => serviceText(held(row).service) },
      { name: 'holder', cell: (row) => held(row).principal?.displayName ?? null },
      { name: 'person', cell: (row) => personText(held(row).user) },
      { name: 'scope', cell: (row) => placeText({ ...held(row), scopeKind: 'SCOPE' }) },
      { name: 'level', cell: (row) => beforeAndAfter(row, (each) => each.level) },
      { name: 'role', cell: (row) => beforeAndAfter(row, (each) => each.role?.name) },
      { name: 'expires', cell: (row) => beforeAndAfter(row, (each) => each.expiresAt) },
      { name: 'grant', onlyInFiles: true, cell: (row) => held(row).id },
    ],
  };
}

async function* changes(gateway: Gateway, between: Between): AsyncGenerator<Change> {
  const list = (asked: typeof added) => rowsOf(async (after) => (await gateway.ask(asked, { ...between, after })).accessDiff.rows);
  for await (const grant of list(added)) yield { change: 'ADDED', before: null, after: grant };
  for await (const grant of list(removed)) yield { change: 'REMOVED', before: grant, after: null };
  for await (const both of rowsOf(async (after) => (await gateway.ask(changed, { ...between, after })).accessDiff.rows)) {
    yield { change: 'CHANGED', ...both };
  }
}

const held = (change: Change): Grant => change.after ?? change.before;

function beforeAndAfter({ before, after }: Change, pick: (grant: Grant) => string | null | undefined): string | null {
  const [old, young] = [before && pick(before), after && pick(after)];
  if (before === null || after === null || old === young) return young ?? old ?? null;
  return `${old ?? 'none'} → ${young ?? 'none'}`;
}
