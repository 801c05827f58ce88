import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { free } from '../cost.ts';
import { holderOf } from '../loaders.ts';
import { sourcedId, sourcedTypeName } from '../node-type.ts';
import { AccessKeyRef, CredentialRef, ServiceConnectionRef, SessionRef, TokenGrantRef } from '../record-refs.ts';
import { IdentityRef, ServiceRef, UserRef } from '../refs.ts';
import { keyText, type CredentialView } from '../../model/views.ts';

const holder = ({ svc, record }: CredentialView) => ({ svc, key: record.identity });

CredentialRef.implement({
  description: 'What lets somebody in: metadata only. A secret leaves once, in the payload that made it, and is never read again.',
  resolveType: sourcedTypeName,
  fields: (t) => ({
    id: t.id({ description: 'Opaque, stable, unique over all types.', resolve: (credential, _args, context) => sourcedId(credential, context) }),
    service: t.field({
      type: ServiceRef,
      description: 'The service that it opens, or that keeps it.',
      complexity: free,
      resolve: ({ svc }, _args, context) => serviceOf(context, svc),
    }),
    identity: t.field({
      type: IdentityRef,
      nullable: true,
      description: 'The account that it belongs to; null when the service does not list that.',
      resolve: (credential) => keyText(holder(credential)),
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person behind the account.',
      resolve: (credential, _args, context) => holderOf(context, holder(credential)),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was made, where the service tells.',
      resolve: ({ record }) => record.createdAt,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null when it does not, or the service does not tell.',
      resolve: ({ record }) => record.expiresAt,
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, where the service tells.',
      resolve: ({ record }) => record.lastUsedAt,
    }),
    active: t.boolean({
      nullable: true,
      description: 'Whether it works, as the service says; without its word, false once it has ended.',
      resolve: ({ record: { active, expiresAt } }, _args, context) =>
        active ?? (expiresAt !== undefined && expiresAt <= context.opened().now ? false : undefined),
    }),
  }),
});

builder.objectType(AccessKeyRef, {
  description: 'A key that programs sign in with.',
  interfaces: [CredentialRef],
  fields: (t) => ({
    name: t.string({ description: 'The name that its maker gave it, else its id.', resolve: ({ record }) => record.name ?? record.externalId }),
    hint: t.string({ nullable: true, description: 'Its last characters, at most four.', resolve: ({ record }) => record.hint }),
  }),
});

builder.objectType(SessionRef, {
  description: 'A sign-in that lasts.',
  interfaces: [CredentialRef],
  fields: (t) => ({
    client: t.string({ nullable: true, description: 'What was signed in with, where the service tells.', resolve: ({ record }) => record.client }),
  }),
});

builder.objectType(TokenGrantRef, {
  description: 'A token that was issued to an account. Squirro calls these “grants”: they are tokens, not access. Access is a `Grant`.',
  interfaces: [CredentialRef],
  fields: (t) => ({
    type: t.string({
      description: 'The service’s word for what it is: `user`, `service`; `unknown` where it does not tell.',
      resolve: ({ record }) => record.grantType ?? 'unknown',
    }),
    clientId: t.string({ nullable: true, description: 'The client that it was issued for.', resolve: ({ record }) => record.client }),
    projectPermissions: t.stringList({
      description: 'What it may be used for in projects, in the service’s words; empty where nothing narrows it.',
      resolve: ({ record }) => [...(record.permissions ?? [])],
    }),
  }),
});

builder.objectType(ServiceConnectionRef, {
  description: 'A sign-in that a service keeps for another one. Squirro calls these “authentications”.',
  interfaces: [CredentialRef],
  fields: (t) => ({
    target: t.string({
      description: 'The other service, as this one calls it.',
      resolve: ({ record }) => record.target ?? record.externalId,
    }),
    targetUserId: t.string({ nullable: true, description: 'The account there.', resolve: ({ record }) => record.targetUserId }),
    displayName: t.string({ nullable: true, description: 'The name of the account there.', resolve: ({ record }) => record.displayName }),
    state: t.string({ nullable: true, description: 'Whether it works, in the service’s words: `ok`.', resolve: ({ record }) => record.state }),
  }),
});
