import { expect, test } from 'vitest';
import { shareCompany } from './company.ts';
const house = shareCompany(120);
test('probe', async () => {
  const h = house();
  for (const name of ['sym','slack-main','slack-labs','pagerduty','squirro-main','squirro-labs','ftrack','waii','segment'] as const) {
    const i = h.instance(name);
    const by = (xs: readonly {kind: string}[]) => JSON.stringify(Object.fromEntries([...Map.groupBy(xs, x => x.kind)].map(([k,v]) => [k, v.length])));
    console.log(name, i.accounts.length, 'status', JSON.stringify(Object.fromEntries([...Map.groupBy(i.accounts, x => x.status)].map(([k,v]) => [k, v.length]))), by(i.accounts), 'groups', i.groups.length, 'roles', i.roles.length, 'scopes', by(i.scopes), 'grants', i.grants.length, 'invites', i.invites.length, 'cred', by(i.credentials), 'types', [...new Set(i.credentials.map(c=>c.name))].join());
  }
  const t = performance.now();
  const roles = await h.list<{service: {type: string}, name: string, level: string, category: string, permissions: unknown[]}>('roles', '', '{ service { type } externalId name level category custom appliesTo permissions { key } }');
  for (const r of roles.slice(0, 60)) console.log(JSON.stringify(r).slice(0,200));
  console.log(performance.now()-t);
  const o = await h.data('{ organizations { nodes { externalId displayName settings service { type } workspaces { nodes { externalId settings } } } } projects(first: 3) { nodes { displayName parent { displayName } members(first: 2) { nodes { permissions principal { __typename } role { name } } } } } }');
  console.log(JSON.stringify(o, null, 1).slice(0, 4000));
  expect(1).toBe(1);
});
