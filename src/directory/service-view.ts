import type { PasswordPolicyRecord } from '../contract/adapter.ts';
import type { CredentialKind, RecordKind } from '../contract/records.ts';
import { recordKinds } from '../contract/records.ts';
import type { Instant } from '../contract/records.ts';
import { coverageOf } from '../model/coverage.ts';
import type { Issue } from '../model/issue.ts';
import type { ServiceProfile } from '../model/profile.ts';
import type { Capability, ServiceView, SyncView } from '../model/views.ts';
import type { ServiceRow } from '../store/read/services.ts';

const readings: Record<RecordKind, string> = {
  identity: 'read identities',
  group: 'read groups',
  membership: 'read memberships',
  role: 'read roles',
  scope: 'read scopes',
  grant: 'read grants',
  invite: 'read invites',
  credential: 'read credentials',
};

/** A profile that lacks something says nothing of it: no trust beyond what services verify, no capability. */
export function toServiceView(row: ServiceRow, now: Instant, managedDomains: readonly string[]): ServiceView {
  const profile = JSON.parse(row.profile) as Partial<ServiceProfile>;
  const issue = row.issue === null ? undefined : (JSON.parse(row.issue) as Issue);
  const sealedAsOf = row.sealed_as_of ?? undefined;
  return {
    svc: row.svc,
    name: row.name,
    type: row.type,
    serviceId: row.service_id ?? undefined,
    displayName: row.display_name,
    emailTrust: profile.emailTrust ?? 'VERIFIED_ONLY',
    managedDomains: profile.managedDomains ?? managedDomains,
    people: profile.people ?? 'match',
    capabilities: toCapabilities(profile),
    findsByEmail: profile.findByEmail === true,
    ownCredentials: ownCredentials(profile),
    passwordPolicy:
      row.password_policy === null || profile.passwordPolicy !== true ? undefined : (JSON.parse(row.password_policy) as PasswordPolicyRecord),
    coverage: coverageOf({ sealedAsOf, issue, partial: row.partial === 1, quarantined: row.quarantined }, now),
    seen: row.seen ?? undefined,
    sync: toSyncView(row, issue, now),
  };
}

function toCapabilities(profile: Partial<ServiceProfile>): readonly Capability[] {
  const { listings = [], findByEmail = false, passwordPolicy = false, countsEvents = false } = profile;
  const read = new Set(listings.flatMap(({ yields }) => yields));
  const own = ownCredentials(profile);
  const note = { credential: own.length === 0 ? undefined : `${own.join(' and ')}: only of the account that reads` };
  return [
    ...recordKinds.map((kind) => ({
      operation: readings[kind],
      supported: read.has(kind),
      ...(kind === 'credential' && note.credential !== undefined && { note: note.credential }),
    })),
    { operation: 'find by e-mail', supported: findByEmail },
    { operation: 'read the password policy', supported: passwordPolicy },
    { operation: 'count events', supported: countsEvents },
  ];
}

const ownCredentials = ({ listings = [] }: Partial<ServiceProfile>): readonly CredentialKind[] => [
  ...new Set(listings.flatMap(({ own = [] }) => own)),
];

function toSyncView(row: ServiceRow, issue: Issue | undefined, now: Instant): SyncView {
  // A read that stopped keeps its checkpoint, but nobody holds its lease.
  const running = row.run_started_at !== null && row.lease_until > now;
  return {
    running,
    ...(row.last_started_at === null ? {} : { lastStartedAt: row.last_started_at }),
    ...(row.sealed_as_of === null ? {} : { lastSealedAt: row.sealed_as_of }),
    ...(row.next_at === null ? {} : { nextAt: row.next_at }),
    ...(running ? { pages: row.run_pages ?? 0, records: row.run_records ?? 0 } : {}),
    ...(issue === undefined ? {} : { issue }),
    quarantined: row.quarantined,
  };
}
