import { z } from 'zod';
import type { Finding } from '../../model/access.ts';
import { accountText, personText, placeText, serviceText, type Answer } from './answer.ts';
import type { ReportName } from './names.ts';
import { pageOf, rowsOf } from './page.ts';
import { question, type Gateway } from './question.ts';
import {
  account,
  accountFields,
  level,
  person,
  personFields,
  role,
  roleFields,
  scope,
  scopeFields,
  scopeKind,
  service,
  serviceFields,
} from './shapes.ts';

const row = z.object({
  finding: z.string().nullable(),
  reason: z.string().nullable(),
  level,
  source: z.string(),
  expiresAt: z.string().nullable(),
  scopeKind: scopeKind.nullable(),
  allScopes: z.boolean(),
  service,
  user: person.nullable(),
  account: account.extend({ kind: z.string() }).nullable(),
  role: role.nullable(),
  scope: scope.nullable(),
});

interface Variables {
  readonly filter: { readonly minLevel?: 'ADMIN' };
  readonly findings: readonly Finding[];
  readonly after: string | null;
}

const reportRows = question<Variables>()(
  `query Report($filter: GrantFilter, $findings: [Finding!], $after: String) {
    roleReport(filter: $filter, findings: $findings) {
      rows(first: 100, after: $after) {
        nodes {
          finding reason level source expiresAt scopeKind allScopes
          service { ${serviceFields} } user { ${personFields} } account: identity { ${accountFields} kind } role { ${roleFields} } scope { ${scopeFields} }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  z.object({ roleReport: z.object({ rows: pageOf(row) }) }),
);

/** What each report asks for. */
const reports = {
  admins: { filter: { minLevel: 'ADMIN' }, findings: [] },
  orphans: { filter: {}, findings: ['ORPHAN'] },
  leavers: { filter: {}, findings: ['LEAVER_WITH_ACCESS'] },
  dormant: { filter: {}, findings: ['DORMANT'] },
  'no-mfa': { filter: {}, findings: ['ADMIN_WITHOUT_MFA'] },
  unknown: { filter: {}, findings: ['UNKNOWN_LEVEL'] },
  expired: { filter: {}, findings: ['EXPIRED_GRANT'] },
  bots: { filter: {}, findings: ['BOT_WITHOUT_OWNER'] },
} as const satisfies Readonly<Record<ReportName, Omit<Variables, 'after'>>>;

/** Accounts with what they hold: all administrators, or what is wrong in one way. */
export function report(gateway: Gateway, name: ReportName): Answer<z.infer<typeof row>> {
  return {
    about: { report: name },
    rowsName: 'rows',
    rows: rowsOf(async (after) => (await gateway.ask(reportRows, { ...reports[name], after })).roleReport.rows),
    none: 'nothing found',
    columns: [
      { name: 'service', cell: (each) => serviceText(each.service) },
      { name: 'account', cell: (each) => each.account && accountText(each.account) },
      { name: 'id', cell: (each) => each.account?.externalId ?? null },
      { name: 'kind', cell: (each) => each.account?.kind ?? null },
      { name: 'status', cell: (each) => each.account?.status ?? null },
      { name: 'person', cell: (each) => personText(each.user) },
      { name: 'level', cell: (each) => each.level },
      { name: 'role', cell: (each) => each.role?.name ?? null },
      { name: 'scope', cell: placeText },
      { name: 'scopeKind', cell: (each) => each.scopeKind },
      { name: 'source', cell: (each) => each.source },
      { name: 'finding', cell: (each) => each.finding },
      { name: 'reason', cell: (each) => each.reason },
    ],
  };
}
