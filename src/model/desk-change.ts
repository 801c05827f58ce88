import type { Instant } from '../contract/records.ts';
import type { LinkDecision } from './link-evidence.ts';
import type { ActorRef, MatchCandidate, RecordKey } from './views.ts';

export type MatchDecision = 'CONFIRM' | 'REJECT';

/** A link as it is stored. */
export interface StoredLink extends LinkDecision {
  readonly decidedBy: ActorRef | undefined;
  readonly decidedAt: Instant;
  readonly note: string | undefined;
}

/** What a decision turned into what. */
interface Move<T> {
  readonly before: T;
  readonly after: T;
}

export interface LinkMove extends RecordKey, Move<StoredLink | null> {
  readonly incarnation: number;
}
/** Whether it is held that the account is not this person's. */
export interface RejectionMove extends RecordKey, Move<boolean> {
  readonly incarnation: number;
  readonly userId: string;
}
/** Into whom an id is merged; null while it is a person of its own. */
export interface RetirementMove extends Move<string | null> {
  readonly id: string;
}
export interface CaseMove extends RecordKey, Move<MatchDecision | null> {
  readonly id: string;
}

/** Everything that one decision by hand changes. People follow from it. */
export interface DeskChange {
  readonly links: readonly LinkMove[];
  readonly rejections: readonly RejectionMove[];
  readonly retired: readonly RetirementMove[];
  readonly cases: readonly CaseMove[];
}

export const noChange: DeskChange = { links: [], rejections: [], retired: [], cases: [] };

export const isEmpty = ({ links, rejections, retired, cases }: DeskChange): boolean =>
  links.length + rejections.length + retired.length + cases.length === 0;

const turn = <M extends Move<unknown>>(move: M): M => ({ ...move, before: move.after, after: move.before });

/** What undoes a change: exactly, because a change names all that it touches. */
export const inverse = ({ links, rejections, retired, cases }: DeskChange): DeskChange => ({
  links: links.map(turn),
  rejections: rejections.map(turn),
  retired: retired.map(turn),
  cases: cases.map(turn),
});

export interface DeskCase extends RecordKey {
  readonly id: string;
  readonly reason: string;
  readonly candidates: readonly MatchCandidate[];
  readonly openedAt: Instant;
  readonly decision: MatchDecision | null;
}

/** An account as far as decisions by hand go. */
export interface DeskAccount extends RecordKey {
  /** `keyText`. */
  readonly id: string;
  readonly incarnation: number;
  readonly link: StoredLink | null;
  /** Ids of people, as they were when somebody said that it is not theirs. */
  readonly rejections: readonly string[];
}

/** What decisions are made on: the accounts asked about, their people, and all accounts of these. */
export interface DeskState {
  readonly accounts: ReadonlyMap<string, DeskAccount>;
  readonly cases: ReadonlyMap<string, DeskCase>;
  /** Retired id → id that took its place. */
  readonly retired: ReadonlyMap<string, string>;
  /** Ids of living people. */
  readonly people: ReadonlySet<string>;
}

/** The person whom a link makes an account's. */
export const ownerOf = (link: Pick<StoredLink, 'state' | 'userId'> | null): string | undefined =>
  link?.state === 'LINKED_AUTO' || link?.state === 'LINKED_MANUAL' ? link.userId : undefined;
