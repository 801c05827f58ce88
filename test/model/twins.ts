import type { DemoInstance, DemoScope } from '../../src/contract/sandbox.ts';

const shifted = <T>(values: readonly T[], join: (id: T, rest: T) => T): readonly T[] =>
  values.map((value, index) => join(value, values[(index + 1) % values.length] ?? value));
const shiftedNames = (scopes: readonly DemoScope[]) => shifted(scopes, (id, rest) => ({ ...id, name: id.kind === 'PROJECT' ? rest.name : id.name }));

/** The instance, and another one with the same ids for everything, where each id is somebody or something else. */
export function twins(one: DemoInstance, serviceId: string): readonly [DemoInstance, DemoInstance] {
  const workspace = serviceId.slice(serviceId.indexOf('/') + 1);
  const place = (scope: DemoScope): DemoScope => (scope.kind === 'WORKSPACE' ? { ...scope, externalId: workspace, name: 'Other' } : scope);
  const moved = <T extends { readonly kind: string; readonly externalId: string } | undefined>(scope: T): T =>
    scope?.kind === 'WORKSPACE' ? { ...scope, externalId: workspace } : scope;
  const other = {
    ...one,
    serviceId,
    displayName: 'Other',
    accounts: shifted(one.accounts, ({ externalId }, rest) => ({ ...rest, externalId })),
    groups: shifted(one.groups, ({ externalId }, rest) => ({ ...rest, externalId })),
    scopes: shiftedNames(one.scopes.map(place)).map((scope) => ({ ...scope, ...(scope.parent && { parent: moved(scope.parent) }) })),
    grants: shifted(one.grants, ({ externalId, scope }, { principal, role }) => ({
      externalId,
      principal,
      role,
      ...(scope && { scope: moved(scope) }),
    })).filter(({ role, scope }) => (role.startsWith('project:') ? 'PROJECT' : 'WORKSPACE') === scope?.kind),
    credentials: shifted(one.credentials, ({ externalId, kind, name }, { account, createdAt }) => ({ externalId, kind, name, account, createdAt })),
  };
  return [one, other];
}
