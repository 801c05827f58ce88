import { setImmediate } from 'node:timers/promises';
import type { Instant } from '../contract/records.ts';
import { isUnread, mergeReadings, type Readings } from '../model/live.ts';
import type { ServiceView } from '../model/views.ts';
import { countAll, type Counts } from '../store/read/counts.ts';
import { newestState } from '../store/read/services.ts';
import type { Snapshot } from '../store/read/snapshot.ts';
import type { Db, StoreConnection } from '../store/open.ts';
import { createAges, keepState } from './ages.ts';
import { createAccounts } from './accounts.ts';
import { createCases } from './cases.ts';
import { createCatalogue } from './catalogue.ts';
import type { ViewContext } from './context.ts';
import { createCredentials } from './credentials.ts';
import { createEffective } from './effective.ts';
import { createGrants } from './grants.ts';
import { createGroups } from './groups.ts';
import { createHistory } from './history.ts';
import { createInvites } from './invites.ts';
import type { LiveReader } from './live.ts';
import { createLookup } from './lookup.ts';
import { createMemory, type Memory } from './memory.ts';
import { createPeopleSource, shareRoles } from './people-source.ts';
import { createPeople } from './people.ts';
import { createReports } from './reports.ts';
import { withScans, type PlainView } from './scans.ts';
import { toServiceView } from './service-view.ts';
import { keepServices } from './state.ts';
import type { Directory, View } from './view.ts';

export interface DirectoryOptions {
  now(): Instant;
  /** Domains in which +tags and our other domains name the same mailbox. */
  readonly managedDomains: readonly string[];
  /** Names of the services as the configuration lists them; without it they come in the order in which the store met them. */
  readonly order?: readonly string[];
  /** How many people, accounts and groups are kept in memory; none without it. */
  readonly rememberedRows?: number;
  /** Asks services about single accounts; without it answers come from the index alone. */
  readonly live?: LiveReader;
}

/** Answers from the store's index. Opening a view costs one statement, and two more after a change when rows are kept in memory. */
export function createDirectory({ read, scan }: StoreConnection, options: DirectoryOptions): Directory {
  const countOnce = rememberCounts();
  const memory = options.rememberedRows === undefined ? undefined : createMemory(read, options.rememberedRows);
  const toServices = keepServices((rows, now) =>
    inOrder(
      rows.map((row) => toServiceView(row, now, options.managedDomains)),
      options.order ?? [],
    ),
  );
  const toState = keepState();
  const roles = shareRoles();
  let opening: Promise<Opened> | undefined;
  /** Views that are opened in one turn of the event loop share a statement: it runs after the last of them was asked for. */
  const newest = (): Promise<Opened> =>
    (opening ??= setImmediate().then(async () => {
      opening = undefined;
      const { rev, services: rows } = await newestState(read);
      await memory?.follow(rev, rows);
      const now = options.now();
      const stored = toServices(rows, now);
      const state = toState(stored, now);
      const after = (readings: Readings): View => {
        const services = readings.issues.size === 0 ? stored : stored.map((service) => withIssue(service, readings));
        const svcs = services.map(({ svc }) => svc);
        const ages = createAges(services, now, readings, state);
        const through = (db: Db, kept: Memory | undefined): PlainView => {
          const at = { db, rev, svcs };
          const source = createPeopleSource(at, services, ages, roles);
          const people = kept?.inFrontOf(source, rev, ages) ?? source;
          return createView({ at, now, services, managedDomains: options.managedDomains, ages, people }, () => countOnce(at));
        };
        return withScans(through(read, memory), () => through(scan, undefined));
      };
      return { view: after(mergeReadings([])), after };
    }));
  return {
    live: options.live,
    open: async (readings) => {
      const { view, after } = await newest();
      return readings === undefined || isUnread(readings) ? view : after(readings);
    },
  };
}

interface Opened {
  /** Without live readings. */
  readonly view: View;
  after(readings: Readings): View;
}

function createView(context: ViewContext, counts: View['counts']): PlainView {
  const effective = createEffective(context);
  return {
    revision: context.at.rev,
    now: context.now,
    services: context.services,
    ...createLookup(context),
    ...createPeople(context),
    ...createAccounts(context),
    ...createGroups(context),
    ...createCatalogue(context),
    ...createGrants(context),
    ...effective,
    ...createReports(context),
    ...createCases(context),
    ...createHistory(context, effective),
    ...createInvites(context),
    ...createCredentials(context),
    counts,
  };
}

/** A service that could not be asked now says so; what is shown of it is older. */
function withIssue(service: ServiceView, { issues }: Readings): ServiceView {
  const issue = issues.get(service.svc);
  const untroubled = ['COMPLETE', 'PARTIAL', 'STALE'].includes(service.coverage.state);
  return issue === undefined || !untroubled ? service : { ...service, coverage: { ...service.coverage, state: 'FAILED', issue } };
}

function inOrder(services: readonly ServiceView[], names: readonly string[]): readonly ServiceView[] {
  const place = ({ name }: ServiceView): number => (names.includes(name) ? names.indexOf(name) : names.length);
  return services.toSorted((a, b) => place(a) - place(b));
}

/** Counting walks whole tables, and a revision never changes: the newest count is kept. */
function rememberCounts(): (at: Snapshot) => Promise<Counts> {
  let newest: { readonly of: string; readonly counts: Promise<Counts> } | undefined;
  return async (at) => {
    const of = JSON.stringify([at.rev, at.svcs]);
    if (newest?.of !== of) newest = { of, counts: countAll(at) };
    const { counts } = newest;
    try {
      return await counts;
    } catch (error) {
      if (newest?.counts === counts) newest = undefined;
      throw error;
    }
  };
}
