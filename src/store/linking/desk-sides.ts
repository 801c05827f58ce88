import type { JsonObject } from '../../contract/records.ts';
import type { CaseMove, DeskChange, LinkMove, RejectionMove, RetirementMove } from '../../model/desk-change.ts';

interface Side {
  readonly links: readonly (Omit<LinkMove, 'before' | 'after'> & { readonly link: LinkMove['after'] })[];
  readonly rejections: readonly (Omit<RejectionMove, 'before' | 'after'> & { readonly rejected: boolean })[];
  readonly retired: readonly { readonly id: string; readonly into: string | null }[];
  readonly cases: readonly (Omit<CaseMove, 'before' | 'after'> & { readonly decision: CaseMove['after'] })[];
}

/** A change as an event keeps it: what stood before, and what stands after. */
export function toSides(change: DeskChange): { readonly before: JsonObject; readonly after: JsonObject } {
  const side = (which: 'before' | 'after'): JsonObject => {
    const values: Side = {
      links: change.links.map(({ svc, key, incarnation, [which]: link }) => ({ svc, key, incarnation, link })),
      rejections: change.rejections.map(({ svc, key, incarnation, userId, [which]: rejected }) => ({ svc, key, incarnation, userId, rejected })),
      retired: change.retired.map(({ id, [which]: into }) => ({ id, into })),
      cases: change.cases.map(({ id, svc, key, [which]: decision }) => ({ id, svc, key, decision })),
    };
    return JSON.parse(JSON.stringify(values)) as JsonObject;
  };
  return { before: side('before'), after: side('after') };
}

/** @returns undefined for an event that is about something else. */
export function fromSides(before: JsonObject | undefined, after: JsonObject | undefined): DeskChange | undefined {
  if (before === undefined || after === undefined || !('links' in after) || !('retired' in after)) return undefined;
  const [was, is] = [before, after] as unknown as readonly [Side, Side];
  return {
    links: pair(was.links, is.links, ({ svc, key, incarnation }, from, to): LinkMove => ({
      svc,
      key,
      incarnation,
      before: from.link,
      after: to.link,
    })),
    rejections: pair(was.rejections, is.rejections, ({ svc, key, incarnation, userId }, from, to): RejectionMove => ({
      svc,
      key,
      incarnation,
      userId,
      before: from.rejected,
      after: to.rejected,
    })),
    retired: pair(was.retired, is.retired, ({ id }, from, to): RetirementMove => ({ id, before: from.into, after: to.into })),
    cases: pair(was.cases, is.cases, ({ id, svc, key }, from, to): CaseMove => ({ id, svc, key, before: from.decision, after: to.decision })),
  };
}

const pair = <E, M>(before: readonly E[], after: readonly E[], toMove: (of: E, from: E, to: E) => M): readonly M[] =>
  after.flatMap((to, index) => {
    const from = before[index];
    return from === undefined ? [] : [toMove(to, from, to)];
  });
