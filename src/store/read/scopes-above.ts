import { sql } from 'kysely';
import type { ScopeKind } from '../../contract/records.ts';
import { levelRank } from '../../model/levels.ts';
import { live, rowsOf, storable, type Fragment, type Snapshot } from './snapshot.ts';

/** A scope as access is asked for on it. */
export interface ScopePlace {
  readonly svc: number;
  readonly kind: ScopeKind;
  /** `scopeKeyText`. */
  readonly key: string;
  /** Key of the service that it is within, as a scope. */
  readonly serviceKey: string | undefined;
}

// Deeper than any service nests, and an end for parents that go round in a circle.
const maxSteps = 16;

/** `scope_above(svc, root, key, kind, steps)`: each scope, whatever it is within, and at the top its service. `kind` is null of what is not listed. */
export const scopesAbove = (at: Snapshot, places: readonly ScopePlace[]): Fragment =>
  sql`place(svc, key, kind, service_key) as (values ${sql.join(places.map(placeRow))}),
    scope_above(svc, root, key, kind, steps) as (
      select svc, key, key, kind, 0 from place
      union select svc, key, service_key, cast('SERVICE' as text), ${sql.lit(maxSteps + 1)} from place where service_key <> key
      union
      select a.svc, a.root, s.parent_key, (select p.scope_kind from scope p where p.svc = s.svc and p.key = s.parent_key and ${live(at, 'p')}), a.steps + 1
        from scope_above a join scope s on s.svc = a.svc and s.key = a.key and ${live(at, 's')}
        where s.parent_key is not null and a.steps < ${sql.lit(maxSteps)}
    )`;

const placeRow = ({ svc, kind, key, serviceKey }: ScopePlace): Fragment =>
  sql`(cast(${svc} as integer), cast(${storable(key) ? key : ''} as text), cast(${kind} as text), cast(${serviceKey ?? null} as text))`;

/** Who administers what contains a scope can take any right in it, so these levels hold below, too; what is UNKNOWN may be as high. */
const isPassedDown = sql`(g.level >= ${sql.lit(levelRank('ADMIN'))} or g.level = ${sql.lit(levelRank('UNKNOWN'))})`;

/** The grant `g` counts on the root of `a`, a row of `scope_above`. */
export const countsOnRoot = sql`g.svc = a.svc and (g.scope_key = a.key or (g.scope_key is null and g.scope_kind = a.kind))
  and (a.steps = 0 or ${isPassedDown})`;

export interface ScopeAboveRow {
  readonly key: string;
  readonly kind: string | null;
  readonly steps: number;
}

/** The scope itself first, then what it is within. */
export const scopeAndAbove = (at: Snapshot, place: ScopePlace): Promise<readonly ScopeAboveRow[]> =>
  rowsOf(at, sql`with recursive ${scopesAbove(at, [place])} select key, kind, steps from scope_above order by steps`);
