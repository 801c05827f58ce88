import { z } from 'zod';
import { accountText } from './answer.ts';
import { account, accountFields, level, role, roleFields, scope, scopeFields, scopeKind, service, serviceFields } from './shapes.ts';

// Effective access: what somebody may do in one place, and the ways that lead there.

const hop = z.object({
  identity: account.nullable(),
  group: z.object({ displayName: z.string() }).nullable(),
  scope: scope.nullable(),
  reason: z.string(),
});
type Hop = z.infer<typeof hop>;

/** @param paths how many ways a row tells at most. */
export const accessFields = (paths: number): string => `
  level scopeKind allScopes expiresAt morePaths
  service { ${serviceFields} } role { ${roleFields} } scope { ${scopeFields} }
  paths(first: ${paths}) { hops { identity { ${accountFields} } group { displayName } scope { ${scopeFields} } reason } grant { id source } }`;

export const access = z.object({
  level,
  scopeKind,
  allScopes: z.boolean(),
  expiresAt: z.string().nullable(),
  morePaths: z.boolean(),
  service,
  role: role.nullable(),
  scope: scope.nullable(),
  paths: z.array(z.object({ hops: z.array(hop), grant: z.object({ id: z.string(), source: z.string() }) })),
});
export type Access = z.infer<typeof access>;

/** `account › group › scope`, the shortest way; then how many more there are. */
export function pathText({ paths, morePaths }: Access): string | null {
  const [shortest, ...others] = paths;
  if (shortest === undefined) return null;
  const more =
    others.length === 0 && !morePaths ? '' : ` (and ${others.length}${morePaths ? ' or more' : ''} other ${others.length === 1 ? 'way' : 'ways'})`;
  return shortest.hops.map(hopText).join(' › ') + more;
}

const hopText = ({ identity, group, scope: place, reason }: Hop): string =>
  identity === null ? (group?.displayName ?? place?.displayName ?? reason) : accountText(identity);
