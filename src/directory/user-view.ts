import type { AccountStatus, PrincipalKind } from '../contract/records.ts';
import type { UserView } from '../model/views.ts';
import type { PersonRow } from '../store/read/people.ts';

export const toUserView = (row: PersonRow): UserView => ({
  id: row.id,
  kind: row.kind as PrincipalKind,
  status: row.status as AccountStatus,
  displayName: row.display_name ?? undefined,
  firstName: row.first_name ?? undefined,
  lastName: row.last_name ?? undefined,
  username: row.username ?? undefined,
  primaryEmail: row.primary_email ?? undefined,
  lastActiveAt: row.last_active_at ?? undefined,
  updatedAt: row.updated_at,
});
