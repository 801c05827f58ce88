import { builder } from '../builder.ts';
import { keyed } from '../cost.ts';
import { badInput } from '../errors.ts';
import { scopeKey } from '../refs.ts';
import { scopeKindOf, serviceOfKey } from '../selectors.ts';
import { maxPageSize } from '../window.ts';
import type { View } from '../../directory/view.ts';
import { credentialKinds } from '../../contract/records.ts';
import { credentialTypeNames, parseNodeId } from '../../model/global-id.ts';
import { keyText } from '../../model/views.ts';

builder.queryFields((t) => ({
  node: t.node({
    description: 'Whatever has this id; null when nothing has it.',
    args: { id: t.arg.id({ required: true, description: 'An `id` of an earlier answer.' }) },
    id: async (_root, { id }, context) => toKey(await context.view(), id),
  }),
  nodes: t.nodeList({
    description: 'Whatever has these ids, in their order; null in the place of an id that nothing has.',
    complexity: ({ ids }) => keyed(ids.length),
    args: { ids: t.arg.idList({ required: true, description: 'At most 100.' }) },
    ids: async (_root, { ids }, context) => {
      if (ids.length > maxPageSize) throw badInput('ids', `${ids.length} are too many: ask for at most ${maxPageSize} at once`);
      const view = await context.view();
      return ids.map((id) => toKey(view, id));
    },
  }),
}));

interface Key {
  readonly type: string;
  /** As the loader of the type takes it. */
  readonly id: string;
}

/** Malformed, foreign and unknown ids look the same: nothing has them. */
function toKey(view: View, id: string): Key | undefined {
  const key = parseNodeId(id);
  if (key === undefined) return undefined;
  const { type } = key;
  if (type === 'User' || type === 'MatchCase' || type === 'AuditEvent') return { type, id: key.id };
  if (type === 'Service') return { type, id: key.name };
  if (!('key' in key)) return undefined;
  const svc = serviceOfKey(view, key)?.svc;
  if (svc === undefined) return undefined;
  const kind = scopeKindOf(type);
  if (kind !== undefined) return { type, id: scopeKey(svc, { kind, externalId: key.key }) };
  const credential = credentialKinds.find((each) => credentialTypeNames[each] === type);
  if (credential !== undefined && !key.key.startsWith(`${credential}/`)) return undefined;
  return { type, id: keyText({ svc, key: key.key }) };
}
