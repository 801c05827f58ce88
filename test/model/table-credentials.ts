import type { DemoCredential, DemoInstance } from '../../src/contract/sandbox.ts';
import { waiiKeyHolder } from './company.ts';
import type { House } from './house.ts';
import { readAccounts, readRoles, serviceArg, sorted } from './reads.ts';
import { cell, type Row } from './table-row.ts';

interface Credential {
  readonly __typename: string;
  readonly identity: { readonly externalId: string } | null;
  readonly createdAt: string | null;
  readonly [field: string]: unknown;
}

export const readCredentials = (house: House, instance: DemoInstance, kind: DemoCredential['kind'], fields: string) =>
  house.list<Credential>(
    'credentials',
    `service: ${serviceArg(instance)}, kinds: ["${kind}"]`,
    `{ __typename identity { externalId } createdAt ... on ${fields} }`,
  );

const isoOf = (at: number): string => new Date(at).toISOString();
export const heldIn = ({ credentials }: DemoInstance, kind: DemoCredential['kind']) => credentials.filter((each) => each.kind === kind);

const tokens = cell(
  'grant',
  async (house, instance) => {
    const seen = await readCredentials(house, instance, 'TOKEN_GRANT', 'TokenGrant { type clientId projectPermissions }');
    return {
      seen: sorted(seen.map((each) => [each['type'], each.identity?.externalId, each.createdAt, each['clientId'], each['projectPermissions']])),
      expected: sorted(
        heldIn(instance, 'TOKEN_GRANT').map(({ name, account, createdAt }) => [
          name,
          account,
          isoOf(createdAt),
          name === 'service' ? 'indexer' : null,
          name === 'service' ? ['items.read'] : [],
        ]),
      ),
    };
  },
  hasTokens,
);

export function hasTokens(instance: DemoInstance): boolean {
  return heldIn(instance, 'TOKEN_GRANT').length > 0;
}

export const credentialsCells: readonly Row[] = [
  {
    notion: 'AccessKey',
    cells: {
      waii: cell('access key of the caller, by its name', async (house, instance) => {
        const seen = await readCredentials(house, instance, 'ACCESS_KEY', 'AccessKey { name hint }');
        const own = heldIn(instance, 'ACCESS_KEY').filter(({ account }) => account === waiiKeyHolder(instance).externalId);
        return {
          seen: sorted(seen.map((each) => [each['name'], each.identity?.externalId, each.createdAt, String(each['hint']).length])),
          expected: sorted(own.map(({ name, account, createdAt }) => [name, account, isoOf(createdAt), 4])),
        };
      }),
      ftrack: cell('API key: its role of category API, and who uses it', async (house, instance) => {
        const roles = await readRoles(house, instance, 'category: "API"');
        const accounts = await readAccounts(house, instance);
        return {
          seen: sorted([...roles.map(({ name }) => name), ...accounts.flatMap(({ kind, externalId }) => (kind === 'SERVICE' ? [externalId] : []))]),
          expected: sorted([
            ...instance.roles.flatMap(({ category, name }) => (category === 'API' ? [name] : [])),
            ...heldIn(instance, 'ACCESS_KEY').map(({ account }) => account),
          ]),
        };
      }),
    },
  },
  { notion: 'TokenGrant', cells: { squirro: tokens } },
  {
    notion: 'Session',
    cells: {
      squirro: cell('the own session', async (house, instance) => {
        const seen = await readCredentials(house, instance, 'SESSION', 'Session { id }');
        const sessions = new Map(heldIn(instance, 'SESSION').map(({ account, createdAt }) => [account, isoOf(createdAt)]));
        const admins = new Set(instance.accounts.flatMap(({ role, externalId }) => (role === 'admin' ? [externalId] : [])));
        const own = [...sessions].find(([account]) => admins.has(account)) ?? [...sessions][0];
        return { seen: seen.map((each) => [each.identity?.externalId, each.createdAt]), expected: own === undefined ? [] : [own] };
      }),
      pagerduty: cell('user session', async (house, instance) => {
        const seen = await readCredentials(house, instance, 'SESSION', 'Session { client }');
        return {
          seen: sorted(seen.map((each) => [each['client'], each.identity?.externalId, each.createdAt])),
          expected: sorted(heldIn(instance, 'SESSION').map(({ name, account, createdAt }) => [name, account, isoOf(createdAt)])),
        };
      }),
    },
  },
  {
    notion: 'ServiceConnection',
    cells: {
      squirro: cell(
        'authentication',
        async (house, instance) => {
          const seen = await readCredentials(house, instance, 'SERVICE_CONNECTION', 'ServiceConnection { target targetUserId state active }');
          return {
            seen: sorted(seen.map((each) => [each['target'], each.identity?.externalId, each['targetUserId'], each['state'], each['active']])),
            expected: sorted(heldIn(instance, 'SERVICE_CONNECTION').map(({ name, account }) => [name, account, `${name}-${account}`, 'ok', true])),
          };
        },
        (instance) => heldIn(instance, 'SERVICE_CONNECTION').length > 0,
      ),
    },
  },
];
