import { LRUCache } from 'lru-cache';
import type { GroupRecord, RoleRecord } from '../contract/records.ts';
import { keyText, type RecordKey, type UserView, type Window } from '../model/views.ts';
import type { Db } from '../store/open.ts';
import type { ServiceRow } from '../store/read/services.ts';
import { ageMarks, touchedBetween, type MarkedTable, type Touched } from '../store/read/touched.ts';
import type { Stored } from './context.ts';
import type { GroupsWithin, PeopleSource, StoredAccounts, StoredGroups } from './people-source.ts';
import { mapSlice } from './slice.ts';
import { isSame } from './state.ts';
import type { Ambiguous } from './view.ts';

/**
 * What was read about single people, kept from revision to revision: a seal or a decision drops what it touched and nothing else. How old a record is
 * is not kept but told from the services' state and from the few records that stand out of it.
 */
export interface Memory {
  /** Goes along with the store; to be called with each state that a view is opened at. Calls are taken in order. */
  follow(rev: number, services: readonly ServiceRow[]): Promise<void>;
  /** The source with memory in front of it, for a view at the state that was followed last. A view that is older by then reads from the store alone. */
  inFrontOf(source: PeopleSource, rev: number): PeopleSource;
}

/** What is known of one person; undefined: nothing was asked yet. */
interface Card {
  /** Null: there is nobody of that id. */
  user?: UserView | null;
  accounts?: StoredAccounts;
  /** First pages, by their question. */
  groups?: Map<string, StoredGroups>;
}

/** Null: nobody. */
interface Holder {
  readonly found: string | Ambiguous | null;
}

interface Followed {
  readonly rev: number;
  readonly services: readonly ServiceRow[];
  /** Undefined: too many to go by. */
  readonly marks: Marks | undefined;
}

type Marks = ReadonlyMap<string, { readonly misses: number; readonly readAt: number | null }>;

// More than this is not looked at one by one.
const mostTouched = 5_000;
const mostMarks = 20_000;

/** @param maxRows how many people, accounts and groups; a thousand take some 0.8 MiB. */
export function createMemory(db: Db, maxRows: number): Memory {
  const cards = new LRUCache<string, Card>({ maxSize: maxRows });
  /** By `EmailKey.exact`. */
  const addresses = new LRUCache<string, Holder>({ maxSize: maxRows, sizeCalculation: () => 1 });
  /** By `keyText` of accounts. */
  const holders = new LRUCache<string, { readonly id: string | null }>({ maxSize: maxRows, sizeCalculation: () => 1 });
  /** By service and key. */
  const roles = new Map<number, Map<string, Stored<RoleRecord>>>();
  /** Many people are in one group. */
  const groups = new Map<string, Stored<GroupRecord>>();
  let groupsOfCards = 0;
  let followed: Followed | undefined;
  let following = Promise.resolve();

  function forget(): void {
    cards.clear();
    addresses.clear();
    holders.clear();
    roles.clear();
    forgetGroups();
  }

  function ofService(svc: number): Map<string, Stored<RoleRecord>> {
    const known = roles.get(svc) ?? new Map<string, Stored<RoleRecord>>();
    roles.set(svc, known);
    return known;
  }

  function forgetGroups(): void {
    groups.clear();
    groupsOfCards += 1;
  }

  function drop(touched: Touched): void {
    for (const id of touched.people) cards.delete(id);
    for (const address of touched.addresses) addresses.delete(address);
    for (const account of touched.accounts) holders.delete(keyText(account));
    roles.clear();
    if (touched.groups) forgetGroups();
  }

  async function step(rev: number, services: readonly ServiceRow[]): Promise<void> {
    if (followed !== undefined && rev < followed.rev) return;
    const known = followed !== undefined && isSame(followed.services, services, columnsOfAnswers) ? followed : undefined;
    const moved = known?.rev !== rev;
    if (!moved && isSame(known.services, services, columnsOfAges)) return;
    const touched = known === undefined || !moved ? undefined : await touchedBetween(db, known.rev, rev, mostTouched);
    const found = await ageMarks(db, mostMarks);
    // From here on nothing waits: a view sees all of it or nothing.
    if (touched !== undefined) drop(touched);
    else if (moved) forget();
    const marks = found && new Map(found.map(({ kind, svc, key, misses, read_at }) => [markText(kind, { svc, key }), { misses, readAt: read_at }]));
    followed = { rev, services, marks };
  }

  const unmarked = { misses: 0, readAt: null };
  const remember = <S extends Stored<unknown>>(stored: S): S => ({ ...stored, ...unmarked });
  const isMarked = (): boolean => (followed?.marks?.size ?? 0) > 0;
  function recall<S extends Stored<unknown>>(kind: MarkedTable, stored: S): S {
    const mark = isMarked() ? followed?.marks?.get(markText(kind, stored)) : undefined;
    return mark === undefined ? stored : { ...stored, ...mark };
  }
  const recallAll = <S extends Stored<unknown>>(kind: MarkedTable, all: readonly S[]): readonly S[] =>
    isMarked() ? all.map((stored) => recall(kind, stored)) : all;

  function recallGroups(id: string, question: string): StoredGroups | undefined {
    const slice = cards.peek(id)?.groups?.get(question);
    return slice === undefined || !isMarked() ? slice : mapSlice(slice, (group) => recall('user_group', group));
  }

  const svcsTexts = new WeakMap<readonly number[], string>();
  function groupsQuestion({ svcs, transitive }: GroupsWithin, { first }: Window): string {
    const text = svcsTexts.get(svcs) ?? svcs.join(' ');
    svcsTexts.set(svcs, text);
    return `${groupsOfCards} ${first} ${transitive} ${text}`;
  }

  function write(id: string, what: Card): void {
    const card = { ...cards.peek(id), ...what };
    let size = 1 + (card.accounts?.length ?? 0);
    for (const { edges } of card.groups?.values() ?? []) size += edges.length;
    cards.set(id, card, { size });
  }

  return {
    follow(rev, services) {
      const last = following;
      const own = (async () => {
        await last.catch(() => undefined);
        try {
          await step(rev, services);
        } catch (error) {
          followed = undefined;
          throw error;
        }
      })();
      following = own;
      return own;
    },
    inFrontOf(source, rev) {
      const holds = (): boolean => followed?.rev === rev && followed.marks !== undefined;

      /** Answers that are known, and a read of those that are not. */
      async function through<K, V>(
        keys: readonly K[],
        text: (key: K) => string,
        known: (key: K) => V | null | undefined,
        read: (keys: readonly K[]) => Promise<ReadonlyMap<string, V>>,
        keep: (key: K, value: V | undefined) => void,
      ): Promise<ReadonlyMap<string, V>> {
        if (!holds()) return read(keys);
        const found = new Map<string, V>();
        const unknown: K[] = [];
        for (const key of keys) {
          const value = known(key);
          if (value === undefined) unknown.push(key);
          else if (value !== null) found.set(text(key), value);
        }
        if (unknown.length === 0) return found;
        const fresh = await read(unknown);
        for (const [key, value] of fresh) found.set(key, value);
        if (holds()) for (const key of unknown) keep(key, fresh.get(text(key)));
        return found;
      }

      return {
        peopleByIds: (ids) =>
          through(
            ids,
            itself,
            (id) => cards.get(id)?.user,
            source.peopleByIds,
            (id, user) => {
              // A retired id is told by other changes than those of the person who answers to it.
              if (user === undefined || user.id === id) write(id, { user: user ?? null });
            },
          ),
        holdersOfAddresses: (exact) =>
          through(
            exact,
            itself,
            (address) => addresses.get(address)?.found,
            source.holdersOfAddresses,
            (address, found) => void addresses.set(address, { found: found ?? null }),
          ),
        holdersOfAccounts: (keys) =>
          through(
            keys,
            keyText,
            (key) => holders.get(keyText(key))?.id,
            source.holdersOfAccounts,
            (key, id) => void holders.set(keyText(key), { id: id ?? null }),
          ),
        accountsOfPeople: (ids) =>
          through(
            ids,
            itself,
            (id) => {
              const accounts = cards.get(id)?.accounts;
              return accounts?.length === 0 ? null : accounts && recallAll('identity', accounts);
            },
            source.accountsOfPeople,
            (id, accounts) => write(id, { accounts: (accounts ?? []).map(remember) }),
          ),
        groupsOfPeople: (ids, within, window) => {
          if (window.after !== undefined) return source.groupsOfPeople(ids, within, window);
          const question = groupsQuestion(within, window);
          return through(
            ids,
            itself,
            (id) => {
              const slice = recallGroups(id, question);
              return slice?.edges.length === 0 ? null : slice;
            },
            (unknown) => source.groupsOfPeople(unknown, within, window),
            (id, slice) => {
              const shared = mapSlice(slice ?? { edges: [], hasNext: false }, (group) => share(groups, remember(group)));
              const current = [...(cards.peek(id)?.groups ?? [])].filter(([text]) => text.startsWith(`${groupsOfCards} `));
              write(id, { groups: new Map([...current, [question, shared]]) });
            },
          );
        },
        rolesByKeys: (keys) =>
          through(
            keys,
            keyText,
            (key) => {
              const role = roles.get(key.svc)?.get(key.key);
              return role && recall('role', role);
            },
            source.rolesByKeys,
            (key, role) => {
              if (role !== undefined) ofService(key.svc).set(key.key, remember(role));
            },
          ),
        groupsAtHand: (id, within, window) => (window.after === undefined && holds() ? recallGroups(id, groupsQuestion(within, window)) : undefined),
        accountsAtHand: (id) => {
          const accounts = holds() ? cards.get(id)?.accounts : undefined;
          return accounts && recallAll('identity', accounts);
        },
        roleAtHand: (key) => {
          const role = holds() ? roles.get(key.svc)?.get(key.key) : undefined;
          return role && recall('role', role);
        },
      };
    },
  };
}

function share<R>(known: Map<string, Stored<R>>, stored: Stored<R>): Stored<R> {
  const text = keyText(stored);
  const same = known.get(text);
  if (same === undefined) known.set(text, stored);
  return same ?? stored;
}

const itself = (text: string): string => text;
const markText = (kind: MarkedTable, key: RecordKey): string => `${kind} ${keyText(key)}`;

/** The columns on which answers about people stand. */
const columnsOfAnswers = ['svc', 'type', 'service_id', 'profile'] as const satisfies (keyof ServiceRow)[];
/** Those that tell that ages changed. */
const columnsOfAges = ['sealed_as_of', 'live_reads', 'quarantined'] as const satisfies (keyof ServiceRow)[];
