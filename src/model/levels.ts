import { roleLevels, type RoleLevel } from '../contract/records.ts';

const ladder: readonly RoleLevel[] = roleLevels.filter((level) => level !== 'UNKNOWN');

/** 0 for NONE to 6 for OWNER; UNKNOWN is -1: outside the order, so that no comparison takes it for low or high by accident. */
export function levelRank(level: RoleLevel): number {
  return ladder.indexOf(level);
}

export function levelOfRank(rank: number): RoleLevel {
  return ladder[rank] ?? 'UNKNOWN';
}
