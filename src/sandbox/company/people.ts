import { bits, chance, dayMs, pick, purposes, today } from './ids.ts';
import { departments, firstNames, lastNames, teamWords, titles } from './names.ts';
import { managedDomains } from './services.ts';

export interface Person {
  readonly index: number;
  readonly firstName: string;
  readonly lastName: string;
  /** The one mailbox that is this person's for work. */
  readonly email: string;
  /** Index into `departments`. */
  readonly department: number;
  /** Index into the company's teams; a team lies within one department. */
  readonly team: number;
  readonly title: string;
  readonly startedAt: number;
  readonly rank: 'founder' | 'owner' | 'admin' | 'lead' | 'staff';
}

export interface Team {
  readonly name: string;
  readonly department: number;
}

const peoplePerTeam = 20;

export function createTeams(people: number): readonly Team[] {
  const perDepartment = Math.max(1, Math.round(people / departments.length / peoplePerTeam));
  return departments.flatMap((departmentName, department) =>
    Array.from({ length: perDepartment }, (_, n): Team => {
      const round = Math.floor(n / teamWords.length);
      return { department, name: `${departmentName} ${teamWords[n % teamWords.length]}${round === 0 ? '' : ` ${round + 1}`}` };
    }),
  );
}

/** Several people share a name; nobody shares an address. */
export function createPeople(count: number, seed: number, teams: readonly Team[]): Person[] {
  const taken = new Map<string, number>();
  const people: Person[] = [];
  const perDepartment = teams.length / departments.length;
  for (let index = 0; index < count; index++) {
    const source = chance(seed, purposes.namesake, index) < 0.04 && index > 0 ? index - 1 : index;
    const first = pick(firstNames, seed, purposes.firstName, source);
    const last = pick(lastNames, seed, purposes.lastName, source);
    const local = `${first.latin}.${last.latin}`;
    const nth = (taken.get(local) ?? 0) + 1;
    taken.set(local, nth);
    const department = bits(seed, purposes.department, index) % departments.length;
    people.push({
      index,
      firstName: first.written,
      lastName: last.written,
      email: `${local}${nth === 1 ? '' : nth}@${managedDomains[0]}`,
      department,
      team: department * perDepartment + (bits(seed, purposes.team, index) % perDepartment),
      title: pick(titles, seed, purposes.title, index),
      startedAt: today - Math.floor(60 + chance(seed, purposes.start, index) * 3000) * dayMs,
      rank: rankOf(index, chance(seed, purposes.rank, index)),
    });
  }
  return people;
}

function rankOf(index: number, draw: number): Person['rank'] {
  if (index === 0) return 'founder';
  if (index < 3) return 'owner';
  if (draw < 0.02) return 'admin';
  return draw < 0.12 ? 'lead' : 'staff';
}

export const localPart = (address: string): string => address.slice(0, address.lastIndexOf('@'));
