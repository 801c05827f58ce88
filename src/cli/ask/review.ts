import { z } from 'zod';
import { accountText, personText, serviceText, type Answer } from './answer.ts';
import { pageOf, rowsOf } from './page.ts';
import { question, type Gateway } from './question.ts';
import { account, accountFields, person, personFields, service, serviceFields } from './shapes.ts';

const openCase = z.object({
  id: z.string(),
  reason: z.string(),
  openedAt: z.string(),
  account: account.extend({ id: z.string(), service }),
  candidates: z.array(
    z.object({ user: person, confidence: z.number(), rule: z.string(), evidence: z.array(z.string()), against: z.array(z.string()) }),
  ),
});
type Case = z.infer<typeof openCase>;

const openCases = question<{ readonly after: string | null }>()(
  `query OpenCases($after: String) {
    matchCases(first: 100, after: $after) {
      nodes {
        id reason openedAt
        account: identity { id ${accountFields} service { ${serviceFields} } }
        candidates { user { ${personFields} } confidence rule evidence against }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  z.object({ matchCases: pageOf(openCase) }),
);

const candidateText = ({ user, confidence }: Case['candidates'][number]): string =>
  `${personText(user) ?? user.id}${user.primaryEmail === null ? '' : ` <${user.primaryEmail}>`} ${Math.round(confidence * 100)} %`;

/** The accounts whose holder somebody has to decide. */
export const review = (gateway: Gateway): Answer<Case> => ({
  rowsName: 'cases',
  rows: rowsOf(async (after) => (await gateway.ask(openCases, { after })).matchCases),
  none: 'nothing waits for a decision',
  columns: [
    { name: 'service', cell: (each) => serviceText(each.account.service) },
    { name: 'account', cell: (each) => accountText(each.account) },
    { name: 'id', cell: (each) => each.account.externalId },
    { name: 'since', cell: (each) => each.openedAt },
    { name: 'why', cell: (each) => each.reason },
    { name: 'candidates', cell: (each) => each.candidates.map(candidateText).join('; ') },
    { name: 'case', cell: (each) => each.id },
  ],
});
