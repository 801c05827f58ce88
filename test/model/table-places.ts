import type { DemoInstance, DemoScope } from '../../src/contract/sandbox.ts';
import { readGrants, readScopes, sorted, type Scope } from './reads.ts';
import { cell, type Cell, type Row } from './table-row.ts';

const clusterOf = ({ serviceId }: DemoInstance): string => serviceId.slice(0, serviceId.indexOf('/'));
const ofKind = ({ scopes }: DemoInstance, kind: DemoScope['kind']): readonly DemoScope[] => scopes.filter((scope) => scope.kind === kind);
const plain = ({ externalId, displayName }: Scope) => [externalId, displayName];
const demoPlain = ({ externalId, name }: DemoScope) => [externalId, name];

const serviceId = cell('what the instance goes by', async (house, { type, serviceId: id }) => {
  const { services } = await house.data<{ services: { serviceId: string }[] }>(`{ services(type: "${type}") { serviceId } }`);
  return { seen: services.map((service) => service.serviceId).filter((each) => each === id), expected: [id] };
});

function places(
  words: string,
  field: 'organizations' | 'workspaces' | 'projects',
  expectedOf: (instance: DemoInstance) => readonly (readonly string[])[],
  of?: Cell['of'],
): Cell {
  return cell(
    words,
    async (house, instance) => ({ seen: sorted((await readScopes(house, instance, field)).map(plain)), expected: sorted(expectedOf(instance)) }),
    of,
  );
}

const kind = (which: DemoScope['kind']) => (instance: DemoInstance) => ofKind(instance, which).map(demoPlain);

const resources = cell('space or source: a resource by its type', async (house, instance) => {
  const grants = await readGrants(house, instance);
  const seen = grants.flatMap(({ scope }) => (scope?.__typename === 'Resource' ? [[scope.externalId, scope.type, scope.parent?.displayName]] : []));
  const granted = new Set(instance.grants.map(({ scope }) => scope?.externalId));
  const held = ofKind(instance, 'RESOURCE').filter(({ externalId }) => granted.has(externalId));
  return {
    seen: sorted(new Map(seen.map((each) => [each[0], each])).values()),
    expected: sorted(held.map(({ externalId, resourceType }) => [externalId, resourceType, instance.displayName])),
  };
});

export const placeCells: readonly Row[] = [
  {
    notion: 'Service.serviceId',
    cells: { sym: serviceId, squirro: serviceId, ftrack: serviceId, waii: serviceId, segment: serviceId, slack: serviceId, pagerduty: serviceId },
  },
  {
    notion: 'Organization',
    cells: {
      squirro: places('the cluster, when workspaces are on', 'organizations', (instance) => [[clusterOf(instance), clusterOf(instance)]]),
      waii: places('org', 'organizations', kind('ORGANIZATION')),
      slack: places('enterprise', 'organizations', kind('ORGANIZATION'), (instance) => ofKind(instance, 'ORGANIZATION').length > 0),
      pagerduty: places('account', 'organizations', ({ serviceId: id }) => [[id, id]]),
    },
  },
  {
    notion: 'Workspace',
    cells: {
      squirro: places('workspace = tenant, by its domain', 'workspaces', kind('WORKSPACE')),
      ftrack: places('the site', 'workspaces', ({ serviceId: id }) => [[id, id]]),
      waii: places('tenant', 'workspaces', kind('WORKSPACE')),
      segment: places('workspace', 'workspaces', kind('WORKSPACE')),
      slack: places('team', 'workspaces', kind('WORKSPACE')),
    },
  },
  {
    notion: 'Project',
    cells: {
      squirro: places('project', 'projects', kind('PROJECT')),
      ftrack: places('project', 'projects', kind('PROJECT')),
      segment: resources,
    },
  },
  {
    notion: 'settings of places',
    cells: {
      waii: cell('variables of a tenant', async (house, instance) => ({
        seen: sorted((await readScopes(house, instance, 'workspaces')).map(({ externalId, settings }) => [externalId, settings])),
        expected: sorted(ofKind(instance, 'WORKSPACE').map(({ externalId, name }) => [externalId, { region: name }])),
      })),
    },
  },
];
