import { z } from 'zod';
import { personText, placeText, serviceText, type Answer } from './answer.ts';
import { pageOf, rowsOf } from './page.ts';
import { access, accessFields, pathText } from './paths.ts';
import { question, type Gateway } from './question.ts';
import { person, personFields } from './shapes.ts';
import { findWhere, type Where } from './where.ts';

const holder = access.extend({ user: person });

// Fifty rows with five ways each are what one operation may cost.
const whoHolds = question<{ readonly filter: Where; readonly after: string | null }>()(
  `query WhoCan($filter: GrantFilter!, $after: String) {
    effectiveAccess(filter: $filter, first: 50, after: $after) {
      nodes { user { ${personFields} } ${accessFields(5)} }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  z.object({ effectiveAccess: pageOf(holder) }),
);

/** Who holds at least a level anywhere, or anything on a scope. */
export async function whoCan(gateway: Gateway, what: string): Promise<Answer<z.infer<typeof holder>>> {
  const filter = await findWhere(gateway, what);
  return {
    about: { filter },
    rowsName: 'access',
    rows: rowsOf(async (after) => (await gateway.ask(whoHolds, { filter, after })).effectiveAccess),
    none: 'nobody, as far as the services tell',
    columns: [
      { name: 'person', cell: (row) => personText(row.user) },
      { name: 'address', cell: (row) => row.user.primaryEmail },
      { name: 'level', cell: (row) => row.level },
      { name: 'role', cell: (row) => row.role?.name ?? null },
      { name: 'service', cell: (row) => serviceText(row.service) },
      { name: 'scope', cell: placeText },
      { name: 'through', cell: pathText },
    ],
  };
}
