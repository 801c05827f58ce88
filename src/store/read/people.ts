import { sql, type Selectable } from 'kysely';
import type { PersonTable } from '../tables.ts';
import { askTexts, live, rowsOf, storable, textRows, type Fragment, type Snapshot } from './snapshot.ts';

export type PersonRow = Omit<Selectable<PersonTable>, 'from_rev' | 'to_rev' | 'search_text'>;

export const personColumns: Fragment = sql.join(
  ['id', 'kind', 'status', 'display_name', 'first_name', 'last_name', 'username', 'primary_email', 'sort_name', 'last_active_at', 'updated_at'].map(
    (column) => sql.ref(`p.${column}`),
  ),
);

/** The merge `r` that stood at the revision. */
const retiredAt = ({ rev }: Snapshot): Fragment => sql`r.rev <= ${rev} and r.to_rev > ${rev}`;

/** People by living or retired ids; `asked` is the id of the question. */
export function peopleByIds(at: Snapshot, ids: readonly string[]): Promise<readonly (PersonRow & { readonly asked: string })[]> {
  return askTexts(ids, (texts) =>
    rowsOf(
      at,
      sql`with recursive asked(id) as (${textRows(texts)}),
        heir(asked, id) as (
          select id, id from asked
          union
          select h.asked, r.into_id from heir h join retired_person r on r.id = h.id and ${retiredAt(at)}
        )
        select h.asked, ${personColumns} from heir h join person p on p.id = h.id where ${live(at, 'p')}`,
    ),
  );
}

/** The ids that the question's one stands for: itself, and who took its place. */
export const heirsOf = (at: Snapshot, id: string): Fragment =>
  sql`with recursive heir(id) as (
      select cast(${storable(id) ? id : ''} as text)
      union
      select r.into_id from heir h join retired_person r on r.id = h.id and ${retiredAt(at)}
    )
    select id from heir`;

/** Ids that were merged into living ones, over any number of steps. */
export function retiredInto(at: Snapshot, ids: readonly string[]): Promise<readonly { readonly living: string; readonly id: string }[]> {
  return askTexts(ids, (texts) =>
    rowsOf(
      at,
      sql`with recursive asked(id) as (${textRows(texts)}),
        retired(living, id) as (
          select a.id, r.id from asked a join retired_person r on r.into_id = a.id and ${retiredAt(at)}
          union
          select d.living, r.id from retired d join retired_person r on r.into_id = d.id and ${retiredAt(at)}
        )
        select living, id from retired where id <> living order by living, id`,
    ),
  );
}

export interface UsernameRow {
  readonly id: string;
  readonly username: string;
  readonly status: string;
}

/** As it is spelled. */
export function peopleByUsernames(at: Snapshot, usernames: readonly string[]): Promise<readonly UsernameRow[]> {
  return askTexts(usernames, (texts) =>
    rowsOf(
      at,
      sql`with asked(username) as (${textRows(texts)})
        select p.id, p.username, p.status from asked a join person p on p.username = a.username where ${live(at, 'p')}`,
    ),
  );
}
