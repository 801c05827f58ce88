import type { LevelMap } from '../contract/adapter.ts';
import type { RoleLevel, SourceRecord } from '../contract/records.ts';

/** Applies the operator's table from roles, by external id or name, to levels: on roles, and on the grants that carry them. */
export function levelMapper(levels: LevelMap): (records: readonly SourceRecord[]) => readonly SourceRecord[] {
  if (Object.keys(levels).length === 0) return (records) => records;
  const byWord = new Map(Object.entries(levels));
  const byRole = new Map<string, RoleLevel>(byWord);
  return (records) => {
    for (const record of records) {
      const level = record.kind === 'role' ? byWord.get(record.name) : undefined;
      if (record.kind === 'role' && level !== undefined && !byWord.has(record.externalId)) byRole.set(record.externalId, level);
    }
    return records.map((record) => {
      const role = record.kind === 'role' ? record.externalId : record.kind === 'grant' ? record.role : undefined;
      const level = role === undefined ? undefined : byRole.get(role);
      return level === undefined ? record : ({ ...record, level } as SourceRecord);
    });
  };
}
