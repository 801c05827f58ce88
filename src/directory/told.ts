import { keyText, type RecordKey, type Sourced } from '../model/views.ts';
import type { AgeMark, MarkedTable } from '../store/read/touched.ts';
import type { Ages, Mark } from './ages.ts';

/** The records that are older or younger than the last whole read of their service. */
export interface Marks {
  of(kind: MarkedTable, key: RecordKey): Mark | undefined;
}

export function toMarks(rows: readonly AgeMark[]): Marks {
  if (rows.length === 0) return { of: () => undefined };
  const marks = new Map(rows.map(({ kind, svc, key, misses, read_at }) => [markText(kind, { svc, key }), { misses, readAt: read_at }]));
  return { of: (kind, key) => marks.get(markText(kind, key)) };
}

const markText = (kind: MarkedTable, key: RecordKey): string => `${kind} ${keyText(key)}`;

/** Tells the ages of what is kept, by what one view knows. */
export interface Teller {
  /** As `Ages.state`. */
  readonly state: object | undefined;
  readonly marks: Marks;
  tell<R>(kind: MarkedTable, view: Sourced<R>): Sourced<R>;
}

const unmarked: Mark = { misses: 0, readAt: null };

export const createTeller = (ages: Ages, marks: Marks): Teller => ({
  state: ages.state,
  marks,
  tell: (kind, view) => {
    const { misses, readAt } = marks.of(kind, view) ?? unmarked;
    return ages.of({ svc: view.svc, key: view.key, record: view.record, misses, readAt });
  },
});

/** By what the ages of something kept were told. */
export interface Told {
  /** Undefined: they were for that moment, for one of the records has a mark or live readings had a say. */
  readonly state: object | undefined;
  marks: Marks;
}

export const toldBy = ({ state, marks }: Teller, isMarked: boolean): Told => ({ state: isMarked ? undefined : state, marks });

/**
 * Whether the ages are still what was told.
 * @param isMarked whether one of the records has a mark now.
 */
export function isTold(told: Told, { state, marks }: Teller, isMarked: () => boolean): boolean {
  if (told.state === undefined || told.state !== state) return false;
  if (told.marks !== marks) {
    if (isMarked()) return false;
    told.marks = marks;
  }
  return true;
}

interface KeptView<R> {
  readonly view: Sourced<R>;
  readonly told: Told;
}

/** Roles or groups, which many people have in common: each is kept once. */
export class SharedViews<R> {
  readonly #kind: MarkedTable;
  readonly #kept = new Map<number, Map<string, KeptView<R>>>();

  constructor(kind: MarkedTable) {
    this.#kind = kind;
  }

  at({ svc, key }: RecordKey, teller: Teller): Sourced<R> | undefined {
    const kept = this.#kept.get(svc)?.get(key);
    if (kept === undefined || isTold(kept.told, teller, () => this.#isMarked(kept.view, teller))) return kept?.view;
    const view = teller.tell(this.#kind, kept.view);
    this.keep(view, teller);
    return view;
  }

  keep(view: Sourced<R>, teller: Teller): void {
    const ofService = this.#kept.get(view.svc) ?? new Map<string, KeptView<R>>();
    this.#kept.set(view.svc, ofService.set(view.key, { view, told: toldBy(teller, this.#isMarked(view, teller)) }));
  }

  clear(): void {
    this.#kept.clear();
  }

  #isMarked(view: Sourced<R>, { marks }: Teller): boolean {
    return marks.of(this.#kind, view) !== undefined;
  }
}
