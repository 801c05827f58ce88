import type { DemoInstance } from '../src/contract/sandbox.ts';

const pages = (items: number, size: number): number => Math.max(1, Math.ceil(items / size));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const scopesOf = (instance: DemoInstance, kind: string): number => instance.scopes.filter((scope) => scope.kind === kind).length;

/**
 * The fewest calls that a whole read of an instance can take, by the page sizes and endpoints that its vendor documents: proving the credential and
 * naming the instance included, nothing asked twice.
 */
const smallest: Readonly<Record<string, (instance: DemoInstance) => number>> = {
  // organization, people, bots
  sym: () => 3,
  // auth.test, team.info, usergroups.list; users.list, fewer than 1000 a page, with USLACKBOT
  slack: ({ accounts }) => 3 + pages(accounts.length + 1, 999),
  // the subdomain; users, teams and members of each team, 100 a page
  pagerduty: ({ accounts, groups }) =>
    1 + pages(accounts.length, 100) + pages(groups.length, 100) + sum(groups.map(({ members }) => pages(members.length, 100))),
  // sign-in, instance, users, groups, projects, workspaces; members of each project, users of each workspace; tokens and authentications of each user
  squirro: (instance) => 6 + scopesOf(instance, 'PROJECT') + scopesOf(instance, 'WORKSPACE') + 2 * instance.accounts.length,
  // schemas; three catalogues in one request; users, 500 a page
  ftrack: ({ accounts, groups, roles, scopes }) => 1 + pages(Math.max(groups.length, roles.length, scopes.length), 500) + pages(accounts.length, 500),
  // key and open-server probe; organizations; tenants and users of each; the caller's keys
  waii: (instance) => 2 + 1 + 2 * scopesOf(instance, 'ORGANIZATION') + 1,
  // workspace, roles, invites; users and groups, 200 a page; members of each group that has any
  segment: ({ accounts, groups }) =>
    3 +
    pages(accounts.length, 200) +
    pages(groups.length, 200) +
    sum(groups.filter(({ members }) => members.length > 0).map(({ members }) => pages(members.length, 200))),
};

export const smallestRead = (instance: DemoInstance): number | undefined => smallest[instance.type]?.(instance);
