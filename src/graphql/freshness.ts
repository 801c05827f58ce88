import { freshenIdentities, freshenUsers, type Freshened, type Freshness, type Miss } from '../directory/live.ts';
import type { UserLookup, View } from '../directory/view.ts';
import type { Instant } from '../contract/records.ts';
import { mergeReadings } from '../model/live.ts';
import type { Issue } from '../model/issue.ts';
import type { GroupView, ServiceView } from '../model/views.ts';
import type { InputShape } from './args.ts';
import { builder } from './builder.ts';
import { serviceOf, type Context } from './context.ts';
import { OnMissEnum } from './enums.ts';
import { serviceError } from './errors.ts';

export const FreshnessRef = builder.inputType('Freshness', {
  description:
    'How old an answer may be. What is older is read from its service first, at most once per record and service, and kept. Only accounts are read like this; a person is worked out from them. An address by which nobody is known is asked of every service that can tell who has it, at most once each.',
  fields: (t) => ({
    maxAge: t.field({
      type: 'Duration',
      description:
        'The oldest that a record may be. Without it any age will do, and only an account or an address that is not known at all is asked for.',
    }),
    onMiss: t.field({ type: OnMissEnum, defaultValue: 'FETCH', description: 'What to do about a record that is older.' }),
  }),
});

/** Of a list: what `agedList` holds to. */
export const listFreshness = {
  type: FreshnessRef,
  description:
    'How old what this stands on may be. No service is asked for a list: FETCH answers like STALE, and FAIL fails where a service was not read whole within `maxAge`.',
};

type Input = InputShape<typeof FreshnessRef> | null | undefined;

const toFreshness = ({ maxAge, onMiss }: NonNullable<Input>): Freshness => ({ maxAgeMs: maxAge ?? undefined, onMiss: onMiss ?? 'FETCH' });

/** To be called before the resolver waits for anything. @param lookups of the view that is given. */
export const freshUsers = (context: Context, input: Input, lookups: (view: View) => readonly UserLookup[]): Promise<Freshened> | undefined =>
  input == null ? undefined : context.beforehand((view) => freshenUsers(view, context.live, lookups(view), toFreshness(input), context.signal));

export const freshIdentities = (
  context: Context,
  input: Input,
  lookups: (view: View) => readonly Extract<UserLookup, { by: 'identity' }>[],
): Promise<Freshened> | undefined =>
  input == null ? undefined : context.beforehand((view) => freshenIdentities(view, context.live, lookups(view), toFreshness(input), context.signal));

/** What was found; unless nothing was and a service could not say, or only what is too old for a reader who would rather fail. */
export function answerable<T>(found: T | undefined, miss: Miss | undefined, input: Input, now: Instant): T | undefined {
  const isOlder = miss?.asOf !== undefined;
  if (miss !== undefined && (found === undefined || (isOlder && input?.onMiss === 'FAIL'))) throw serviceError(miss, now);
  return found;
}

/** What is older is `stale`, and nobody is asked. To be called before the resolver waits for anything. @returns the oldest that the reader wants. */
function askNobody(context: Context, input: Input): number | undefined {
  const maxAgeMs = input?.maxAge ?? undefined;
  if (maxAgeMs !== undefined) void context.beforehand(() => Promise.resolve({ ...mergeReadings([]), maxAgeMs }));
  return maxAgeMs;
}

/** For a record that no service is asked about singly. @returns it, or fails where the reader wants nothing older. */
export function agedOnly(context: Context, input: Input): (found: GroupView | undefined, view: View) => GroupView | undefined {
  const maxAgeMs = askNobody(context, input);
  return (found, { now }) => {
    if (found === undefined || maxAgeMs === undefined || input?.onMiss !== 'FAIL' || now - found.asOf <= maxAgeMs) return found;
    const service = serviceOf(context, found.svc);
    const message = `${service.name}: no service is asked about a single group`;
    throw serviceError({ service, issue: { code: 'SERVICE_UNSUPPORTED', message, retryable: false }, asOf: found.asOf }, now);
  };
}

/** For a list, which is answered from what was read whole. @returns fails where the reader wants no list that stands on something older. */
export function agedList(context: Context, input: Input): (services: readonly ServiceView[], view: View) => void {
  const maxAgeMs = askNobody(context, input) ?? Infinity;
  return (services, { now }) => {
    if (input?.onMiss !== 'FAIL') return;
    for (const service of services) {
      const { asOf, issue } = service.coverage;
      if (asOf !== undefined && now - asOf <= maxAgeMs) continue;
      throw serviceError({ service, issue: issue ?? unread(service), asOf }, now);
    }
  };
}

const unread = ({ name, coverage: { asOf } }: ServiceView): Issue =>
  asOf === undefined
    ? { code: 'SERVICE_NEVER_SYNCED', message: `${name}: was not read yet`, retryable: true }
    : {
        code: 'SERVICE_UNSUPPORTED',
        message: `${name}: was read whole last at ${new Date(asOf).toISOString()}; no service is asked for a list, so wait for its next sync or allow a greater maxAge`,
        retryable: true,
      };

// Each key may cost a call to every service, whose quotas are small.
const liveLookUp = 30;
const liveKey = 20;
// Services are searched for an address one by one, and some look twice.
const liveAddress = 40;

/** @param addresses how many of the keys are addresses. */
export function liveCost(input: Input, keys: number, addresses = 0): number {
  if (input == null || input.onMiss === 'STALE') return 0;
  return liveLookUp + liveKey * (keys - addresses) + liveAddress * addresses;
}
