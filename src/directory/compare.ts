import type { EffectiveAccessView } from '../model/access.ts';
import type { GrantFilter, Slice, Window } from '../model/views.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import type { View } from './view.ts';

/** What two people may do, place by place. */
export interface UserComparisonView {
  onlyA(window: Window): Slice<EffectiveAccessView>;
  onlyB(window: Window): Slice<EffectiveAccessView>;
  /** The same level in the same place; as the first of the two has it. */
  both(window: Window): Slice<EffectiveAccessView>;
}

/** Somebody may do more than a comparison can hold. */
export class ComparisonTooLongError extends Error {
  override readonly name = 'ComparisonTooLongError';
  constructor() {
    super(`one of them may do something in more than ${maxPlaces} places: narrow the filter`);
  }
}

const maxPlaces = 20_000;
const placesAtOnce = 2_000;

type Ask = Pick<View, 'effectiveAccessOfUsers'>;

export async function compareUsers(view: Ask, a: string, b: string, filter: GrantFilter): Promise<UserComparisonView> {
  const [ofA, ofB] = [await accessOf(view, a, filter), await accessOf(view, b, filter)];
  const listed = (list: string, rows: ReadonlyMap<string, EffectiveAccessView>) => {
    const sorted = [...rows].toSorted(([x], [y]) => (x < y ? -1 : 1));
    return (window: Window): Slice<EffectiveAccessView> => toSlice(list, sorted, window);
  };
  const without = (rows: ReadonlyMap<string, EffectiveAccessView>, others: ReadonlyMap<string, EffectiveAccessView>) =>
    new Map([...rows].filter(([text]) => !others.has(text)));
  return {
    onlyA: listed('only the first may', without(ofA, ofB)),
    onlyB: listed('only the second may', without(ofB, ofA)),
    both: listed('both may', new Map([...ofA].filter(([text]) => ofB.has(text)))),
  };
}

/** By place and level: equal for whoever may do the same. */
async function accessOf(view: Ask, userId: string, filter: GrantFilter): Promise<ReadonlyMap<string, EffectiveAccessView>> {
  const rows = new Map<string, EffectiveAccessView>();
  for (let after: string | undefined; ;) {
    const slice = (await view.effectiveAccessOfUsers([userId], filter, { first: placesAtOnce, after })).get(userId);
    for (const { node } of slice?.edges ?? []) {
      const { svc, kind, key } = node.place;
      rows.set(JSON.stringify([svc, kind, key ?? '', node.level]), node);
    }
    if (slice?.hasNext !== true) return rows;
    if (rows.size > maxPlaces) throw new ComparisonTooLongError();
    after = slice.edges.at(-1)?.cursor;
  }
}

function toSlice(list: string, rows: readonly (readonly [string, EffectiveAccessView])[], { first, after }: Window): Slice<EffectiveAccessView> {
  const behind = after === undefined ? undefined : String(parseCursor(list, ['text'], after)[0]);
  const rest = behind === undefined ? rows : rows.filter(([text]) => text > behind);
  return {
    edges: rest.slice(0, first).map(([text, node]) => ({ cursor: formatCursor(list, [text]), node })),
    hasNext: rest.length > first,
  };
}
