import type { ArgBuilder, InputRef } from '@pothos/core';
import type { GrantFilter } from '../model/views.ts';
import type { View } from '../directory/view.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { GrantSourceEnum, RoleLevelEnum, ScopeKindEnum } from './enums.ts';
import { servicesOfAll, toRoleKey, toScopeRef, toSelector, toUserId, type ServiceInput } from './selectors.ts';

// Inputs that several types share.

export const pageArgs = (arg: ArgBuilder<SchemaTypes>) => ({
  first: arg.int({ description: 'How many rows: 1 to 100, 20 when not given.' }),
  after: arg.string({ description: 'A cursor of an earlier page of the same list; the page starts behind it.' }),
});

export const ServiceInputRef = builder.inputType('ServiceRef', {
  description: 'One configured service, or all of a type.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'The kind of service: `slack`, `pagerduty` …' }),
    serviceId: t.string({
      description: 'The instance, by the service’s own id, such as the Slack team id. Needed only where several of the type are configured.',
    }),
  }),
});

export const IdentityInputRef = builder.inputType('IdentityRef', {
  description: 'One account by the service’s own id.',
  fields: (t) => ({
    service: t.string({ required: true, description: 'The kind of service: `slack`, `pagerduty` …' }),
    serviceId: t.string({ description: 'The instance. Needed only where several of the type are configured.' }),
    externalId: t.string({ required: true, description: 'The service’s own id of the account, such as the Slack member id.' }),
  }),
});

export const GrantFilterRef = builder.inputType('GrantFilter', {
  description: 'Which grants; conditions hold together.',
  fields: (t) => ({
    services: t.field({ type: [ServiceInputRef], description: 'Only grants of these services.' }),
    minLevel: t.field({ type: RoleLevelEnum, description: 'At least this level. UNKNOWN levels are included, for they may be as high.' }),
    scope: t.id({ description: 'Only on this scope, by its id.' }),
    scopeKind: t.field({ type: ScopeKindEnum, description: 'Only on scopes of this kind.' }),
    role: t.id({ description: 'Only of this role, by its id.' }),
    user: t.id({ description: 'Only what this person holds, through any account or group.' }),
    source: t.field({ type: GrantSourceEnum, description: 'Only grants that came about in this way.' }),
    expiresBefore: t.field({ type: 'DateTime', description: 'Only grants that end before this moment.' }),
    asOf: t.field({
      type: 'DateTime',
      description: 'As things stood at this moment, not now. What the grants name (account, role, scope) is still shown as it is now.',
    }),
  }),
});

export type InputShape<R> = R extends InputRef<infer T> ? T : never;
export type GrantFilterInput = InputShape<typeof GrantFilterRef>;

export function toGrantFilter(view: View, input: GrantFilterInput | null | undefined): GrantFilter {
  if (input === null || input === undefined) return {};
  servicesOfAll(view, input.services, 'filter.services');
  return {
    services: toSelectors(input.services),
    minLevel: input.minLevel ?? undefined,
    scope: input.scope == null ? undefined : toScopeRef(view, input.scope, 'filter.scope'),
    scopeKind: input.scopeKind ?? undefined,
    role: input.role == null ? undefined : toRoleKey(view, input.role, 'filter.role'),
    userId: input.user == null ? undefined : toUserId(input.user, 'filter.user'),
    source: input.source ?? undefined,
    expiresBefore: input.expiresBefore ?? undefined,
    asOf: input.asOf ?? undefined,
  };
}

export const toSelectors = (inputs: readonly ServiceInput[] | null | undefined) => inputs?.map(toSelector);
