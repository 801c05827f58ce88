import { z } from 'zod';
import { exitCodes, UserError } from '../exit.ts';
import { personText, placeText, serviceText, type Answer } from './answer.ts';
import { pageOf, rowsOf } from './page.ts';
import { access, accessFields, pathText, type Access } from './paths.ts';
import { question, type Gateway } from './question.ts';
import { person, personFields, type Service } from './shapes.ts';
import { findWho } from './who.ts';

const whoseAccess = question<{ readonly id: string }>()(
  `query Whose($id: ID!) { user(by: { id: $id }) { ${personFields} } }`,
  z.object({ user: person }),
);

// Fifty rows with twenty ways each are what one operation may cost.
const accessOf = question<{ readonly id: string; readonly after: string | null }>()(
  `query AccessOf($id: ID!, $after: String) {
    user(by: { id: $id }) { effectiveAccess(first: 50, after: $after) { nodes { ${accessFields(20)} } pageInfo { hasNextPage endCursor } } }
  }`,
  z.object({ user: z.object({ effectiveAccess: pageOf(access) }) }),
);

/** What somebody may do, where, and by which ways. */
export async function accessFor(gateway: Gateway, who: string, services: readonly Service[]): Promise<Answer<Access>> {
  const { kind, id } = await findWho(gateway, who, services);
  if (kind === 'account') {
    throw new UserError(
      'the account is known, but nobody is linked to it: `rollcall links review` lists what waits for a decision',
      exitCodes.nothing,
    );
  }
  const { user } = await gateway.ask(whoseAccess, { id });
  return {
    about: { user },
    headline: [
      ['person', personText(user) ?? ''],
      ['id', user.id],
    ],
    rowsName: 'access',
    rows: rowsOf(async (after) => (await gateway.ask(accessOf, { id, after })).user.effectiveAccess),
    none: 'no access that any service tells of',
    columns: [
      { name: 'service', cell: (row) => serviceText(row.service) },
      { name: 'scope', cell: placeText },
      { name: 'kind', cell: (row) => row.scopeKind },
      { name: 'level', cell: (row) => row.level },
      { name: 'role', cell: (row) => row.role?.name ?? null },
      { name: 'expires', cell: (row) => row.expiresAt },
      { name: 'through', cell: pathText },
    ],
  };
}
