import type { DemoInstance } from '../../src/contract/sandbox.ts';
import type { House } from './house.ts';

// What GraphQL says of one service: the questions that several tests put.

export interface Account {
  readonly id: string;
  readonly externalId: string;
  readonly kind: string;
  readonly status: string;
  readonly username: string | null;
  readonly displayName: string | null;
  readonly settings: unknown;
  readonly emails: readonly { readonly address: string; readonly proof: string }[];
  readonly role: { readonly externalId: string; readonly level: string } | null;
  readonly roles: readonly { readonly externalId: string }[];
  readonly organization: { readonly externalId: string } | null;
}

export interface Grant {
  readonly principal: { readonly __typename: string; readonly externalId: string };
  readonly role: { readonly externalId: string; readonly name: string } | null;
  readonly level: string;
  readonly scope: Scope | null;
  readonly allScopes: boolean;
  readonly permissions: readonly string[];
}

export interface Scope {
  readonly __typename: string;
  readonly externalId: string;
  readonly displayName: string;
  readonly type?: string;
  readonly settings?: unknown;
  readonly parent: { readonly displayName: string } | null;
}

export interface Role {
  readonly externalId: string;
  readonly name: string;
  readonly level: string;
  readonly category: string | null;
  readonly permissions: readonly { readonly key: string }[];
}

export interface Group {
  readonly id: string;
  readonly externalId: string;
  readonly displayName: string;
  readonly members: { readonly nodes: readonly { readonly externalId: string }[] };
}

export const serviceArg = ({ type, serviceId }: DemoInstance): string => `{ type: ${JSON.stringify(type)}, serviceId: ${JSON.stringify(serviceId)} }`;
export const identityArg = ({ type, serviceId }: DemoInstance, externalId: string): string =>
  `{ service: ${JSON.stringify(type)}, serviceId: ${JSON.stringify(serviceId)}, externalId: ${JSON.stringify(externalId)} }`;

const grantFields = `{ principal { __typename ... on Identity { externalId } ... on Group { externalId } } role { externalId name } level allScopes permissions
  scope { __typename displayName parent { displayName } ... on Sourced { externalId } ... on Resource { type } ... on Service { serviceId } } }`;
const accountFields = `{ id externalId kind status username displayName settings emails { address proof } role { externalId level } roles { externalId }
  organization { externalId } }`;

export const readAccounts = (house: House, instance: DemoInstance) =>
  house.list<Account>('identities', `filter: { services: [${serviceArg(instance)}] }`, accountFields);

interface ShownGrant extends Omit<Grant, 'scope'> {
  readonly scope: (Scope & { readonly serviceId?: string }) | null;
}

const toGrant = ({ scope, ...grant }: ShownGrant): Grant => ({
  ...grant,
  scope: scope?.serviceId === undefined ? scope : { ...scope, externalId: scope.serviceId },
});

export async function readGrants(house: House, instance: DemoInstance): Promise<readonly Grant[]> {
  return (await house.list<ShownGrant>('grants', `filter: { services: [${serviceArg(instance)}] }`, grantFields)).map(toGrant);
}

export const readScopes = (house: House, instance: DemoInstance, field: 'organizations' | 'workspaces' | 'projects') =>
  house.list<Scope>(
    field,
    `service: ${serviceArg(instance)}`,
    `{ __typename externalId displayName parent { displayName } ${field === 'projects' ? '' : 'settings'} }`,
  );

export const readRoles = (house: House, instance: DemoInstance, more = '') =>
  house.list<Role>('roles', `service: ${serviceArg(instance)} ${more}`, '{ externalId name level category permissions { key } }');

export const readGroups = (house: House, instance: DemoInstance) =>
  house.list<Group>('groups', `service: ${serviceArg(instance)}`, '{ id externalId displayName members(first: 100) { nodes { externalId } } }');

/** In an order of its own, so that two lists of the same things are equal. */
export const sorted = <T>(values: Iterable<T>): readonly T[] =>
  [...values]
    .map((value) => ({ value, text: JSON.stringify(value) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ value }) => value);

/** A grant in a line: who, what, where. */
export const grantLine = ({ principal, role, scope }: Pick<Grant, 'principal' | 'role' | 'scope'>): string =>
  [principal.__typename.toLowerCase(), principal.externalId, role?.externalId ?? '-', scope?.externalId ?? 'everywhere'].join(' ');

export const demoGrantLine = ({ principal, role, scope }: DemoInstance['grants'][number]): string =>
  [principal.kind, principal.externalId, role, scope?.externalId ?? 'everywhere'].join(' ');
