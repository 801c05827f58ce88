import type { AccountStatus, GrantRecord, Instant, PrincipalKind, ScopeKind } from '../contract/records.ts';
import { dormantAfterDays, wayText, type Finding, type RoleReportCount, type RoleReportRow } from '../model/access.ts';
import { levelOfRank, levelRank } from '../model/levels.ts';
import { keyText, type GrantFilter, type ServiceView } from '../model/views.ts';
import { reportRows, reportSummary, type ReportPosition, type ReportQuestion, type ReportRow, type SummaryRow } from '../store/read/report.ts';
import { toQuestion } from './access-place.ts';
import type { ViewContext } from './context.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toStretch, type ListOrder } from './slice.ts';
import type { View } from './view.ts';
import { openWays } from './ways.ts';

const byAccount: ListOrder<ReportRow, ReportPosition> = {
  shape: ['service', 'text', 'text', 'text'],
  valuesOf: ({ svc, account, grant_key, finding }) => [svc, account, grant_key, finding],
  toPosition: ([svc, account, grantKey, finding]) => ({
    svc: svc as number,
    account: account as string,
    grant_key: grantKey as string,
    finding: finding as string,
  }),
};

/** More lines than this are no summary. */
const maxCounts = 1_000;

export class SummaryTooLongError extends Error {
  override readonly name = 'SummaryTooLongError';
  constructor() {
    super(`the summary has more than ${maxCounts} lines: count by fewer keys, or narrow the filter`);
  }
}

type ReportQuestions = 'reportSummary' | 'reportRows' | 'waysToGrants';

export function createReports(context: ViewContext): Pick<View, ReportQuestions> {
  const { services } = context;
  const sources = services.filter(({ people }) => people === 'source').map(({ svc }) => svc);
  const ask = async (filter: GrantFilter, findings: readonly Finding[]): Promise<ReportQuestion> => ({
    ...(await toQuestion(context, filter)).question,
    // Without one that makes people, every service tells who is with the company.
    sources: sources.length === 0 ? services.map(({ svc }) => svc) : sources,
    findings: [...new Set(findings)],
  });
  return {
    reportSummary: async (filter, findings, by) => {
      const rows = await reportSummary(await ask(filter, findings), by, maxCounts + 1);
      if (rows.length > maxCounts) throw new SummaryTooLongError();
      return rows.map(toCount);
    },
    reportRows: async (filter, findings, window) => {
      const list = `role report ${findings.toSorted().join(' ')}`;
      const rows = await reportRows(await ask(filter, findings), toStretch(list, byAccount, window));
      return toSlice(list, byAccount, window, rows, (row) => toReportRow(context, row, filter));
    },
    waysToGrants: async (held, filter) => {
      const { past, question } = await toQuestion(context, filter);
      const grants = await readByKeys<GrantRecord>(past, 'access_grant')(held.map(({ grant }) => grant));
      const found = held.flatMap(({ account, grant: key }) => {
        const grant = grants.get(keyText(key));
        return grant === undefined ? [] : [{ account, grant }];
      });
      const waysOf = await openWays(
        question.at,
        found.filter(({ grant }) => grant.record.principal.kind === 'group').map(({ account }) => account),
        question.filter.scope,
      );
      return new Map(found.map((each) => [wayText(each), waysOf([each])]));
    },
  };
}

const toCount = (row: SummaryRow): RoleReportCount => {
  const { svc, role_key: role, level, scope_kind: scopeKind, scope_key: scope } = row;
  return {
    svc,
    role: svc === undefined || role == null ? undefined : { svc, key: role },
    level: level == null ? undefined : levelOfRank(level),
    scopeKind: (scopeKind ?? undefined) as ScopeKind | undefined,
    scope: svc === undefined || scope == null ? undefined : { svc, key: scope },
    users: row.users,
    identities: row.identities,
  };
};

function toReportRow(context: ViewContext, row: ReportRow, filter: GrantFilter): RoleReportRow {
  const { svc, scope_kind: kind, level, role_key: role } = row;
  const finding = row.finding === '' ? undefined : (row.finding as Finding);
  return {
    account: { svc, key: row.account },
    userId: row.user_id ?? undefined,
    grant: row.grant_row === null ? undefined : { svc, key: row.grant_key },
    role: role === null ? undefined : { svc, key: role },
    level: level === null ? 'NONE' : levelOfRank(level),
    place: kind === null ? undefined : { svc, kind: kind as ScopeKind, key: row.scope_key ?? undefined },
    source: (row.source ?? 'UNKNOWN') as GrantRecord['source'],
    group: row.group_key === null ? undefined : { svc, key: row.group_key },
    expiresAt: row.expires_at ?? undefined,
    finding,
    reason: finding === undefined ? undefined : reasonOf(context, finding, row),
    accountKind: row.account_kind as PrincipalKind,
    status: row.status as AccountStatus,
    filter,
  };
}

const day = (at: number | null): string => (at === null ? 'an unknown day' : new Date(at).toISOString().slice(0, 10));

function reasonOf({ services }: ViewContext, finding: Finding, row: ReportRow): string {
  switch (finding) {
    case 'ORPHAN':
      return 'no person is linked to this account';
    case 'LEAVER_WITH_ACCESS': {
      const left = services.find(({ svc }) => svc === row.gone_svc);
      const service = left === undefined ? 'a service that tells who is with the company' : `${left.displayName} (${left.type})`;
      return `the person is suspended in, or gone from, ${service}; this account is active`;
    }
    case 'DORMANT':
      return `last active on ${day(row.last_active_at)}, more than ${dormantAfterDays} days ago`;
    case 'UNKNOWN_LEVEL':
      return 'nobody mapped this role to a level: it may be as high as any';
    case 'ADMIN_WITHOUT_MFA':
      return `${levelOfRank(row.level ?? levelRank('UNKNOWN'))} without a second factor`;
    case 'EXPIRED_GRANT':
      return `ended on ${day(row.expires_at)}, and the service still lists it`;
    case 'BOT_WITHOUT_OWNER':
      return `no person owns this account of a ${row.account_kind.toLowerCase()}`;
  }
}

/** The oldest moment that a report over these services stands on; that of the question when none was read. */
export const reportAsOf = (services: readonly ServiceView[], now: Instant): Instant =>
  Math.min(now, ...services.flatMap(({ coverage }) => coverage.asOf ?? []));
