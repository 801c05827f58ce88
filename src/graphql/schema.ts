// Each file adds its types to the builder.
/* oxlint-disable import/no-unassigned-import */
import { builder } from './builder.ts';
import './types/access-changed.ts';
import './types/access-diff.ts';
import './types/audit-event.ts';
import './types/compare-users.ts';
import './types/coverage.ts';
import './types/credential-queries.ts';
import './types/credential.ts';
import './types/effective-access.ts';
import './types/event-count.ts';
import './types/grant.ts';
import './types/group.ts';
import './types/identity.ts';
import './types/interfaces.ts';
import './types/invite.ts';
import './types/link-mutations.ts';
import './types/match-case.ts';
import './types/membership.ts';
import './types/node.ts';
import './types/password-policy.ts';
import './types/role-report.ts';
import './types/role.ts';
import './types/scopes.ts';
import './types/service.ts';
import './types/user-queries.ts';
import './types/user.ts';

export const schema = builder.toSchema();
