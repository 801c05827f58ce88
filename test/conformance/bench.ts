import type { Adapter, Cursor, Listing, Page, ServiceDescription } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { Http } from '../../src/contract/http.ts';
import type { Sandbox, SandboxRequest, SandboxResponse } from '../../src/contract/sandbox.ts';
import type { TransportLimits } from '../../src/http/limits.ts';
import { createTransport, type Transport } from '../../src/http/transport.ts';
import type { Effect } from '../../src/sandbox/faults.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import { createListingGuard } from '../../src/sync/listing.ts';
import { createVirtualClock, type VirtualClock } from '../http/support.ts';
import type { Subject } from './subject.ts';

/** One call that the sandbox answered, faults included. */
interface Exchange {
  /** By the clock of the session that made it. */
  readonly at: number;
  readonly request: SandboxRequest;
  readonly response: SandboxResponse;
}

export interface ReadPage {
  readonly listing: string;
  /** Within its listing. */
  readonly index: number;
  readonly cursor: Cursor | null;
  readonly page: Page;
  readonly exchanges: readonly Exchange[];
}

/** A whole read without faults. */
interface Baseline {
  readonly description: ServiceDescription | undefined;
  readonly pages: readonly ReadPage[];
  /** Why it ended early. */
  readonly error: unknown;
}

interface Session extends AsyncDisposable {
  readonly adapter: Adapter;
  readonly transport: Transport;
  /** From now on under the limits of the options. */
  tighten(): void;
  readonly clock: VirtualClock;
}

export interface SessionOptions {
  readonly temper?: 'sync' | 'live';
  readonly limits?: Partial<TransportLimits>;
  /** Clamps what requests ask for. */
  readonly maxBytes?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** One served sandbox and what a clean read of it gives; every trial opens a session of its own. */
export interface Bench extends AsyncDisposable {
  readonly subject: Subject;
  readonly sandbox: Sandbox;
  readonly server: SandboxServer;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the sandbox answered since the last `forget`. */
  readonly exchanges: readonly Exchange[];
  readonly baseline: Baseline;
  forget(): void;
  open(options?: SessionOptions): Promise<Session>;
}

const patience: Partial<TransportLimits> = {
  syncHeadersMs: 5_000,
  breakerConsecutive: 100_000,
  breakerMinimum: 1_000_000,
  retryBudgetMinimum: 100_000,
};

const pageSize = 5;
/** Far above what the instance has. */
const maxPages = 400;

export const noSignal = (): AbortSignal => new AbortController().signal;

export async function openBench(subject: Subject): Promise<Bench> {
  const exchanges: Exchange[] = [];
  let now: () => number = Date.now;
  const sandbox = subject.createSandbox(subject.instance, { maxPageSize: pageSize });
  const server = await serveSandbox(watch(sandbox, (request, response) => exchanges.push({ at: now(), request, response })));

  const bench: { -readonly [Key in keyof Bench]: Bench[Key] } = {
    subject,
    sandbox,
    server,
    settings: sandbox.settings,
    exchanges,
    baseline: { description: undefined, pages: [], error: undefined },
    forget() {
      exchanges.length = 0;
      server.reset();
    },
    async open({ temper = 'sync', limits = {}, maxBytes, settings = sandbox.settings } = {}) {
      const clock = createVirtualClock();
      now = () => clock.now();
      const { definition } = subject;
      const common = { service: subject.type, baseUrl: server.baseUrl, manners: definition.manners, clock };
      const patient = createTransport({ ...common, limits: patience });
      const strict = createTransport({ ...common, limits: { ...patience, ...limits } });
      let transport = patient;
      const http: Http = { request: (request) => transport[temper].request({ ...request, ...(maxBytes && { maxBytes }) }) };
      const adapter = await definition.create(definition.settings.parse({ ...settings, baseUrl: server.baseUrl }), http);
      return {
        adapter,
        transport: strict,
        tighten: () => void (transport = strict),
        clock,
        [Symbol.asyncDispose]: async () => void (await Promise.all([patient.close(), strict.close()])),
      };
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
  bench.baseline = await readBaseline(bench);
  return bench;
}

function watch(sandbox: Sandbox, note: (request: SandboxRequest, response: SandboxResponse) => void): Sandbox {
  const noted = (request: SandboxRequest, response: SandboxResponse): SandboxResponse => {
    note(request, response);
    return response;
  };
  return {
    ...sandbox,
    handle: (request) => noted(request, sandbox.handle(request)),
    refuse: (refusal, request) => noted(request, sandbox.refuse(refusal, request)),
  };
}

async function readBaseline(bench: Bench): Promise<Baseline> {
  await using session = await bench.open();
  const pages: ReadPage[] = [];
  let description: ServiceDescription | undefined;
  try {
    description = await session.adapter.describe(noSignal());
    for (const listing of session.adapter.listings) {
      for await (const read of readListing(bench, listing, null)) pages.push(read);
    }
    return { description, pages, error: undefined };
  } catch (error) {
    return { description, pages, error };
  }
}

/** Page by page to the end, under the guard that a sync puts on every listing. */
export async function* readListing(bench: Bench, listing: Listing, start: Cursor | null): AsyncGenerator<ReadPage> {
  const guard = createListingGuard(listing, start);
  let cursor = start;
  for (let index = 0; ; index += 1) {
    if (index === maxPages) throw new Error(`${listing.name}: no end after ${maxPages} pages`);
    const from = bench.exchanges.length;
    const page = await listing.page(cursor, noSignal());
    guard(page);
    yield { listing: listing.name, index, cursor, page, exchanges: bench.exchanges.slice(from) };
    if (page.next === null) return;
    cursor = page.next;
  }
}

export function findListing(adapter: Adapter, name: string): Listing {
  const listing = adapter.listings.find((one) => one.name === name);
  if (listing === undefined) throw new Error(`no listing ${name}`);
  return listing;
}

/** First, middle and last page of each listing. Pages that make no call (a fixed catalogue) cannot meet a fault. */
export function findPlaces({ baseline }: Bench): readonly ReadPage[] {
  const byListing = Map.groupBy(
    baseline.pages.filter(({ exchanges }) => exchanges.length > 0),
    ({ listing }) => listing,
  );
  return [...byListing.values()].flatMap((pages) => {
    const places = [pages[0], pages[Math.floor(pages.length / 2)], pages.at(-1)];
    return [...new Set(places)].filter((place) => place !== undefined);
  });
}

export interface Trial {
  readonly page: Page | undefined;
  readonly error: unknown;
  readonly exchanges: readonly Exchange[];
  readonly slept: readonly number[];
  readonly tookMs: number;
  /** The rule never fired: the trial says nothing. */
  readonly unfired: boolean;
}

export interface Fault {
  readonly effect: Effect;
  /** How many calls of the page are left alone first. Default: all but its last. */
  readonly skip?: number;
  readonly times?: number;
}

/** Reads one page of the clean read again, by an adapter that has described itself, with a fault in its way. */
export async function tryPage(bench: Bench, place: ReadPage, fault: Fault, options: SessionOptions = {}): Promise<Trial> {
  await using session = await bench.open(options);
  await session.adapter.describe(noSignal());
  session.tighten();
  bench.forget();
  bench.server.play([
    { name: place.listing, match: { skip: fault.skip ?? place.exchanges.length - 1, times: fault.times ?? Infinity }, effect: fault.effect },
  ]);
  const start = performance.now();
  let page: Page | undefined;
  let error: unknown;
  try {
    page = await findListing(session.adapter, place.listing).page(place.cursor, noSignal());
  } catch (thrown) {
    error = thrown;
  }
  const tookMs = performance.now() - start;
  const unfired = bench.server.unfired().length > 0;
  bench.server.play([]);
  return { page, error, exchanges: [...bench.exchanges], slept: session.clock.slept, tookMs, unfired };
}

export const placeName = ({ listing, index }: ReadPage): string => `${listing}, page ${index + 1}`;

export const nameError = (error: unknown): string =>
  error instanceof AdapterError ? `${error.code} (${error.message})` : error instanceof Error ? `${error.name}: ${error.message}` : String(error);
