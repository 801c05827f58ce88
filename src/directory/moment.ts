import type { Instant } from '../contract/records.ts';
import type { Sourced } from '../model/views.ts';
import { revisionAt } from '../store/read/access-diff.ts';
import type { ViewContext } from './context.ts';
import { createPeopleSource } from './people-source.ts';

/** The view as it was at a moment; as it is without one. */
export async function contextAt(context: ViewContext, moment: Instant | undefined): Promise<ViewContext> {
  if (moment === undefined || moment >= context.now) return context;
  const at = { ...context.at, rev: await revisionAt(context.at, moment) };
  const ages = context.ages.at(moment);
  return { ...context, at, now: moment, ages, people: createPeopleSource(at, context.services, ages) };
}

/** What was known at a moment was said by then. */
export const heldAt = <S extends Sourced<unknown>>(sourced: S, moment: Instant | undefined): S =>
  moment === undefined || sourced.asOf <= moment ? sourced : { ...sourced, asOf: moment };
