import { LRUCache } from 'lru-cache';
import type { GroupRecord, RoleRecord } from '../contract/records.ts';
import { keyText, type GroupView, type RecordKey, type RoleView, type Slice, type UserView, type Window } from '../model/views.ts';
import type { Db } from '../store/open.ts';
import type { ServiceRow } from '../store/read/services.ts';
import { ageMarks, touchedBetween, type Touched } from '../store/read/touched.ts';
import type { Ages } from './ages.ts';
import { toAccounts, type Accounts, type GroupsWithin, type PeopleSource } from './people-source.ts';
import { mapSlice } from './slice.ts';
import { isSame } from './state.ts';
import { createTeller, isTold, SharedViews, toldBy, toMarks, type Marks, type Teller, type Told } from './told.ts';
import type { Ambiguous } from './view.ts';

/**
 * What was read about single people, kept from revision to revision: a seal or a decision drops what it touched and nothing else. How old a record is
 * changes without a revision: it is told anew when the services' state changes, and each time for the few records that stand out of it.
 */
export interface Memory {
  /** Goes along with the store; to be called with each state that a view is opened at. Calls are taken in order. */
  follow(rev: number, services: readonly ServiceRow[]): Promise<void>;
  /** The source with memory in front of it, for a view at the state that was followed last. A view that is older by then reads from the store alone. */
  inFrontOf(source: PeopleSource, rev: number, ages: Ages): PeopleSource;
}

/** What is known of one person; undefined: nothing was asked yet. */
interface Card {
  /** Null: there is nobody of that id. */
  user: UserView | null | undefined;
  accounts: Accounts | undefined;
  accountsTold: Told | undefined;
  groups: readonly GroupPage[];
}

/** A first page. */
interface GroupPage {
  readonly question: GroupQuestion;
  readonly slice: Slice<GroupView>;
  readonly told: Told;
}

/** The same object for the same question, until all pages of groups are forgotten. */
interface GroupQuestion {
  readonly text: string;
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
  const roles = new SharedViews<RoleRecord>('role');
  const groups = new SharedViews<GroupRecord>('user_group');
  const groupQuestions = new Map<string, GroupQuestion>();
  let asked: (GroupsWithin & { readonly first: number; readonly question: GroupQuestion }) | undefined;
  let followed: Followed | undefined;
  let following = Promise.resolve();

  /** What was used last matters only when there is not much room left, and keeping account of it takes longer than looking. */
  const look = <V extends object>(cache: LRUCache<string, V>, key: string): V | undefined =>
    cache.calculatedSize < (maxRows * 7) / 8 ? cache.peek(key) : cache.get(key);

  function forget(): void {
    cards.clear();
    addresses.clear();
    holders.clear();
    roles.clear();
    forgetGroups();
  }

  function forgetGroups(): void {
    groups.clear();
    groupQuestions.clear();
    asked = undefined;
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
    followed = { rev, services, marks: found && toMarks(found) };
  }

  const areAccountsMarked = ({ all }: Accounts, { marks }: Teller): boolean => all.some((account) => marks.of('identity', account) !== undefined);
  const areGroupsMarked = ({ edges }: Slice<GroupView>, { marks }: Teller): boolean =>
    edges.some(({ node }) => marks.of('user_group', node) !== undefined);

  function accountsOf(card: Card, teller: Teller): Accounts | undefined {
    const { accounts, accountsTold } = card;
    if (accounts === undefined || accountsTold === undefined) return undefined;
    if (isTold(accountsTold, teller, () => areAccountsMarked(accounts, teller))) return accounts;
    card.accounts = toAccounts(accounts.all.map((account) => teller.tell('identity', account)));
    card.accountsTold = toldBy(teller, areAccountsMarked(accounts, teller));
    return card.accounts;
  }

  const toPage = (question: GroupQuestion, slice: Slice<GroupView>, teller: Teller): GroupPage => ({
    question,
    slice,
    told: toldBy(teller, areGroupsMarked(slice, teller)),
  });

  function groupsOf(card: Card, question: GroupQuestion, teller: Teller): Slice<GroupView> | undefined {
    const page = card.groups.find((each) => each.question === question);
    if (page === undefined || isTold(page.told, teller, () => areGroupsMarked(page.slice, teller))) return page?.slice;
    const renewed = mapSlice(page.slice, (group) => groups.at(group, teller) ?? teller.tell('user_group', group));
    card.groups = [...card.groups.filter((each) => each !== page), toPage(question, renewed, teller)];
    return renewed;
  }

  function questionOf({ svcs, transitive }: GroupsWithin, { first }: Window): GroupQuestion {
    // All people of one operation are asked the same.
    if (asked?.svcs === svcs && asked.first === first && asked.transitive === transitive) return asked.question;
    const text = `${first} ${transitive} ${svcs.join(' ')}`;
    const question = groupQuestions.get(text) ?? { text };
    groupQuestions.set(text, question);
    asked = { svcs, first, transitive, question };
    return question;
  }

  function write(id: string, what: Partial<Card>): void {
    const card: Card = { user: undefined, accounts: undefined, accountsTold: undefined, groups: [], ...cards.peek(id), ...what };
    let size = 1 + (card.accounts?.all.length ?? 0);
    for (const { slice } of card.groups) size += slice.edges.length;
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
    inFrontOf(source, rev, ages) {
      const marks = followed?.rev === rev ? followed.marks : undefined;
      if (marks === undefined) return source;
      const teller = createTeller(ages, marks);
      const holds = (): boolean => followed?.rev === rev;

      /** Answers that are known, and a read of those that are not. */
      async function through<K, V>(
        keys: readonly K[],
        text: (key: K) => string,
        known: (key: K) => V | null | undefined,
        read: (keys: readonly K[]) => Promise<ReadonlyMap<string, V>>,
        keepAnswer: (key: K, value: V | undefined) => void,
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
        if (holds()) for (const key of unknown) keepAnswer(key, fresh.get(text(key)));
        return found;
      }

      const cardOf = (id: string): Card | undefined => (holds() ? look(cards, id) : undefined);
      const accountsAtHand = (id: string): Accounts | undefined => {
        const card = cardOf(id);
        return card && accountsOf(card, teller);
      };
      const groupsAtHand = (id: string, question: GroupQuestion): Slice<GroupView> | undefined => {
        const card = cardOf(id);
        return card && groupsOf(card, question, teller);
      };
      const roleAtHand = (key: RecordKey): RoleView | undefined => (holds() ? roles.at(key, teller) : undefined);

      return {
        peopleByIds: (ids) =>
          through(
            ids,
            itself,
            (id) => look(cards, id)?.user,
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
            (address) => look(addresses, address)?.found,
            source.holdersOfAddresses,
            (address, found) => void addresses.set(address, { found: found ?? null }),
          ),
        holdersOfAccounts: (keys) =>
          through(
            keys,
            keyText,
            (key) => look(holders, keyText(key))?.id,
            source.holdersOfAccounts,
            (key, id) => void holders.set(keyText(key), { id: id ?? null }),
          ),
        accountsOfPeople: (ids) =>
          through(
            ids,
            itself,
            (id) => {
              const accounts = accountsAtHand(id);
              return accounts?.all.length === 0 ? null : accounts;
            },
            source.accountsOfPeople,
            (id, accounts = toAccounts([])) => write(id, { accounts, accountsTold: toldBy(teller, areAccountsMarked(accounts, teller)) }),
          ),
        groupsOfPeople: (ids, within, window) => {
          if (window.after !== undefined) return source.groupsOfPeople(ids, within, window);
          const question = questionOf(within, window);
          return through(
            ids,
            itself,
            (id) => {
              const slice = groupsAtHand(id, question);
              return slice?.edges.length === 0 ? null : slice;
            },
            (unknown) => source.groupsOfPeople(unknown, within, window),
            (id, slice = { edges: [], hasNext: false }) => {
              const others = (cards.peek(id)?.groups ?? []).filter(
                (page) => page.question !== question && groupQuestions.get(page.question.text) === page.question,
              );
              write(id, { groups: [...others, toPage(question, mapSlice(slice, shareGroup), teller)] });
            },
          );
        },
        rolesByKeys: (keys) =>
          through(keys, keyText, roleAtHand, source.rolesByKeys, (_key, role) => {
            if (role !== undefined) roles.keep(role, teller);
          }),
        accountsAtHand,
        groupsAtHand: (id, within, window) => (window.after === undefined ? groupsAtHand(id, questionOf(within, window)) : undefined),
        roleAtHand,
      };

      function shareGroup(group: GroupView): GroupView {
        const same = groups.at(group, teller);
        if (same === undefined) groups.keep(group, teller);
        return same ?? group;
      }
    },
  };
}

const itself = (text: string): string => text;

/** The columns on which answers about people stand. */
const columnsOfAnswers = ['svc', 'type', 'service_id', 'profile'] as const satisfies (keyof ServiceRow)[];
/** Those that tell that ages changed. */
const columnsOfAges = ['sealed_as_of', 'live_reads', 'quarantined'] as const satisfies (keyof ServiceRow)[];
