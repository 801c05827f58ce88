import { scopeKeyText } from '../contract/records.ts';
import { parseNodeId } from '../model/global-id.ts';
import type { Context } from './context.ts';
import * as load from './loaders.ts';
import type { AnyNode } from './refs.ts';
import { scopeKindOf, serviceOfKey } from './selectors.ts';

/** One answer per id, in order. Malformed, foreign and unknown ids look the same: undefined. */
export async function getNodes(context: Context, ids: readonly string[]): Promise<(AnyNode | undefined)[]> {
  await context.view();
  return Promise.all(ids.map((id) => getNode(context, id)));
}

async function getNode(context: Context, id: string): Promise<AnyNode | undefined> {
  const key = parseNodeId(id);
  if (key === undefined) return undefined;
  if (key.type === 'User') return load.userById(context, key.id);
  if (key.type === 'MatchCase') return load.matchCaseById(context, key.id);
  if (key.type === 'Service') return context.opened().services.find((service) => service.name === key.name);
  if (!('key' in key)) return undefined;
  const svc = serviceOfKey(context.opened(), key)?.svc;
  if (svc === undefined) return undefined;
  const kind = scopeKindOf(key.type);
  if (kind !== undefined) return load.scopeByKey(context, { svc, key: scopeKeyText({ kind, externalId: key.key }) });
  const record = { svc, key: key.key };
  if (key.type === 'Identity') return load.identityByKey(context, record);
  if (key.type === 'Group') return load.groupByKey(context, record);
  if (key.type === 'Role') return load.roleByKey(context, record);
  return key.type === 'Grant' ? load.grantByKey(context, record) : undefined;
}
