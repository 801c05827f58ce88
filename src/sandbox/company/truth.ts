import { externalIdOf } from './accounts.ts';
import { extraSeats } from './extras.ts';
import { isGuest } from './role-words.ts';
import { seatsAt, seatsOf, type AccountClass, type Cast, type Seat } from './seats.ts';
import { demoServiceTable, managedDomains, serviceNames, type DemoService, type ServiceName } from './services.ts';
import type { EmailTrust } from '../../contract/adapter.ts';

export interface AccountRef {
  readonly type: string;
  readonly serviceId: string;
  readonly externalId: string;
}

/** An account that an eager linker would give to somebody else. */
interface Trap {
  readonly account: AccountRef;
  /** Index of the person who must not get it. */
  readonly victim: number;
  readonly why: string;
}

interface TruthSummary {
  readonly people: number;
  readonly accounts: ReadonlyMap<ServiceName, number>;
  readonly classes: ReadonlyMap<AccountClass, number>;
  readonly allowed: number;
  readonly traps: number;
}

export interface Truth {
  /** Who holds the account: an index into the people; null for bots, shared mailboxes and ids that do not exist. */
  personOf(type: string, serviceId: string, externalId: string): number | null;
  classOf(ref: AccountRef): AccountClass | undefined;
  /**
   * True when proof or a declared account puts this account on one user with its holder's other accounts, at least one of them in a service that makes people.
   * False is "must not be tied automatically", even where the holder is the right person: somebody has to say so by hand.
   */
  allowed(ref: AccountRef): boolean;
  readonly traps: readonly Trap[];
  readonly summary: TruthSummary;
}

export type TrustOf = (service: DemoService) => EmailTrust;

/** Known from how each account came about: nothing here reads an address beyond its domain. */
export function createTruth(cast: Cast, trustOf: TrustOf): Truth {
  const holdings = new Map<ServiceName, ReadonlyMap<string, Seat>>();
  const tied = new Map<number, number>();
  let traps: readonly Trap[] | undefined;
  let summary: TruthSummary | undefined;

  const services = serviceNames.map((name) => demoServiceTable[name]);
  const find = (type: string, serviceId: string, externalId: string): { service: DemoService; seat: Seat } | undefined => {
    const service = services.find((candidate) => candidate.type === type && candidate.serviceId === serviceId);
    if (service === undefined) return undefined;
    let held = holdings.get(service.name);
    if (held === undefined) holdings.set(service.name, (held = seatsById(cast, service)));
    const seat = held.get(externalId);
    return seat && { service, seat };
  };
  const seatAllowed = (service: DemoService, seat: Seat): boolean => {
    if (seat.holder === null) return false;
    let mask = tied.get(seat.holder);
    if (mask === undefined) tied.set(seat.holder, (mask = tiedSeats(cast, trustOf, seat.holder)));
    return (mask & bitOf(service, seat)) !== 0;
  };
  return {
    personOf: (type, serviceId, externalId) => find(type, serviceId, externalId)?.seat.holder ?? null,
    classOf: (ref) => find(ref.type, ref.serviceId, ref.externalId)?.seat.class,
    allowed: (ref) => {
      const found = find(ref.type, ref.serviceId, ref.externalId);
      return found !== undefined && seatAllowed(found.service, found.seat);
    },
    get traps() {
      return (traps ??= listTraps(cast, services));
    },
    get summary() {
      return (summary ??= summarise(cast, services, seatAllowed));
    },
  };
}

function seatsById(cast: Cast, service: DemoService): ReadonlyMap<string, Seat> {
  const held = new Map<string, Seat>();
  for (const seat of allSeats(cast, service)) held.set(externalIdOf(cast, service, seat), seat);
  return held;
}

export function* allSeats(cast: Cast, service: DemoService): Generator<Seat> {
  yield* seatsAt(cast, service);
  yield* extraSeats(service, cast.people.length);
}

const bitOf = (service: DemoService, seat: Seat): number => 1 << (service.index * 2 + (seat.slot % 2));

/** The person's accounts that end up together, as a set of bits. */
function tiedSeats(cast: Cast, trustOf: TrustOf, person: number): number {
  let proven = 0;
  let declared = 0;
  let sources = 0;
  let sym = 0;
  for (const name of serviceNames) {
    const service = demoServiceTable[name];
    for (const seat of seatsOf(cast, service, person)) {
      const bit = bitOf(service, seat);
      if (service.people === 'source') sources |= bit;
      if (name === 'sym') sym |= bit;
      if (proves(service, seat, trustOf(service))) proven |= bit;
      if (seat.declared && seat.class !== 'contested') declared |= bit;
    }
  }
  const named = sym !== 0 && declared !== 0 ? sym | declared : 0;
  const together = (proven & named) !== 0 ? proven | named : count(proven) >= count(named) ? proven : named;
  return count(together) > 1 && (together & sources) !== 0 ? together : 0;
}

function proves(service: DemoService, seat: Seat, trust: EmailTrust): boolean {
  if (!seat.ownMailbox || seat.kind !== 'HUMAN' || seat.status !== 'ACTIVE' || seat.email === undefined) return false;
  if (isGuest(service.type, seat.role) || trust === 'NEVER') return false;
  if (seat.proven || trust === 'ALWAYS') return true;
  // Slack denies what it has not proven; the others have no word on it.
  if (service.type === 'slack' || trust === 'VERIFIED_ONLY') return false;
  return managedDomains.includes(seat.email.slice(seat.email.lastIndexOf('@') + 1).toLowerCase());
}

function count(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

function listTraps(cast: Cast, services: readonly DemoService[]): readonly Trap[] {
  const traps: Trap[] = [];
  for (const person of cast.scenes.keys()) {
    for (const service of services) {
      for (const seat of seatsOf(cast, service, person)) {
        if (seat.trap === undefined) continue;
        traps.push({ account: { type: service.type, serviceId: service.serviceId, externalId: externalIdOf(cast, service, seat) }, ...seat.trap });
      }
    }
  }
  return traps;
}

function summarise(cast: Cast, services: readonly DemoService[], seatAllowed: (service: DemoService, seat: Seat) => boolean): TruthSummary {
  const accounts = new Map<ServiceName, number>();
  const classes = new Map<AccountClass, number>();
  let allowed = 0;
  for (const service of services) {
    for (const seat of allSeats(cast, service)) {
      accounts.set(service.name, (accounts.get(service.name) ?? 0) + 1);
      classes.set(seat.class, (classes.get(seat.class) ?? 0) + 1);
      if (seatAllowed(service, seat)) allowed++;
    }
  }
  return { people: cast.people.length, accounts, classes, allowed, traps: listTraps(cast, services).length };
}
