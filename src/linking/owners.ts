import type { AccountEvidence } from '../model/link-evidence.ts';
import { areCompatible } from './addresses.ts';
import { isByHand, isFirm, linkedUser } from './decided.ts';
import type { Keyring } from './keyring.ts';
import { byId, groupBy, type Partition } from './partition.ts';
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
  readonly newId: () => string;
}

/** Gives every group the person that it has, a person that it shares with nobody, or a new one. */
export function assignOwners(input: OwnersInput): Owners {
  const of = new Map<string, string>();
  const merged = new Map<string, string>();
  const founders = new Set<string>();
  const doubts: Doubt[] = [];
  const anySource = input.partition.groups().some((group) => group.some((account) => input.ring.serviceOf(account).people === 'source'));
  for (const group of input.partition.groups()) {
    const users = groupBy(group, (account) => (input.freed.has(account.id) ? undefined : linkedUser(account)));
    if (users.size === 0) {
      const founder = founderOf(group, input, anySource);
      if (founder === undefined) continue;
      founders.add(founder.id);
      const id = input.newId();
      for (const account of group) of.set(account.id, id);
    } else if (users.size === 1) {
      const [id = ''] = users.keys();
      for (const account of group) of.set(account.id, id);
    } else mergeUsers(group, users, input, { of, merged, doubts });
  }
  return { of, merged, founders, doubts };
}
