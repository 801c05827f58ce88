import type { Instant } from '../contract/records.ts';
import { toIssue, type Issue } from '../model/issue.ts';
import type { LiveAnswer, Readings } from '../model/live.ts';
import { keyText, type IdentityView, type RecordKey, type ServiceView } from '../model/views.ts';
import type { UserLookup, View } from './view.ts';

/** Asks services about single accounts now, and writes what they say through to the index. */
export interface LiveReader {
  /**
   * @param service its name.
   * @param notBefore a read that began then or later is as good.
   * @param signal ends the call when nobody else waits for it.
   */
  read(service: string, externalIds: readonly string[], notBefore: Instant, signal: AbortSignal): Promise<ReadonlyMap<string, LiveAnswer>>;
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
    return { known: [...new Map([...known, ...own].map((each) => [keyText(each), each])).values()], unknown };
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
  const old = sought.map(({ known }) => known.filter(({ asOf }) => asOf < limit));
  const keys = [...old.flat(), ...sought.flatMap(({ unknown }) => unknown)];
  const told = await readAll(view, live, keys, maxAgeMs === undefined ? view.now : limit, signal);
  for (const [{ svc }, { issue, readAt }] of told.values()) {
    if (readAt !== undefined) liveSince.set(svc, Math.min(readAt, liveSince.get(svc) ?? Infinity));
    else if (issue !== undefined) issues.set(svc, issue);
  }
  const outcomeOf = (key: RecordKey): Outcome | undefined => told.get(keyText(key))?.[1];
  const misses = sought.map(({ unknown }, index): Miss | undefined => {
    // Nothing at all is known: whatever the reader would accept, there is nothing to answer.
    const nowhere = unknown.some((key) => outcomeOf(key)?.found === true) ? [] : unknown;
    const missed = [...(onMiss === 'FAIL' ? (old[index] ?? []) : []), ...nowhere].find((key) => outcomeOf(key)?.issue !== undefined);
    const issue = missed && outcomeOf(missed)?.issue;
    const service = view.services.find(({ svc }) => svc === missed?.svc);
    return issue === undefined || service === undefined ? undefined : { service, issue, asOf: old[index]?.find((each) => each === missed)?.asOf };
  });
  return { maxAgeMs, liveSince, issues, misses };
}

interface Outcome {
  readonly found: boolean;
  readonly readAt: Instant | undefined;
  /** Why the index does not hold what the service says now. */
  readonly issue: Issue | undefined;
}

async function readAll(
  { services, now }: View,
  live: LiveReader | undefined,
  keys: readonly RecordKey[],
  notBefore: Instant,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly [RecordKey, Outcome]>> {
  const told = new Map<string, readonly [RecordKey, Outcome]>();
  const distinct = new Map(keys.map((key) => [keyText(key), key]));
  const read = async (service: ServiceView, own: readonly RecordKey[]): Promise<void> => {
    const refusal = refusalOf(service, live);
    const ids = own.map(({ key }) => key);
    const answers = refusal === undefined ? await live?.read(service.name, ids, notBefore, signal) : undefined;
    for (const key of own) {
      const answer = answers?.get(key.key);
      told.set(keyText(key), [key, answer === undefined ? { found: false, readAt: undefined, issue: refusal } : toOutcome(service, answer, now)]);
    }
  };
  const bySvc = Map.groupBy(distinct.values(), ({ svc }) => svc);
  await Promise.all(
    services.map(async (service) => {
      const own = bySvc.get(service.svc);
      if (own !== undefined) await read(service, own);
    }),
  );
  return told;
}

/** Why a service is not even asked. */
function refusalOf({ name, sync }: ServiceView, live: LiveReader | undefined): Issue | undefined {
  if (live === undefined) return { code: 'SERVICE_UNSUPPORTED', message: `${name}: services are not asked live here`, retryable: false };
  if (sync.lastSealedAt !== undefined) return undefined;
  return { code: 'SERVICE_NEVER_SYNCED', message: `${name}: not read yet, so nothing of it can be placed`, retryable: true };
}

function toOutcome({ name }: ServiceView, answer: LiveAnswer, now: Instant): Outcome {
  if (answer.kind === 'failed') return { found: false, readAt: undefined, issue: toIssue(answer.failure, now) };
  const kept = answer.kind === 'absent' && answer.kept;
  return {
    found: answer.kind === 'read',
    readAt: answer.readAt,
    issue: kept
      ? { code: 'SERVICE_BAD_RESPONSE', message: `${name}: no longer knows the account; it is kept until that was said twice`, retryable: true }
      : undefined,
  };
}
