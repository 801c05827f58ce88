import { scopeKeyText } from '../contract/records.ts';
import type { GrantFilter, ScopeRef } from '../model/views.ts';
import type { AccessConditions, AccessQuestion } from '../store/read/pairs.ts';
import type { ScopePlace } from '../store/read/scopes-above.ts';
import { narrowed, type ViewContext } from './context.ts';
import { contextAt } from './moment.ts';

/** The scope with the service around it, on which access counts as well. */
export function toPlace({ services }: ViewContext, { svc, kind, externalId }: ScopeRef): ScopePlace {
  const serviceId = services.find((service) => service.svc === svc)?.serviceId;
  const serviceKey = serviceId === undefined ? undefined : scopeKeyText({ kind: 'SERVICE', externalId: serviceId });
  return { svc, kind, key: scopeKeyText({ kind, externalId }), serviceKey };
}

/** The question at the moment that the filter names, and the context to show its answer in. */
export async function toQuestion(
  context: ViewContext,
  filter: GrantFilter,
): Promise<{ readonly past: ViewContext; readonly question: AccessQuestion }> {
  const { services, scope, asOf, ...rest } = filter;
  const past = await contextAt(context, asOf);
  const conditions: AccessConditions = scope === undefined ? rest : { ...rest, scope: toPlace(context, scope) };
  return { past, question: { at: narrowed(past, services), now: past.now, filter: conditions } };
}
