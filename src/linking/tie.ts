import type { AccountEvidence } from '../model/link-evidence.ts';

export const tieRules = ['DECLARED', 'PROVEN_EMAIL', 'MANAGED_EMAIL', 'NEW_PERSON'] as const;
export type TieRule = (typeof tieRules)[number];

/**
 * How sure each rule is, for readers who sort by it. A declaration is the named service's own id; a proven address may yet be passed on unseen; a
 * mailbox of ours that is spelled in two ways rests on the operator's word that our domains are one.
 */
export const confidences: Readonly<Record<TieRule, number>> = { DECLARED: 1, PROVEN_EMAIL: 0.95, MANAGED_EMAIL: 0.9, NEW_PERSON: 1 };

/** Accounts that evidence puts together. */
export interface Tie {
  readonly rule: Exclude<TieRule, 'NEW_PERSON'>;
  readonly accounts: readonly AccountEvidence[];
  /** For DECLARED: the first account names the second one. */
  readonly via?: string;
}

/** Accounts that evidence would put together, were there no other evidence against it. */
export interface Block {
  readonly accounts: readonly AccountEvidence[];
  /** Both sides of the contradiction are as old as the services' first seals. */
  readonly original: boolean;
  /** Groups that the rule would join, but that would not make one person without a second thought. */
  readonly clash?: Exclude<TieRule, 'NEW_PERSON'>;
}

/** Why somebody is asked. `SAME_NAME` is opened apart, when all links are made. */
type CaseReason =
  'CLAIMED_TWICE' | 'CONTRADICTORY' | 'AMBIGUOUS_ADDRESS' | 'REUSED_ADDRESS' | 'SECOND_ACCOUNT' | 'TWO_PEOPLE' | 'ADDRESS_CHANGED' | 'SUGGESTION';

/** Something for a person to decide about `account`; the candidates are whoever the other accounts belong to in the end. */
export interface Doubt {
  readonly account: AccountEvidence;
  readonly reason: CaseReason;
  readonly others: readonly AccountEvidence[];
  /** Of the evidence that speaks for the candidates. */
  readonly rule: TieRule | 'UNPROVEN_EMAIL';
  readonly confidence: number;
  readonly evidence: string;
  readonly against: readonly string[];
}
