import type { Refusal } from '../model/refusal.ts';
import { noChange, type DeskAccount, type DeskCase, type DeskChange, type DeskState, type MatchDecision } from '../model/desk-change.ts';
import { createDraft, type Draft, type Stamp } from './desk-draft.ts';

// Decisions by hand, as pure functions: what stands, and what is asked, give what changes or why it cannot.

export type Decided = { readonly change: DeskChange; readonly refusals: readonly Refusal[] };

const refused = (code: Refusal['code'], field: string, message: string): Decided => ({
  change: noChange,
  refusals: [{ code, field: [field], message }],
});
const done = (draft: Draft, refusals: readonly Refusal[] = []): Decided => ({ change: draft.change(), refusals });

/** The account is this person's, whatever was thought before. A person left without accounts becomes one with this one. */
export function linkIdentity(state: DeskState, account: DeskAccount, user: string, stamp: Stamp): Decided {
  const draft = createDraft(state, stamp);
  const userId = draft.living(user);
  if (!state.people.has(userId)) return refused('NOT_FOUND', 'user', 'nobody has this id: take `id` of a User from an earlier answer');
  if (draft.ownerOf(account) !== userId || account.link?.state !== 'LINKED_MANUAL') give(draft, account, userId);
  settleAll(draft, account, userId);
  return done(draft);
}

/** The account is not its person's, and no rule makes it so again. */
export function unlinkIdentity(state: DeskState, account: DeskAccount, stamp: Stamp): Decided {
  const draft = createDraft(state, stamp);
  const owner = draft.ownerOf(account);
  if (owner === undefined) return refused('CONFLICT', 'identity', 'the account is nobody’s: use `linkIdentity` to say whose it is');
  draft.takeAway(account, owner);
  draft.reject(account, owner);
  return done(draft);
}

/** Cases whose candidates do not settle them stay open, each with a refusal. */
export function decideMatches(state: DeskState, cases: readonly DeskCase[], decision: MatchDecision, stamp: Stamp): Decided {
  const draft = createDraft(state, stamp);
  const refusals = cases.flatMap((each): readonly Refusal[] => {
    const account = state.accounts.get(`${each.svc}/${each.key}`);
    if (account === undefined) return [caseRefusal('NOT_FOUND', each, 'its account is gone')];
    if (draft.decisionOf(each) !== null) return [caseRefusal('CONFLICT', each, 'it is decided already: use `revertLinkChange` to decide it anew')];
    if (decision === 'CONFIRM') return confirm(draft, each, account, state);
    rejectCandidates(draft, each, account);
    return [];
  });
  return done(draft, refusals);
}

const caseRefusal = (code: Refusal['code'], { id }: DeskCase, message: string): Refusal => ({ code, field: ['cases', id], message });

function confirm(draft: Draft, each: DeskCase, account: DeskAccount, { people }: DeskState): readonly Refusal[] {
  const best = bestCandidate(draft, each, account);
  if (best === undefined)
    return [caseRefusal('CONFLICT', each, 'no single candidate is the likeliest: use `linkIdentity` to say whose account it is')];
  if (!people.has(best)) return [caseRefusal('NOT_FOUND', each, 'its candidate is gone')];
  give(draft, account, best);
  settleAll(draft, account, best);
  return [];
}

/** The only candidate, or the one that is likelier than every other. */
function bestCandidate(draft: Draft, { candidates }: DeskCase, account: DeskAccount): string | undefined {
  const owner = draft.ownerOf(account);
  const chances = new Map<string, number>();
  for (const { userId, confidence } of candidates) {
    const living = draft.living(userId);
    if (living !== owner) chances.set(living, Math.max(chances.get(living) ?? 0, confidence));
  }
  const [first, second] = [...chances].toSorted(([, a], [, b]) => b - a);
  return first === undefined || (second !== undefined && second[1] === first[1]) ? undefined : first[0];
}

function rejectCandidates(draft: Draft, each: DeskCase, account: DeskAccount): void {
  const owner = draft.ownerOf(account);
  const users = new Set(each.candidates.map(({ userId }) => draft.living(userId)));
  if (owner !== undefined) users.delete(owner);
  for (const userId of users) draft.reject(account, userId);
  const [only, second] = users;
  if (owner === undefined) draft.takeAway(account, second === undefined ? only : undefined);
  draft.settle(each, 'REJECT');
}

/** All accounts of some people become one person's. Their ids go on resolving to that person. */
export function mergeUsers(state: DeskState, into: string, from: readonly string[], stamp: Stamp): Decided {
  const draft = createDraft(state, stamp);
  const living = draft.living(into);
  if (!state.people.has(living)) return refused('NOT_FOUND', 'into', 'nobody has this id: take `id` of a User from an earlier answer');
  const merged = new Set(from.map(draft.living));
  if (from.length === 0 || merged.has(living))
    return refused('BAD_USER_INPUT', 'from', 'name people other than `into`; some of these are the same person');
  for (const userId of merged) {
    if (!state.people.has(userId)) return refused('NOT_FOUND', 'from', 'nobody has one of these ids: take `id` of a User from an earlier answer');
    for (const account of draft.accountsOf(userId)) draft.give(account, living);
    draft.retire(userId, living);
  }
  for (const account of draft.accountsOf(living)) {
    draft.accept(account, living);
    for (const each of openCases(draft, account)) if (names(draft, each, living)) draft.settle(each, 'CONFIRM');
  }
  return done(draft);
}

/** Some accounts of a person become a new person's, and no rule puts them back. */
export function splitUser(state: DeskState, user: string, accounts: readonly DeskAccount[], newId: string, stamp: Stamp): Decided {
  const draft = createDraft(state, stamp);
  const userId = draft.living(user);
  if (!state.people.has(userId)) return refused('NOT_FOUND', 'user', 'nobody has this id: take `id` of a User from an earlier answer');
  const moved = new Set(accounts);
  if (moved.size === 0) return refused('BAD_USER_INPUT', 'identities', 'name at least one account');
  if (accounts.some((account) => draft.ownerOf(account) !== userId)) {
    return refused('CONFLICT', 'identities', 'one of the accounts is not this person’s: ask for `User.identities` again');
  }
  if (draft.accountsOf(userId).every((account) => moved.has(account))) {
    return refused('BAD_USER_INPUT', 'identities', 'these are all of the person’s accounts: leave at least one');
  }
  draft.found(newId, userId);
  for (const account of moved) {
    draft.give(account, newId);
    draft.reject(account, userId);
  }
  return done(draft);
}

function give(draft: Draft, account: DeskAccount, userId: string): void {
  const owner = draft.ownerOf(account);
  draft.give(account, userId);
  draft.accept(account, userId);
  if (owner !== undefined && owner !== userId && draft.accountsOf(owner).length === 0) draft.retire(owner, userId);
}

const openCases = (draft: Draft, account: DeskAccount): readonly DeskCase[] =>
  draft.casesOf(account).filter((each) => draft.decisionOf(each) === null);

const names = (draft: Draft, { candidates }: DeskCase, userId: string): boolean => candidates.some((each) => draft.living(each.userId) === userId);

/** Whoever says whose an account is has decided all that was asked about it. */
function settleAll(draft: Draft, account: DeskAccount, userId: string): void {
  for (const each of openCases(draft, account)) draft.settle(each, names(draft, each, userId) ? 'CONFIRM' : 'REJECT');
}
