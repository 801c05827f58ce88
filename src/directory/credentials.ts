import type { CredentialRecord } from '../contract/records.ts';
import type { CredentialView } from '../model/views.ts';
import { credentialsOfPeople, listCredentials } from '../store/read/credentials.ts';
import type { RecordRow } from '../store/read/records.ts';
import { narrowed, toSourced, type ViewContext } from './context.ts';
import { byKey } from './orders.ts';
import { readByKeys } from './records-by-key.ts';
import { toSlice, toSlices, toStretch } from './slice.ts';
import type { View } from './view.ts';

export function createCredentials(context: ViewContext): Pick<View, 'credentialsByKeys' | 'credentials' | 'credentialsOfUsers'> {
  const { at } = context;
  const toCredential = (row: RecordRow): CredentialView => toSourced<CredentialRecord>(context, row);
  return {
    credentialsByKeys: readByKeys<CredentialRecord>(context, 'credential'),
    credentials: async ({ services, ...filter }, window) => {
      const rows = await listCredentials(narrowed(context, services), filter, toStretch('credentials', byKey, window));
      return toSlice('credentials', byKey, window, rows, toCredential);
    },
    credentialsOfUsers: async (userIds, kinds, window) => {
      const list = 'credentials of a user';
      const rows = await credentialsOfPeople(at, userIds, kinds, toStretch(list, byKey, window));
      return toSlices(list, byKey, window, rows, ({ parent }) => parent, toCredential);
    },
  };
}
