import type { JsonObject, JsonValue } from '../contract/records.ts';
import type { AuditTarget } from '../model/audit.ts';
import { formatNodeId } from '../model/global-id.ts';
import type { Context } from './context.ts';
import { serviceNodeId } from './node-type.ts';

/** Ids of the API; targets of services that are not configured any more have none. */
export function targetIds(context: Context, targets: readonly AuditTarget[]): string[] {
  return targets.flatMap((target): readonly string[] => {
    if ('id' in target) return [formatNodeId(target)];
    const service = context.opened().services.find(({ svc }) => svc === target.svc);
    if (service === undefined) return [];
    if (target.type === 'Service') return [serviceNodeId(service)];
    const { type, serviceId } = service;
    return serviceId === undefined ? [] : [formatNodeId({ type: target.type, service: type, serviceId, key: target.key })];
  });
}

const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** One side of an event, with ids of the API in the place of the store's keys. */
export function showSide(context: Context, side: JsonObject | undefined): JsonObject | undefined {
  if (side === undefined || !Array.isArray(side['links'])) return side;
  return Object.fromEntries(
    Object.entries(side).map(([name, rows]) => [name, Array.isArray(rows) ? rows.map((row: JsonValue) => showRow(context, name, row)) : rows]),
  );
}

function showRow(context: Context, list: string, row: JsonValue): JsonValue {
  if (!isObject(row)) return row;
  const { svc, key, incarnation: _, ...rest } = row;
  const named = list === 'cases' && typeof rest['id'] === 'string' ? { ...rest, id: formatNodeId({ type: 'MatchCase', id: rest['id'] }) } : rest;
  if (typeof svc !== 'number' || typeof key !== 'string') return named;
  const [identity = null] = targetIds(context, [{ type: 'Identity', svc, key }]);
  return { identity, ...named };
}
