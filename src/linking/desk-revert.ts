import { keyText } from '../model/views.ts';
import { inverse, ownerOf, type DeskChange, type DeskState, type StoredLink } from '../model/desk-change.ts';

/** What a change left behind and something later has altered: account ids and people's ids. */
export interface Moved {
  readonly accounts: readonly string[];
  readonly people: readonly string[];
  readonly cases: readonly string[];
}

/** What undoes a change, or what of it does not stand any more. */
export function revert(change: DeskChange, state: DeskState): { readonly change: DeskChange } | { readonly moved: Moved } {
  const accounts = new Set<string>();
  for (const { svc, key, incarnation, after } of change.links) {
    const account = state.accounts.get(keyText({ svc, key }));
    if (account?.incarnation !== incarnation || !isSame(account.link, after)) accounts.add(keyText({ svc, key }));
  }
  for (const { svc, key, userId, after } of change.rejections) {
    if (state.accounts.get(keyText({ svc, key }))?.rejections.includes(userId) !== after) accounts.add(keyText({ svc, key }));
  }
  const altered = change.retired.filter(({ id, after }) =>
    after === null ? state.retired.has(id) || !isOnlyOf(id, change, state) : state.retired.get(id) !== after,
  );
  const revived = new Set(change.retired.map(({ id }) => id));
  const owners = change.links.flatMap(({ before }) => ownerOf(before) ?? []);
  const people = new Set([...altered.map(({ id }) => id), ...owners.filter((id) => !revived.has(id) && !state.people.has(id))]);
  const cases = change.cases.filter(({ id, after }) => state.cases.get(id)?.decision !== after);
  if (accounts.size + people.size + cases.length === 0) return { change: inverse(change) };
  return { moved: { accounts: [...accounts], people: [...people], cases: cases.map(({ id }) => id) } };
}

/** A person whom the change made, or brought back, goes only when nothing came to them since. */
function isOnlyOf(userId: string, { links }: DeskChange, { accounts }: DeskState): boolean {
  const given = new Set(links.filter(({ after }) => ownerOf(after) === userId).map(keyText));
  return [...accounts.values()].every(({ id, link }) => ownerOf(link) !== userId || given.has(id));
}

function isSame(a: StoredLink | null, b: StoredLink | null): boolean {
  if (a === null || b === null) return a === b;
  return a.state === b.state && a.userId === b.userId && a.decidedAt === b.decidedAt && (a.decidedBy === undefined) === (b.decidedBy === undefined);
}
