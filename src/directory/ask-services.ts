import type { Instant } from '../contract/records.ts';
import { toIssue, type Issue } from '../model/issue.ts';
import type { LiveAnswer } from '../model/live.ts';
import { keyText, type RecordKey, type ServiceView } from '../model/views.ts';
import type { LiveReader } from './live.ts';
import type { View } from './view.ts';

/** What became of asking about one account. */
export interface Outcome {
  readonly found: boolean;
  readonly readAt: Instant | undefined;
  /** Why the index does not hold what the service says now. */
  readonly issue: Issue | undefined;
}

/** What became of asking one service about one address. */
export interface Search {
  readonly service: ServiceView;
  /** Of what the service told now; undefined also when it had told recently enough. */
  readonly readAt: Instant | undefined;
  /** Why the index does not hold everybody whom the service knows by the address. */
  readonly issue: Issue | undefined;
}

/** Accounts by `keyText`, those of one service in one request. */
export async function readAccounts(
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

/**
 * Has every service that can be asked about addresses bring the accounts that carry these.
 * @param addresses as `askableAddress` spells them; the answers come by them.
 */
export async function searchAddresses(
  { services, now }: View,
  live: LiveReader | undefined,
  addresses: readonly string[],
  notBefore: Instant,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Search[]>> {
  const distinct = [...new Set(addresses)];
  if (distinct.length === 0) return new Map();
  const askable = services.filter(({ findsByEmail }) => findsByEmail);
  const searches = await Promise.all(
    askable.map(async (service): Promise<ReadonlyMap<string, Search>> => {
      const refusal = refusalOf(service, live);
      const findings = refusal === undefined ? await live?.find(service.name, distinct, notBefore, signal) : undefined;
      return new Map(
        distinct.map((address) => {
          const finding = findings?.get(address);
          const readAt = finding?.kind === 'told' ? finding.readAt : undefined;
          return [address, { service, readAt, issue: finding?.kind === 'failed' ? toIssue(finding.failure, now) : refusal }];
        }),
      );
    }),
  );
  return new Map(distinct.map((address) => [address, searches.flatMap((own) => own.get(address) ?? [])]));
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
