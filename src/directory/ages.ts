import type { IdentityRecord, Instant } from '../contract/records.ts';
import { isStale } from '../model/coverage.ts';
import { isUnread, type Readings } from '../model/live.ts';
import type { AccountRecord, RecordKey, ServiceView, Sourced } from '../model/views.ts';
import type { RecordRow } from '../store/read/records.ts';

/** A record and what its age is told from. */
export interface Stored<R> extends RecordKey, Mark {
  readonly record: R;
}

/** What makes a record older or younger than the last whole read of its service. */
export interface Mark {
  /** How many whole reads in a row lacked it. */
  readonly misses: number;
  /** When a single read told it; null when only whole ones did. */
  readonly readAt: Instant | null;
}

export const parsed = <R>({ svc, key, data, misses, read_at }: RecordRow): Stored<R> => ({
  svc,
  key,
  record: JSON.parse(data) as R,
  misses,
  readAt: read_at,
});

/** All accounts in one shape, whatever their service tells: what is asked for most comes first, and next to each other in memory. */
export function parsedAccount({ svc, data, misses, read_at }: RecordRow, { text, roles: sameRoles }: Sharing = unshared): Stored<AccountRecord> {
  const { externalId, status, username, roles, displayName, accountKind, emails, mfaEnabled, lastActiveAt, organization } = JSON.parse(
    data,
  ) as IdentityRecord;
  const key = text(externalId);
  const record: AccountRecord = {
    externalId: key,
    status,
    username: username && text(username),
    roles: sameRoles(roles),
    displayName: displayName && text(displayName),
    accountKind,
    emails: emails.map(({ address, proof, primary }) => ({ address: text(address), proof, primary })),
    mfaEnabled,
    lastActiveAt,
    organization,
    kind: 'identity',
  };
  return { svc, key, record, misses, readAt: read_at };
}

/** Gives what was seen before for what equals it, so that it is kept once. */
export interface Sharing {
  text(text: string): string;
  roles(roles: readonly string[]): readonly string[];
}

export const unshared: Sharing = { text: (text) => text, roles: (roles) => roles };

/** Tells how old records are. */
export interface Ages {
  of<R>(stored: Stored<R>): Sourced<R>;
  /**
   * Whoever has the same one tells the same of every record without a mark: only what is known of the services decides there. Undefined where live
   * readings have a say.
   */
  readonly state: object | undefined;
  /** As they were told at another moment. */
  at(moment: Instant): Ages;
}

/** @param state as `keepState` has it for these services and this moment. */
export function createAges(services: readonly ServiceView[], now: Instant, readings: Readings, state: object | undefined): Ages {
  const sealed = new Map(services.map(({ svc, sync }) => [svc, sync.lastSealedAt]));
  return {
    state: isUnread(readings) ? state : undefined,
    at: (moment) => createAges(services, moment, readings, undefined),
    /** A record that the newest listing lacked is as old as the last time that it was seen for certain. */
    of({ svc, key, record, misses, readAt }) {
      const sealedAsOf = sealed.get(svc) ?? 0;
      const missed = misses > 0;
      const asOf = missed ? (readAt ?? sealedAsOf) : Math.max(readAt ?? 0, sealedAsOf);
      const origin = originOf(readings, svc, asOf === readAt ? readAt : undefined, now);
      const tooOld = origin !== 'LIVE' && now - asOf > (readings.maxAgeMs ?? Infinity);
      return { svc, key, record, asOf, stale: missed || tooOld || isStale(asOf, now), origin };
    },
  };
}

/** Gives the same object as long as all services were last read whole at the same moments, and the same of these lie too far back. */
export function keepState(): (services: readonly ServiceView[], now: Instant) => object {
  let known: { readonly services: readonly ServiceView[]; readonly text: string; readonly state: object } | undefined;
  return (services, now) => {
    if (known?.services === services) return known.state;
    const text = services.map(({ svc, sync: { lastSealedAt = 0 } }) => `${svc} ${lastSealedAt} ${isStale(lastSealedAt, now)}`).join('\n');
    known = { services, text, state: known?.text === text ? known.state : {} };
    return known.state;
  };
}

/** @param readAt when a single read told the record; undefined when a whole one has told it since. */
function originOf({ liveSince, maxAgeMs }: Readings, svc: number, readAt: Instant | undefined, now: Instant): Sourced<unknown>['origin'] {
  if (readAt === undefined) return 'INDEX';
  if (readAt >= (liveSince.get(svc) ?? Infinity)) return 'LIVE';
  return maxAgeMs !== undefined && now - readAt <= maxAgeMs ? 'CACHE' : 'INDEX';
}
