import { builder } from '../builder.ts';
import { free } from '../cost.ts';
import { ServiceInputRef } from '../args.ts';
import { EmailTrustEnum } from '../enums.ts';
import { CoverageRef, ScopeRef, ServiceCapabilityRef, ServiceRef, SyncStatusRef } from '../refs.ts';
import { servicesOf, toSelector, type ServiceInput } from '../selectors.ts';
import { UserErrorRef, type UserError } from './user-error.ts';
import type { RateBudget } from '../../model/live.ts';
import type { ServiceView } from '../../model/views.ts';
import type { View } from '../../directory/view.ts';
import { GraphQLError } from 'graphql';

// A service may tell any number; an `Int` holds 31 bits.
const toInt = (told: number | undefined): number | undefined => (told === undefined ? undefined : Math.min(told, 2 ** 31 - 1));

const RateBudgetRef = builder.objectRef<RateBudget>('RateBudget').implement({
  description: 'A quota of calls, in the service’s own count, as it told with its last answer.',
  fields: (t) => ({
    limit: t.int({ nullable: true, description: 'Calls in one span of time.', resolve: ({ limit }) => toInt(limit) }),
    remaining: t.int({
      nullable: true,
      description: 'What is left of them until `resetAt`. A sync leaves a tenth of them to look-ups.',
      resolve: ({ remaining }) => toInt(remaining),
    }),
    resetAt: t.expose('resetAt', { type: 'DateTime', nullable: true, description: 'When all of them are there again.' }),
  }),
});

builder.objectType(ServiceRef, {
  description: 'One configured service: one workspace, account or site of one vendor. It is also the scope of grants on the service as a whole.',
  interfaces: [ScopeRef],
  fields: (t) => ({
    type: t.exposeString('type', { description: 'The kind of service: `slack`, `pagerduty` … An open set.' }),
    serviceId: t.exposeString('serviceId', {
      nullable: true,
      description: 'The instance, by the service’s own id: Slack team id, PagerDuty subdomain … Null until the service has answered once.',
    }),
    emailTrust: t.expose('emailTrust', { type: EmailTrustEnum, description: 'When its addresses may tie accounts by themselves.' }),
    managedDomains: t.stringList({ description: 'Mail domains that are ours.', resolve: (service) => [...service.managedDomains] }),
    capabilities: t.field({
      type: [ServiceCapabilityRef],
      description: 'What can be asked of this service.',
      complexity: free,
      resolve: (service) => [...service.capabilities],
    }),
    coverage: t.field({
      type: CoverageRef,
      description: 'How much of it is known, and since when.',
      complexity: free,
      resolve: (service) => service,
    }),
    sync: t.field({
      type: SyncStatusRef,
      description: 'How reading it goes.',
      complexity: free,
      resolve: (service) => ({ service, sync: service.sync }),
    }),
    budget: t.field({
      type: RateBudgetRef,
      nullable: true,
      description: 'How much the service lets this server ask. Null where it does not tell, or was not asked since the start.',
      complexity: free,
      resolve: async ({ name }, _args, context) => (await context.budgets()).get(name),
    }),
  }),
});

builder.objectType(ServiceCapabilityRef, {
  description: 'Something that a service can be asked for, or cannot.',
  fields: (t) => ({
    operation: t.exposeString('operation', { description: 'What is asked, in words: `read groups`.' }),
    supported: t.exposeBoolean('supported', { description: 'Whether this service can.' }),
    note: t.exposeString('note', { nullable: true, description: 'Why not, or within which limits.' }),
  }),
});

interface ServicePayload {
  readonly service?: ServiceView | undefined;
  readonly userErrors: readonly UserError[];
}

const ServicePayloadRef = builder.objectRef<ServicePayload>('ServicePayload').implement({
  description: 'What became of a request about one service.',
  fields: (t) => ({
    service: t.field({ type: ServiceRef, nullable: true, description: 'The service after the request.', resolve: (payload) => payload.service }),
    userErrors: t.field({
      type: [UserErrorRef],
      description: 'What the caller can mend; empty when all went well.',
      complexity: free,
      resolve: (payload) => [...payload.userErrors],
    }),
  }),
});

builder.queryFields((t) => ({
  services: t.field({
    type: [ServiceRef],
    description: 'The configured services, in the order of the configuration.',
    args: { type: t.arg.string({ description: 'Only of this kind.' }) },
    resolve: async (_root, { type }, context) => {
      const view = await context.view();
      return [...(type === null || type === undefined ? view.services : servicesOf(view, { type }, 'type'))];
    },
  }),
}));

builder.mutationFields((t) => ({
  syncService: t.field({
    type: ServicePayloadRef,
    description: 'Starts reading a service into the index now, unless it is being read already. Does not wait for the end: follow `sync`.',
    args: { service: t.arg({ type: ServiceInputRef, required: true, description: 'Which service.' }) },
    resolve: async (_root, { service }, context) => {
      const refused = oneService(await context.view(), service);
      return refused ?? answer(service, await context.operator.sync(toSelector(service)));
    },
  }),
  acknowledgeQuarantine: t.field({
    type: ServicePayloadRef,
    description: 'Decides about records that are held although the newest read lacked them.',
    args: {
      service: t.arg({ type: ServiceInputRef, required: true, description: 'Which service.' }),
      accept: t.arg.boolean({ required: true, description: 'True: they are gone. False: keep them until the next read.' }),
      reason: t.arg.string({ required: true, description: 'Why; kept with the decision.' }),
    },
    resolve: async (_root, { service, accept, reason }, context) => {
      const refused = oneService(await context.view(), service);
      if (refused !== undefined) return refused;
      if (reason.trim() === '') return failed('BAD_USER_INPUT', ['reason'], 'say why: the reason is kept with the decision');
      return answer(service, await context.operator.acknowledgeQuarantine(toSelector(service), accept, reason));
    },
  }),
}));

const failed = (code: string, field: readonly string[], message: string): ServicePayload => ({ userErrors: [{ code, field, message }] });

function oneService(view: View, input: ServiceInput): ServicePayload | undefined {
  try {
    const found = servicesOf(view, input, 'service');
    if (found.length === 1) return undefined;
    return failed(
      'CONFLICT',
      ['service', 'serviceId'],
      `${found.length} services of type "${input.type}" are configured: say which by \`serviceId\``,
    );
  } catch (error) {
    if (error instanceof GraphQLError) return failed('NOT_FOUND', ['service'], error.message);
    throw error;
  }
}

function answer(input: ServiceInput, service: ServiceView | undefined): ServicePayload {
  return service === undefined ? failed('NOT_FOUND', ['service'], `no service "${input.type}" is configured`) : { service, userErrors: [] };
}
