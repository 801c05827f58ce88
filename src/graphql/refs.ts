import { scopeKeyText, type PermissionRecord, type ScopeKey } from '../contract/records.ts';
import type { AuditEventView } from '../model/audit.ts';
import { formatNodeId } from '../model/global-id.ts';
import type { Issue } from '../model/issue.ts';
import {
  keyText,
  type ActorRef,
  type Capability,
  type GrantView,
  type GroupView,
  type IdentityView,
  type LinkView,
  type MatchCandidate,
  type MatchCaseView,
  type RoleView,
  type ScopeView,
  type ServiceView,
  type SyncView,
  type UserEmailView,
  type UserView,
} from '../model/views.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { byKeyText, byText, keptByOperation, type Loadable } from './loadable.ts';
import { serviceNodeId, sourcedId, type SourcedNode } from './node-type.ts';

// The names of all types, so that the files under types/ need not import each other. A field of a loadable type may answer with the key alone.

export type ScopeNode = ScopeView | ServiceView;
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

/** A loadable type with an id, whose loader is kept by the operation. */
const nodeRef = <V extends object>(name: string, idOf: (node: V, context: Context) => string, options: ReturnType<typeof byText<V>>) =>
  keptByOperation(
    builder.loadableNodeRef<V | undefined, string, string, string, V>(name, {
      id: { resolve: (node, _args, context) => idOf(node, context) },
      ...options,
    }),
    options,
  );
export const sourcedNode = <V extends SourcedNode>(name: string, options: ReturnType<typeof byKeyText<V>>) => nodeRef<V>(name, sourcedId, options);

export const SourcedRef = builder.interfaceRef<SourcedNode>('Sourced');

export const UserRef = nodeRef<UserView>(
  'User',
  ({ id }) => id,
  byText((view, ids) => view.usersByIds(ids)),
);
/** Keys of this and of the following types are `keyText`. */
export const IdentityRef = sourcedNode<IdentityView>(
  'Identity',
  byKeyText((view, keys) => view.identitiesByKeys(keys)),
);
export const GroupRef = sourcedNode<GroupView>(
  'Group',
  byKeyText((view, keys) => view.groupsByKeys(keys)),
);
export const RoleRef = sourcedNode<RoleView>(
  'Role',
  byKeyText((view, keys) => view.rolesByKeys(keys)),
);
export const GrantRef = sourcedNode<GrantView>(
  'Grant',
  byKeyText((view, keys) => view.grantsByKeys(keys)),
);
const links: Loadable<string, LinkView> = {
  load: async (texts, context) => {
    const found = await byKeyText((view, keys) => view.linksByKeys(keys)).load(texts, context);
    return found.map((link) => link ?? unlinked);
  },
};
export const LinkRef = keptByOperation(builder.loadableObjectRef<LinkView, string>('Link', links), links);

/** Keys are `scopeKey`; the service itself is no key. */
const scopes = byKeyText((view, keys) => view.scopesByKeys(keys));
export const ScopeRef = keptByOperation(builder.loadableInterfaceRef<ScopeView | undefined, string, string, ScopeNode>('Scope', scopes), scopes);
/** Scopes of all kinds share the loader of the interface, so that a mixed list of ids costs one statement. */
const scopeNode = (name: string) =>
  sourcedNode<ScopeView>(name, {
    load: async (keys, context) => (await ScopeRef.getDataloader(context).loadMany(keys)) as ScopeView[],
  });
export const OrganizationRef = scopeNode('Organization');
export const WorkspaceRef = scopeNode('Workspace');
export const ProjectRef = scopeNode('Project');
export const ResourceRef = scopeNode('Resource');

const ownNode = <V extends { readonly id: string }>(type: 'MatchCase' | 'AuditEvent', options: ReturnType<typeof byText<V>>) =>
  nodeRef<V>(type, ({ id }) => formatNodeId({ type, id }), options);
export const MatchCaseRef = ownNode<MatchCaseView>(
  'MatchCase',
  byText((view, ids) => view.matchCasesByIds(ids)),
);
export const AuditEventRef = ownNode<AuditEventView>(
  'AuditEvent',
  byText((view, ids) => view.auditEventsByIds(ids)),
);
/** The key is the name that the operator gave. */
export const ServiceRef = builder.nodeRef<ServiceView>('Service', {
  id: { resolve: serviceNodeId },
  loadWithoutCache: async (name, context) => (await context.view()).services.find((service) => service.name === name),
});

export const EmailRef = builder.objectRef<UserEmailView>('Email');
export const PermissionRef = builder.objectRef<PermissionRecord>('Permission');
export const MatchCandidateRef = builder.objectRef<MatchCandidate>('MatchCandidate');
export const ServicePrincipalRef = builder.objectRef<ServicePrincipalNode>('ServicePrincipal');
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

/** The key of a scope that a record names. */
export const scopeKey = (svc: number, scope: ScopeKey): string => keyText({ svc, key: scopeKeyText(scope) });

const unlinked: LinkView = {
  state: 'UNLINKED',
  userId: undefined,
  rule: undefined,
  confidence: undefined,
  evidence: [],
  decidedBy: undefined,
  decidedAt: undefined,
  note: undefined,
};
