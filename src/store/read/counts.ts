import { sql } from 'kysely';
import { linked, links } from './accounts.ts';
import { allOf, live, ofServices, rowsOf, type Snapshot } from './snapshot.ts';

export interface Counts {
  /** People with a living account, or none known to be gone. */
  readonly users: number;
  /** Living accounts. */
  readonly identities: number;
  /** Living accounts that count as somebody's. */
  readonly linked: number;
  /** Open cases. */
  readonly cases: number;
}

export async function countAll(at: Snapshot): Promise<Counts> {
  const [counts] = await rowsOf<Counts>(
    at,
    sql`select
      (select count(*) from person p where ${live(at, 'p')} and p.status <> 'DELETED') as users,
      (select count(*) from identity i where ${allOf([live(at, 'i'), ofServices(at.svcs, 'i')])} and i.status <> 'DELETED') as identities,
      (select count(*) from ${links(at)} where ${linked(at)} and i.status <> 'DELETED') as linked,
      (select count(*) from match_case c where ${allOf([live(at, 'c'), ofServices(at.svcs, 'c')])} and c.decision is null) as cases`,
  );
  if (counts === undefined) throw new Error('counting answered no row');
  return counts;
}
