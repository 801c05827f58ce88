import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { byKeyText } from '../loadable.ts';
import { IdentityRef } from '../refs.ts';
import { serviceOfKey } from '../selectors.ts';
import { recordKey } from '../../contract/records.ts';
import { parseNodeId } from '../../model/global-id.ts';
import { keyText, type RecordKey } from '../../model/views.ts';
import type { View } from '../../directory/view.ts';

const membershipRoles = byKeyText(async (view, keys) => {
  const found = await view.membershipsByKeys(keys);
  return new Map([...found].flatMap(([key, { record }]) => (record.role === undefined ? [] : [[key, record.role] as const])));
});

builder.objectField(IdentityRef, 'groupRole', (t) =>
  t.loadable({
    type: 'String',
    nullable: true,
    description: 'The service’s word for what the account is in a group that lists it, such as `manager` of a PagerDuty team.',
    args: { group: t.arg.id({ required: true, description: 'The group, by its id.' }) },
    ...membershipRoles,
    resolve: ({ record: { externalId } }, { group }, context) => {
      const { svc, key } = toGroup(context.opened(), group);
      return keyText({ svc, key: recordKey({ kind: 'membership', group: key, member: { kind: 'identity', externalId } }) });
    },
  }),
);

function toGroup(view: View, id: string): RecordKey {
  const key = parseNodeId(id);
  const svc = key?.type === 'Group' ? serviceOfKey(view, key)?.svc : undefined;
  if (key?.type !== 'Group' || svc === undefined)
    throw badInput('group', 'not the id of a group of a configured service: take `id` from an earlier answer');
  return { svc, key: key.key };
}
