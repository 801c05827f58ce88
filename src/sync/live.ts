import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Adapter, LevelMap, LiveIdentity } from '../contract/adapter.ts';
import { AdapterError } from '../contract/errors.ts';
import type { Instant } from '../contract/records.ts';
import type { LiveAnswer } from '../model/live.ts';
import { knownRoles } from '../store/live/roles.ts';
import { saveLiveReading } from '../store/live/save.ts';
import type { StoreConnection } from '../store/open.ts';
import { bindInstance } from '../store/sync/services.ts';
import { levelMapper } from './levels.ts';
import { toAdapterError } from './read-service.ts';

/** A service that can be asked about single accounts while somebody waits. */
export interface LiveService {
  readonly name: string;
  readonly type: string;
  readonly adapter: Adapter;
  readonly levels: LevelMap;
  /** Does the work with calls that answer soon or fail, before those of a sync. */
  soon<T>(work: () => Promise<T>): Promise<T>;
}

export interface LiveReadOptions {
  readonly store: StoreConnection;
  readonly services: readonly LiveService[];
  now(): Instant;
  /** Links what was written. */
  link(): Promise<void>;
  /** For one call of an adapter, whatever it takes inside. Default 3 s. */
  readonly deadlineMs?: number;
}

export interface LiveReads {
  /**
   * Reads accounts from a service and writes them through to the index. Callers who want the same account at once share one call, which ends when
   * none of them waits any more. A failure is an answer.
   * @param notBefore a read that began then or later need not be repeated.
   */
  read(service: string, externalIds: readonly string[], notBefore: Instant, signal: AbortSignal): Promise<ReadonlyMap<string, LiveAnswer>>;
  /** The service's credential proved to be the instance of this row. */
  bound(service: string, svc: number): void;
}

/** A call under way, for one or more accounts of a service. */
interface Flight {
  readonly answers: Promise<ReadonlyMap<string, LiveAnswer>>;
  readonly ending: AbortController;
  waiting: number;
}

// An account that is slow to be told makes only these wait, or fail, with it.
const idsAFlight = 25;
const rememberedReads = 10_000;
// A large service may just be linked whole; what was read is stored by then, and is linked a little later.
const linkPatienceMs = 1_000;

export function createLiveReads(options: LiveReadOptions): LiveReads {
  const { store, now, link, deadlineMs = 3_000 } = options;
  const services = new Map(options.services.map((service) => [service.name, service]));
  const rows = new Map<string, number>();
  const flights = new Map<string, Flight>();
  const recent = new LRUCache<string, Exclude<LiveAnswer, { kind: 'failed' }>>({ max: rememberedReads });

  async function fetch(service: LiveService, ids: readonly string[], signal: AbortSignal): Promise<Omit<Fetched, 'readAt'>> {
    const { adapter, name, type } = service;
    const svc = rows.get(name) ?? (await bindInstance(store, { name, type }, await adapter.describe(signal)));
    rows.set(name, svc);
    return { svc, found: await adapter.getIdentities(ids, signal) };
  }

  async function save(service: LiveService, ids: readonly string[], { svc, readAt, found }: Fetched): Promise<ReadonlySet<string>> {
    const mapLevels = levelMapper(service.levels);
    if (Object.keys(service.levels).length > 0) mapLevels(await knownRoles(store, svc));
    const reading = {
      svc,
      serviceName: service.name,
      readAt,
      found: [...found.values()].map(({ identity, alongside }) => ({ identity, alongside: mapLevels(alongside) })),
      absent: ids.filter((id) => !found.has(id)),
      absenceCounts: service.adapter.listings.some(({ yields, partial }) => yields.includes('identity') && partial !== true),
    };
    const { changed, kept } = await saveLiveReading(store, reading, now());
    if (!changed) return kept;
    const patience = new AbortController();
    await Promise.race([link(), sleep(linkPatienceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    return kept;
  }

  async function fly(service: LiveService, ids: readonly string[], ending: AbortController): Promise<ReadonlyMap<string, LiveAnswer>> {
    const late = setTimeout(() => ending.abort(new AdapterError('TIMEOUT', `${service.name}: not told within ${deadlineMs} ms`)), deadlineMs);
    try {
      const readAt = now();
      // Work that callers share inside an adapter, such as signing in, does not heed one caller's signal.
      const fetched = await Promise.race([service.soon(() => fetch(service, ids, ending.signal)), ended(ending.signal)]);
      clearTimeout(late);
      const kept = await save(service, ids, { ...fetched, readAt });
      return new Map(ids.map((id) => [id, fetched.found.has(id) ? { kind: 'read', readAt } : { kind: 'absent', readAt, kept: kept.has(id) }]));
    } catch (error) {
      const { code, message, retryAfterMs } = toAdapterError(error);
      return new Map(ids.map((id) => [id, { kind: 'failed', failure: { code, message, retryAfterMs } }]));
    } finally {
      clearTimeout(late);
    }
  }

  function depart(service: LiveService, ids: readonly string[]): void {
    const keys = ids.map((id) => keyOf(service.name, id));
    const ending = new AbortController();
    const land = (): void => {
      for (const key of keys) if (flights.get(key) === flight) flights.delete(key);
    };
    const answers = fly(service, ids, ending).then((told) => {
      for (const [id, answer] of told) if (answer.kind !== 'failed') recent.set(keyOf(service.name, id), answer);
      return told;
    });
    const flight: Flight = { answers, ending, waiting: 0 };
    for (const key of keys) flights.set(key, flight);
    answers.then(land, land);
    // Whoever comes now must not join a call that is being cut.
    ending.signal.addEventListener('abort', land, { once: true });
  }

  return {
    async read(name, externalIds, notBefore, signal) {
      const service = services.get(name);
      if (service === undefined) throw new Error(`no service is named "${name}"`);
      const answers = new Map<string, LiveAnswer>();
      const ids = [...new Set(externalIds)];
      for (const id of ids) {
        const known = recent.get(keyOf(name, id));
        if (known !== undefined && known.readAt >= notBefore) answers.set(id, known);
      }
      const open = ids.filter((id) => !answers.has(id));
      const own = open.filter((id) => !flights.has(keyOf(name, id)));
      for (let start = 0; start < own.length; start += idsAFlight) depart(service, own.slice(start, start + idsAFlight));
      const joined = new Set(open.flatMap((id) => flights.get(keyOf(name, id)) ?? []));
      for (const flight of joined) flight.waiting += 1;
      const leave = (): void => {
        for (const flight of joined) {
          flight.waiting -= 1;
          if (flight.waiting === 0) flight.ending.abort(new AdapterError('ABORTED', `${name}: nobody waits any more`));
        }
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      try {
        for (const told of await Promise.all([...joined].map((flight) => flight.answers))) {
          for (const [id, answer] of told) if (open.includes(id)) answers.set(id, answer);
        }
      } finally {
        signal.removeEventListener('abort', leave);
      }
      return answers;
    },
    bound: (name, svc) => void rows.set(name, svc),
  };
}

interface Fetched {
  readonly svc: number;
  readonly readAt: Instant;
  readonly found: ReadonlyMap<string, LiveIdentity>;
}

const keyOf = (service: string, externalId: string): string => JSON.stringify([service, externalId]);

const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
