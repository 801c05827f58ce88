import type { Instant } from '../contract/records.ts';
import { askableAddress } from '../model/email-key.ts';
import type { Issue, IssueCode } from '../model/issue.ts';
import type { LiveAnswer, LiveFinding, RateBudget, Readings } from '../model/live.ts';
import { keyText, type IdentityView, type RecordKey, type ServiceView } from '../model/views.ts';
import { readAccounts, searchAddresses, type Outcome, type Search } from './ask-services.ts';
import type { UserLookup, View } from './view.ts';

/** Asks services about single accounts now, and writes what they say through to the index. */
export interface LiveReader {
  /**
   * @param service its name.
   * @param notBefore a read that began then or later is as good.
   * @param signal ends the call when nobody else waits for it.
   */
  read(service: string, externalIds: readonly string[], notBefore: Instant, signal: AbortSignal): Promise<ReadonlyMap<string, LiveAnswer>>;
  /**
   * The same for the accounts that carry addresses.
   * @param addresses as `askableAddress` spells them.
   * @param notBefore what the service answered to a call that began then or later is as good.
   */
  find(service: string, addresses: readonly string[], notBefore: Instant, signal: AbortSignal): Promise<ReadonlyMap<string, LiveFinding>>;
  /** By name; services that tell nothing of it, or were not called by this process yet, are left out. */
  budgets(): Promise<ReadonlyMap<string, RateBudget>>;
}

/** How old an answer may be, and what to do about what is older. */
export interface Freshness {
  /** Undefined: any age; only what is not known at all is asked for. */
  readonly maxAgeMs: number | undefined;
  /** FETCH: ask the service, and answer what is there when it cannot tell. STALE: answer what is there. FAIL: ask, and rather fail than answer what is older. */
  readonly onMiss: 'FETCH' | 'STALE' | 'FAIL';
}

/** Why one look-up could not be answered as fresh as it was to be. */
export interface Miss {
  readonly service: ServiceView;
  readonly issue: Issue;
  /** What is known is as old as this; undefined when nothing is. */
  readonly asOf: Instant | undefined;
}

export interface Freshened extends Readings {
  /** One for each look-up. */
  readonly misses: readonly (Miss | undefined)[];
}

/** The accounts that one look-up stands on. */
interface Sought {
  readonly known: readonly IdentityView[];
  /** Asked for by the service's own id, and in no index. */
  readonly unknown: readonly RecordKey[];
  /** By which nobody of the index is known, as `askableAddress` spells it. */
  readonly address?: string | undefined;
}

/** Brings the accounts behind people up to date, all those of one service in one request. */
export async function freshenUsers(
  view: View,
  live: LiveReader | undefined,
  lookups: readonly UserLookup[],
  freshness: Freshness,
  signal: AbortSignal,
): Promise<Freshened> {
  const [named, people] = await Promise.all([seekNamed(view, lookups), view.usersByLookup(lookups)]);
  const ids = people.map((found) => (found === undefined || 'ambiguous' in found ? undefined : found.id));
  const accounts = await view.identitiesOfUsers(
    ids.filter((id) => id !== undefined),
    false,
  );
  const sought = named.map(({ known, unknown }, index): Sought => {
    const id = ids[index];
    const own = id === undefined ? [] : (accounts.get(id) ?? []);
    const address = people[index] === undefined ? addressOf(lookups[index]) : undefined;
    return { known: [...new Map([...known, ...own].map((each) => [keyText(each), each])).values()], unknown, address };
  });
  return freshen(view, live, sought, freshness, signal);
}

/** The same for accounts alone, by the services' own ids. */
export async function freshenIdentities(
  view: View,
  live: LiveReader | undefined,
  lookups: readonly Extract<UserLookup, { by: 'identity' }>[],
  freshness: Freshness,
  signal: AbortSignal,
): Promise<Freshened> {
  return freshen(view, live, await seekNamed(view, lookups), freshness, signal);
}

async function seekNamed(view: View, lookups: readonly UserLookup[]): Promise<readonly Sought[]> {
  const keys = lookups.map((lookup) => (lookup.by === 'identity' ? keysOf(view, lookup) : []));
  const known = await view.identitiesByKeys(keys.flat());
  return keys.map((own): Sought => {
    const found = own.flatMap((key) => known.get(keyText(key)) ?? []);
    return { known: found, unknown: found.length === 0 ? own : [] };
  });
}

const keysOf = ({ services }: View, { service, externalId }: Extract<UserLookup, { by: 'identity' }>): readonly RecordKey[] =>
  services
    .filter(({ type, serviceId }) => type === service.type && (service.serviceId === undefined || serviceId === service.serviceId))
    .map(({ svc }) => ({ svc, key: externalId }));

const addressOf = (lookup: UserLookup | undefined): string | undefined => (lookup?.by === 'email' ? askableAddress(lookup.email) : undefined);

async function freshen(
  view: View,
  live: LiveReader | undefined,
  sought: readonly Sought[],
  { maxAgeMs, onMiss }: Freshness,
  signal: AbortSignal,
): Promise<Freshened> {
  const liveSince = new Map<number, Instant>();
  const issues = new Map<number, Issue>();
  if (onMiss === 'STALE') return { maxAgeMs, liveSince, issues, misses: sought.map(() => undefined) };
  const limit = maxAgeMs === undefined ? -Infinity : view.now - maxAgeMs;
  const notBefore = maxAgeMs === undefined ? view.now : limit;
  const old = sought.map(({ known }) => known.filter(({ asOf }) => asOf < limit));
  const keys = [...old.flat(), ...sought.flatMap(({ unknown }) => unknown)];
  const addresses = sought.flatMap(({ address }) => address ?? []);
  const [told, searches] = await Promise.all([
    readAccounts(view, live, keys, notBefore, signal),
    searchAddresses(view, live, addresses, notBefore, signal),
  ]);
  const outcomes = [
    ...[...told.values()].map(([{ svc }, outcome]) => ({ svc, ...outcome })),
    ...[...searches.values()].flat().map(({ service: { svc }, ...search }) => ({ svc, ...search })),
  ];
  for (const { svc, issue, readAt } of outcomes) {
    if (readAt !== undefined) liveSince.set(svc, Math.min(readAt, liveSince.get(svc) ?? Infinity));
    else if (issue !== undefined) issues.set(svc, issue);
  }
  const outcomeOf = (key: RecordKey): Outcome | undefined => told.get(keyText(key))?.[1];
  const misses = sought.map(({ unknown, address }, index): Miss | undefined => {
    if (address !== undefined) return toMiss(searches.get(address) ?? [], onMiss === 'FAIL' ? unaskable(view.services, limit) : []);
    // Nothing at all is known: whatever the reader would accept, there is nothing to answer.
    const nowhere = unknown.some((key) => outcomeOf(key)?.found === true) ? [] : unknown;
    const missed = [...(onMiss === 'FAIL' ? (old[index] ?? []) : []), ...nowhere].find((key) => outcomeOf(key)?.issue !== undefined);
    const issue = missed && outcomeOf(missed)?.issue;
    const service = view.services.find(({ svc }) => svc === missed?.svc);
    return issue === undefined || service === undefined ? undefined : { service, issue, asOf: old[index]?.find((each) => each === missed)?.asOf };
  });
  return { maxAgeMs, liveSince, issues, misses };
}

/** Of services that cannot be asked about an address only a whole read tells whether they know it. @returns those whose last one is too old. */
function unaskable(services: readonly ServiceView[], limit: Instant): readonly Miss[] {
  return services
    .filter(({ findsByEmail, sync: { lastSealedAt } }) => !findsByEmail && (lastSealedAt === undefined || lastSealedAt < limit))
    .map((service) => {
      const message = `${service.name}: cannot be asked about an address, and was not read whole since then`;
      return { service, issue: { code: 'SERVICE_UNSUPPORTED', message, retryable: false }, asOf: undefined };
    });
}

/** The failure that tells the reader most; of equals, that of the service that was configured first. */
function toMiss(searches: readonly Search[], unasked: readonly Miss[]): Miss | undefined {
  const failed = searches.flatMap(({ service, issue }): readonly Miss[] => (issue === undefined ? [] : [{ service, issue, asOf: undefined }]));
  return [...failed, ...unasked].toSorted((a, b) => places[a.issue.code] - places[b.issue.code])[0];
}

// What somebody has to mend comes first, then what says when to come again, then what may pass; last, who was not even asked.
const places: Readonly<Record<IssueCode, number>> = {
  SERVICE_AUTH_FAILED: 0,
  SERVICE_FORBIDDEN: 0,
  SERVICE_MISCONFIGURED: 0,
  SERVICE_RATE_LIMITED: 1,
  SERVICE_BAD_RESPONSE: 2,
  SERVICE_RECORDS_REJECTED: 2,
  SERVICE_QUARANTINED: 2,
  SERVICE_UNREACHABLE: 3,
  SERVICE_TIMEOUT: 3,
  SERVICE_CIRCUIT_OPEN: 4,
  SERVICE_UNSUPPORTED: 5,
  SERVICE_NEVER_SYNCED: 6,
};
