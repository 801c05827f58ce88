import type { ScopeKey } from '../contract/records.ts';
import type { CredentialView, InviteView, RoleView, ServiceView } from '../model/views.ts';
import { builder } from './builder.ts';
import { connectionOf } from './connection.ts';
import { byKeyText, keptByOperation } from './loadable.ts';
import { sourcedNode } from './refs.ts';

// The names of the types of invites and credentials. Keys are `keyText`.

export const InviteRef = sourcedNode<InviteView>(
  'Invite',
  byKeyText((view, keys) => view.invitesByKeys(keys)),
);

const credentials = byKeyText((view, keys) => view.credentialsByKeys(keys));
export const CredentialRef = keptByOperation(
  builder.loadableInterfaceRef<CredentialView | undefined, string, string, CredentialView>('Credential', credentials),
  credentials,
);
/** Credentials of all kinds share the loader of the interface. */
const credentialNode = (name: string) =>
  sourcedNode<CredentialView>(name, {
    load: async (keys, context) => (await CredentialRef.getDataloader(context).loadMany(keys)) as CredentialView[],
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
