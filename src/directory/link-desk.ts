import type { Refusal } from '../model/refusal.ts';
import type { ActorRef, IdentityFilter, RecordKey, ServiceSelector } from '../model/views.ts';

/** An account as the caller names it. */
export interface AccountRef {
  readonly service: ServiceSelector;
  readonly externalId: string;
}

/** Who decides, and on whose behalf of which request. */
export interface Decider {
  readonly actor: ActorRef;
  readonly note?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface LinkOutcome {
  /** The one event of the decision; undefined when nothing changed. */
  readonly eventId: string | undefined;
  /** The person concerned, where it is one. */
  readonly userId: string | undefined;
  readonly identities: readonly RecordKey[];
  /** Ids of the cases that changed. */
  readonly cases: readonly string[];
  readonly errors: readonly Refusal[];
}

export interface MatchesInput {
  readonly cases?: readonly string[] | undefined;
  readonly filter?: IdentityFilter | undefined;
  readonly decision: 'CONFIRM' | 'REJECT';
  readonly limit: number;
}

/** Where people decide whose accounts are whose. Each decision is one revision and one event, and can be taken back. */
export interface LinkDesk {
  linkIdentity(identity: AccountRef, userId: string, by: Decider): Promise<LinkOutcome>;
  unlinkIdentity(identity: AccountRef, by: Decider): Promise<LinkOutcome>;
  decideMatches(input: MatchesInput, by: Decider): Promise<LinkOutcome>;
  mergeUsers(into: string, from: readonly string[], by: Decider): Promise<LinkOutcome>;
  splitUser(userId: string, identities: readonly AccountRef[], by: Decider): Promise<LinkOutcome>;
  revertLinkChange(eventId: string, by: Decider): Promise<LinkOutcome>;
}
