import { roleLevels, type RoleLevel } from '../contract/records.ts';

const ladder: readonly RoleLevel[] = roleLevels.filter((level) => level !== 'UNKNOWN');

/** 0 for NONE to 6 for OWNER; UNKNOWN is -1: outside the order, so that no comparison takes it for low or high by accident. */
export function levelRank(level: RoleLevel): number {
  return ladder.indexOf(level);
}

export function levelOfRank(rank: number): RoleLevel {
  return ladder[rank] ?? 'UNKNOWN';
}

/** The highest known level; UNKNOWN only when nothing is known. */
export function highestLevel(levels: Iterable<RoleLevel>): RoleLevel {
  let best: RoleLevel | undefined;
  let unknown = false;
  for (const level of levels) {
    if (level === 'UNKNOWN') unknown = true;
    else if (best === undefined || levelRank(level) > levelRank(best)) best = level;
  }
  return best ?? (unknown ? 'UNKNOWN' : 'NONE');
}
