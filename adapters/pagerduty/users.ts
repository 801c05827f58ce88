import { z } from 'zod';
import type { Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import { wall, type PagerDutyClient, type WirePage } from './client.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { toAlongside, toIdentity, toSubdomain } from './map.ts';
import { afterPage, divide, isDivisible, queryOf, startSplit, type Split } from './split.ts';
import type { WireUser } from './wire.ts';

const offset = z.int().nonnegative();
const split = z.object({
  by: z.enum(['address', 'name']),
  total: offset,
  counted: offset,
  countedBefore: offset,
  parts: z.array(z.string()).readonly(),
  done: z.array(z.string()).readonly(),
  offset,
});
const plain = z.object({ offset, total: offset.optional() });
const state = z.union([z.object({ split }), z.object({ plain })]);
type State = z.infer<typeof state>;

/** Plain paging while the account fits below the wall of 10,000; in parts (see split.ts) when it does not. */
export function usersListing(client: PagerDutyClient): Listing {
  async function plainPage(from: z.infer<typeof plain>, signal: AbortSignal): Promise<Page> {
    const first = from.offset === 0;
    const page = await client.users({ offset: from.offset, total: first }, signal);
    const total = first ? page.total : from.total;
    const announced = first && total !== undefined ? { announced: total } : {};
    return { ...toRecords(page), next: nextOf(afterPlain(page.next, total)), ...announced };
  }

  async function splitPage(at: Split, signal: AbortSignal): Promise<Page> {
    if (at.parts.length === 0 || at.counted >= at.total) return verify(at, signal);
    const page = await client.users({ offset: at.offset, query: queryOf(at), total: at.offset === 0 }, signal);
    const tooLarge = (page.total !== undefined && page.total > wall) || (page.next !== null && page.next >= wall);
    if (!tooLarge || !isDivisible(at)) {
      const next = page.next !== null && page.next < wall ? page.next : null;
      return { ...toRecords(page), next: nextOf({ split: afterPage(at, page.items, page.rejected.length, next) }) };
    }
    const divided = divide(at, page.items);
    if (divided === undefined) throw unreadable('and searching does not divide them into parts that are small enough');
    return { ...toRecords(page), next: nextOf({ split: divided }) };
  }

  /** Asks again how many there are: people came and went during the read. */
  async function verify(at: Split, signal: AbortSignal): Promise<Page> {
    const { total = at.total } = await client.users({ offset: 0, limit: 1, total: true }, signal);
    const page = { records: [], rejected: [], announced: total };
    if (at.counted >= total || (at.parts.length === 0 && at.counted >= at.total)) return { ...page, next: null };
    if (at.parts.length > 0) return { ...page, next: nextOf({ split: { ...at, total } }) };
    // Few found by address: the service searches names only. Most found: names would not show the rest either.
    if (at.by === 'address' && at.counted < total / 2) return { ...page, next: nextOf({ split: startSplit('name', total) }) };
    throw unreadable(`and searching by ${at.by} found ${at.counted} of ${total}`);
  }

  return {
    name: 'users',
    yields: ['identity', 'grant', 'invite', 'role'],
    page(cursor, signal) {
      const at: State = cursor === null ? { plain: { offset: 0 } } : parseCursor(cursor, state);
      return 'plain' in at ? plainPage(at.plain, signal) : splitPage(at.split, signal);
    },
  };
}

function afterPlain(next: number | null, total: number | undefined): State | undefined {
  if (total !== undefined && total > wall) return { split: startSplit('address', total) };
  if (next === null) return undefined;
  if (next < wall) return { plain: { offset: next, total } };
  if (total === undefined) throw unreadable('and the service did not say how many users there are');
  return { split: startSplit('address', total) };
}

const nextOf = (next: State | undefined) => (next === undefined ? null : formatCursor(next));

const unreadable = (why: string): AdapterError =>
  new AdapterError('UNSUPPORTED', `PagerDuty users: the account has more users than the 10,000 that paging reaches, ${why}`);

function toRecords(page: WirePage<WireUser>): Pick<Page, 'records' | 'rejected'> {
  const subdomain = page.items.map(toSubdomain).find((found) => found !== undefined);
  const rejected: RejectedRecord[] = page.rejected.map((entry) => ({ kind: 'identity', ...entry }));
  if (subdomain === undefined) {
    for (const { id } of page.items) {
      rejected.push({ kind: 'grant', externalId: `base:${id}`, reason: 'html_url: names no account' });
    }
  }
  const records = page.items.flatMap((user) => [toIdentity(user), ...(subdomain === undefined ? [] : toAlongside(user, subdomain))]);
  return { records, rejected };
}
