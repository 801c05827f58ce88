import { LRUCache } from 'lru-cache';
import type { Instant } from '../contract/records.ts';
import { stalenessBudgetMs } from '../model/coverage.ts';
import { keyText, type IdentityView, type RoleView, type Slice, type Sourced } from '../model/views.ts';
import type { View } from './view.ts';

interface Kept {
  /** Undefined: there is no answer, and that is known. */
  readonly value: unknown;
}

/** Answers that hold from view to view, as long as the store says the same. */
export interface Memory {
  readonly answers: LRUCache<string, Kept>;
  /** When time alone makes one of them untrue: a record becomes stale. */
  until: Instant;
}

/** @param maxRows how many answers and records; a thousand take some 0.6 MiB (bench/lookups.ts). */
export const createMemory = (maxRows: number): Memory => ({ answers: new LRUCache({ maxSize: maxRows }), until: Infinity });

type Remembered =
  'usersByLookup' | 'usersByIds' | 'identitiesOfUsers' | 'identitiesAtHand' | 'groupsOfUsers' | 'rolesByKeys' | 'roleAtHand' | 'linksByKeys';

/**
 * The view with its answers about single people kept. The memory must be one that no other state of the store has filled, and the view one without
 * live readings.
 */
export function remembering(view: Pick<View, Remembered | 'now'>, memory: Memory): Pick<View, Remembered> {
  const keep = (key: string, value: unknown, records: readonly Sourced<unknown>[] = []): void => {
    for (const { asOf, stale } of records) if (!stale) memory.until = Math.min(memory.until, asOf + stalenessBudgetMs);
    memory.answers.set(key, { value }, { size: 1 + records.length });
  };

  async function through<K, V>(
    question: string,
    keys: readonly K[],
    text: (key: K) => string,
    read: (keys: readonly K[]) => Promise<ReadonlyMap<string, V>>,
    recordsOf?: (value: V) => readonly Sourced<unknown>[],
  ): Promise<ReadonlyMap<string, V>> {
    const found = new Map<string, V>();
    const unknown: K[] = [];
    for (const key of keys) {
      const kept = memory.answers.get(`${question} ${text(key)}`);
      if (kept === undefined) unknown.push(key);
      else if (kept.value !== undefined) found.set(text(key), kept.value as V);
    }
    if (unknown.length === 0) return found;
    const fresh = await read(unknown);
    for (const key of unknown) {
      const value = fresh.get(text(key));
      if (value !== undefined) found.set(text(key), value);
      keep(`${question} ${text(key)}`, value, value === undefined ? [] : recordsOf?.(value));
    }
    return found;
  }

  return {
    async usersByLookup(lookups) {
      const found = await through(
        'lookup',
        lookups,
        (lookup) => JSON.stringify(lookup),
        async (unknown) => {
          const answers = await view.usersByLookup(unknown);
          return new Map(unknown.flatMap((lookup, index) => (answers[index] === undefined ? [] : [[JSON.stringify(lookup), answers[index]]])));
        },
      );
      return lookups.map((lookup) => found.get(JSON.stringify(lookup)));
    },
    usersByIds: (ids) => through('user', ids, itself, view.usersByIds),
    identitiesOfUsers: (ids, includeDeleted) =>
      through(
        identitiesQuestion(includeDeleted),
        ids,
        itself,
        (unknown) => view.identitiesOfUsers(unknown, includeDeleted),
        (identities) => identities,
      ),
    identitiesAtHand: (id, includeDeleted) => {
      const kept = memory.answers.get(`${identitiesQuestion(includeDeleted)} ${id}`);
      return kept && ((kept.value ?? []) as readonly IdentityView[]);
    },
    groupsOfUsers: (ids, options, window) =>
      through(`groups ${JSON.stringify([options, window])}`, ids, itself, (unknown) => view.groupsOfUsers(unknown, options, window), nodesOf),
    rolesByKeys: (keys) => through('role', keys, keyText, view.rolesByKeys, (role) => [role]),
    roleAtHand: (key) => memory.answers.peek(`role ${keyText(key)}`)?.value as RoleView | undefined,
    linksByKeys: (keys) => through('link', keys, keyText, view.linksByKeys),
  };
}

const identitiesQuestion = (includeDeleted: boolean): string => (includeDeleted ? 'all identities' : 'identities');
const itself = (id: string): string => id;
const nodesOf = <V extends Sourced<unknown>>({ edges }: Slice<V>): readonly V[] => edges.map(({ node }) => node);
