import { z } from 'zod';
import type { Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import { wall, type PagerDutyClient, type WirePage } from './client.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { toGroup, toMemberships, toNesting } from './map.ts';
import type { WireMember } from './wire.ts';

const offset = z.int().nonnegative();
const state = z.object({
  /** Offset of the next page of teams; null when all were read. */
  teams: offset.nullable(),
  /** Teams of the last page whose members are still to be read; the first is the present one. */
  queue: z.array(z.string()),
  /** Within the members of the present team. */
  members: offset,
});
type State = z.infer<typeof state>;

/** A page of teams, then the members of each of them, then the next page of teams: no answer lists both. */
export function teamsListing(client: PagerDutyClient): Listing {
  async function teamsPage(from: number, signal: AbortSignal): Promise<Page> {
    const page = await client.teams({ offset: from, total: from === 0 }, signal);
    return {
      records: page.items.flatMap((team) => [toGroup(team), ...toNesting(team)]),
      rejected: page.rejected.map((entry): RejectedRecord => ({ kind: 'group', ...entry })),
      next: nextOf({ teams: belowWall(page.next, 'teams'), queue: page.items.map((team) => team.id), members: 0 }),
      ...(from === 0 && page.total !== undefined && { announced: page.total }),
    };
  }

  async function membersPage(at: State, team: string, signal: AbortSignal): Promise<Page> {
    const page = await membersOf(team, at.members, signal);
    const next = belowWall(page.next, 'members of a team');
    return {
      records: toMemberships(team, page.items),
      rejected: page.rejected.map(({ reason }): RejectedRecord => ({ kind: 'membership', externalId: undefined, reason })),
      next: nextOf(next === null ? { ...at, queue: at.queue.slice(1), members: 0 } : { ...at, members: next }),
    };
  }

  async function membersOf(team: string, from: number, signal: AbortSignal): Promise<WirePage<WireMember>> {
    try {
      return await client.members(team, { offset: from }, signal);
    } catch (error) {
      // Deleted since its page was read.
      if (error instanceof AdapterError && error.code === 'NOT_FOUND') return { items: [], rejected: [], next: null, total: undefined };
      throw error;
    }
  }

  return {
    name: 'teams',
    yields: ['group', 'membership'],
    page(cursor, signal) {
      if (cursor === null) return teamsPage(0, signal);
      const at = parseCursor(cursor, state);
      const [team] = at.queue;
      return team === undefined ? teamsPage(at.teams ?? 0, signal) : membersPage(at, team, signal);
    },
  };
}

const nextOf = (next: State) => (next.queue.length === 0 && next.teams === null ? null : formatCursor(next));

function belowWall(next: number | null, what: string): number | null {
  if (next !== null && next >= wall) throw new AdapterError('UNSUPPORTED', `PagerDuty ${what}: more than the 10,000 that paging reaches`);
  return next;
}
