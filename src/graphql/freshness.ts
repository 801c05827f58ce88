import { freshenIdentities, freshenUsers, type Freshened, type Freshness, type Miss } from '../directory/live.ts';
import type { UserLookup, View } from '../directory/view.ts';
import type { Instant } from '../contract/records.ts';
import { mergeReadings } from '../model/live.ts';
import type { GroupView } from '../model/views.ts';
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

/** For a record that no service is asked about singly. @returns it, or fails where the reader wants nothing older. */
export function agedOnly(context: Context, input: Input): (found: GroupView | undefined, view: View) => GroupView | undefined {
  const maxAgeMs = input?.maxAge ?? undefined;
  if (maxAgeMs !== undefined) void context.beforehand(() => Promise.resolve({ ...mergeReadings([]), maxAgeMs }));
  return (found, { now }) => {
    if (found === undefined || maxAgeMs === undefined || input?.onMiss !== 'FAIL' || now - found.asOf <= maxAgeMs) return found;
    const service = serviceOf(context, found.svc);
    const message = `${service.name}: no service is asked about a single group`;
    throw serviceError({ service, issue: { code: 'SERVICE_UNSUPPORTED', message, retryable: false }, asOf: found.asOf }, now);
  };
}

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
