import type { Instant } from '../contract/records.ts';
import type { ActorRef } from '../model/views.ts';
import {
  ownerOf,
  type CaseMove,
  type DeskAccount,
  type DeskCase,
  type DeskChange,
  type DeskState,
  type LinkMove,
  type MatchDecision,
  type RejectionMove,
  type RetirementMove,
  type StoredLink,
} from '../model/desk-change.ts';

/** Who decides, when, and what they wrote about it. */
export interface Stamp {
  readonly actor: ActorRef;
  readonly at: Instant;
  readonly note: string | undefined;
}

/** A decision in the making: moves are made one after the other, and the difference from the start is the change. */
export interface Draft {
  living(userId: string): string;
  ownerOf(account: DeskAccount): string | undefined;
  accountsOf(userId: string): readonly DeskAccount[];
  casesOf(account: DeskAccount): readonly DeskCase[];
  decisionOf(each: DeskCase): MatchDecision | null;
  give(account: DeskAccount, userId: string): void;
  /** The account ends up as nobody's, and not as this person's again. */
  takeAway(account: DeskAccount, userId: string | undefined): void;
  reject(account: DeskAccount, userId: string): void;
  /** Forgets whatever says that the account is not this person's. */
  accept(account: DeskAccount, userId: string): void;
  retire(userId: string, into: string): void;
  /** A person who was never there; taken back, the id resolves to `origin`. */
  found(userId: string, origin: string): void;
  settle(each: DeskCase, decision: MatchDecision): void;
  change(): DeskChange;
}

export function createDraft(state: DeskState, { actor, at, note }: Stamp): Draft {
  const links = new Map<string, StoredLink>();
  const rejections = new Map([...state.accounts.values()].map(({ id, rejections: users }) => [id, new Set(users)]));
  const retired = new Map(state.retired);
  const origins = new Map<string, string>();
  const decisions = new Map<string, MatchDecision>();
  const linkOf = ({ id, link }: DeskAccount): StoredLink | null => links.get(id) ?? link;
  const rejectedBy = ({ id }: DeskAccount): Set<string> => rejections.get(id) ?? new Set();
  const decided = (decision: Pick<StoredLink, 'state' | 'userId'>): StoredLink => ({
    ...decision,
    rule: 'MANUAL',
    confidence: 1,
    evidence: ['decided by hand'],
    decidedBy: actor,
    decidedAt: at,
    note,
  });
  const living = (userId: string): string => {
    let id = userId;
    for (let heir = retired.get(id); heir !== undefined; heir = retired.get(id)) id = heir;
    return id;
  };

  return {
    living,
    ownerOf: (account) => ownerOf(linkOf(account)),
    accountsOf: (userId) => [...state.accounts.values()].filter((account) => ownerOf(linkOf(account)) === userId),
    casesOf: (account) => [...state.cases.values()].filter(({ svc, key }) => svc === account.svc && key === account.key),
    decisionOf: (each) => decisions.get(each.id) ?? each.decision,
    give: (account, userId) => void links.set(account.id, decided({ state: 'LINKED_MANUAL', userId })),
    takeAway: (account, userId) => void links.set(account.id, decided({ state: 'REJECTED', userId })),
    reject: (account, userId) => void rejectedBy(account).add(userId),
    accept(account, userId) {
      const own = rejectedBy(account);
      for (const rejected of own) if (living(rejected) === userId) own.delete(rejected);
    },
    retire: (userId, into) => void retired.set(userId, into),
    found: (userId, origin) => void origins.set(userId, origin),
    settle: (each, decision) => void decisions.set(each.id, decision),
    change: () => ({
      links: [...state.accounts.values()].flatMap(({ id, svc, key, incarnation, link }): readonly LinkMove[] => {
        const after = links.get(id);
        return after === undefined ? [] : [{ svc, key, incarnation, before: link, after }];
      }),
      rejections: [...state.accounts.values()].flatMap((account) => rejectionMoves(account, rejectedBy(account))),
      retired: [
        ...[...retired].flatMap(([id, into]): readonly RetirementMove[] => {
          const before = state.retired.get(id) ?? null;
          return before === into ? [] : [{ id, before, after: into }];
        }),
        ...[...origins].map(([id, origin]): RetirementMove => ({ id, before: origin, after: null })),
      ],
      cases: [...state.cases.values()].flatMap(({ id, svc, key, decision }): readonly CaseMove[] => {
        const after = decisions.get(id) ?? decision;
        return after === decision ? [] : [{ id, svc, key, before: decision, after }];
      }),
    }),
  };
}

function rejectionMoves({ svc, key, incarnation, rejections }: DeskAccount, after: ReadonlySet<string>): readonly RejectionMove[] {
  const before = new Set(rejections);
  return [...new Set([...before, ...after])].flatMap((userId): readonly RejectionMove[] => {
    const move = { svc, key, incarnation, userId, before: before.has(userId), after: after.has(userId) };
    return move.before === move.after ? [] : [move];
  });
}
