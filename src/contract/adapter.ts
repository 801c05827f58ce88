import type { ZodType } from 'zod';
import type { Http, HttpManners } from './http.ts';
import type { CredentialKind, IdentityRecord, JsonObject, RecordKind, RoleLevel, ScopeRecord, SourceRecord } from './records.ts';

/** Opaque to everybody but the adapter that made it; below 64 KiB. It must hold no secret: it is stored. */
export type Cursor = string;

export const emailTrusts = ['NEVER', 'VERIFIED_ONLY', 'MANAGED_DOMAINS', 'ALWAYS'] as const;
/** When an address may tie accounts by itself, per service. */
export type EmailTrust = (typeof emailTrusts)[number];

export interface Page {
  readonly records: readonly SourceRecord[];
  /** Records that the service sent but that lack what we require; the rest of the page goes on. */
  readonly rejected: readonly RejectedRecord[];
  /** `null` ends the listing. An unchanged cursor is an error. */
  readonly next: Cursor | null;
  /** How many records of the primary kind the service says the whole listing has, if it says so. */
  readonly announced?: number;
}

export interface RejectedRecord {
  readonly kind: RecordKind;
  /** When it could be read: that record's last good version is kept. */
  readonly externalId: string | undefined;
  /** Names the field and the shape found; no values. */
  readonly reason: string;
}

/** One listing of a service: one request a page; several record kinds may come out of the same answers. */
export interface Listing {
  /** As people would call it: `users`, `team members`. Unique within the adapter; part of the checkpoint. */
  readonly name: string;
  /** Every kind that its pages may hold. When all listings that yield a kind have ended, what they did not name is gone. */
  readonly yields: readonly RecordKind[];
  /**
   * True when the listing holds only what the service happened to see: absence then means nothing.
   * Default false.
   */
  readonly partial?: boolean;
  /** Kinds of credentials of which the service tells only those of the account that reads; readers are told so. */
  readonly own?: readonly CredentialKind[];
  page(cursor: Cursor | null, signal: AbortSignal): Promise<Page>;
}

export interface ServiceDescription {
  /** The instance: Slack team id, PagerDuty subdomain … Never changes for one credential. */
  readonly serviceId: string;
  readonly displayName: string;
  /** Scopes that describe the instance itself (the Slack workspace, the PagerDuty account); stored with every sync. */
  readonly scopes: readonly ScopeRecord[];
  /** The service's clock against ours, where it can be told. */
  readonly skewMs?: number;
}

/** One configured service, as the rest of the house sees it. An adapter keeps no state beyond a token. */
export interface Adapter {
  /** Proves the credential and names the instance. One or two calls. */
  describe(signal: AbortSignal): Promise<ServiceDescription>;
  /** In the order in which they are to be read. Required: one that yields identities. */
  readonly listings: readonly Listing[];
  /** Accounts by external id. Unknown ids are left out; order and duplicates do not matter; a batch never leaks into another key. */
  getIdentities(externalIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, LiveIdentity>>;
  /**
   * Accounts that carry exactly this address (our rule of equality, not the service's). Asked while somebody waits, about an address by which nobody
   * is known yet. Absent: the service cannot be asked.
   */
  findByEmail?(address: string, signal: AbortSignal): Promise<readonly LiveIdentity[]>;
  /**
   * What the service asks of passwords; undefined when this instance does not tell. Read once with every sync. Absent: the service has no such call.
   * @throws AdapterError what was read before then stands.
   */
  passwordPolicy?(signal: AbortSignal): Promise<PasswordPolicyRecord | undefined>;
  /**
   * True when `raw.event_counts` of its identities holds counts of events: a list of
   * `{ event_name, filter_on?: "flow" | "target", flow?, target?, since?, until?, include_errored?, count }`.
   */
  readonly countsEvents?: boolean;
}

/** Rules for passwords, never a password. */
export interface PasswordPolicyRecord {
  readonly minLength?: number;
  /** In the service's words, one rule each. */
  readonly rules: readonly string[];
  readonly raw: JsonObject;
}

/** One account with every other record that the same answer told (its base grant, its memberships). */
export interface LiveIdentity {
  readonly identity: IdentityRecord;
  readonly alongside: readonly SourceRecord[];
}

export interface AdapterDefinition<Settings = unknown> {
  /** `slack`; the folder's name. */
  readonly type: string;
  /** The vendor's name as people write it: `PagerDuty`. */
  readonly vendor: string;
  /**
   * What an operator provides: an object with `credentials` (secrets, already resolved) and, where the service has one, `baseUrl` with the vendor's
   * address as default, and whatever else this type needs. Every key described. Unknown keys are refused by the config reader.
   */
  readonly settings: ZodType<Settings>;
  /** The address that calls go to; undefined when the settings need no network (a file). */
  baseUrl(settings: Settings): string | undefined;
  /** Least rights that reading needs, in the service's own words. */
  readonly scopes: readonly string[];
  readonly manners: HttpManners;
  readonly defaults: {
    readonly emailTrust: EmailTrust;
    /** `source`: its accounts make new people; `match`: they only join people known elsewhere. */
    readonly people: 'source' | 'match';
  };
  /** Loads what reads the service with the first call: whoever only reads configurations does not need it. */
  create(settings: Settings, http: Http): Promise<Adapter>;
}

/** Lets the type of the settings flow from the schema to `create`, and erases it at the registry's door. */
export function defineAdapter<Settings>(definition: AdapterDefinition<Settings>): AdapterDefinition<Settings> {
  return definition;
}

/** Operator's table from a service's role (external id or name) to a level; wins over the adapter's own. */
export type LevelMap = Readonly<Record<string, RoleLevel>>;
