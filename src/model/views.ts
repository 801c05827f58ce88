import type { EmailTrust, PasswordPolicyRecord } from '../contract/adapter.ts';
import type {
  AccountStatus,
  CredentialKind,
  CredentialRecord,
  EmailProof,
  GrantRecord,
  GroupRecord,
  IdentityRecord,
  Instant,
  InviteRecord,
  InviteStatus,
  PrincipalKind,
  RoleLevel,
  RoleRecord,
  ScopeKind,
  ScopeRecord,
} from '../contract/records.ts';
import type { Coverage } from './coverage.ts';
import type { Issue } from './issue.ts';

/** Key of a record within the store: the service's row and `recordKey` of the record. */
export interface RecordKey {
  readonly svc: number;
  readonly key: string;
}

/** For Maps: equal keys have equal text. */
export const keyText = ({ svc, key }: RecordKey): string => `${svc}/${key}`;

/** The key that `keyText` made a text of. */
export function parseKeyText(text: string): RecordKey {
  const mark = text.indexOf('/');
  return { svc: Number(text.slice(0, mark)), key: text.slice(mark + 1) };
}

/** A record of a service as the store holds it. */
export interface Sourced<R> extends RecordKey {
  readonly record: R;
  /** When the service last said so. */
  readonly asOf: Instant;
  readonly stale: boolean;
  readonly origin: 'LIVE' | 'CACHE' | 'INDEX';
}

/** An account without what is read apart, when it is asked for. */
export type AccountRecord = Pick<IdentityRecord, 'kind' | 'externalId' | 'accountKind' | 'status' | 'emails' | 'roles'> & {
  readonly [Field in 'username' | 'displayName' | 'organization' | 'mfaEnabled' | 'lastActiveAt']: IdentityRecord[Field] | undefined;
};
export type AccountDetails = Pick<IdentityRecord, 'settings' | 'raw'>;
export type IdentityView = Sourced<AccountRecord>;
export type GroupView = Sourced<GroupRecord>;
export type RoleView = Sourced<RoleRecord>;
export type ScopeView = Sourced<ScopeRecord>;
export type GrantView = Sourced<GrantRecord>;
export type InviteView = Sourced<InviteRecord>;
export type CredentialView = Sourced<CredentialRecord>;

export interface Capability {
  /** `read identities`, `read groups`, `find by e-mail` … */
  readonly operation: string;
  readonly supported: boolean;
  readonly note?: string;
}

export interface SyncView {
  readonly running: boolean;
  readonly lastStartedAt?: Instant;
  /** Start of the read that the last seal stands on. */
  readonly lastSealedAt?: Instant;
  readonly nextAt?: Instant;
  /** Of the running read. */
  readonly pages?: number;
  readonly records?: number;
  readonly issue?: Issue;
  /** Records that are held although the newest listing lacked them. */
  readonly quarantined: number;
}

/** One configured service. */
export interface ServiceView {
  readonly svc: number;
  readonly name: string;
  readonly type: string;
  /** Unknown until the service has answered once. */
  readonly serviceId: string | undefined;
  readonly displayName: string;
  readonly emailTrust: EmailTrust;
  readonly managedDomains: readonly string[];
  readonly people: 'source' | 'match';
  readonly capabilities: readonly Capability[];
  /** Whether it can be asked who has an address. */
  readonly findsByEmail: boolean;
  /** Kinds of credentials that it tells only of the account that reads. */
  readonly ownCredentials: readonly CredentialKind[];
  /** As it told last; undefined where it does not tell. */
  readonly passwordPolicy: PasswordPolicyRecord | undefined;
  readonly coverage: Coverage;
  /** Live identities. */
  readonly seen: number | undefined;
  readonly sync: SyncView;
}

/** The canonical person or bot. */
export interface UserView {
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly status: AccountStatus;
  readonly displayName: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly username: string | undefined;
  readonly primaryEmail: string | undefined;
  readonly lastActiveAt: Instant | undefined;
  readonly updatedAt: Instant;
}

export const linkStates = ['LINKED_AUTO', 'LINKED_MANUAL', 'SUGGESTED', 'REJECTED', 'CONFLICT', 'UNLINKED'] as const;
export type LinkState = (typeof linkStates)[number];

export type ActorRef =
  { readonly kind: 'user'; readonly id: string } | { readonly kind: 'principal'; readonly id: string; readonly displayName: string };

export interface LinkView {
  readonly state: LinkState;
  readonly userId: string | undefined;
  readonly rule: string | undefined;
  readonly confidence: number | undefined;
  /** Sentences; no addresses of other people. */
  readonly evidence: readonly string[];
  readonly decidedBy: ActorRef | undefined;
  readonly decidedAt: Instant | undefined;
  readonly note: string | undefined;
}

export interface MatchCandidate {
  readonly userId: string;
  readonly confidence: number;
  readonly rule: string;
  readonly evidence: readonly string[];
  readonly against: readonly string[];
}

export interface MatchCaseView {
  readonly id: string;
  readonly identity: RecordKey;
  readonly reason: string;
  readonly candidates: readonly MatchCandidate[];
  readonly openedAt: Instant;
  readonly decision: 'CONFIRM' | 'REJECT' | undefined;
}

/** An address of a person with the strongest proof that any of the accounts gives it. */
export interface UserEmailView {
  readonly address: string;
  readonly proof: EmailProof;
  readonly primary: boolean;
  readonly seenIn: readonly RecordKey[];
}

/** One row of a list with the cursor that points behind it. */
export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** A stretch of a list. */
export interface Slice<T> {
  readonly edges: readonly Edge<T>[];
  readonly hasNext: boolean;
}

export interface Window {
  /** 1 to 100. */
  readonly first: number;
  /** A cursor that an earlier slice of the same list gave. */
  readonly after?: string | undefined;
}

export interface ServiceSelector {
  readonly type: string;
  readonly serviceId?: string | undefined;
}

export interface UserFilter {
  readonly services?: readonly ServiceSelector[] | undefined;
  readonly kind?: PrincipalKind | undefined;
  readonly status?: AccountStatus | undefined;
  readonly email?: string | undefined;
  /** Part of a name or an address. */
  readonly search?: string | undefined;
  /** At least this level anywhere (in `services`, when given); an UNKNOWN level counts as possible. */
  readonly level?: RoleLevel | undefined;
  readonly unlinkedIn?: readonly ServiceSelector[] | undefined;
  readonly inactiveSince?: Instant | undefined;
  readonly updatedSince?: Instant | undefined;
}

export interface IdentityFilter {
  readonly services?: readonly ServiceSelector[] | undefined;
  readonly link?: readonly LinkState[] | undefined;
  readonly status?: AccountStatus | undefined;
  readonly kind?: PrincipalKind | undefined;
  /** The account's name equals its person's. */
  readonly nameAgrees?: boolean | undefined;
  readonly inactiveSince?: Instant | undefined;
}

export interface ScopeRef {
  readonly svc: number;
  readonly kind: ScopeKind;
  readonly externalId: string;
}

export interface GrantFilter {
  readonly services?: readonly ServiceSelector[] | undefined;
  /** At least this level; UNKNOWN levels are included, for they may be as high. */
  readonly minLevel?: RoleLevel | undefined;
  readonly scope?: ScopeRef | undefined;
  readonly scopeKind?: ScopeKind | undefined;
  readonly role?: RecordKey | undefined;
  readonly userId?: string | undefined;
  readonly source?: GrantRecord['source'] | undefined;
  readonly expiresBefore?: Instant | undefined;
  /** As things stood at this moment. */
  readonly asOf?: Instant | undefined;
}

export interface InviteFilter {
  readonly service?: ServiceSelector | undefined;
  readonly email?: string | undefined;
  readonly status?: InviteStatus | undefined;
}

export interface CredentialFilter {
  readonly services?: readonly ServiceSelector[] | undefined;
  readonly kinds?: readonly CredentialKind[] | undefined;
  readonly userId?: string | undefined;
  readonly expiresBefore?: Instant | undefined;
  /** Last used before; what the service does not tell the last use of is left out. */
  readonly unusedSince?: Instant | undefined;
}

export type EventCountFilter = 'FLOW' | 'TARGET';

export const userOrderFields = ['displayName', 'updatedAt', 'lastActiveAt'] as const;
export interface UserOrder {
  readonly field: (typeof userOrderFields)[number];
  readonly descending: boolean;
}
