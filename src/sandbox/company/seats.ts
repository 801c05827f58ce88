import { chance, purposes } from './ids.ts';
import { roleWord } from './role-words.ts';
import type { DemoService, ServiceName } from './services.ts';
import type { Person } from './people.ts';

/** The awkward cases that people are cast for, each told by the accounts that it touches. */
export const twistNames = [
  'leaver',
  'invited',
  'unproven',
  'case-variant',
  'plus-tag',
  'second-domain',
  'private-address',
  'second-account',
  'renamed',
  'hostile-name',
  'contractor',
  'partner-member',
  'forgotten',
  'reused-address',
  'stolen-unproven',
  'stolen-invited',
  'stolen-guest',
  'look-alike',
  'foreign-dots',
  'foreign-tag',
  'contested',
  'same-id',
] as const;
export type TwistName = (typeof twistNames)[number];

/** What is awkward about an account; `plain` when nothing is. */
export const accountClasses = ['plain', 'bot', 'shared-mailbox', ...twistNames] as const;
export type AccountClass = (typeof accountClasses)[number];

/** One account before it has an id: what happened, not what a service would say about it. */
export interface Seat {
  /** Unique within a service: twice the holder's index, plus one for a second account; above them come accounts that nobody holds. */
  readonly slot: number;
  readonly holder: number | null;
  readonly class: AccountClass;
  readonly kind: 'HUMAN' | 'BOT';
  readonly status: 'INVITED' | 'ACTIVE' | 'SUSPENDED';
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly title: string | undefined;
  readonly startedAt: number;
  readonly email: string | undefined;
  readonly proven: boolean;
  /** The address is the holder's own work mailbox, and no account of anybody else makes that doubtful. */
  readonly ownMailbox: boolean;
  readonly role: string;
  /** The holder's Sym account names this account. */
  readonly declared: boolean;
  /** Sym only: an account of somebody else that this one names as its own. */
  readonly claims?: { readonly service: ServiceName; readonly holder: number };
  /** Carries the id of another instance's account. */
  readonly borrowsId?: { readonly service: ServiceName; readonly slot: number };
  readonly trap?: { readonly victim: number; readonly why: string };
}

type SeatPatch = Partial<Omit<Seat, 'slot' | 'holder' | 'class'>>;

/** One person's part in an awkward case. */
export interface Scene {
  readonly name: TwistName;
  /** Counts the cases of one name. */
  readonly ordinal: number;
  readonly side: 'subject' | 'other';
  readonly self: Person;
  /** The second person of the case; `self` where there is none. */
  readonly other: Person;
}

export interface Twist {
  /** Cases in a thousand people, and the least number that a company of 300 has. */
  readonly perMille: number;
  readonly least: number;
  /** A second person is part of it; `suits` says who may be. */
  readonly pair?: true;
  readonly suits?: (other: Person, ordinal: number) => boolean;
  /** Changes to the person; the other's have been made before the subject's. */
  readonly adapt?: (scene: Scene) => Partial<Person>;
  /** Whether the person must or must not have an account there. */
  readonly present?: (scene: Scene, service: ServiceName) => boolean | undefined;
  /** What differs from a plain account; undefined leaves it plain. */
  readonly seat?: (scene: Scene, service: ServiceName) => SeatPatch | undefined;
  /** A second account of the same person. */
  readonly second?: (scene: Scene, service: ServiceName) => SeatPatch | undefined;
}

export interface Cast {
  readonly seed: number;
  readonly people: readonly Person[];
  readonly scenes: ReadonlyMap<number, Scene>;
  readonly twists: Readonly<Record<TwistName, Twist>>;
}

/** The person's accounts at a service: none, one or two. */
export function seatsOf(cast: Cast, service: DemoService, index: number): readonly Seat[] {
  const person = cast.people[index];
  if (person === undefined) return [];
  const scene = cast.scenes.get(index);
  const twist = scene === undefined ? undefined : cast.twists[scene.name];
  const present = (scene && twist?.present?.(scene, service.name)) ?? isPresent(cast.seed, service, person);
  if (!present) return [];
  const plain = plainSeat(cast.seed, service, person);
  const patch = scene && twist?.seat?.(scene, service.name);
  const main = scene === undefined || patch === undefined ? plain : { ...plain, ...patch, class: scene.name };
  const second = scene && twist?.second?.(scene, service.name);
  return scene === undefined || second === undefined ? [main] : [main, { ...plain, ...second, slot: plain.slot + 1, class: scene.name }];
}

/** Everybody's accounts at a service, in the order of the people. */
export function* seatsAt(cast: Cast, service: DemoService): Generator<Seat> {
  for (let index = 0; index < cast.people.length; index++) yield* seatsOf(cast, service, index);
}

function isPresent(seed: number, service: DemoService, person: Person): boolean {
  return person.rank === 'founder' || chance(seed, purposes.presence + service.index, person.index) < service.share;
}

function plainSeat(seed: number, service: DemoService, person: Person): Seat {
  const named = service.type === 'slack' || service.type === 'pagerduty';
  return {
    slot: person.index * 2,
    holder: person.index,
    class: 'plain',
    kind: 'HUMAN',
    status: 'ACTIVE',
    firstName: person.firstName,
    lastName: person.lastName,
    displayName: `${person.firstName} ${person.lastName}`,
    title: person.title,
    startedAt: person.startedAt,
    email: service.type === 'waii' && chance(seed, purposes.opaqueId, person.index) < 0.3 ? undefined : person.email,
    proven: service.type === 'slack',
    ownMailbox: true,
    role: roleWord(service.type, person, chance(seed, purposes.role + service.index * 1000, person.index)),
    declared: named && chance(seed, purposes.declared + service.index * 1000, person.index) < 0.9,
  };
}
