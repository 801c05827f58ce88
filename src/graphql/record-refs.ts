import type { ScopeKey } from '../contract/records.ts';
import type { CredentialView, InviteView, RoleView, ServiceView } from '../model/views.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { byKeyText } from './loadable.ts';
import { sourcedId } from './node-type.ts';

// The names of the types of invites and credentials. Keys are `keyText`.

export const InviteRef = builder.loadableNodeRef<InviteView | undefined, string, string, string, InviteView>('Invite', {
  id: { resolve: (node, _args, context) => sourcedId(node, context) },
  ...byKeyText((view, keys) => view.invitesByKeys(keys)),
});

export const CredentialRef = builder.loadableInterfaceRef<CredentialView | undefined, string, string, CredentialView>(
  'Credential',
  byKeyText((view, keys) => view.credentialsByKeys(keys)),
);
/** Credentials of all kinds share the loader of the interface. */
const credentialNode = (name: string) =>
  builder.loadableNodeRef<CredentialView | undefined, string, string, string, CredentialView>(name, {
    id: { resolve: (node, _args, context) => sourcedId(node, context) },
    load: (keys, context) => CredentialRef.getDataloader(context).loadMany(keys),
  });
export const AccessKeyRef = credentialNode('AccessKey');
export const SessionRef = credentialNode('Session');
export const TokenGrantRef = credentialNode('TokenGrant');
export const ServiceConnectionRef = credentialNode('ServiceConnection');

/** A role with the places where it will hold. */
export interface IntendedGrantNode {
  readonly svc: number;
  readonly role: RoleView;
  readonly scopes: readonly ScopeKey[];
}
export const IntendedGrantRef = builder.objectRef<IntendedGrantNode>('IntendedGrant');
export const PasswordPolicyRef = builder.objectRef<ServiceView>('PasswordPolicy');

export const InviteConnection = connectionOf('Invite', InviteRef, 'invites');
export const CredentialConnection = connectionOf('Credential', CredentialRef, 'credentials');
