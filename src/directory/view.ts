import type { CredentialKind, Instant, MembershipRecord, RoleLevel, ScopeKind } from '../contract/records.ts';
import type {
  AccessBehind,
  AccountAndGrant,
  EffectiveAccessView,
  Finding,
  ReportKey,
  RoleReportCount,
  RoleReportRow,
  Ways,
} from '../model/access.ts';
import type {
  AccountDetails,
  CredentialFilter,
  CredentialView,
  GrantFilter,
  GrantView,
  GroupView,
  IdentityFilter,
  IdentityView,
  InviteFilter,
  InviteView,
  LinkView,
  MatchCaseView,
  RecordKey,
  RoleView,
  ScopeRef,
  ScopeView,
  ServiceSelector,
  ServiceView,
  Slice,
  Sourced,
  UserEmailView,
  UserFilter,
  UserOrder,
  UserView,
  Window,
} from '../model/views.ts';
import type { Readings } from '../model/live.ts';
import type { HistoryView } from './history-view.ts';
import type { LiveReader } from './live.ts';

/** The directory answers questions from the index; each operation of a reader gets one view, pinned to one revision. */
export interface Directory {
  /** @param readings what was read live for this operation, so that records say so. */
  open(readings?: Readings): Promise<View>;
  /** Undefined: services are not asked live. */
  readonly live?: LiveReader | undefined;
}

export type UserLookup =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'identity'; readonly service: ServiceSelector; readonly externalId: string }
  | { readonly by: 'email'; readonly email: string }
  | { readonly by: 'username'; readonly username: string };

export interface GroupsOfUsers {
  /** A type. */
  readonly service?: string | undefined;
  /** Also the groups that contain those, however far up. */
  readonly transitive: boolean;
}

/** Several people answer to one address or name and nothing tells which is meant. */
export interface Ambiguous {
  readonly ambiguous: number;
}

/**
 * Every function takes many keys and costs a constant number of store statements, whatever their number. Maps answer by key (`keyText` for record
 * keys); what is not there is absent. All answers belong to the same revision. A malformed cursor throws BadCursorError.
 */
export interface View extends HistoryView {
  readonly revision: number;
  /** The moment that ages are told from. */
  readonly now: Instant;
  /** All configured services, in the order of the configuration; known without a further statement. */
  readonly services: readonly ServiceView[];

  usersByLookup(lookups: readonly UserLookup[]): Promise<readonly (UserView | Ambiguous | undefined)[]>;
  /** Retired ids answer with the living person, under the asked id. */
  usersByIds(ids: readonly string[]): Promise<ReadonlyMap<string, UserView>>;
  retiredIds(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  users(filter: UserFilter, order: UserOrder, window: Window): Promise<Slice<UserView>>;
  emailsOfUsers(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly UserEmailView[]>>;

  identitiesByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, IdentityView>>;
  accountDetails(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, AccountDetails>>;
  /** Primary accounts first: pinned, then active before suspended, then the oldest link. Tombstones last, only when asked for. */
  identitiesOfUsers(userIds: readonly string[], includeDeleted: boolean): Promise<ReadonlyMap<string, readonly IdentityView[]>>;
  /** The same of one person without waiting, when they are remembered; undefined says nothing. */
  identitiesAtHand(userId: string, includeDeleted: boolean): readonly IdentityView[] | undefined;
  identities(filter: IdentityFilter, window: Window): Promise<Slice<IdentityView>>;
  /** Accounts without a decision are absent: UNLINKED. */
  linksByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, LinkView>>;

  groupsByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, GroupView>>;
  groups(filter: { readonly service?: ServiceSelector | undefined; readonly search?: string | undefined }, window: Window): Promise<Slice<GroupView>>;
  groupsOfUsers(userIds: readonly string[], options: GroupsOfUsers, window: Window): Promise<ReadonlyMap<string, Slice<GroupView>>>;
  /** The same of one person without waiting, when it is remembered; undefined says nothing. */
  groupsAtHand(userId: string, options: GroupsOfUsers, window: Window): Slice<GroupView> | undefined;
  membersOfGroups(groups: readonly RecordKey[], transitive: boolean, window: Window): Promise<ReadonlyMap<string, Slice<IdentityView>>>;
  /** Keys are `recordKey` of memberships. */
  membershipsByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, Sourced<MembershipRecord>>>;
  parentsOfGroups(groups: readonly RecordKey[]): Promise<ReadonlyMap<string, readonly GroupView[]>>;
  childrenOfGroups(groups: readonly RecordKey[]): Promise<ReadonlyMap<string, readonly GroupView[]>>;

  rolesByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, RoleView>>;
  /** A role that is remembered, without waiting; undefined says nothing. */
  roleAtHand(key: RecordKey): RoleView | undefined;
  roles(
    filter: { readonly service?: ServiceSelector | undefined; readonly category?: string | undefined; readonly level?: RoleLevel | undefined },
    window: Window,
  ): Promise<Slice<RoleView>>;

  /** Keys are `scopeKeyText`; the service itself is not among them. */
  scopesByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, ScopeView>>;
  scopes(
    filter: {
      readonly kind: Exclude<ScopeKind, 'SERVICE'>;
      readonly service?: ServiceSelector | undefined;
      readonly parent?: RecordKey | undefined;
    },
    window: Window,
  ): Promise<Slice<ScopeView>>;
  scopesUnder(parents: readonly RecordKey[], kind: Exclude<ScopeKind, 'SERVICE'>, window: Window): Promise<ReadonlyMap<string, Slice<ScopeView>>>;

  grantsByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, GrantView>>;
  grants(filter: GrantFilter, window: Window): Promise<Slice<GrantView>>;
  /** What a person's accounts hold, and the groups that they are in, directly or through groups. */
  grantsOfUsers(userIds: readonly string[], filter: GrantFilter, window: Window): Promise<ReadonlyMap<string, Slice<GrantView>>>;
  grantsOfGroups(groups: readonly RecordKey[], filter: GrantFilter, window: Window): Promise<ReadonlyMap<string, Slice<GrantView>>>;
  /** Keyed by `scopeText`. */
  grantsOnScopes(scopes: readonly ScopeRef[], level: RoleLevel | undefined, window: Window): Promise<ReadonlyMap<string, Slice<GrantView>>>;
  /** What counts on the scopes: grants on them, on every scope of their kind, and, from managing levels on, on what is around them. */
  effectiveGrantsOnScopes(scopes: readonly ScopeRef[], level: RoleLevel | undefined, window: Window): Promise<ReadonlyMap<string, Slice<GrantView>>>;

  /** Highest level over a person's effective access, within a service type or on one scope. NONE when there is none; UNKNOWN when none is known. */
  levelsOfUsers(
    userIds: readonly string[],
    where: { readonly service?: string | undefined; readonly scope?: ScopeRef | undefined },
  ): Promise<ReadonlyMap<string, RoleLevel>>;

  /** Person by person. Works out no more people than the page may take. */
  effectiveAccess(filter: GrantFilter, window: Window): Promise<Slice<EffectiveAccessView>>;
  effectiveAccessOfUsers(userIds: readonly string[], filter: GrantFilter, window: Window): Promise<ReadonlyMap<string, Slice<EffectiveAccessView>>>;
  /** Keyed by `accessText`. All rows come from a question with this filter. */
  accessBehind(rows: readonly EffectiveAccessView[], filter: GrantFilter): Promise<ReadonlyMap<string, AccessBehind>>;

  /** Distinct people and accounts. Throws SummaryTooLongError. */
  reportSummary(filter: GrantFilter, findings: readonly Finding[], by: readonly ReportKey[]): Promise<readonly RoleReportCount[]>;
  /** All effective access by account and grant; with findings, what these find and nothing more. */
  reportRows(filter: GrantFilter, findings: readonly Finding[], window: Window): Promise<Slice<RoleReportRow>>;
  /** From accounts to grants that they have; keyed by `wayText`. */
  waysToGrants(held: readonly AccountAndGrant[], filter: GrantFilter): Promise<ReadonlyMap<string, Ways>>;

  invitesByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, InviteView>>;
  invites(filter: InviteFilter, window: Window): Promise<Slice<InviteView>>;
  /** Sent to an address that is proven for this person and for nobody else. */
  invitesOfUsers(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly InviteView[]>>;
  /** The person for whom alone the address is proven. */
  usersByProvenEmails(emails: readonly string[]): Promise<ReadonlyMap<string, UserView>>;

  credentialsByKeys(keys: readonly RecordKey[]): Promise<ReadonlyMap<string, CredentialView>>;
  credentials(filter: CredentialFilter, window: Window): Promise<Slice<CredentialView>>;
  credentialsOfUsers(
    userIds: readonly string[],
    kinds: readonly CredentialKind[] | undefined,
    window: Window,
  ): Promise<ReadonlyMap<string, Slice<CredentialView>>>;

  matchCases(filter: { readonly service?: ServiceSelector | undefined }, window: Window): Promise<Slice<MatchCaseView>>;
  matchCasesByIds(ids: readonly string[]): Promise<ReadonlyMap<string, MatchCaseView>>;

  /** The same for whoever walks all of it: each of its questions may take long, and makes nobody else wait. */
  scanning(): View;

  /** For summaries: people, identities, links and open cases. */
  counts(): Promise<{ readonly users: number; readonly identities: number; readonly linked: number; readonly cases: number }>;
}

export const scopeText = (scope: ScopeRef): string => `${scope.svc}/${scope.kind}/${scope.externalId}`;

/** What a reader may ask to have done, beyond reading. */
export interface Operator {
  /** Starts a read of the service now, unless one is running. */
  sync(service: ServiceSelector): Promise<ServiceView | undefined>;
  /** Accepts the removals that a quarantined read found, or keeps what is held until the next read. */
  acknowledgeQuarantine(service: ServiceSelector, accept: boolean, reason: string): Promise<ServiceView | undefined>;
}

export class BadCursorError extends Error {
  override readonly name = 'BadCursorError';
  constructor() {
    super('the cursor does not belong to this list: take `endCursor` or an edge’s `cursor` of an earlier page of the same list');
  }
}
