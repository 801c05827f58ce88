import type { GrantRecord, RecordKind, SourceRecord } from '../../contract/records.ts';
import { scopeKeyText } from '../../contract/records.ts';
import { emailKey } from '../../model/email-key.ts';
import { sortName } from '../../model/fold.ts';
import { levelRank } from '../../model/levels.ts';

/** Tables of the record kinds. */
export const kindTables = {
  identity: 'identity',
  group: 'user_group',
  membership: 'membership',
  role: 'role',
  scope: 'scope',
  grant: 'access_grant',
  invite: 'invite',
  credential: 'credential',
} as const satisfies Record<RecordKind, string>;

/** The columns beside the record itself that lists and joins need. NUL cannot be stored as text by PostgreSQL: names drop it, keys are encoded. */
export function projection(record: SourceRecord, incarnation: number): Readonly<Record<string, string | number | null>> {
  switch (record.kind) {
    case 'identity':
      return {
        incarnation,
        account_kind: record.accountKind,
        status: record.status,
        display_name: storable(record.displayName) ?? null,
        username: storable(record.username) ?? null,
        sort_name: sortName(storable(record.displayName), storable(record.username), storable(record.externalId)),
        organization: storable(record.organization) ?? null,
        last_active_at: record.lastActiveAt ?? null,
        mfa_enabled: record.mfaEnabled === undefined ? null : Number(record.mfaEnabled),
      };
    case 'group':
      return {
        display_name: storable(record.displayName) ?? '',
        sort_name: sortName(storable(record.displayName), storable(record.externalId)),
        status: record.status,
      };
    case 'membership':
      return {
        group_key: storable(record.group) ?? '',
        member_kind: record.member.kind,
        member_key: storable(record.member.externalId) ?? '',
      };
    case 'role':
      return {
        name: storable(record.name) ?? '',
        sort_name: sortName(storable(record.name), storable(record.externalId)),
        level: levelRank(record.level),
        category: storable(record.category) ?? null,
      };
    case 'scope':
      return {
        scope_kind: record.scopeKind,
        external_id: storable(record.externalId) ?? '',
        display_name: storable(record.displayName) ?? '',
        sort_name: sortName(storable(record.displayName), storable(record.externalId)),
        parent_key: record.parent === undefined ? null : scopeKeyText(record.parent),
      };
    case 'grant':
      return grantProjection(record);
    case 'invite':
      return { address: storable(record.email), exact: emailKey(record.email)?.exact ?? null, status: record.status };
    case 'credential':
      return {
        credential_kind: record.credentialKind,
        identity_key: storable(record.identity) ?? '',
        expires_at: record.expiresAt ?? null,
        last_used_at: record.lastUsedAt ?? null,
      };
  }
}

const grantProjection = (record: GrantRecord): Readonly<Record<string, string | number | null>> => ({
  principal_kind: record.principal.kind,
  principal_key: storable(record.principal.externalId) ?? '',
  role_key: storable(record.role) ?? null,
  level: levelRank(record.level),
  scope_kind: record.scopeKind,
  scope_key: record.scope === undefined || record.allScopes ? null : scopeKeyText(record.scope),
  source: record.source,
  expires_at: record.expiresAt ?? null,
});

/** Text that both engines take: well-formed, and NUL replaced by the replacement character. */
export function storable(text: string): string;
export function storable(text: string | undefined): string | undefined;
export function storable(text: string | undefined): string | undefined {
  return text?.toWellFormed().replaceAll('\0', '\uFFFD');
}
