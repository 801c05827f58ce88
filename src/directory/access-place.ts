import { scopeKeyText } from '../contract/records.ts';
import type { GrantFilter, ScopeRef } from '../model/views.ts';
import type { AccessConditions, AccessQuestion } from '../store/read/pairs.ts';
import type { ScopePlace } from '../store/read/scopes-above.ts';
import { narrowed, type ViewContext } from './context.ts';

/** The scope with the service around it, on which access counts as well. */
export function toPlace({ services }: ViewContext, { svc, kind, externalId }: ScopeRef): ScopePlace {
  const serviceId = services.find((service) => service.svc === svc)?.serviceId;
  const serviceKey = serviceId === undefined ? undefined : scopeKeyText({ kind: 'SERVICE', externalId: serviceId });
  return { svc, kind, key: scopeKeyText({ kind, externalId }), serviceKey };
}

export function toQuestion(context: ViewContext, { services, scope, ...rest }: GrantFilter): AccessQuestion {
  const filter: AccessConditions = scope === undefined ? rest : { ...rest, scope: toPlace(context, scope) };
  return { at: narrowed(context, services), now: context.now, filter };
}
