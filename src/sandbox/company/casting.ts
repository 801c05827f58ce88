import { bits, purposes } from './ids.ts';
import { othersTwists } from './twists-others.ts';
import { ownTwists } from './twists-own.ts';
import type { Person } from './people.ts';
import { twistNames, type Cast, type Scene, type Twist, type TwistName } from './seats.ts';

const twists: Readonly<Record<TwistName, Twist>> = { ...ownTwists, ...othersTwists };

/** The first people run the company and stay out of every case; small companies keep most of their people plain. */
const aloof = 5;
const mostShare = 0.6;

/** Gives each awkward case its people: at most one case a person. */
export function castPeople(people: readonly Person[], seed: number): Cast {
  const pool = shuffled(people.slice(aloof), seed).slice(0, Math.floor(people.length * mostShare));
  const scenes = new Map<number, Scene>();
  const adapted = [...people];
  let ordinal = 0;
  for (let open: readonly TwistName[] = twistNames; open.length > 0; ordinal++) {
    open = open.filter((name) => ordinal < wanted(twists[name], people.length));
    for (const name of open) assign(name, ordinal, twists[name], pool, adapted, scenes);
  }
  return { seed, people: adapted, scenes, twists };
}

const wanted = (twist: Twist, people: number): number => Math.max(twist.least, Math.round((people * twist.perMille) / 1000));

function assign(name: TwistName, ordinal: number, twist: Twist, pool: Person[], people: Person[], scenes: Map<number, Scene>): void {
  if (pool.length < (twist.pair ? 2 : 1)) return;
  const rawOther = twist.pair ? takeSuited(pool, (person) => twist.suits?.(person, ordinal) !== false) : undefined;
  const rawSelf = pool.pop();
  if (rawSelf === undefined) return;
  const which = { name, ordinal };
  const other = rawOther && adapt(twist, { ...which, side: 'other', self: rawOther, other: rawSelf });
  const self = adapt(twist, { ...which, side: 'subject', self: rawSelf, other: other ?? rawSelf });
  people[self.index] = self;
  scenes.set(self.index, { ...which, side: 'subject', self, other: other ?? self });
  if (other === undefined) return;
  people[other.index] = other;
  scenes.set(other.index, { ...which, side: 'other', self: other, other: self });
}

const adapt = (twist: Twist, scene: Scene): Person => ({ ...scene.self, ...twist.adapt?.(scene) });

/** The last of the pool that suits, else the last. */
function takeSuited(pool: Person[], suits: (person: Person) => boolean): Person | undefined {
  const at = pool.findLastIndex(suits);
  if (at === -1) return pool.pop();
  const [taken] = pool.splice(at, 1);
  return taken;
}

function shuffled(people: Person[], seed: number): Person[] {
  for (let last = people.length - 1; last > 0; last--) {
    const at = bits(seed, purposes.shuffle, last) % (last + 1);
    const [a, b] = [people[last], people[at]];
    if (a !== undefined && b !== undefined) [people[last], people[at]] = [b, a];
  }
  return people;
}
