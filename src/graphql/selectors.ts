import type { ScopeKind } from '../contract/records.ts';
import type { AccountRef } from '../directory/link-desk.ts';
import type { View } from '../directory/view.ts';
import { parseNodeId, scopeTypeNames, type NodeKey } from '../model/global-id.ts';
import type { RecordKey, ScopeRef, ServiceSelector, ServiceView } from '../model/views.ts';
import { badInput } from './errors.ts';
import { nearest } from './nearest.ts';

/** As GraphQL gives it: null where the caller wrote null. */
export interface ServiceInput {
  readonly type: string;
  readonly serviceId?: string | null | undefined;
}

export const toSelector = ({ type, serviceId }: ServiceInput): ServiceSelector => ({ type, serviceId: serviceId ?? undefined });

/**
 * The configured services that a selector means: all of its type, or the one instance.
 * @param where the argument, as the caller wrote it.
 */
export function servicesOf(view: View, { type, serviceId }: ServiceInput, where: string): readonly ServiceView[] {
  const ofType = view.services.filter((service) => service.type === type);
  if (ofType.length === 0) throw badInput(where, unknownType(view, type));
  if (serviceId === undefined || serviceId === null) return ofType;
  const found = ofType.filter((service) => service.serviceId === serviceId);
  if (found.length > 0) return found;
  const known = ofType.map((service) => (service.serviceId === undefined ? `${service.name} (not read yet)` : `"${service.serviceId}"`));
  throw badInput(where, `no service "${type}" with serviceId ${JSON.stringify(serviceId)} is configured; its instances: ${known.join(', ')}`);
}

/** The services of a list of selectors, in the order of the configuration; all of them without a list. */
export function servicesOfAll(view: View, inputs: readonly ServiceInput[] | null | undefined, where: string): readonly ServiceView[] {
  if (inputs === undefined || inputs === null) return view.services;
  const chosen = new Set(inputs.flatMap((input, index) => servicesOf(view, input, `${where}[${index}]`)));
  return view.services.filter((service) => chosen.has(service));
}

export function servicesOfOptional(view: View, input: ServiceInput | null | undefined, where: string): readonly ServiceView[] {
  return input === undefined || input === null ? view.services : servicesOf(view, input, where);
}

function unknownType(view: View, type: string): string {
  const types = [...new Set(view.services.map((service) => service.type))];
  const close = nearest(type, types);
  const guess = close === undefined ? '' : ` did you mean "${close}"?`;
  return `no service ${JSON.stringify(type)} is configured;${guess} configured: ${types.length === 0 ? 'none' : types.join(', ')}`;
}

/** The service that an id of the API names. */
export function serviceOfKey(view: View, key: { readonly service: string; readonly serviceId: string }): ServiceView | undefined {
  return view.services.find((service) => service.type === key.service && service.serviceId === key.serviceId);
}

/** @param expected how the caller would call the thing: `a role`. */
function parseInput(id: string, where: string, expected: string): NodeKey {
  const key = parseNodeId(id);
  if (key === undefined) throw badInput(where, `not the id of ${expected}: take \`id\` from an earlier answer`);
  return key;
}

export function toUserId(id: string, where: string): string {
  const key = parseInput(id, where, 'a person');
  if (key.type !== 'User') throw badInput(where, `the id of ${key.type}, where the id of User is wanted`);
  return key.id;
}

/** @param type of the things whose ids are our own. */
export function toOwnId(id: string, type: 'MatchCase' | 'AuditEvent', where: string): string {
  const key = parseInput(id, where, type === 'MatchCase' ? 'a match case' : 'an event');
  if (key.type !== type) throw badInput(where, `the id of ${key.type}, where the id of ${type} is wanted`);
  return key.id;
}

export function toAccountRef(id: string, where: string): AccountRef {
  const key = parseInput(id, where, 'an account');
  if (key.type !== 'Identity' || !('key' in key)) throw badInput(where, `the id of ${key.type}, where the id of Identity is wanted`);
  return { service: { type: key.service, serviceId: key.serviceId }, externalId: key.key };
}

export function toRoleKey(view: View, id: string, where: string): RecordKey {
  const key = parseInput(id, where, 'a role');
  if (key.type !== 'Role') throw badInput(where, `the id of ${key.type}, where the id of Role is wanted`);
  return { svc: configured(view, key, where).svc, key: key.key };
}

/** @param kinds only these, when given. */
export function toScopeRef(view: View, id: string, where: string, kinds?: readonly ScopeKind[]): ScopeRef {
  const key = parseInput(id, where, 'a scope');
  const ref = scopeRefOf(view, key, where);
  if (ref === undefined || (kinds !== undefined && !kinds.includes(ref.kind))) {
    const wanted = kinds === undefined ? 'Organization, Workspace, Project, Resource or Service' : kinds.join(' or ');
    throw badInput(where, `the id of ${key.type}, where the id of ${wanted} is wanted`);
  }
  return ref;
}

function scopeRefOf(view: View, key: NodeKey, where: string): ScopeRef | undefined {
  if (key.type === 'Service') {
    const service = view.services.find((candidate) => candidate.name === key.name);
    if (service?.serviceId === undefined) throw badInput(where, `the service "${key.name}" is not configured or has not been read yet`);
    return { svc: service.svc, kind: 'SERVICE', externalId: service.serviceId };
  }
  const kind = scopeKindOf(key.type);
  if (kind === undefined || !('key' in key)) return undefined;
  return { svc: configured(view, key, where).svc, kind, externalId: key.key };
}

/** The scope kind whose type has this name. */
export function scopeKindOf(typeName: string): Exclude<ScopeKind, 'SERVICE'> | undefined {
  const kinds = Object.keys(scopeTypeNames) as (keyof typeof scopeTypeNames)[];
  return kinds.find((kind) => scopeTypeNames[kind] === typeName);
}

function configured(view: View, key: { readonly service: string; readonly serviceId: string }, where: string): ServiceView {
  const service = serviceOfKey(view, key);
  if (service === undefined) throw badInput(where, 'the id names a service that is not configured here');
  return service;
}
