import type { Listing, LiveIdentity, RejectedRecord } from '../../src/contract/adapter.ts';
import type { SquirroClient, WireList } from './client.ts';
import type { SquirroSettings } from './config.ts';
import { baseGrantId, toBaseGrant, toConnections, toIdentity, toSession, toTokenGrant } from './map.ts';
import { nothing, queueListing, readEach, type Found } from './queue.ts';
import { rejectedAs } from './listings.ts';
import { toServerRoles, toUncatalogued } from './roles.ts';
import type { WireUser } from './wire.ts';

/** Many, since most users have nothing there: a page is a checkpoint, and pages without anything in them look like a listing that leads nowhere. */
const usersPerPage = 200;
/** From here on the whole list is cheaper than one call per id. */
const maxSingleLookUps = 10;

/** Authentications are evidence as soon as one service is named, and then every user is read by itself. */
const readsAuthentications = ({ connections }: SquirroSettings): boolean => Object.keys(connections).length > 0;

/** Users, server roles and base grants: one call, or one call more for each user where authentications are evidence. */
export function usersListing(client: SquirroClient, settings: SquirroSettings): Listing {
  const yields = ['identity', 'grant', 'role'] as const;
  if (readsAuthentications(settings)) {
    return queueListing({
      name: 'users',
      yields: [...yields, 'credential'],
      pageSize: usersPerPage,
      async list(signal) {
        const users = await client.users(signal, false);
        return { ids: users.items.map(({ id }) => id), records: toServerRoles(users.items), rejected: rejectedUsers(users) };
      },
      async read(id, signal) {
        const { tenant } = await client.session(signal);
        const user = await client.userWithAuthentications(id, signal);
        return user === undefined
          ? nothing
          : { records: [toIdentity(user, settings), toBaseGrant(user, tenant), ...toConnections(user)], rejected: rejectedConnections(user) };
      },
    });
  }
  return {
    name: 'users',
    yields,
    async page(_, signal) {
      const users = await client.users(signal, settings.readSettings);
      const { tenant } = await client.session(signal);
      return {
        records: [...toServerRoles(users.items), ...users.items.flatMap((user) => [toIdentity(user, settings), toBaseGrant(user, tenant)])],
        rejected: rejectedUsers(users),
        next: null,
      };
    },
  };
}

/** Metadata of tokens, of the own session and, where users are read from the list, of connected services: no list has them, so a call or two per user. */
export function credentialsListing(client: SquirroClient, settings: SquirroSettings): Listing {
  const listing = queueListing({
    name: 'credentials',
    yields: ['credential'],
    pageSize: usersPerPage,
    async list(signal) {
      return { ...nothing, ids: (await client.users(signal, false)).items.map(({ id }) => id) };
    },
    async read(id, signal): Promise<Found> {
      const grants = await client.grants(id, signal);
      if (grants === undefined) return nothing;
      const { userId, sessionId } = await client.session(signal);
      const session = userId === id && sessionId !== undefined ? await client.ownSession({ userId, sessionId }, signal) : undefined;
      const user = readsAuthentications(settings) ? undefined : await client.userWithAuthentications(id, signal);
      return {
        records: [
          ...grants.items.map((grant) => toTokenGrant(grant, id)),
          ...(session === undefined ? [] : [toSession(session, id)]),
          ...(user === undefined ? [] : toConnections(user)),
        ],
        rejected: [
          ...grants.rejected.map(({ reason }): RejectedRecord => ({ kind: 'credential', externalId: undefined, reason })),
          ...(user === undefined ? [] : rejectedConnections(user)),
        ],
      };
    },
  });
  return { ...listing, own: ['SESSION'] };
}

/** Accounts by id; what is not asked for by id is not kept. */
export async function getIdentities(
  client: SquirroClient,
  settings: SquirroSettings,
  externalIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LiveIdentity>> {
  // Dots would leave the folder of users: no ids.
  const ids = [...new Set(externalIds)].filter((id) => !['', '.', '..'].includes(id));
  if (ids.length === 0) return new Map();
  const { tenant } = await client.session(signal);
  const found = await readUsers(client, settings, ids, signal);
  return new Map(found.map((user) => [user.id, { identity: toIdentity(user, settings), alongside: toAlongside(user, settings, tenant) }]));
}

async function readUsers(
  client: SquirroClient,
  settings: SquirroSettings,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly WireUser[]> {
  const whole = readsAuthentications(settings);
  if (!whole && ids.length > maxSingleLookUps) {
    const wanted = new Set(ids);
    return (await client.users(signal, settings.readSettings)).items.filter(({ id }) => wanted.has(id));
  }
  const found = await readEach(ids, (id) => (whole ? client.userWithAuthentications(id, signal) : client.user(id, signal)));
  return found.filter((user) => user !== undefined);
}

const toAlongside = (user: WireUser, settings: SquirroSettings, tenant: string): LiveIdentity['alongside'] => [
  toBaseGrant(user, tenant),
  ...toUncatalogued('server', [user.role]),
  ...(readsAuthentications(settings) ? toConnections(user) : []),
];

/** The base grant came with the account: it is as unreadable, not gone. */
function rejectedUsers(users: WireList<WireUser>): readonly RejectedRecord[] {
  return rejectedAs('identity', users).flatMap((entry) => [
    entry,
    { kind: 'grant', externalId: entry.externalId === undefined ? undefined : baseGrantId(entry.externalId), reason: entry.reason },
  ]);
}

const rejectedConnections = ({ authentications }: WireUser): readonly RejectedRecord[] =>
  authentications.flatMap(({ found }) =>
    found === undefined ? [{ kind: 'credential', externalId: undefined, reason: 'authentications: invalid_type' }] : [],
  );
