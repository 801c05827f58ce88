import type { ZodType } from 'zod';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http, HttpRequest } from '../../src/contract/http.ts';
import type { SegmentSettings } from './config.ts';
import { toError } from './errors.ts';
import * as wire from './wire.ts';

/** Older versions refuse more than 200 and a list call without a count; newer ones take 1 to 1,000 (docs.segmentapis.com, Pagination). */
const pageSize = 200;
/** Real ones are a few characters long; ours are stored. */
const maxCursorLength = 4096;

/** One page of a listing. */
export interface WirePage<T> {
  readonly items: readonly T[];
  readonly rejected: readonly { readonly externalId: string | undefined; readonly reason: string }[];
  /** The service's cursor; undefined at the end. */
  readonly next: string | undefined;
  /** Of the whole listing. */
  readonly total: number | undefined;
}

type Query = NonNullable<HttpRequest['query']>;
export type SegmentClient = ReturnType<typeof createClient>;

export function createClient({ credentials }: SegmentSettings, http: Http) {
  const headers = { accept: 'application/json', authorization: `Bearer ${credentials.token}` };

  async function call(path: string, query: Query, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const response = await http.request({ path, query, headers, signal });
    const at = describe(path);
    if (response.status !== 200) throw toError(response, at, query[cursorName] !== undefined);
    const parsed = wire.envelope.safeParse(response.json());
    if (!parsed.success) throw new AdapterError('BAD_RESPONSE', `${at}: the answer holds no \`data\``, { cause: parsed.error });
    return parsed.data.data;
  }

  async function list<T>(path: string, name: string, item: ZodType<T>, after: string | undefined, signal: AbortSignal): Promise<WirePage<T>> {
    return toPage(await call(path, { 'pagination[count]': pageSize, [cursorName]: after }, signal), { at: describe(path), name, item, after });
  }

  /** Undefined when there is none with this id. */
  async function one<T extends { readonly id: string }>(
    folder: string,
    id: string,
    name: string,
    item: ZodType<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    if (!wire.pathId.safeParse(id).success) return undefined;
    const path = `${folder}/${encode(id)}`;
    const data = await unlessAbsent(call(path, {}, signal));
    if (data === undefined) return undefined;
    const parsed = item.safeParse(data[name]);
    if (!parsed.success) throw new AdapterError('BAD_RESPONSE', `${describe(path)}: the answer holds no \`${name}\``, { cause: parsed.error });
    return parsed.data.id === id ? parsed.data : undefined;
  }

  return {
    async workspace(signal: AbortSignal): Promise<wire.WireWorkspace> {
      const parsed = wire.workspace.safeParse((await call('', {}, signal))['workspace']);
      if (!parsed.success) throw new AdapterError('BAD_RESPONSE', 'Segment workspace: the answer names none', { cause: parsed.error });
      return parsed.data;
    },

    users: (after: string | undefined, signal: AbortSignal) => list('users', 'users', wire.user, after, signal),
    user: (id: string, signal: AbortSignal) => one('users', id, 'user', wire.user, signal),

    groups: (after: string | undefined, signal: AbortSignal) => list('groups', 'userGroups', wire.group, after, signal),
    group: (id: string, signal: AbortSignal) => one('groups', id, 'userGroup', wire.group, signal),

    /** Undefined when the group is gone. */
    members: (groupId: string, after: string | undefined, signal: AbortSignal) =>
      unlessAbsent(list(`groups/${encode(groupId)}/users`, 'users', wire.member, after, signal)),

    roles: (after: string | undefined, signal: AbortSignal) => list('roles', 'roles', wire.role, after, signal),
    invites: (after: string | undefined, signal: AbortSignal) => list('invites', 'invites', wire.invite, after, signal),
  };
}

// The spelling of the vendor's TypeScript client; its pages show dots.
const cursorName = 'pagination[cursor]';

const encode = (id: string): string => encodeURIComponent(id.toWellFormed());

/** Messages show paths without ids. */
const describe = (path: string): string => `Segment ${path === '' ? 'workspace' : path.replace(/^(\w+)\/[^/]+/, '$1/{id}')}`;

async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

interface Expected<T> {
  readonly at: string;
  readonly name: string;
  readonly item: ZodType<T>;
  readonly after: string | undefined;
}

function toPage<T>(data: Readonly<Record<string, unknown>>, { at, name, item, after }: Expected<T>): WirePage<T> {
  const list = data[name];
  if (!Array.isArray(list)) throw new AdapterError('BAD_RESPONSE', `${at}: the answer holds no list \`${name}\``);
  // Without it nothing tells whether more follow, except a page that is not full.
  const told = data['pagination'] ?? (list.length < pageSize ? {} : undefined);
  const paging = wire.paging.safeParse(told);
  if (!paging.success) throw new AdapterError('BAD_RESPONSE', `${at}: the answer holds no readable \`pagination\``, { cause: paging.error });
  const { next, totalEntries } = paging.data;
  if (next !== undefined && next === after) throw new AdapterError('BAD_RESPONSE', `${at}: the page cursor does not move`);
  if (next !== undefined && next.length > maxCursorLength) throw new AdapterError('BAD_RESPONSE', `${at}: the page cursor is too long`);
  const items: T[] = [];
  const rejected: WirePage<T>['rejected'][number][] = [];
  for (const entry of list) {
    const parsed = item.safeParse(entry);
    if (parsed.success) items.push(parsed.data);
    else rejected.push({ externalId: undefined, reason: wire.describeIssues(name, parsed.error.issues) });
  }
  return { items, rejected, next, total: totalEntries };
}
