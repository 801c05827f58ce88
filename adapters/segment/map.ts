import type { LiveIdentity, RejectedRecord } from '../../src/contract/adapter.ts';
import type { GroupRecord, IdentityRecord, InviteRecord, MembershipRecord, ScopeRecord, SourceRecord } from '../../src/contract/records.ts';
import { toAccess, type Access } from './permissions.ts';
import type { WireGroup, WireUser, WireWorkspace } from './wire.ts';

export const toWorkspaceScope = ({ id, name, slug }: WireWorkspace): ScopeRecord => ({
  kind: 'scope',
  scopeKind: 'WORKSPACE',
  externalId: id,
  displayName: name ?? slug ?? id,
  ...(slug !== undefined && { raw: { slug } }),
});

/** A user with what his own permissions tell; those of his groups are the groups'. */
export function toAccount(user: WireUser, workspace: WireWorkspace): LiveIdentity & { readonly rejected: readonly RejectedRecord[] } {
  const access = toAccess({ kind: 'identity', externalId: user.id }, user.permissions ?? [], workspace);
  return { identity: toIdentity(user, access), alongside: alongside(access), rejected: access.rejected };
}

function toIdentity(user: WireUser, { grants }: Access): IdentityRecord {
  const workspaceFirst = [...grants.filter(({ scopeKind }) => scopeKind === 'WORKSPACE'), ...grants];
  return {
    kind: 'identity',
    externalId: user.id,
    // Tokens are no users, and nobody can be suspended: whoever is not listed is gone.
    accountKind: 'HUMAN',
    status: 'ACTIVE',
    ...(user.name !== undefined && { displayName: user.name }),
    // Reached by an invitation or by single sign-on once; the API has no word for what the address is worth now.
    emails: user.email === undefined ? [] : [{ address: user.email, proof: 'UNKNOWN', primary: true }],
    declared: [],
    roles: [...new Set(workspaceFirst.flatMap(({ role }) => role ?? []))],
  };
}

export const toGroup = ({ id, name }: WireGroup): GroupRecord => ({
  kind: 'group',
  externalId: id,
  displayName: name ?? id,
  groupKind: 'user group',
  status: 'ACTIVE',
});

export function toGroupAccess({ id, permissions }: WireGroup, workspace: WireWorkspace) {
  const access = toAccess({ kind: 'group', externalId: id }, permissions ?? [], workspace);
  return { records: alongside(access), rejected: access.rejected };
}

const alongside = ({ grants, roles, scopes }: Access): readonly SourceRecord[] => [...grants, ...scopes, ...roles];

export const toMembership = (group: string, externalId: string): MembershipRecord => ({
  kind: 'membership',
  group,
  member: { kind: 'identity', externalId },
});

/** Listed invites are those that nobody has accepted; what they will grant is not told. */
export const toInvite = (email: string): InviteRecord => ({ kind: 'invite', externalId: email, email, status: 'PENDING', grants: [] });
