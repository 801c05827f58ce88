import { sql } from 'kysely';
import { roleLevels, type RoleLevel } from '../../contract/records.ts';
import { levelRank } from '../../model/levels.ts';
import { inServices, listOf, type Fragment, type Snapshot } from './snapshot.ts';

/** At least this level; what is UNKNOWN may be as high. To ask for UNKNOWN is to ask for that alone. */
export function atLeast(column: Fragment, level: RoleLevel): Fragment {
  const least = levelRank(level);
  return sql`${column} in (${listOf(roleLevels.map(levelRank).filter((rank) => rank === -1 || (least >= 0 && rank >= least)))})`;
}

/** The grant `g` is of such a level, and in a service of the snapshot: both together lead to it by its index. */
export const ofLevel = (at: Snapshot, level: RoleLevel): Fragment => sql`${atLeast(sql`g.level`, level)} and ${inServices(at.svcs, 'g')}`;
