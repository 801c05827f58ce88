import { sql, type Generated } from 'kysely';

/** Upper end of an interval of revisions that is still open: the largest integer that both engines and JavaScript hold exactly. */
export const openRev = Number.MAX_SAFE_INTEGER;

/** `to_rev`, but no way in: nearly everything stands at `openRev`, which SQLite's planner cannot know. */
export const plainToRev = sql<number>`+to_rev`;

/** A row holds from `from_rev` up to, not including, `to_rev`. */
export interface Interval {
  from_rev: number;
  to_rev: number;
}

/** One version of a record. `key` is `recordKey` of the record; `data` the record as JSON. */
export interface Versioned extends Interval {
  row_id: Generated<number>;
  svc: number;
  key: string;
  hash: string;
  data: string;
  /** Sealed listings in a row that lacked it. */
  misses: Generated<number>;
  /** When a single read renewed it after the last seal. */
  read_at: number | null;
}

export interface ServiceTable {
  svc: Generated<number>;
  /** The operator's name. */
  name: string;
  type: string;
  /** Null until the service has described itself once. */
  service_id: string | null;
  display_name: string;
  /** JSON of what the configuration says: emailTrust, people, managedDomains, listings. */
  profile: string;
  configured: number;
  sealed_rev: number | null;
  /** Start of the read that the last seal stands on. */
  sealed_as_of: number | null;
  partial: number;
  issue: string | null;
  /** JSON of the rules for passwords that the service told last. */
  password_policy: string | null;
  quarantined: number;
  last_started_at: number | null;
  next_at: number | null;
  seen: number | null;
  lease_owner: string | null;
  lease_until: number;
  fence: number;
  /** How often records were read singly: such a reading may change their age without a revision. */
  live_reads: Generated<number>;
}

export interface RevisionTable {
  rev: number;
  at: number;
  cause: string;
}

export interface IdentityTable extends Versioned {
  /** Rises when a service gives an external id to somebody else. */
  incarnation: number;
  account_kind: string;
  status: string;
  display_name: string | null;
  username: string | null;
  sort_name: string;
  organization: string | null;
  last_active_at: number | null;
  /** Null where the service does not tell. */
  mfa_enabled: number | null;
}

export interface EmailTable extends Interval {
  svc: number;
  /** Of the identity. */
  key: string;
  address: string;
  /** `EmailKey.exact` and `.untagged`; null when the address never counts. */
  exact: string | null;
  untagged: string | null;
  proof: string;
  is_primary: number;
}

export interface DeclarationTable extends Interval {
  svc: number;
  key: string;
  target_type: string;
  target_service_id: string;
  target_external_id: string;
  via: string;
}

export interface GroupTable extends Versioned {
  display_name: string;
  sort_name: string;
  status: string;
}

export interface MembershipTable extends Versioned {
  group_key: string;
  member_kind: string;
  member_key: string;
}

/**
 * What a group's members get: whatever `ancestor_key` holds, the group itself among them. A group that is suspended or deleted passes nothing on and
 * has no row. Kept by `keepGroupReach`.
 */
export interface GroupReachTable extends Interval {
  svc: number;
  group_key: string;
  ancestor_key: string;
}

export interface RoleTable extends Versioned {
  name: string;
  sort_name: string;
  level: number;
  category: string | null;
}

export interface ScopeTable extends Versioned {
  scope_kind: string;
  external_id: string;
  display_name: string;
  sort_name: string;
  /** `scopeKeyText` of the parent. */
  parent_key: string | null;
}

export interface GrantTable extends Versioned {
  principal_kind: string;
  principal_key: string;
  role_key: string | null;
  level: number;
  scope_kind: string;
  /** `scopeKeyText`; null with all_scopes. */
  scope_key: string | null;
  source: string;
  expires_at: number | null;
}

export interface InviteTable extends Versioned {
  address: string;
  /** `EmailKey.exact`; null when the address never counts. */
  exact: string | null;
  status: string;
}

export interface CredentialTable extends Versioned {
  credential_kind: string;
  identity_key: string;
  expires_at: number | null;
  last_used_at: number | null;
}

export interface PersonTable extends Interval {
  id: string;
  kind: string;
  status: string;
  display_name: string | null;
  first_name: string | null;
  last_name: string | null;
  username: string | null;
  primary_email: string | null;
  /** Folded name, then the id's use as tie-breaker makes every order total. */
  sort_name: string;
  /** Folded names and addresses for substring search. */
  search_text: string;
  last_active_at: number | null;
  updated_at: number;
}

export interface RetiredPersonTable {
  id: string;
  into_id: string;
  rev: number;
  /** Until the merge is undone. */
  to_rev: Generated<number>;
}

/** Somebody said that an account is not this person's; holds until it is taken back. */
export interface LinkRejectionTable extends Interval {
  svc: number;
  key: string;
  incarnation: number;
  user_id: string;
}

/** Decisions and what they did, each chained to the one before by its hash. Rows are only ever added. */
export interface AuditEventTable {
  /** 1, 2, 3 … without a gap. */
  seq: number;
  id: string;
  /** The revision that it made, or the newest one when it changed nothing that a revision shows. */
  rev: number;
  at: number;
  /** JSON of the actor. */
  actor: string;
  operation: string;
  svc: number | null;
  /** JSON array of `AuditTarget`. */
  targets: string;
  outcome: string;
  reason: string | null;
  request_id: string | null;
  before: string | null;
  after: string | null;
  /** Id of the event that it undoes. */
  reverts: string | null;
  prev_hash: string;
  hash: string;
}

/** Which events concern what: the targets of `audit_event`, to be searched. */
export interface AuditTargetTable {
  /** `targetText`. */
  target: string;
  seq: number;
}

/** A short stand-in for each person's id, which never changes: what is counted by the million is told apart by it. */
export interface PersonNumberTable {
  number: Generated<number>;
  id: string;
}

export interface LinkTable extends Interval {
  svc: number;
  key: string;
  incarnation: number;
  state: string;
  user_id: string | null;
  /** `PersonNumberTable.number` of `user_id`. */
  user_number: number | null;
  rule: string | null;
  confidence: number | null;
  /** JSON array of sentences. */
  evidence: string;
  /** JSON of the actor; null for the machine. */
  decided_by: string | null;
  decided_at: number;
  note: string | null;
}

export interface MatchCaseTable extends Interval {
  id: string;
  svc: number;
  key: string;
  reason: string;
  /** JSON array of candidates. */
  candidates: string;
  opened_at: number;
  decision: string | null;
}

/** One read of a service, from its first page to its seal. */
export interface SyncRunTable {
  svc: number;
  epoch: number;
  started_at: number;
  service_id: string;
  settings_hash: string;
}

export interface SyncListingTable {
  svc: number;
  listing: string;
  cursor: string | null;
  pages: number;
  done: number;
  announced: number | null;
  records: number;
  issue: string | null;
}

/** What one page confirmed without a change: row ids of current versions, as a JSON array. */
export interface SyncPageTable {
  svc: number;
  listing: string;
  page: number;
  confirmed: string;
  rejected: string;
}

/** Records of the running read that differ from what is current. */
export interface IncomingTable {
  svc: number;
  kind: string;
  key: string;
  hash: string;
  data: string;
  /** When its page was asked for: a single read that began later knows better. */
  asked_at: number;
}

export interface Tables {
  meta: { name: string; value: string };
  service: ServiceTable;
  revision: RevisionTable;
  identity: IdentityTable;
  email: EmailTable;
  declaration: DeclarationTable;
  user_group: GroupTable;
  membership: MembershipTable;
  group_reach: GroupReachTable;
  role: RoleTable;
  scope: ScopeTable;
  access_grant: GrantTable;
  invite: InviteTable;
  credential: CredentialTable;
  person: PersonTable;
  person_number: PersonNumberTable;
  retired_person: RetiredPersonTable;
  link: LinkTable;
  link_rejection: LinkRejectionTable;
  audit_event: AuditEventTable;
  audit_target: AuditTargetTable;
  match_case: MatchCaseTable;
  sync_run: SyncRunTable;
  sync_listing: SyncListingTable;
  sync_page: SyncPageTable;
  incoming: IncomingTable;
}
