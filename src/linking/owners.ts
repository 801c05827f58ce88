import type { AccountEvidence } from '../model/link-evidence.ts';
import { isByHand, isFirm, keptApart, linkedUser } from './decided.ts';
import type { Keyring } from './keyring.ts';
import { byId, groupBy, type Partition } from './partition.ts';
import { isGone } from './proof.ts';
import type { Doubt } from './tie.ts';

export interface Owners {
  /** Account id → person. */
  readonly of: ReadonlyMap<string, string>;
  /** Retired id → living id. */
  readonly merged: ReadonlyMap<string, string>;
  /** Ids of the accounts whose link makes a new person. */
  readonly founders: ReadonlySet<string>;
  readonly doubts: readonly Doubt[];
}

export interface OwnersInput {
  readonly partition: Partition;
  /** What declarations put together. */
  readonly known: Partition;
  readonly ring: Keyring;
  readonly freed: ReadonlySet<string>;
  /** Ids of accounts that must not make a person. */
  readonly inConflict: ReadonlySet<string>;
  readonly isSource: (svc: number) => boolean;
  readonly newId: () => string;
}

/** Gives every group the person that it has, the oldest of several where they may be one, or a new one. */
export function assignOwners(input: OwnersInput): Owners {
  const owners = { of: new Map<string, string>(), merged: new Map<string, string>(), founders: new Set<string>(), doubts: [] as Doubt[] };
  for (const group of input.partition.groups()) {
    const users = groupBy(group, (account) => (input.freed.has(account.id) ? undefined : linkedUser(account)));
    const [only] = users.keys();
    if (users.size > 1) mergeUsers(group, users, input, owners);
    else if (only !== undefined) for (const { id } of group) owners.of.set(id, only);
    else found(group, input, owners);
  }
  return owners;
}

type Assigned = { readonly of: Map<string, string>; readonly merged: Map<string, string>; readonly founders: Set<string>; readonly doubts: Doubt[] };

function found(group: readonly AccountEvidence[], { inConflict, isSource, newId }: OwnersInput, { of, founders }: Assigned): void {
  const able = group.filter((account) => isSource(account.svc) && account.status !== 'DELETED' && !inConflict.has(account.id));
  const [founder] = able.toSorted((a, b) => Number(a.status !== 'ACTIVE') - Number(b.status !== 'ACTIVE') || byId(a, b));
  if (founder === undefined) return;
  const person = newId();
  founders.add(founder.id);
  for (const { id } of group) of.set(id, person);
}

function mergeUsers(
  group: readonly AccountEvidence[],
  users: ReadonlyMap<string, readonly AccountEvidence[]>,
  input: OwnersInput,
  { of, merged, doubts }: Assigned,
): void {
  const ranked = [...users].map(([id, accounts]) => ({ id, accounts, rank: (isByHand(accounts) ? 0 : 2) + (isWeak(accounts) ? 1 : 0) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const living: { id: string; accounts: readonly AccountEvidence[] }[] = [];
  for (const user of ranked) {
    const into = living.find((other) => mayMerge(other.accounts, user.accounts, input.known));
    if (into === undefined) {
      const [account] = user.accounts.toSorted(byId);
      if (account !== undefined && living.length > 0)
        doubts.push(
          twoPeople(
            account,
            living.flatMap(({ accounts }) => accounts),
          ),
        );
      living.push({ id: user.id, accounts: user.accounts });
    } else {
      merged.set(user.id, into.id);
      into.accounts = [...into.accounts, ...user.accounts];
    }
  }
  for (const { id: person, accounts } of living) for (const { id } of accounts) of.set(id, person);
  for (const account of group.filter(({ id }) => !of.has(id))) {
    const fitting = living.filter(({ accounts }) => accounts.some((other) => input.known.together(account, other)));
    const sharing = living.filter(({ accounts }) =>
      accounts.some((other) => input.ring.keysOf(other).some((key) => input.ring.keysOf(account).includes(key))),
    );
    const [owner, second] = living.length === 1 ? living : fitting.length > 0 ? fitting : sharing;
    if (owner !== undefined && second === undefined) of.set(account.id, owner.id);
    else
      doubts.push(
        twoPeople(
          account,
          living.flatMap(({ accounts }) => accounts),
        ),
      );
  }
}

/** A person whom nothing but the first sight of one account has made. */
const isWeak = (accounts: readonly AccountEvidence[]): boolean => accounts.every(({ link }) => link?.rule === 'NEW_PERSON' && !link.byHand);

function mayMerge(into: readonly AccountEvidence[], user: readonly AccountEvidence[], known: Partition): boolean {
  if (keptApart(into, user)) return false;
  const declared = into.some((a) => user.some((b) => known.together(a, b)));
  const compatible = into.every((a) => isGone(a) || user.every((b) => isGone(b) || a.svc !== b.svc || known.together(a, b)));
  if (isWeak(user)) return declared || compatible;
  if (!compatible || isByHand(into) || isByHand(user)) return false;
  return declared || (!isFirm(into) && !isFirm(user));
}

const twoPeople = (account: AccountEvidence, others: readonly AccountEvidence[]): Doubt => ({
  account,
  reason: 'TWO_PEOPLE',
  others,
  rule: 'PROVEN_EMAIL',
  confidence: 0.7,
  evidence: 'an account or address connects both',
  against: ['both were known as people of their own before'],
});
