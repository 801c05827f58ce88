import type { PasswordPolicyRecord } from '../../contract/adapter.ts';
import type { Instant } from '../../contract/records.ts';
import type { Issue } from '../../model/issue.ts';
import type { ServiceProfile } from '../../model/profile.ts';
import type { StoreConnection } from '../open.ts';

export interface DeclaredService {
  readonly name: string;
  readonly type: string;
  readonly profile: ServiceProfile;
}

/** Tells the store which services are configured now. Rows of services that are not any more stay, unlisted, with all that was read. */
export async function declareServices({ write }: StoreConnection, services: readonly DeclaredService[]): Promise<void> {
  await write.transaction().execute(async (trx) => {
    await trx.updateTable('service').set({ configured: 0 }).execute();
    for (const { name, type, profile } of services) {
      const known = await trx.selectFrom('service').select('svc').where('name', '=', name).where('type', '=', type).executeTakeFirst();
      if (known === undefined) {
        await trx
          .insertInto('service')
          .values({
            name,
            type,
            display_name: name,
            profile: JSON.stringify(profile),
            configured: 1,
            lease_until: 0,
            fence: 0,
            partial: 0,
            quarantined: 0,
          })
          .execute();
      } else {
        await trx
          .updateTable('service')
          .set({ configured: 1, profile: JSON.stringify(profile) })
          .where('svc', '=', known.svc)
          .execute();
      }
    }
  });
}

/** How each service's evidence counts, by its row. Services that are no longer configured keep the word they had. */
export async function serviceProfiles({
  read,
}: StoreConnection): Promise<readonly (ServiceProfile & { readonly svc: number; readonly name: string })[]> {
  const rows = await read.selectFrom('service').select(['svc', 'name', 'profile']).execute();
  return rows.map(({ svc, name, profile }) => ({ svc, name, ...(JSON.parse(profile) as ServiceProfile) }));
}

/** The two ways in which a credential can name the wrong instance. */
export class InstanceMismatchError extends Error {
  override readonly name = 'InstanceMismatchError';
}

/**
 * The store's row of a configured service, bound for ever to the instance that its credential proved. A service that was renamed in the
 * configuration takes up the row that its instance already has.
 * @throws InstanceMismatchError when the credential suddenly belongs to another instance, or two services read the same one.
 */
export async function bindInstance(
  { write }: StoreConnection,
  service: { readonly name: string; readonly type: string },
  instance: { readonly serviceId: string; readonly displayName: string },
): Promise<number> {
  return write.transaction().execute(async (trx) => {
    const own = await trx
      .updateTable('service')
      .set({ display_name: instance.displayName })
      .where('name', '=', service.name)
      .where('type', '=', service.type)
      .where('configured', '=', 1)
      .returning(['svc', 'service_id', 'profile'])
      .executeTakeFirstOrThrow();
    if (own.service_id === instance.serviceId) return own.svc;
    if (own.service_id !== null) {
      throw new InstanceMismatchError(
        `the credential of "${service.name}" belongs to ${instance.serviceId}, but what is stored under this name was read from ${own.service_id}: ` +
          'give the right credential, or another name for the other instance',
      );
    }
    const held = await trx
      .selectFrom('service')
      .select(['svc', 'name', 'configured'])
      .where('type', '=', service.type)
      .where('service_id', '=', instance.serviceId)
      .executeTakeFirst();
    if (held?.configured === 1) {
      throw new InstanceMismatchError(
        `"${service.name}" and "${held.name}" both read ${instance.serviceId}: remove one of them, or give it the credential of another instance`,
      );
    }
    if (held === undefined) {
      await trx.updateTable('service').set({ service_id: instance.serviceId }).where('svc', '=', own.svc).execute();
      return own.svc;
    }
    await trx.deleteFrom('service').where('svc', '=', own.svc).execute();
    await trx
      .updateTable('service')
      .set({ name: service.name, configured: 1, profile: own.profile, display_name: instance.displayName })
      .where('svc', '=', held.svc)
      .execute();
    return held.svc;
  });
}

/** What an attempt left behind; `null` clears the issue. */
export async function noteAttempt(
  { write }: StoreConnection,
  service: { readonly name: string; readonly type: string },
  note: { readonly issue?: Issue | null; readonly startedAt?: Instant; readonly nextAt?: Instant },
): Promise<void> {
  const change = {
    ...(note.issue === undefined ? {} : { issue: note.issue === null ? null : JSON.stringify(note.issue) }),
    ...(note.startedAt === undefined ? {} : { last_started_at: note.startedAt }),
    ...(note.nextAt === undefined ? {} : { next_at: note.nextAt }),
  };
  await write
    .updateTable('service')
    .set(change)
    .where('name', '=', service.name)
    .where('type', '=', service.type)
    .where('configured', '=', 1)
    .execute();
}

/** What the service asks of passwords, as it told last; undefined: it does not tell. */
export async function savePasswordPolicy({ write }: StoreConnection, svc: number, policy: PasswordPolicyRecord | undefined): Promise<void> {
  const password_policy = policy === undefined ? null : JSON.stringify(policy);
  await write.updateTable('service').set({ password_policy }).where('svc', '=', svc).execute();
}

export interface Lease {
  readonly svc: number;
  readonly owner: string;
  /** Rises with every taking: a late writer's number is refused. */
  readonly fence: number;
}

const leaseMs = 60_000;

/**
 * The right to read one service; at most one process has it.
 * @param isDead whether an owner is known to be gone, so that its lease need not run out.
 * @returns undefined while another process reads.
 */
export async function takeLease(
  { write }: StoreConnection,
  svc: number,
  owner: string,
  now: Instant,
  isDead: (owner: string) => boolean,
): Promise<Lease | undefined> {
  const row = await write.selectFrom('service').select(['lease_owner', 'lease_until', 'fence']).where('svc', '=', svc).executeTakeFirstOrThrow();
  const free = row.lease_owner === null || row.lease_owner === owner || row.lease_until < now || isDead(row.lease_owner);
  if (!free) return undefined;
  const taken = await write
    .updateTable('service')
    .set({ lease_owner: owner, lease_until: now + leaseMs, fence: row.fence + 1 })
    .where('svc', '=', svc)
    .where('fence', '=', row.fence)
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n ? { svc, owner, fence: row.fence + 1 } : undefined;
}

export async function releaseLease({ write }: StoreConnection, lease: Lease): Promise<void> {
  await write
    .updateTable('service')
    .set({ lease_owner: null, lease_until: 0 })
    .where('svc', '=', lease.svc)
    .where('fence', '=', lease.fence)
    .execute();
}

export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor() {
    super('another process reads this service now');
  }
}

/** First statement of every write of a sync: refuses a late writer, prolongs the lease, and takes the write lock. */
export async function holdLease(trx: StoreConnection['write'], lease: Lease, now: Instant): Promise<void> {
  const held = await trx
    .updateTable('service')
    .set({ lease_until: now + leaseMs })
    .where('svc', '=', lease.svc)
    .where('fence', '=', lease.fence)
    .executeTakeFirst();
  if (held.numUpdatedRows !== 1n) throw new LeaseLostError();
}
