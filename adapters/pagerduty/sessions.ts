import { z } from 'zod';
import type { Listing, Page, RejectedRecord } from '../../src/contract/adapter.ts';
import { AdapterError } from '../../src/contract/errors.ts';
import type { CredentialRecord } from '../../src/contract/records.ts';
import { wall, type PagerDutyClient } from './client.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import type { WireSession } from './wire.ts';

const state = z.object({ offset: z.int().nonnegative() });
/** It leaves room for the look-ups of others. */
const callsAtOnce = 4;

/** A page of users with the sessions of each: no answer lists those of all. */
export function sessionsListing(client: PagerDutyClient): Listing {
  return {
    name: 'sessions',
    yields: ['credential'],
    async page(cursor, signal): Promise<Page> {
      const { offset } = cursor === null ? { offset: 0 } : parseCursor(cursor, state);
      const users = await client.users({ offset }, signal);
      const records: CredentialRecord[] = [];
      const rejected: RejectedRecord[] = users.rejected.map(() => nameless('the user is unreadable'));
      const ids = new Set(users.items.map(({ id }) => id)).values();
      async function readRest(): Promise<void> {
        for (const id of ids) {
          const sessions = await client.sessions(id, signal);
          records.push(...sessions.items.map((session) => toSession(session, id)));
          rejected.push(...sessions.rejected.map(({ reason }) => nameless(reason)));
        }
      }
      await Promise.all(Array.from({ length: callsAtOnce }, readRest));
      if (users.next !== null && users.next >= wall)
        throw new AdapterError('UNSUPPORTED', 'PagerDuty sessions: the account has more users than the 10,000 that paging reaches');
      return { records, rejected, next: users.next === null ? null : formatCursor({ offset: users.next }) };
    },
  };
}

const nameless = (reason: string): RejectedRecord => ({ kind: 'credential', externalId: undefined, reason });

function toSession({ id, type, created_at }: WireSession, identity: string): CredentialRecord {
  const createdAt = Date.parse(created_at ?? '');
  return {
    kind: 'credential',
    credentialKind: 'SESSION',
    externalId: id,
    identity,
    // `browser` or `oauth`.
    ...(type !== undefined && { client: type }),
    ...(Number.isSafeInteger(createdAt) && createdAt > 0 && { createdAt }),
  };
}
