import { builder } from '../builder.ts';
import { keyed, rootPage } from '../cost.ts';
import { IdentityInputRef, pageArgs, ServiceInputRef, toSelectors, type InputShape } from '../args.ts';
import { toConnection, totalOf, UserConnection } from '../connection.ts';
import { AccountStatusEnum, PrincipalKindEnum, RoleLevelEnum } from '../enums.ts';
import { apiError, badInput } from '../errors.ts';
import { agedList, answerable, FreshnessRef, freshUsers, listFreshness, liveCost } from '../freshness.ts';
import { UserRef } from '../refs.ts';
import { servicesOf, servicesOfAll, toSelector, toUserId } from '../selectors.ts';
import { maxPageSize, toWindow } from '../window.ts';
import type { Ambiguous, UserLookup, View } from '../../directory/view.ts';
import { userOrderFields, type UserFilter, type UserOrder, type UserView } from '../../model/views.ts';

const UserByRef = builder.inputType('UserBy', {
  description: 'What a person is known by: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'The id of the person, also a retired one.' }),
    identity: t.field({ type: IdentityInputRef, description: 'An account of the person: never ambiguous.' }),
    email: t.string({ description: 'An address of the person; case of A–Z does not matter.' }),
    username: t.string({ description: 'A user name of the person.' }),
  }),
});

const UserFilterRef = builder.inputType('UserFilter', {
  description: 'Which people; conditions hold together.',
  fields: (t) => ({
    services: t.field({ type: [ServiceInputRef], description: 'Only people with an account in one of these services.' }),
    kind: t.field({ type: PrincipalKindEnum, description: 'Only of this kind.' }),
    status: t.field({ type: AccountStatusEnum, description: 'Only in this state.' }),
    email: t.string({ description: 'Only with this address.' }),
    search: t.string({ description: 'Part of a name or of an address.' }),
    level: t.field({
      type: RoleLevelEnum,
      description: 'Only with at least this level anywhere (in `services`, when given); an UNKNOWN level counts as possible.',
    }),
    unlinkedIn: t.field({ type: [ServiceInputRef], description: 'Only people without an account in any of these services.' }),
    inactiveSince: t.field({ type: 'DateTime', description: 'Only people without a sign of use since this moment.' }),
    updatedSince: t.field({ type: 'DateTime', description: 'Only people who changed since this moment.' }),
  }),
});

const UserOrderRef = builder.inputType('UserOrder', {
  description: 'The order of a list of people.',
  fields: (t) => ({
    field: t.string({ required: true, description: `One of: ${userOrderFields.map((field) => `\`${field}\``).join(', ')}.` }),
    descending: t.boolean({ defaultValue: false, description: 'The highest first.' }),
  }),
});

builder.queryFields((t) => ({
  user: t.field({
    type: UserRef,
    nullable: true,
    description: 'The person who is known by something; null when nobody is. Fails with CONFLICT when several people are.',
    complexity: ({ by, freshness }) => ({ field: 1 + liveCost(freshness, 1, countAddresses([by])), multiplier: 1 }),
    args: {
      by: t.arg({ type: UserByRef, required: true, description: 'What the person is known by.' }),
      freshness: t.arg({ type: FreshnessRef, description: 'How old the records of the person’s accounts may be.' }),
    },
    resolve: async (_root, { by, freshness }, context) => {
      const freshened = freshUsers(context, freshness, (view) => [toLookup(view, by, 'by')]);
      const view = await context.view();
      const lookup = toLookup(view, by, 'by');
      const [found] = await view.usersByLookup([lookup]);
      return answerable(unambiguous(found, lookup), (await freshened)?.misses[0], freshness, view.now);
    },
  }),
  usersBy: t.field({
    type: [UserRef],
    nullable: { list: false, items: true },
    description: 'The people who are known by up to 100 things, in their order; null where nobody is, with an error where several people are.',
    complexity: ({ refs, freshness }) => {
      const { field, multiplier } = keyed(refs.length);
      return { field: field + liveCost(freshness, refs.length, countAddresses(refs)), multiplier };
    },
    args: {
      refs: t.arg({ type: [UserByRef], required: true, description: 'At most 100.' }),
      freshness: t.arg({ type: FreshnessRef, description: 'How old the records of these people’s accounts may be.' }),
    },
    resolve: async (_root, { refs, freshness }, context) => {
      if (refs.length > maxPageSize) throw badInput('refs', `${refs.length} are too many: ask for at most ${maxPageSize} at once`);
      const toLookups = (view: View) => refs.map((ref, index) => toLookup(view, ref, `refs[${index}]`));
      const freshened = freshUsers(context, freshness, toLookups);
      const view = await context.view();
      const lookups = toLookups(view);
      const found = await view.usersByLookup(lookups);
      const misses = (await freshened)?.misses;
      return lookups.map((lookup, index) => orError(() => answerable(unambiguous(found[index], lookup), misses?.[index], freshness, view.now)));
    },
  }),
  users: t.field({
    type: UserConnection,
    description: 'People and bots over all services.',
    complexity: rootPage,
    args: {
      filter: t.arg({ type: UserFilterRef, description: 'Which people.' }),
      orderBy: t.arg({ type: UserOrderRef, description: 'By display name when not given.' }),
      freshness: t.arg(listFreshness),
      ...pageArgs(t.arg),
    },
    resolve: async (_root, args, context) => {
      const aged = agedList(context, args.freshness);
      const window = toWindow(args);
      const view = await context.view();
      const services = servicesOfAll(view, args.filter?.services, 'filter.services');
      aged(services, view);
      const slice = await view.users(toUserFilter(view, args.filter ?? {}), toUserOrder(args.orderBy), window);
      return toConnection(slice, window, services, args.filter ? undefined : totalOf(view, 'users'));
    },
  }),
}));

const countAddresses = (refs: readonly InputShape<typeof UserByRef>[]): number => refs.filter(({ email }) => email != null).length;

function toLookup(view: View, by: InputShape<typeof UserByRef>, where: string): UserLookup {
  if (by.id != null) return { by: 'id', id: toUserId(by.id, `${where}.id`) };
  if (by.email != null) return { by: 'email', email: by.email };
  if (by.username != null) return { by: 'username', username: by.username };
  if (by.identity == null) throw badInput(where, 'give exactly one of id, identity, email, username');
  const { service, serviceId, externalId } = by.identity;
  servicesOf(view, { type: service, serviceId }, `${where}.identity.service`);
  return { by: 'identity', service: toSelector({ type: service, serviceId }), externalId };
}

function unambiguous(found: UserView | Ambiguous | undefined, { by }: UserLookup): UserView | undefined {
  if (found === undefined || !('ambiguous' in found)) return found;
  const next = by === 'identity' ? 'say which service by `serviceId`' : 'look one up by `identity` instead';
  throw apiError('CONFLICT', `${found.ambiguous} people answer to this ${by}: ${next}`);
}

// An Error in a list becomes the error of that element alone (GraphQL.js: completeValue); the types of Pothos do not know.
function orError<T>(get: () => T): T {
  try {
    return get();
  } catch (error) {
    if (error instanceof Error) return error as T;
    throw error;
  }
}

function toUserFilter(view: View, filter: InputShape<typeof UserFilterRef>): UserFilter {
  servicesOfAll(view, filter.unlinkedIn, 'filter.unlinkedIn');
  return {
    services: toSelectors(filter.services),
    kind: filter.kind ?? undefined,
    status: filter.status ?? undefined,
    email: filter.email ?? undefined,
    search: filter.search ?? undefined,
    level: filter.level ?? undefined,
    unlinkedIn: toSelectors(filter.unlinkedIn),
    inactiveSince: filter.inactiveSince ?? undefined,
    updatedSince: filter.updatedSince ?? undefined,
  };
}

function toUserOrder(order: InputShape<typeof UserOrderRef> | null | undefined): UserOrder {
  if (order == null) return { field: 'displayName', descending: false };
  const field = userOrderFields.find((known) => known === order.field);
  if (field === undefined) throw badInput('orderBy.field', `no such order: use ${userOrderFields.join(', ')}`);
  return { field, descending: order.descending === true };
}
