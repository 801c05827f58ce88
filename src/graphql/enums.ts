import type { EmailTrust } from '../contract/adapter.ts';
import type { AccountStatus, EmailProof, GrantRecord, InviteStatus, PrincipalKind, RoleLevel, ScopeKind } from '../contract/records.ts';
import type { Finding, ReportFormat, ReportKey } from '../model/access.ts';
import type { StepStatus } from '../model/audit.ts';
import type { Freshness } from '../directory/live.ts';
import type { CoverageState } from '../model/coverage.ts';
import type { EventCountFilter, LinkState, MatchCaseView, Sourced } from '../model/views.ts';
import { builder } from './builder.ts';

function enumOf<T extends string>(name: string, description: string, meanings: Readonly<Record<T, string>>) {
  const values = Object.fromEntries(Object.entries<string>(meanings).map(([value, meaning]) => [value, { value, description: meaning }]));
  return builder.enumType(name, { description, values: values as Record<T, { value: T; description: string }> });
}

export const PrincipalKindEnum = enumOf<PrincipalKind>('PrincipalKind', 'What holds an account.', {
  HUMAN: 'A person.',
  BOT: 'A bot or an app that acts in the service.',
  SERVICE: 'A technical account.',
  AGENT: 'A software agent that acts for people.',
  UNKNOWN: 'The service does not tell.',
});

export const AccountStatusEnum = enumOf<AccountStatus>('AccountStatus', 'Where an account is in its life.', {
  INVITED: 'Asked to join, has not joined yet.',
  ACTIVE: 'Can be used.',
  SUSPENDED: 'Deactivated by the service; its grants do not work.',
  DELETED: 'A tombstone: the service no longer lists it; kept for the retention time.',
  UNKNOWN: 'The service does not tell.',
});

export const RoleLevelEnum = enumOf<RoleLevel>(
  'RoleLevel',
  'How much a role may do, comparable between services, relative to its scope: NONE < GUEST < READER < MEMBER < MANAGER < ADMIN < OWNER. UNKNOWN stands outside the order.',
  {
    NONE: 'No access.',
    GUEST: 'Restricted access to a part.',
    READER: 'May look.',
    MEMBER: 'May work.',
    MANAGER: 'May manage other members.',
    ADMIN: 'May change settings and access.',
    OWNER: 'May do everything.',
    UNKNOWN: 'Nobody mapped the role to a level; never to be taken for low.',
  },
);

export const ScopeKindEnum = enumOf<ScopeKind>('ScopeKind', 'What kind of place a role holds in.', {
  ORGANIZATION: 'Holds workspaces.',
  WORKSPACE: 'A tenancy boundary: a Slack workspace, a tenant.',
  PROJECT: 'A unit of work inside a workspace.',
  RESOURCE: 'Anything finer, by the service’s own word.',
  SERVICE: 'The service itself.',
});

export const OriginEnum = enumOf<Sourced<unknown>['origin']>('Origin', 'Where the answer comes from.', {
  LIVE: 'Read from the service for this operation.',
  CACHE: 'Read from the service shortly before.',
  INDEX: 'From the newest sealed read of the service.',
});

export const OnMissEnum = enumOf<Freshness['onMiss']>('OnMiss', 'What to do about a record that is older than it may be.', {
  FETCH: 'Ask the service; where it cannot tell, answer what is known, with its age.',
  STALE: 'Ask no service: answer what is known, with its age.',
  FAIL: 'Ask the service; where it cannot tell, fail rather than answer what is older.',
});

export const GrantSourceEnum = enumOf<GrantRecord['source']>('GrantSource', 'How the principal came to the grant, as the service says.', {
  DIRECT: 'Given to the principal itself.',
  VIA_GROUP: 'Comes through a group.',
  INHERITED: 'Comes from a scope above.',
  UNKNOWN: 'The service does not tell.',
});

export const LinkStateEnum = enumOf<LinkState>('LinkState', 'Whether an account is known to be a certain person’s.', {
  LINKED_AUTO: 'Linked by a rule.',
  LINKED_MANUAL: 'Linked by somebody’s decision, which always wins.',
  SUGGESTED: 'Some evidence, not enough to link.',
  REJECTED: 'Somebody decided that the suggested person is not the holder.',
  CONFLICT: 'Evidence contradicts itself: a match case waits for a decision.',
  UNLINKED: 'Nothing ties the account to a person.',
});

export const EmailProofEnum = enumOf<EmailProof>('EmailProof', 'What the service knows about who holds an address.', {
  VERIFIED: 'The holder proved it, says the service.',
  ASSERTED: 'An administrator vouched for it.',
  UNVERIFIED: 'The service says that it is not proven.',
  UNKNOWN: 'The service does not tell.',
});

export const EmailTrustEnum = enumOf<EmailTrust>('EmailTrust', 'When an address of this service may tie accounts by itself.', {
  NEVER: 'Never.',
  VERIFIED_ONLY: 'Only addresses that the service calls verified.',
  MANAGED_DOMAINS: 'Also what administrators entered, in domains that are ours.',
  ALWAYS: 'Every address.',
});

export const CoverageStateEnum = enumOf<CoverageState>('CoverageState', 'How much of a service an answer stands on.', {
  COMPLETE: 'Read in full, recently.',
  PARTIAL: 'Some listings could not be read, or some records were rejected.',
  STALE: 'Read in full, but longer ago than the staleness budget.',
  QUARANTINED: 'The newest read lacked too much: older records are held until somebody decides.',
  FAILED: 'The newest read failed; what is shown is older.',
  DENIED: 'The service refuses our credential.',
  UNSUPPORTED: 'The service has no such data.',
  NEVER_SYNCED: 'Not read yet.',
});

export const InviteStatusEnum = enumOf<InviteStatus>('InviteStatus', 'What became of an invitation.', {
  PENDING: 'Nobody has accepted it yet.',
  ACCEPTED: 'Somebody has accepted it.',
  EXPIRED: 'It can no longer be accepted.',
  CANCELLED: 'It was taken back.',
  UNKNOWN: 'The service does not tell.',
});

export const EventCountFilterEnum = enumOf<EventCountFilter>('EventCountFilter', 'Which runs the events of a count occurred on.', {
  FLOW: 'Runs of the same flow.',
  TARGET: 'Runs in which the same target was asked for.',
});

export const MatchDecisionEnum = enumOf<NonNullable<MatchCaseView['decision']>>('MatchDecision', 'How a match case was decided.', {
  CONFIRM: 'The account is the candidate’s.',
  REJECT: 'The account is not the candidate’s.',
});

export const FindingEnum = enumOf<Finding>('Finding', 'What is wrong with an account or with what it may do.', {
  ORPHAN: 'No person is linked to the account.',
  LEAVER_WITH_ACCESS: 'The person is suspended in, or gone from, a service that tells who is with the company; the account is active.',
  DORMANT: 'No sign of use for 90 days, where the service tells.',
  UNKNOWN_LEVEL: 'Nobody mapped the role to a level.',
  ADMIN_WITHOUT_MFA: 'ADMIN or OWNER, and the service says that there is no second factor.',
  EXPIRED_GRANT: 'The grant has ended, and the service still lists it.',
  BOT_WITHOUT_OWNER: 'An account of a bot, a technical account or an agent, and no human is linked to it.',
});

export const ReportKeyEnum = enumOf<ReportKey>('ReportKey', 'What a summary counts apart.', {
  SERVICE: 'Each service.',
  ROLE: 'Each role of each service.',
  LEVEL: 'Each level. Who holds several is counted under each.',
  SCOPE_KIND: 'Each kind of scope.',
  SCOPE: 'Each scope; what holds on every scope of a kind is a line without one.',
});

export const ReportFormatEnum = enumOf<ReportFormat>('ReportFormat', 'How a report is written to a file.', {
  CSV: 'A table with a header; the last lines say what it stands on. Texts that a spreadsheet might take for formulas are defused.',
  JSON: 'One document, all texts as they are.',
  NDJSON: 'One JSON object a line; the last lines say what it stands on.',
});

export const StepStatusEnum = enumOf<StepStatus>('StepStatus', 'What came of something that was to be done.', {
  PLANNED: 'Not done yet.',
  APPLIED: 'Done.',
  VERIFIED: 'Seen to be so.',
  ALREADY_SO: 'It was so before.',
  SKIPPED: 'Left out.',
  FAILED: 'It did not work.',
  UNSUPPORTED: 'The service cannot.',
  MANUAL: 'Somebody has to do it by hand.',
});
