import type { Adapter, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { sameAddress } from './address.ts';
import { readLines, withFile, type SourceFile } from './file.ts';
import { toLive, toRecords, toRoles } from './map.ts';
import { parseDumpUser, type EventCount, type SymUser } from './wire.ts';

const lineMaxBytes = 1024 * 1024;

/**
 * The way by a file of JSON lines that a Flow appends to, with the names of the SDK's User and UserIdentity (Python package `sym-sdk`, sym/sdk/user.py).
 * It holds the users that the Flow happened to see, some of them many times.
 */
export function createDumpAdapter(path: string, serviceId: string): Adapter {
  const source: SourceFile = { path, setting: 'credentials.dump' };

  return {
    countsEvents: true,
    async describe(signal) {
      await withFile(source, signal, async (file) => {
        // one line proves that it can be read
        await readLines(file, lineMaxBytes).next();
      });
      return { serviceId, displayName: serviceId, scopes: [] };
    },
    listings: [
      { name: 'roles', yields: ['role'], page: () => Promise.resolve({ records: toRoles(), rejected: [], next: null }) },
      {
        name: 'users',
        yields: ['identity', 'grant', 'role'],
        partial: true,
        async page(_cursor, signal): Promise<Page> {
          const { users, rejected } = await readUsers(source, signal);
          return { records: [...users.values()].flatMap((user) => toRecords(user, serviceId)), rejected, next: null };
        },
      },
    ],
    async getIdentities(externalIds, signal) {
      if (externalIds.length === 0) return new Map();
      const { users } = await readUsers(source, signal);
      return new Map(
        [...new Set(externalIds)].flatMap((id) => {
          const user = users.get(id);
          return user === undefined ? [] : [[id, toLive(user, serviceId)] as const];
        }),
      );
    },
    async findByEmail(address, signal) {
      const { users } = await readUsers(source, signal);
      const hits = [...users.values()].filter((user) => user.email !== undefined && sameAddress(user.email, address));
      return hits.map((user) => toLive(user, serviceId));
    },
  };
}

async function readUsers(
  source: SourceFile,
  signal: AbortSignal,
): Promise<{ readonly users: ReadonlyMap<string, SymUser>; readonly rejected: readonly RejectedRecord[] }> {
  return withFile(source, signal, async (file) => {
    const users = new Map<string, SymUser>();
    const rejected: RejectedRecord[] = [];
    for await (const { number, text } of readLines(file, lineMaxBytes)) {
      const value = parseJson(text);
      const parsed =
        value === undefined ? ({ ok: false, externalId: undefined, reason: 'expected JSON in UTF-8, below 1 MiB' } as const) : parseDumpUser(value);
      if (parsed.ok) users.set(parsed.user.id, merge(users.get(parsed.user.id), parsed.user));
      else rejected.push({ kind: 'identity', externalId: parsed.externalId, reason: `line ${number}: ${parsed.reason}` });
    }
    return { users, rejected };
  });
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The younger line speaks for the user; counts are kept of both, as each Flow knows its own only. */
function merge(earlier: SymUser | undefined, later: SymUser): SymUser {
  if (earlier === undefined) return later;
  const [older, younger] = takenAt(earlier) > takenAt(later) ? [later, earlier] : [earlier, later];
  const counts = new Map([...(older.eventCounts ?? []), ...(younger.eventCounts ?? [])].map((count) => [countKey(count), count]));
  return counts.size === 0 ? younger : { ...younger, eventCounts: [...counts.values()] };
}

function countKey({ count: _count, ...asked }: EventCount): string {
  return JSON.stringify(
    [asked.event_name, asked.filter_on, asked.flow, asked.target, asked.since, asked.until, asked.include_errored].map((part) => part ?? null),
  );
}

/** Only for the order of lines of one file, so a time without a zone is as good as any. A line without a time stands where it stands. */
function takenAt({ dumpedAt }: SymUser): number {
  return typeof dumpedAt === 'number' ? dumpedAt : Date.parse(dumpedAt ?? '');
}
