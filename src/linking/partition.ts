import type { AccountEvidence } from '../model/link-evidence.ts';

/** Accounts in disjoint groups that only ever grow together. */
export interface Partition {
  /** Names the group; changes when the group grows. */
  rootOf(account: AccountEvidence): string;
  members(root: string): readonly AccountEvidence[];
  together(a: AccountEvidence, b: AccountEvidence): boolean;
  join(a: AccountEvidence, b: AccountEvidence): void;
  groups(): IterableIterator<readonly AccountEvidence[]>;
}

export function createPartition(accounts: Iterable<AccountEvidence>): Partition {
  const roots = new Map<string, string>();
  const members = new Map<string, AccountEvidence[]>();
  for (const account of accounts) {
    roots.set(account.id, account.id);
    members.set(account.id, [account]);
  }
  const rootOf = (account: AccountEvidence): string => roots.get(account.id) ?? account.id;
  const membersOf = (root: string): AccountEvidence[] => members.get(root) ?? [];
  return {
    rootOf,
    members: membersOf,
    together: (a, b) => rootOf(a) === rootOf(b),
    join(a, b) {
      let [into, from] = [rootOf(a), rootOf(b)];
      if (into === from) return;
      if (membersOf(into).length < membersOf(from).length) [into, from] = [from, into];
      const moved = membersOf(from);
      for (const account of moved) roots.set(account.id, into);
      membersOf(into).push(...moved);
      members.delete(from);
    },
    groups: () => members.values(),
  };
}

export function groupBy<T, K>(values: Iterable<T>, keyOf: (value: T) => K | undefined): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

export const byId = (a: AccountEvidence, b: AccountEvidence): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
