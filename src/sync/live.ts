import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Adapter, LevelMap, LiveIdentity } from '../contract/adapter.ts';
import { AdapterError } from '../contract/errors.ts';
import type { Instant } from '../contract/records.ts';
import { emailKey } from '../model/email-key.ts';
import type { LiveAnswer, LiveFailure, LiveFinding } from '../model/live.ts';
import { knownRoles } from '../store/live/roles.ts';
import { saveLiveReading } from '../store/live/save.ts';
import type { StoreConnection } from '../store/open.ts';
import { bindInstance } from '../store/sync/services.ts';
import { createFlights, type Flights } from './flights.ts';
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
  /**
   * The same for accounts by address, one call an address. Only accounts that carry the address are written.
   * @param addresses as `askableAddress` spells them.
   * @param notBefore a service that was asked for an address then or later, and answered, is not asked again.
   */
  find(service: string, addresses: readonly string[], notBefore: Instant, signal: AbortSignal): Promise<ReadonlyMap<string, LiveFinding>>;
  /** The service's credential proved to be the instance of this row. */
  bound(service: string, svc: number): void;
}

/** A service with what is being asked of it. */
interface Desk {
  readonly service: LiveService;
  readonly accounts: Flights<LiveAnswer>;
  readonly addresses: Flights<LiveFinding>;
  /** Proofs of the credential; there is one key, the service's name. */
  readonly proofs: Flights<number>;
}

// An account that is slow to be told makes only these wait, or fail, with it.
const idsAFlight = 25;
const rememberedReads = 10_000;
const rememberedAddresses = 5_000;
// A large service may just be linked whole; what was read is stored by then, and is linked a little later.
const linkPatienceMs = 1_000;

export function createLiveReads(options: LiveReadOptions): LiveReads {
  const { store, now, link, deadlineMs = 3_000 } = options;
  const rows = new Map<string, number>();
  const recent = new LRUCache<string, Exclude<LiveAnswer, { kind: 'failed' }>>({ max: rememberedReads });
  /** When the call began that a service answered, by service and address. */
  const answered = new LRUCache<string, Instant>({ max: rememberedAddresses });
  const desks = new Map(options.services.map((service) => [service.name, createDesk(service)]));

  function createDesk(service: LiveService): Desk {
    const { name } = service;
    const desk: Desk = {
      service,
      proofs: createFlights({ name, call: (keys, { signal }) => forEach(keys, () => prove(service, signal)) }),
      accounts: createFlights({ name, size: idsAFlight, call: (ids, ending) => orFailed(ids, readAccounts(desk, ids, ending)) }),
      addresses: createFlights({
        name,
        call: (addresses, ending) =>
          orFailed(
            addresses,
            forEach(addresses, (address) => findAccounts(desk, address, ending)),
          ),
      }),
    };
    return desk;
  }

  function deskOf(name: string): Desk {
    const desk = desks.get(name);
    if (desk === undefined) throw new Error(`no service is named "${name}"`);
    return desk;
  }

  async function prove({ adapter, name, type }: LiveService, signal: AbortSignal): Promise<number> {
    const svc = await bindInstance(store, { name, type }, await adapter.describe(signal));
    rows.set(name, svc);
    return svc;
  }

  /** @throws AdapterError, at the deadline too. */
  async function call<T>({ service, proofs }: Desk, ending: AbortController, ask: (signal: AbortSignal) => Promise<T>): Promise<Called<T>> {
    const { name } = service;
    const { signal } = ending;
    const late = setTimeout(() => ending.abort(new AdapterError('TIMEOUT', `${name}: not told within ${deadlineMs} ms`)), deadlineMs);
    const work = async (): Promise<Omit<Called<T>, 'readAt'>> => {
      const svc = rows.get(name) ?? (await proofs.join([name], signal)).get(name);
      if (svc === undefined) throw new Error(`${name}: bound to no row`);
      return { svc, told: await ask(signal) };
    };
    try {
      const readAt = now();
      // Work that callers share inside an adapter, such as signing in, does not heed one caller's signal.
      return { ...(await Promise.race([service.soon(work), ended(signal)])), readAt };
    } finally {
      clearTimeout(late);
    }
  }

  async function save(
    service: LiveService,
    { svc, readAt }: Omit<Called<unknown>, 'told'>,
    found: readonly LiveIdentity[],
    absent: readonly string[],
  ): Promise<{ readonly changed: boolean; readonly kept: ReadonlySet<string> }> {
    const mapLevels = levelMapper(service.levels);
    if (Object.keys(service.levels).length > 0) mapLevels(await knownRoles(store, svc));
    const reading = {
      svc,
      serviceName: service.name,
      readAt,
      found: found.map(({ identity, alongside }) => ({ identity, alongside: mapLevels(alongside) })),
      absent,
      absenceCounts: service.adapter.listings.some(({ yields, partial }) => yields.includes('identity') && partial !== true),
    };
    return saveLiveReading(store, reading, now());
  }

  /** @returns whether what was saved is linked by now. */
  async function linkSoon(): Promise<boolean> {
    const patience = new AbortController();
    const late = sleep(linkPatienceMs, false, { signal: patience.signal }).catch(() => false);
    const linked = await Promise.race([link().then(() => true), late]);
    patience.abort();
    return linked;
  }

  async function readAccounts(desk: Desk, ids: readonly string[], ending: AbortController): Promise<ReadonlyMap<string, LiveAnswer>> {
    const { service } = desk;
    const { told: found, ...called } = await call(desk, ending, (signal) => service.adapter.getIdentities(ids, signal));
    const { readAt } = called;
    const { changed, kept } = await save(
      service,
      called,
      [...found.values()],
      ids.filter((id) => !found.has(id)),
    );
    if (changed) await linkSoon();
    return new Map(
      ids.map((id) => {
        const answer = found.has(id) ? ({ kind: 'read', readAt } as const) : ({ kind: 'absent', readAt, kept: kept.has(id) } as const);
        recent.set(keyOf(service.name, id), answer);
        return [id, answer];
      }),
    );
  }

  async function findAccounts(desk: Desk, address: string, ending: AbortController): Promise<LiveFinding> {
    const { service } = desk;
    const { adapter, name } = service;
    const { told, ...called } = await call(desk, ending, async (signal) => {
      if (adapter.findByEmail === undefined) throw new AdapterError('UNSUPPORTED', `${name}: cannot be asked about an address`);
      return adapter.findByEmail(address, signal);
    });
    const found = told.filter(carries(address));
    if (found.length > 0) {
      await save(service, called, found, []);
      // Until then nobody can say whether somebody is known by the address.
      if (!(await linkSoon())) throw new AdapterError('TIMEOUT', `${name}: told, and not linked within ${linkPatienceMs} ms`);
    }
    answered.set(keyOf(name, address), called.readAt);
    return { kind: 'told', readAt: called.readAt };
  }

  return {
    async read(name, externalIds, notBefore, signal) {
      const { accounts } = deskOf(name);
      const answers = new Map<string, LiveAnswer>();
      const ids = [...new Set(externalIds)];
      for (const id of ids) {
        const known = recent.get(keyOf(name, id));
        if (known !== undefined && known.readAt >= notBefore) answers.set(id, known);
      }
      const open = ids.filter((id) => !answers.has(id));
      for (const [id, answer] of await accounts.join(open, signal)) answers.set(id, answer);
      return answers;
    },
    async find(name, addresses, notBefore, signal) {
      const distinct = [...new Set(addresses)];
      const isOpen = (address: string): boolean => (answered.get(keyOf(name, address)) ?? -Infinity) < notBefore;
      const told = await deskOf(name).addresses.join(distinct.filter(isOpen), signal);
      return new Map(distinct.map((address) => [address, told.get(address) ?? { kind: 'remembered' }]));
    },
    bound: (name, svc) => void rows.set(name, svc),
  };
}

interface Called<T> {
  readonly svc: number;
  /** When the call began. */
  readonly readAt: Instant;
  readonly told: T;
}

const forEach = async <T>(keys: readonly string[], ask: (key: string) => Promise<T>): Promise<ReadonlyMap<string, T>> =>
  new Map(await Promise.all(keys.map(async (key) => [key, await ask(key)] as const)));

/** A service's failure as the answer for every key. */
async function orFailed<Answer>(
  keys: readonly string[],
  asked: Promise<ReadonlyMap<string, Answer>>,
): Promise<ReadonlyMap<string, Answer | { readonly kind: 'failed'; readonly failure: LiveFailure }>> {
  try {
    return await asked;
  } catch (error) {
    const { code, message, retryAfterMs } = toAdapterError(error);
    return new Map(keys.map((key) => [key, { kind: 'failed', failure: { code, message, retryAfterMs } }]));
  }
}

/** By our rule of equality, whatever the service goes by. */
function carries(address: string): (found: LiveIdentity) => boolean {
  const exact = emailKey(address)?.exact;
  return ({ identity }) => exact !== undefined && identity.emails.some((email) => emailKey(email.address)?.exact === exact);
}

const keyOf = (service: string, key: string): string => JSON.stringify([service, key]);

const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
