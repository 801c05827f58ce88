import type { AccountEvidence, Evidence, HeldAddress, ServiceEvidence } from '../model/link-evidence.ts';
import type { Partition } from './partition.ts';
import { isGone, isLate, isProven } from './proof.ts';

/** Somebody who once proved the address, or still has it on an account that is switched off. */
interface FormerHolder {
  readonly account: AccountEvidence;
  /** An earlier owner of the same external id. */
  readonly earlierIncarnation: boolean;
}

/** Who holds which address, for all addresses of the evidence. */
export interface Keyring {
  readonly addresses: ReadonlyMap<string, HeldAddress>;
  /** Proven now, however lately. */
  readonly holders: ReadonlyMap<string, readonly AccountEvidence[]>;
  /** Proven and old enough to tie. */
  readonly tying: ReadonlyMap<string, readonly AccountEvidence[]>;
  readonly former: ReadonlyMap<string, readonly FormerHolder[]>;
  /** Addresses by which the account may be tied. */
  keysOf(account: AccountEvidence): readonly string[];
  serviceOf(account: AccountEvidence): ServiceEvidence;
}

export function createKeyring(evidence: Evidence): Keyring {
  const addresses = new Map<string, HeldAddress>();
  const holders = new Map<string, AccountEvidence[]>();
  const tying = new Map<string, AccountEvidence[]>();
  const former = new Map<string, FormerHolder[]>();
  const keys = new Map<string, string[]>();
  const serviceOf = ({ svc }: AccountEvidence): ServiceEvidence => {
    const service = evidence.services.get(svc);
    if (service === undefined) throw new Error(`linking was not told of service ${svc}`);
    return service;
  };
  for (const account of evidence.accounts.values()) {
    if (account.kind !== 'HUMAN') continue;
    const service = serviceOf(account);
    for (const address of account.addresses) {
      addresses.set(address.exact, address);
      if (address.until !== undefined) {
        const remembered = address.until > evidence.retainedFrom && address.proof !== 'UNVERIFIED';
        if (remembered) add(former, address.exact, { account, earlierIncarnation: address.until <= account.seen });
      } else if (isGone(account)) {
        if (address.proof !== 'UNVERIFIED') add(former, address.exact, { account, earlierIncarnation: false });
      } else if (isProven(account, address, service)) {
        add(holders, address.exact, account);
        if (isLate(account, address)) continue;
        add(tying, address.exact, account);
        add(keys, account.id, address.exact);
      }
    }
  }
  return { addresses, holders, tying, former, keysOf: ({ id }) => keys.get(id) ?? [], serviceOf };
}

export interface Verdict {
  readonly state: 'GOOD' | 'AMBIGUOUS' | 'REUSED';
  /** Ids of the accounts whose owner the address leaves in doubt. */
  readonly doubtful: ReadonlySet<string>;
  /** The doubt is as old as the services' first seals: no order of arrival may have decided it. */
  readonly original: boolean;
}

const good: Verdict = { state: 'GOOD', doubtful: new Set(), original: false };

/** Whether an address names one person, given which accounts are known to belong together. */
export function weighAddress(exact: string, evidence: Evidence, ring: Keyring, known: Partition): Verdict {
  const holders = ring.holders.get(exact) ?? [];
  const crowded = evidence.crowded.get(exact);
  if (crowded !== undefined) return { state: 'AMBIGUOUS', doubtful: ids(holders.filter(({ svc }) => crowded.has(svc))), original: true };
  return reused(exact, holders, ring, known) ?? shared(holders, known) ?? good;
}

function shared(holders: readonly AccountEvidence[], known: Partition): Verdict | undefined {
  const doubtful = new Set<string>();
  let original = false;
  for (const a of holders) {
    for (const b of holders) {
      if (a === b || a.svc !== b.svc || known.together(a, b)) continue;
      doubtful.add(a.id);
      original ||= a.original && b.original;
    }
  }
  return doubtful.size === 0 ? undefined : { state: 'AMBIGUOUS', doubtful, original };
}

function reused(exact: string, holders: readonly AccountEvidence[], ring: Keyring, known: Partition): Verdict | undefined {
  const doubtful = new Set<string>();
  let original = false;
  for (const { account: earlier, earlierIncarnation } of ring.former.get(exact) ?? []) {
    const successors = holders.filter((holder) => holder.svc === earlier.svc && (earlierIncarnation || !known.together(holder, earlier)));
    const group = known.members(known.rootOf(earlier));
    const someoneElse = group.length > 1 || earlier.link?.state === 'LINKED_MANUAL';
    const elsewhere = someoneElse && !group.some((member) => holders.includes(member));
    for (const holder of elsewhere ? holders : successors) {
      doubtful.add(holder.id);
      original ||= holder.original && earlier.original;
    }
  }
  return doubtful.size === 0 ? undefined : { state: 'REUSED', doubtful, original };
}

const ids = (accounts: readonly AccountEvidence[]): ReadonlySet<string> => new Set(accounts.map(({ id }) => id));

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
