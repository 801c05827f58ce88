import { departments } from './names.ts';
import type { DemoAccount, DemoInstance } from '../../contract/sandbox.ts';
import type { Person, Team } from './people.ts';
import type { Seat } from './seats.ts';
import type { DemoService } from './services.ts';

/** What a service is furnished from: its accounts and who holds them. */
export interface Floor {
  readonly seed: number;
  readonly service: DemoService;
  readonly teams: readonly Team[];
  readonly seated: readonly Seated[];
}

export interface Seated {
  readonly seat: Seat;
  readonly account: DemoAccount;
  readonly person: Person | undefined;
}

/** Everything that an instance holds beside its accounts. */
export type Furniture = Pick<DemoInstance, 'groups' | 'roles' | 'scopes' | 'grants' | 'invites' | 'credentials'>;

export const bare: Furniture = { groups: [], roles: [], scopes: [], grants: [], invites: [], credentials: [] };

/** The accounts of people by team, one list for every team. */
export function byTeam(floor: Floor, keep: (seated: Seated) => boolean = () => true): readonly (readonly Seated[])[] {
  const lists: Seated[][] = floor.teams.map(() => []);
  for (const seated of floor.seated) if (seated.person !== undefined && keep(seated)) lists[seated.person.team]?.push(seated);
  return lists;
}

/** The accounts of people by department, one list for every department. */
export function byDepartment(floor: Floor, keep: (seated: Seated) => boolean = () => true): readonly (readonly Seated[])[] {
  const lists: Seated[][] = departments.map(() => []);
  for (const seated of floor.seated) if (seated.person !== undefined && keep(seated)) lists[seated.person.department]?.push(seated);
  return lists;
}

export const memberOf = ({ account }: Seated): { readonly externalId: string } => ({ externalId: account.externalId });
export const handleOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
export const isLive = ({ account }: Seated): boolean => account.status === 'ACTIVE' && account.kind === 'HUMAN';
