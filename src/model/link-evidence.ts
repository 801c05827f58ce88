import type { EmailTrust } from '../contract/adapter.ts';
import type { AccountStatus, EmailProof, Instant, PrincipalKind } from '../contract/records.ts';
import type { LinkState, MatchCandidate, RecordKey } from './views.ts';

/** How one service's evidence counts. */
export interface LinkingService {
  readonly svc: number;
  readonly emailTrust: EmailTrust;
  readonly managedDomains: readonly string[];
  readonly people: 'source' | 'match';
  /** Whether its accounts may name accounts elsewhere. Default true. */
  readonly trustsDeclarations?: boolean;
}

export interface ServiceEvidence extends LinkingService {
  readonly name: string;
  /** Revision of its first seal. */
  readonly firstRev: number;
}

/** An address that can count (it has an `EmailKey`) as one account holds or held it. */
export interface HeldAddress {
  readonly exact: string;
  readonly untagged: string;
  readonly proof: EmailProof;
  /** First revision at which the account held it. */
  readonly since: number;
  /** Undefined while it is held. */
  readonly until: number | undefined;
}

interface AddressRow {
  readonly address: string;
  readonly exact: string | null;
  readonly proof: EmailProof;
  readonly primary: boolean;
}

export interface DeclaredTarget {
  /** `keyText` of an account that exists. */
  readonly target: string;
  readonly via: string;
}

export interface LinkDecision {
  readonly state: LinkState;
  readonly userId: string | undefined;
  readonly rule: string | undefined;
  readonly confidence: number | undefined;
  /** Sentences without anybody's address. */
  readonly evidence: readonly string[];
}

export interface CurrentLink extends LinkDecision {
  readonly byHand: boolean;
  readonly fromRev: number;
}

/** An open case of one account. */
export interface OpenCase {
  readonly id: string;
  readonly reason: string;
  readonly candidates: readonly MatchCandidate[];
  readonly openedAt: Instant;
  /** Somebody has decided it: no longer the machine's. */
  readonly decided: boolean;
}

/** Everything that linking may know of one account. */
export interface AccountEvidence extends RecordKey {
  /** `keyText`. */
  readonly id: string;
  readonly incarnation: number;
  /** First revision of this incarnation. */
  readonly seen: number;
  /** All that is known of it is as the first seal of its service had it: neither it nor its evidence came, changed or went since. */
  readonly original: boolean;
  readonly kind: PrincipalKind;
  readonly status: AccountStatus;
  readonly displayName: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly username: string | undefined;
  readonly lastActiveAt: Instant | undefined;
  readonly addresses: readonly HeldAddress[];
  readonly emails: readonly AddressRow[];
  readonly declares: readonly DeclaredTarget[];
  /** The current decision about this incarnation. */
  readonly link: CurrentLink | undefined;
  /** A decision about an earlier incarnation is still open and must end. */
  readonly staleLink: boolean;
  /** Whose the external id was while that decision stood. */
  readonly formerUser: string | undefined;
  /** First revision of the unbroken stretch in which the account was linked to anybody. */
  readonly linkedSince: number | undefined;
  /** People that somebody said this account does not belong to. */
  readonly rejected: ReadonlySet<string>;
  readonly cases: readonly OpenCase[];
}

/** A set of accounts closed under everything that may tie accounts: no account outside it shares evidence with one inside. */
export interface Evidence {
  readonly accounts: ReadonlyMap<string, AccountEvidence>;
  readonly services: ReadonlyMap<number, ServiceEvidence>;
  /** Addresses that too many accounts hold to be anybody's, with the services where more than one does. */
  readonly crowded: ReadonlyMap<string, ReadonlySet<number>>;
  /** Mailboxes of ours (without tag) that have too many variants. */
  readonly crowdedMailboxes: ReadonlySet<string>;
  /** Holdings that ended before this revision are forgotten. */
  readonly retainedFrom: number;
}

export interface PersonValues {
  readonly kind: PrincipalKind;
  readonly status: AccountStatus;
  readonly displayName: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly username: string | undefined;
  readonly primaryEmail: string | undefined;
  readonly sortName: string;
  readonly searchText: string;
  readonly lastActiveAt: Instant | undefined;
}

export interface WantedCase extends RecordKey {
  readonly reason: string;
  readonly candidates: readonly MatchCandidate[];
}

export interface LinkChange extends RecordKey {
  readonly incarnation: number;
  /** Undefined: the account ends up without a decision. */
  readonly decision: LinkDecision | undefined;
  readonly byHand: boolean;
}

/** What linking wants to be true; applying it writes only what differs. */
export interface LinkingOutcome {
  readonly links: readonly LinkChange[];
  /** Retired id → living id. */
  readonly merged: ReadonlyMap<string, string>;
  /** All machine-made cases that should be open for the accounts of the evidence. */
  readonly cases: readonly WantedCase[];
  /** Ids of accounts that nothing ties or puts in doubt: a name may still suggest somebody. */
  readonly lonely: ReadonlySet<string>;
  /** Every person that has, or had, an account among the evidence, with the accounts that they have now. */
  readonly members: ReadonlyMap<string, readonly AccountEvidence[]>;
}

/** What a name may suggest something about. */
export interface NamedAccount extends RecordKey {
  readonly incarnation: number;
  /** Undefined for an account of nobody's. */
  readonly userId: string | undefined;
  readonly sortName: string;
  readonly username: string | undefined;
  readonly addresses: readonly string[];
  readonly rejected: ReadonlySet<string>;
  readonly link: CurrentLink | undefined;
  readonly cases: readonly OpenCase[];
}

export interface NamedPerson {
  readonly id: string;
  readonly sortName: string;
  readonly username: string | undefined;
  readonly primaryEmail: string | undefined;
  /** Services in which the person has a living account. */
  readonly svcs: readonly number[];
}
