import type { Instant, JsonObject } from '../contract/records.ts';
import type { ActorRef, RecordKey } from './views.ts';

export const stepStatuses = ['PLANNED', 'APPLIED', 'VERIFIED', 'ALREADY_SO', 'SKIPPED', 'FAILED', 'UNSUPPORTED', 'MANUAL'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** What events are about. */
export type AuditTarget =
  | { readonly type: 'User' | 'MatchCase'; readonly id: string }
  | { readonly type: 'Service'; readonly svc: number }
  | ({ readonly type: 'Identity' | 'Group' | 'Grant' } & RecordKey);

/** For look-ups: equal targets have equal text. */
export function targetText(target: AuditTarget): string {
  if ('id' in target) return `${target.type}:${target.id}`;
  return 'key' in target ? `${target.type}:${target.svc}/${target.key}` : `${target.type}:${target.svc}`;
}

/** Words of `AuditEvent.operation`. Those of decisions name the mutation; the others are what a read, or a rule of linking, found. */
export const auditOperations = {
  linkIdentity: 'somebody linked an account to a person',
  unlinkIdentity: 'somebody said that an account is not its person’s',
  decideMatches: 'somebody decided match cases',
  mergeUsers: 'somebody made several people one',
  splitUser: 'somebody gave some accounts of a person to a new person',
  revertLinkChange: 'somebody took a decision about links back',
  acknowledgeQuarantine: 'somebody accepted or refused the removals that a read found',
  'identity.added': 'an account appeared',
  'identity.changed': 'an account’s own record changed',
  'identity.removed': 'an account is gone',
  'identity.linked': 'a rule linked an account to a person',
  'identity.unlinked': 'a rule found that an account is nobody’s any more, or somebody else’s',
  'grant.added': 'an account or a group holds a role that it did not hold before',
  'grant.changed': 'what is held changed',
  'grant.removed': 'a role is not held any more',
  'membership.added': 'an account or a group joined a group',
  'membership.changed': 'a membership changed',
  'membership.removed': 'an account or a group left a group',
} as const;
export type AuditOperation = keyof typeof auditOperations;

/** Somebody did, or a read found, something. */
export interface AuditEventView {
  readonly id: string;
  readonly at: Instant;
  /** The revision that shows the effect. */
  readonly revision: number;
  readonly actor: ActorRef;
  readonly operation: string;
  /** The service's row, when one service is concerned. */
  readonly svc: number | undefined;
  readonly targets: readonly AuditTarget[];
  readonly outcome: StepStatus;
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
  /** Id of the event that this one undid. */
  readonly reverts: string | undefined;
}

/** Who decides while the server knows no readers: whoever reaches it on its own machine. */
export const localOperator: ActorRef = { kind: 'principal', id: 'local-operator', displayName: 'local operator' };

export const linkingRules: ActorRef = { kind: 'principal', id: 'linking', displayName: 'rules of linking' };

/** Who tells of what a read of a service found. */
export const readerOf = (serviceName: string): ActorRef => ({
  kind: 'principal',
  id: `reader:${serviceName}`,
  displayName: `reader of ${serviceName}`,
});
