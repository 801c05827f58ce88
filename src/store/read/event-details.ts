import { sql } from 'kysely';
import { keyText } from '../../model/views.ts';
import type { EventKind, EventRow } from './history.ts';
import { rowsOf, type Fragment, type Snapshot } from './snapshot.ts';

/** A record, or a link, on both sides of a revision, as JSON. */
export interface Sides {
  readonly before?: string;
  readonly after?: string;
}

export type EventKey = Pick<EventRow, 'rev' | 'svc' | 'key'>;
export const eventKeyText = ({ rev, svc, key }: EventKey): string => `${rev}/${keyText({ svc, key })}`;

const tables = { grant: 'access_grant', identity: 'identity', membership: 'membership' } as const;

/** What the events of one kind turned into what, by `eventKeyText`: one statement. */
export async function sidesOf(at: Snapshot, kind: Exclude<EventKind, 'decision'>, events: readonly EventKey[]): Promise<ReadonlyMap<string, Sides>> {
  if (events.length === 0) return new Map();
  const asked = sql`values ${sql.join(
    events.map(({ rev, svc, key }) => sql`(cast(${rev} as bigint), cast(${svc} as integer), cast(${key} as text))`),
  )}`;
  const columns: Fragment = kind === 'link' ? sql`x.state, x.user_id, x.rule, x.confidence, x.evidence, cast(null as text) as data` : sql`x.data`;
  const rows = await rowsOf<EventKey & { readonly from_rev: number; readonly data: string | null } & Record<string, string | number | null>>(
    at,
    sql`with asked(rev, svc, key) as (${asked})
      select a.rev, a.svc, a.key, x.from_rev, ${columns} from asked a
        join ${sql.table(kind === 'link' ? 'link' : tables[kind])} x on x.svc = a.svc and x.key = a.key and (x.from_rev = a.rev or x.to_rev = a.rev)`,
  );
  const sides = new Map<string, Sides>();
  for (const row of rows) {
    const text = row.data ?? JSON.stringify(toLink(row));
    const id = eventKeyText(row);
    sides.set(id, { ...sides.get(id), [row.from_rev === row.rev ? 'after' : 'before']: text });
  }
  return sides;
}

const toLink = ({ state, user_id, rule, confidence, evidence }: Readonly<Record<string, string | number | null>>) => ({
  state,
  user: user_id,
  rule,
  confidence,
  evidence: JSON.parse(String(evidence)) as unknown,
});

/** When revisions were made. */
export async function momentsOf(at: Snapshot, revs: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (revs.length === 0) return new Map();
  const rows = await rowsOf<{ rev: number; at: number }>(at, sql`select r.rev, r.at from revision r where r.rev in (${sql.join(revs)})`);
  return new Map(rows.map((row) => [row.rev, row.at]));
}
