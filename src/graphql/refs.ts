import type { GrantRecord, GroupRecord, IdentityRecord, PermissionRecord, RoleRecord, ScopeRecord } from '../contract/records.ts';
import type { Issue } from '../model/issue.ts';
import type {
  ActorRef,
  Capability,
  GrantView,
  GroupView,
  IdentityView,
  LinkView,
  MatchCandidate,
  MatchCaseView,
  RoleView,
  ScopeView,
  ServiceView,
  Sourced,
  SyncView,
  UserEmailView,
  UserView,
} from '../model/views.ts';
import { builder } from './builder.ts';

// The names of all types, so that the files under types/ need not import each other.

export type SourcedNode = Sourced<IdentityRecord | GroupRecord | RoleRecord | ScopeRecord | GrantRecord>;
export type ScopeNode = ScopeView | ServiceView;
export type AnyNode = UserView | ServiceView | MatchCaseView | SourcedNode;
export type PrincipalNode = IdentityView | GroupView;
export type ServicePrincipalNode = Extract<ActorRef, { kind: 'principal' }>;
export type ActorNode = UserView | IdentityView | ServicePrincipalNode;
/** An issue and whose it is. */
export interface IssueNode {
  readonly service: ServiceView;
  readonly issue: Issue;
}
/** The issue of the newest attempt needs to say whose it is. */
export interface SyncNode {
  readonly service: ServiceView;
  readonly sync: SyncView;
}

export const NodeRef = builder.interfaceRef<AnyNode>('Node');
export const SourcedRef = builder.interfaceRef<SourcedNode>('Sourced');
export const ScopeRef = builder.interfaceRef<ScopeNode>('Scope');

export const UserRef = builder.objectRef<UserView>('User');
export const EmailRef = builder.objectRef<UserEmailView>('Email');
export const IdentityRef = builder.objectRef<IdentityView>('Identity');
export const LinkRef = builder.objectRef<LinkView>('Link');
export const GroupRef = builder.objectRef<GroupView>('Group');
export const RoleRef = builder.objectRef<RoleView>('Role');
export const PermissionRef = builder.objectRef<PermissionRecord>('Permission');
export const GrantRef = builder.objectRef<GrantView>('Grant');
export const OrganizationRef = builder.objectRef<ScopeView>('Organization');
export const WorkspaceRef = builder.objectRef<ScopeView>('Workspace');
export const ProjectRef = builder.objectRef<ScopeView>('Project');
export const ResourceRef = builder.objectRef<ScopeView>('Resource');
export const MatchCaseRef = builder.objectRef<MatchCaseView>('MatchCase');
export const MatchCandidateRef = builder.objectRef<MatchCandidate>('MatchCandidate');
export const ServicePrincipalRef = builder.objectRef<ServicePrincipalNode>('ServicePrincipal');
export const ServiceRef = builder.objectRef<ServiceView>('Service');
export const SyncStatusRef = builder.objectRef<SyncNode>('SyncStatus');
export const ServiceCapabilityRef = builder.objectRef<Capability>('ServiceCapability');
export const CoverageRef = builder.objectRef<ServiceView>('Coverage');
export const IssueRef = builder.objectRef<IssueNode>('Issue');

export const PrincipalUnion = builder.unionType('Principal', {
  description: 'What a service may give a role to.',
  types: [IdentityRef, GroupRef],
  resolveType: (principal: PrincipalNode) => (principal.record.kind === 'identity' ? IdentityRef : GroupRef),
});

export const ActorUnion = builder.unionType('Actor', {
  description: 'Who did something.',
  types: [UserRef, IdentityRef, ServicePrincipalRef],
  resolveType: (actor: ActorNode) => {
    if ('record' in actor) return IdentityRef;
    return actor.kind === 'principal' ? ServicePrincipalRef : UserRef;
  },
});
