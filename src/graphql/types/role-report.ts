import { builder } from '../builder.ts';
import { serviceOf, type Context } from '../context.ts';
import { free, nestedPage, rootPage } from '../cost.ts';
import {
  AccessPathRef,
  RoleReportCountRef,
  RoleReportRef,
  RoleReportRowConnection,
  RoleReportRowRef,
  scopeAt,
  scopeOfPlace,
  type RoleReportNode,
} from '../access-refs.ts';
import { GrantFilterRef, pageArgs, toGrantFilter } from '../args.ts';
import { toConnection } from '../connection.ts';
import { FindingEnum, GrantSourceEnum, ReportFormatEnum, ReportKeyEnum, RoleLevelEnum, ScopeKindEnum } from '../enums.ts';
import { badInput } from '../errors.ts';
import { agedList, listFreshness } from '../freshness.ts';
import { asked, byArguments, loaderOf } from '../loadable.ts';
import { CoverageRef, GrantRef, IdentityRef, RoleRef, ScopeRef, ServiceRef, UserRef } from '../refs.ts';
import { formatReportPath } from '../report-params.ts';
import { servicesOfAll } from '../selectors.ts';
import { toPathCount, toWindow } from '../window.ts';
import { reportAsOf, SummaryTooLongError } from '../../directory/reports.ts';
import { wayText, type AccountAndGrant, type RoleReportRow, type Ways } from '../../model/access.ts';
import { keyText, type GrantFilter } from '../../model/views.ts';

/** Counting walks everything: as dear as a long list. */
const summaryCost = { field: 100, multiplier: 20 };

builder.objectType(RoleReportRef, {
  description: 'Who may do what, over all services: counted, listed, to be exported, and what it stands on.',
  fields: (t) => ({
    summary: t.field({
      type: [RoleReportCountRef],
      description: 'How many people and accounts, counted apart by these keys; the largest first, at most 1,000 lines.',
      complexity: summaryCost,
      args: { by: t.arg({ type: [ReportKeyEnum], required: true, description: 'What to count apart; nothing: one line for all.' }) },
      resolve: async ({ filter, findings }, { by }, context) => {
        try {
          return [...(await context.opened().reportSummary(filter, findings, by))];
        } catch (error) {
          throw error instanceof SummaryTooLongError ? badInput('by', error.message) : error;
        }
      },
    }),
    rows: t.field({
      type: RoleReportRowConnection,
      description: 'Each account with each grant that it has, itself or through groups; with findings, what these find and nothing more.',
      complexity: rootPage,
      args: pageArgs(t.arg),
      resolve: async ({ filter, findings, services }, args, context) => {
        const window = toWindow(args);
        return toConnection(await context.opened().reportRows(filter, findings, window), window, services);
      },
    }),
    coverage: t.field({
      type: [CoverageRef],
      description: 'The services that the report stands on, and how far. One that could not be read says so here.',
      resolve: ({ services }) => [...services],
    }),
    asOf: t.field({
      type: 'DateTime',
      description: 'The oldest moment that any part of the report is of.',
      resolve: ({ services }, _args, context) => reportAsOf(services, context.opened().now),
    }),
    export: t.string({
      description: 'The path, on this server, of the same report as a file.',
      args: { format: t.arg({ type: ReportFormatEnum, required: true, description: 'How it is written.' }) },
      resolve: ({ input, findings }, { format }) => formatReportPath({ format, filter: input ?? {}, findings }),
    }),
  }),
});

builder.objectType(RoleReportCountRef, {
  description: 'One line of a summary. What is not counted apart is null.',
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      nullable: true,
      description: 'The service; also of a role or a scope.',
      complexity: free,
      resolve: ({ svc }, _args, context) => (svc === undefined ? undefined : serviceOf(context, svc)),
    }),
    role: t.field({ type: RoleRef, nullable: true, description: 'The role.', resolve: ({ role }) => role && keyText(role) }),
    level: t.field({ type: RoleLevelEnum, nullable: true, description: 'The level.', resolve: ({ level }) => level }),
    scopeKind: t.field({ type: ScopeKindEnum, nullable: true, description: 'The kind of scope.', resolve: ({ scopeKind }) => scopeKind }),
    scope: t.field({
      type: ScopeRef,
      nullable: true,
      description: 'The scope; null also for what holds on every scope of the kind.',
      resolve: ({ scope }, _args, context) => scope && scopeAt(context, scope),
    }),
    users: t.exposeInt('users', { description: 'People, each once.' }),
    identities: t.exposeInt('identities', { description: 'Accounts, each once; those of nobody, too.' }),
  }),
});

const ways = byArguments(
  wayText,
  (view, held: readonly AccountAndGrant[], filter: GrantFilter): Promise<ReadonlyMap<string, Ways>> => view.waysToGrants(held, filter),
  undefined,
);
const waysLoader = loaderOf(ways);

async function waysOf(context: Context, { account, grant, filter }: RoleReportRow): Promise<Ways> {
  const found = grant === undefined ? undefined : await waysLoader(context).load(asked({ account, grant }, filter));
  return found ?? { paths: [], more: false };
}

builder.objectType(RoleReportRowRef, {
  description: 'One account and one grant that it has, or a finding about that.',
  fields: (t) => ({
    user: t.field({ type: UserRef, nullable: true, description: 'The person; null when nobody is linked.', resolve: ({ userId }) => userId }),
    identity: t.field({ type: IdentityRef, nullable: true, description: 'The account.', resolve: ({ account }) => keyText(account) }),
    service: t.field({
      type: ServiceRef,
      description: 'The service that it is in.',
      complexity: free,
      resolve: ({ account }, _args, context) => serviceOf(context, account.svc),
    }),
    grant: t.field({
      type: GrantRef,
      nullable: true,
      description: 'What the service stores; null for an account without any access, which only a finding lists.',
      resolve: ({ grant }) => grant && keyText(grant),
    }),
    scope: t.field({
      type: ScopeRef,
      nullable: true,
      description: 'Where the grant holds; null also: on every scope of the kind.',
      resolve: ({ place }, _args, context) => scopeOfPlace(context, place),
    }),
    scopeKind: t.field({
      type: ScopeKindEnum,
      nullable: true,
      description: 'The kind of scope; null without a grant.',
      resolve: ({ place }) => place?.kind,
    }),
    allScopes: t.boolean({
      description: 'Holds on every scope of the kind, now and later.',
      resolve: ({ place }) => place !== undefined && place.key === undefined,
    }),
    role: t.field({ type: RoleRef, nullable: true, description: 'What is held.', resolve: ({ role }) => role && keyText(role) }),
    level: t.field({ type: RoleLevelEnum, description: 'How much that is, relative to the scope.', resolve: ({ level }) => level }),
    source: t.field({
      type: GrantSourceEnum,
      description: 'How the account came to it: VIA_GROUP when a group holds the grant, else as the service says.',
      resolve: ({ source }) => source,
    }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, description: 'When the grant ends, if it does.', resolve: ({ expiresAt }) => expiresAt }),
    paths: t.field({
      type: [AccessPathRef],
      description: 'The ways that lead to the grant, shortest first.',
      complexity: nestedPage,
      args: { first: t.arg.int({ description: 'How many: 1 to 100, 20 when not given.' }) },
      resolve: async (row, args, context) => (await waysOf(context, row)).paths.slice(0, toPathCount(args)),
    }),
    morePaths: t.boolean({
      description: 'Whether there are more than `paths(first: 100)` tells.',
      resolve: async (row, _args, context) => (await waysOf(context, row)).more,
    }),
    finding: t.field({
      type: FindingEnum,
      nullable: true,
      description: 'What is wrong, where findings were asked for.',
      resolve: ({ finding }) => finding,
    }),
    reason: t.string({ nullable: true, description: 'Why it is found, in a sentence.', resolve: ({ reason }) => reason }),
  }),
});

builder.queryFields((t) => ({
  roleReport: t.field({
    type: RoleReportRef,
    description: 'Who may do what, over all services.',
    args: {
      filter: t.arg({ type: GrantFilterRef, description: 'Which grants.' }),
      findings: t.arg({ type: [FindingEnum], description: 'Only what is wrong, in these ways.' }),
      freshness: t.arg(listFreshness),
    },
    resolve: async (_root, { filter, findings, freshness }, context): Promise<RoleReportNode> => {
      const aged = agedList(context, freshness);
      const view = await context.view();
      const services = servicesOfAll(view, filter?.services, 'filter.services');
      aged(services, view);
      return { input: filter, filter: toGrantFilter(view, filter), findings: findings ?? [], services };
    },
  }),
}));
