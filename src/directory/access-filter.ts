import { scopeKeyText, type GrantRecord } from '../contract/records.ts';
import type { AuditEventView } from '../model/audit.ts';
import { levelRank } from '../model/levels.ts';
import type { GrantFilter } from '../model/views.ts';
import { principalsHeld } from '../store/read/access.ts';
import { svcsOf, type ViewContext } from './context.ts';

/**
 * Which changes concern the grants that a filter takes. A change of a membership or of a link may concern any grant of its service: it is left out
 * only where the service or the person is another.
 * @param from the revision before the changes: whoever had an account or a group then is meant, too.
 */
export async function createAccessFilter(context: ViewContext, from: number, filter: GrantFilter): Promise<(event: AuditEventView) => boolean> {
  const { at } = context;
  const { services, userId, scope, role } = filter;
  const named = [scope?.svc, role?.svc].filter((svc) => svc !== undefined);
  const svcs = new Set(services === undefined ? at.svcs : svcsOf(context, services));
  const held =
    userId === undefined ? undefined : new Set([...(await principalsHeld(at, userId)), ...(await principalsHeld({ ...at, rev: from }, userId))]);
  return ({ svc, operation, targets, before, after }) => {
    if (svc !== undefined && (!svcs.has(svc) || named.some((other) => other !== svc))) return false;
    const isHeld = targets.some(
      (target) =>
        ('id' in target && target.id === userId) ||
        (target.type === 'Identity' && held?.has(`${target.svc}/identity/${target.key}`)) ||
        (target.type === 'Group' && operation.startsWith('grant.') && held?.has(`${target.svc}/group/${target.key}`)),
    );
    if (held !== undefined && !isHeld) return false;
    if (!operation.startsWith('grant.') || svc === undefined) return true;
    return [before, after].some((side) => side !== undefined && takes(filter, side));
  };
}

/** A side of a change shows what differs; what it does not show is the same on both, and taken. */
function takes({ minLevel, scope, scopeKind, role, source, expiresBefore }: GrantFilter, grant: Partial<GrantRecord>): boolean {
  const { level } = grant;
  if (minLevel !== undefined && level !== undefined && level !== 'UNKNOWN' && levelRank(level) < levelRank(minLevel)) return false;
  if (scope !== undefined && grant.scope !== undefined && scopeKeyText(grant.scope) !== scopeKeyText(scope)) return false;
  if (scopeKind !== undefined && grant.scopeKind !== undefined && grant.scopeKind !== scopeKind) return false;
  if (role !== undefined && grant.role !== undefined && grant.role !== role.key) return false;
  if (source !== undefined && grant.source !== undefined && grant.source !== source) return false;
  return expiresBefore === undefined || (grant.expiresAt !== undefined && grant.expiresAt < expiresBefore);
}
