import type { AccountStatus, GrantRecord, Instant, PrincipalKind, RoleLevel, ScopeKind } from '../contract/records.ts';
import { keyText, type GrantFilter, type GrantView, type RecordKey } from './views.ts';

/** A place where access holds: a scope, or every scope of a kind in one service. */
export interface AccessPlace {
  readonly svc: number;
  readonly kind: ScopeKind;
  /** `scopeKeyText`; undefined: every scope of the kind, now and later. */
  readonly key: string | undefined;
}

/** What a person may do in one place. A level that nobody mapped is a row of its own, beside the highest known one. */
export interface EffectiveAccessView {
  readonly userId: string;
  readonly place: AccessPlace;
  readonly level: RoleLevel;
  /** When the level ends: the latest end among the grants that give it. */
  readonly expiresAt: Instant | undefined;
  /** What the row was asked for with. */
  readonly filter: GrantFilter;
}

/** One way from an account to a place. */
export interface AccessPathView {
  readonly account: RecordKey;
  /** The group that lists the account first, the one that holds the grant last; empty when the account holds it itself. */
  readonly groups: readonly RecordKey[];
  readonly grant: GrantView;
  /** From the grant's scope down to the place, both included; empty when the grant is for every scope of its kind and so is the place. */
  readonly scopes: readonly RecordKey[];
  /** The grant is for every scope of its kind. */
  readonly everyScope: boolean;
}

export interface Ways {
  readonly paths: readonly AccessPathView[];
  /** There are more ways than are told. */
  readonly more: boolean;
}

/** What stands behind an `EffectiveAccessView`. */
export interface AccessBehind extends Ways {
  /** Of a grant that gives the level. */
  readonly role: RecordKey | undefined;
  /** Of all grants together, as the service worked them out. */
  readonly permissions: readonly string[];
}

export interface AccountAndGrant {
  readonly account: RecordKey;
  readonly grant: RecordKey;
}

/** For Maps: equal pairs have equal text. */
export const wayText = ({ account, grant }: AccountAndGrant): string => `${keyText(account)} ${keyText(grant)}`;

export const findings = [
  'ORPHAN',
  'LEAVER_WITH_ACCESS',
  'DORMANT',
  'UNKNOWN_LEVEL',
  'ADMIN_WITHOUT_MFA',
  'EXPIRED_GRANT',
  'BOT_WITHOUT_OWNER',
] as const;
export type Finding = (typeof findings)[number];

/** No sign of use for so long is dormant. */
export const dormantAfterDays = 90;

/** One account and one grant that it has, and what is wrong with that. */
export interface RoleReportRow {
  readonly account: RecordKey;
  readonly userId: string | undefined;
  /** Undefined for an account without any access, which only a finding lists. */
  readonly grant: RecordKey | undefined;
  readonly role: RecordKey | undefined;
  readonly level: RoleLevel;
  readonly place: AccessPlace | undefined;
  readonly source: GrantRecord['source'];
  /** The group that holds the grant; undefined when the account does itself. */
  readonly group: RecordKey | undefined;
  readonly expiresAt: Instant | undefined;
  readonly finding: Finding | undefined;
  /** A sentence. */
  readonly reason: string | undefined;
  readonly accountKind: PrincipalKind;
  readonly status: AccountStatus;
  /** What the row was asked for with. */
  readonly filter: GrantFilter;
}

export const grantSources = ['DIRECT', 'VIA_GROUP', 'INHERITED', 'UNKNOWN'] as const satisfies readonly GrantRecord['source'][];

export const reportKeys = ['SERVICE', 'ROLE', 'LEVEL', 'SCOPE_KIND', 'SCOPE'] as const;
export type ReportKey = (typeof reportKeys)[number];

/** What is not counted apart is undefined. */
export interface RoleReportCount {
  readonly svc: number | undefined;
  readonly role: RecordKey | undefined;
  readonly level: RoleLevel | undefined;
  readonly scopeKind: ScopeKind | undefined;
  readonly scope: RecordKey | undefined;
  readonly users: number;
  readonly identities: number;
}

export const reportFormats = ['CSV', 'JSON', 'NDJSON'] as const;
export type ReportFormat = (typeof reportFormats)[number];
