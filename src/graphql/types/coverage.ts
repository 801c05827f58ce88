import { builder } from '../builder.ts';
import { serviceOf } from '../context.ts';
import { free } from '../cost.ts';
import { CoverageStateEnum } from '../enums.ts';
import { CoverageRef, IssueRef, ServiceRef, SyncStatusRef } from '../refs.ts';

builder.objectType(CoverageRef, {
  description: 'What one service contributes to an answer. Nothing is left out in silence: a service that could not be read says so here.',
  fields: (t) => ({
    service: t.field({
      type: ServiceRef,
      description: 'Whose contribution this is.',
      complexity: free,
      // The answer may stand on less of it than is known.
      resolve: ({ svc }, _args, context) => serviceOf(context, svc),
    }),
    state: t.field({ type: CoverageStateEnum, description: 'How much of it is known.', resolve: (service) => service.coverage.state }),
    asOf: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When what is known was read; null when nothing was.',
      resolve: (service) => service.coverage.asOf,
    }),
    ageSeconds: t.int({
      nullable: true,
      description: 'How long ago that is.',
      resolve: ({ coverage }, _args, context) =>
        coverage.asOf === undefined ? undefined : Math.max(0, Math.round((context.opened().now - coverage.asOf) / 1000)),
    }),
    seen: t.exposeInt('seen', { nullable: true, description: 'How many accounts of it are known.' }),
    issue: t.field({
      type: IssueRef,
      nullable: true,
      description: 'Why it is not complete.',
      complexity: free,
      resolve: (service) => (service.coverage.issue === undefined ? undefined : { service, issue: service.coverage.issue }),
    }),
  }),
});

builder.objectType(SyncStatusRef, {
  description: 'How reading a service into the index goes.',
  fields: (t) => ({
    running: t.boolean({ description: 'Whether it is being read now.', resolve: ({ sync }) => sync.running }),
    lastStartedAt: t.field({ type: 'DateTime', nullable: true, description: 'Start of the newest read.', resolve: ({ sync }) => sync.lastStartedAt }),
    lastSealedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Start of the read that the index stands on; null before the first.',
      resolve: ({ sync }) => sync.lastSealedAt,
    }),
    nextAt: t.field({ type: 'DateTime', nullable: true, description: 'When it will be read next.', resolve: ({ sync }) => sync.nextAt }),
    pages: t.int({ nullable: true, description: 'Pages that the running read has got.', resolve: ({ sync }) => sync.pages }),
    records: t.int({ nullable: true, description: 'Records that the running read has got.', resolve: ({ sync }) => sync.records }),
    issue: t.field({
      type: IssueRef,
      nullable: true,
      description: 'What went wrong in the newest read.',
      complexity: free,
      resolve: ({ service, sync }) => (sync.issue === undefined ? undefined : { service, issue: sync.issue }),
    }),
    quarantined: t.int({
      description: 'Records that are held although the newest read lacked them: see `acknowledgeQuarantine`.',
      resolve: ({ sync }) => sync.quarantined,
    }),
  }),
});

builder.objectType(IssueRef, {
  description: 'Why a service could not answer, or not in full.',
  fields: (t) => ({
    service: t.field({ type: ServiceRef, nullable: true, description: 'The service.', complexity: free, resolve: (node) => node.service }),
    code: t.string({ description: 'Such as SERVICE_UNREACHABLE, SERVICE_RATE_LIMITED, SERVICE_AUTH_FAILED.', resolve: ({ issue }) => issue.code }),
    message: t.string({ description: 'What happened, in plain words.', resolve: ({ issue }) => issue.message }),
    retryable: t.boolean({ description: 'Whether trying again may help.', resolve: ({ issue }) => issue.retryable }),
    retryAfter: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the service will listen again, if it says so.',
      resolve: ({ issue }) => issue.retryAfter,
    }),
    path: t.stringList({
      nullable: true,
      description: 'What of the service is concerned, such as the name of a listing.',
      resolve: ({ issue }) => (issue.path === undefined ? undefined : [...issue.path]),
    }),
  }),
});
