import type { RoleReportRow } from '../model/access.ts';
import { keyText, type RecordKey, type ServiceView } from '../model/views.ts';
import type { View } from './view.ts';

type Cell = string | boolean | null;

/** Columns of a report's file, in their order; a JSON row has the same names. */
export const exportColumns = [
  'record',
  'service',
  'serviceId',
  'serviceName',
  'userId',
  'userName',
  'userEmail',
  'accountId',
  'accountName',
  'accountKind',
  'accountStatus',
  'mfaEnabled',
  'lastActiveAt',
  'roleId',
  'role',
  'level',
  'scopeKind',
  'scopeId',
  'scope',
  'allScopes',
  'source',
  'groupId',
  'group',
  'grantId',
  'expiresAt',
  'finding',
  'reason',
  'coverage',
  'asOf',
  'issue',
] as const;
type Column = (typeof exportColumns)[number];

/** `record` is `access` for a row of the report and `coverage` for a service that it stands on. */
export type ExportRow = Partial<Readonly<Record<Column, Cell>>>;

const moment = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

const serviceCells = ({ type, serviceId, displayName }: ServiceView) => ({ service: type, serviceId: serviceId ?? null, serviceName: displayName });

export function coverageRow(service: ServiceView): ExportRow {
  const { state, asOf, issue } = service.coverage;
  return {
    record: 'coverage',
    ...serviceCells(service),
    coverage: state,
    asOf: moment(asOf),
    issue: issue === undefined ? null : `${issue.code}: ${issue.message}`,
  };
}

/** What the rows name, in one statement a kind however many there are; one after the other, so that one thread and little memory serve an export. */
export async function accessRows(view: View, rows: readonly RoleReportRow[]): Promise<readonly ExportRow[]> {
  const keysOf = (pick: (row: RoleReportRow) => RecordKey | undefined): readonly RecordKey[] => rows.flatMap((row) => pick(row) ?? []);
  const users = await view.usersByIds(rows.flatMap(({ userId }) => userId ?? []));
  const accounts = await view.identitiesByKeys(rows.map(({ account }) => account));
  const roles = await view.rolesByKeys(keysOf(({ role }) => role));
  const scopes = await view.scopesByKeys(keysOf(({ place }) => (place?.key === undefined ? undefined : { svc: place.svc, key: place.key })));
  const groups = await view.groupsByKeys(keysOf(({ group }) => group));
  return rows.map((row): ExportRow => {
    const { account: key, role, place, grant, group } = row;
    const service = view.services.find(({ svc }) => svc === key.svc);
    const user = row.userId === undefined ? undefined : users.get(row.userId);
    const account = accounts.get(keyText(key))?.record;
    const scopeKey = place?.key === undefined ? undefined : { svc: place.svc, key: place.key };
    return {
      record: 'access',
      ...(service && serviceCells(service)),
      userId: user?.id ?? null,
      userName: user?.displayName ?? null,
      userEmail: user?.primaryEmail ?? null,
      accountId: account?.externalId ?? key.key,
      accountName: account?.displayName ?? account?.username ?? null,
      accountKind: row.accountKind,
      accountStatus: row.status,
      mfaEnabled: account?.mfaEnabled ?? null,
      lastActiveAt: moment(account?.lastActiveAt),
      roleId: role?.key ?? null,
      role: (role && roles.get(keyText(role))?.record.name) ?? null,
      level: row.level,
      scopeKind: place?.kind ?? null,
      scopeId: scopeKey === undefined ? null : decodeURIComponent(scopeKey.key.slice(scopeKey.key.indexOf('/') + 1)),
      scope: place?.kind === 'SERVICE' ? (service?.displayName ?? null) : ((scopeKey && scopes.get(keyText(scopeKey))?.record.displayName) ?? null),
      allScopes: place === undefined ? null : place.key === undefined,
      source: row.source,
      groupId: group?.key ?? null,
      group: (group && groups.get(keyText(group))?.record.displayName) ?? null,
      grantId: grant?.key ?? null,
      expiresAt: moment(row.expiresAt),
      finding: row.finding ?? null,
      reason: row.reason ?? null,
    };
  });
}
